import { expect, test } from 'vitest'
import { canonicalText, hashOf } from '../../../src/agent/desired/canonical.ts'
import { type DesiredState, desiredStateSchema } from '../../../src/agent/desired/schema.ts'

const read = (state: object): DesiredState => desiredStateSchema.parse(state)

const port = { learning: false, vlans: [10, '20-29'] }
const vxlan0 = { id: 42, dstport: 4789, sysctl: { ipv4: { arp_accept: 1, proxy_arp: 1 }, ipv6: { accept_ra: 0 } } }
const bridge = { stp: true, ports: { eth2: { cost: 4 }, vxlan0: port } }
const state = { vxlans: { vxlan0, vxlan1: { id: 43 } }, bridges: { br0: bridge, br1: {} } }

/** The same with the keys of every mapping the other way round. */
function reversed(value: unknown): unknown {
  return typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, reversed(inner)]),
      )
}

test('whatever the order of keys and names in the files, the text is one', () => {
  const other = read(reversed(state) as object)
  expect(Object.keys(other.vxlans)).toEqual(['vxlan1', 'vxlan0'])
  expect(canonicalText(other)).toBe(canonicalText(read(state)))
  expect(hashOf(other)).toBe(hashOf(read(state)))
})

test('the text is the state', () => {
  expect(read(JSON.parse(canonicalText(read(state))))).toEqual(read(state))
})

test.each([
  { ...state, vxlans: { vxlan0, vxlan1: { id: 44 } } },
  { ...state, bridges: { br0: { ...bridge, ports: { vxlan0: port } }, br1: {} } },
  { ...state, bridges: { br0: { ...bridge, ports: { ...bridge.ports, eth2: {} } }, br1: {} } },
])('another state has another', (other) => {
  expect(hashOf(read(other))).not.toBe(hashOf(read(state)))
})
