import { describe, expect, test } from 'vitest'
import type { FleetHandover } from '../../../src/agent/answers/fleet.ts'
import type { FilledState } from '../../../src/agent/desired/filled-state.ts'
import { overlayOf } from '../../../src/agent/desired/overlay.ts'
import { type DesiredState, desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import { asStated } from '../../../src/agent/fleet/as-stated.ts'
import { readChunk } from '../../../src/agent/fleet/mac-chunk.ts'
import { statedPath, withFleet } from '../../../src/agent/fleet/with-fleet.ts'
import { handoverOf } from '../../support/handovers.ts'

const fleet = { name: 'prod', endpoints: ['https://10.9.0.1:2379'] }
const [one, two] = ['02:00:00:00:01:0a', '02:00:00:00:01:0b']

const stateOf = (vxlan0: object, bridges: object = {}): DesiredState =>
  desiredStateSchema.parse({ fleet, vxlans: { vxlan0: { id: 42, dev: 'eth1', dstport: 4789, ...vxlan0 } }, bridges })

const chunk = readChunk(`${one} ubuntu 10.0.2.2 - 10.0.1.10\n${two} vyos01 10.0.2.3 8472`)
const chunkOf = (hash: string) => (hash === 'here' && typeof chunk !== 'string' ? chunk : undefined)
const given = (chunks: readonly string[] = ['here']) =>
  handoverOf({ vxlan0: { vni: 42, remotes: [], macs: { count: 2, chunks } } })

const filled = (state: DesiredState, handover: FleetHandover | 'none' = given()): FilledState =>
  withFleet(state, handover === 'none' ? undefined : handover, chunkOf) as FilledState

describe('what is behind the members', () => {
  test('is in the place of the word, after what the file states, which counts for its own addresses', () => {
    const own = { mac: two, dst: '10.0.9.9' }
    const { vxlans, fleetParts } = filled(stateOf({ fdb: ['fleet', own], neighbours: ['fleet'] }))
    expect(vxlans['vxlan0']?.fdb).toEqual([own, { mac: one, dst: '10.0.2.2' }])
    expect(vxlans['vxlan0']?.neighbours).toEqual([{ ip: '10.0.1.10', mac: one }])
    expect(fleetParts.get('vxlan0')).toMatchObject({ fdbFrom: 1, notes: [] })
  })

  test('is an entry of a declared bridge too, of a control plane, for its VLAN; and neighbours go to the bridge', () => {
    const vxlan = { fdb: 'fleet', neighbours: 'fleet', master: 'br0', port: { neigh_suppress: true } }
    const plain = filled(stateOf(vxlan, { br0: { neighbours: [{ ip: '10.0.1.10', mac: two }] } }))
    expect(overlayOf(plain).bridgeEntries.get('br0')).toMatchObject([
      { mac: one, dev: 'vxlan0', isOfFleet: true },
      { mac: two, dev: 'vxlan0', isOfFleet: true },
    ])
    // What the file states of an address counts.
    expect(plain.bridges['br0']?.neighbours).toEqual([{ ip: '10.0.1.10', mac: two }])
    expect(plain.vxlans['vxlan0']?.neighbours).toEqual([])
    const withProxy = { ...vxlan, proxy: true, port: { vlans: [{ vid: 7, pvid: true, untagged: true }] } }
    const filtering = filled(stateOf(withProxy, { br0: { vlan_filtering: true } }))
    expect(
      overlayOf(filtering)
        .bridgeEntries.get('br0')
        ?.map(({ vlan }) => vlan),
    ).toEqual([7, 7])
    expect(filtering.vxlans['vxlan0']?.neighbours).toEqual([{ ip: '10.0.1.10', mac: one }])
  })

  test('stays as it was while nothing, or not all of it, is here', () => {
    for (const handover of [
      'none' as const,
      given(['here', 'lost']),
      handoverOf({ vxlan0: { vni: 42, remotes: [] } }),
    ]) {
      const state = filled(stateOf({ fdb: 'fleet', neighbours: 'fleet', master: 'br0' }, { br0: {} }), handover)
      expect(state.vxlans['vxlan0']?.fdb).toEqual([])
      expect(state.fleetParts.get('vxlan0')).toMatchObject({ isFdbPending: true, areNeighboursPending: true })
      expect(state.fleetParts.get('br0')).toMatchObject({ isFdbPending: true, areNeighboursPending: true })
    }
  })

  test('is of the family of the link; the members themselves are no remotes unless they are asked for', () => {
    const handover = handoverOf({
      vxlan0: {
        ...{ vni: 42, remotes: [{ dst: '10.0.2.2', node: 'ubuntu', state: 'present' }] },
        macs: { count: 2, chunks: ['here'] },
      },
    })
    const state = filled(stateOf({ fdb: 'fleet', local: '2001:db8::1' }), handover)
    expect(state.vxlans['vxlan0']?.fdb).toEqual([])
    expect(state.vxlans['vxlan0']).not.toHaveProperty('remotes')
  })

  test('the same chunk gives the same objects, of which there may be 100,000', () => {
    const state = stateOf({ fdb: 'fleet', master: 'br0' }, { br0: {} })
    const [before, after] = [filled(state), filled(state)]
    expect(before.vxlans['vxlan0']?.fdb?.[0]).toBe(after.vxlans['vxlan0']?.fdb?.[0])
    const [first, second] = [before, after].map((each) => overlayOf(each).bridgeEntries.get('br0')?.[0])
    expect(first).toBe(second)
  })

  test('is told at the word in the file, and exported as the word', () => {
    const own = { mac: '02:00:00:00:09:09', dst: '10.0.9.9' }
    const state = stateOf({ fdb: [own, 'fleet'], neighbours: 'fleet' })
    expect(statedPath(state, ['vxlans', 'vxlan0', 'fdb', 2, 'dst'])).toEqual(['vxlans', 'vxlan0', 'fdb', 1])
    expect(statedPath(state, ['vxlans', 'vxlan0', 'fdb', 0, 'dst'])).toEqual(['vxlans', 'vxlan0', 'fdb', 0, 'dst'])
    const { fleetParts: _, ...found } = filled(state)
    expect(asStated(found, state, given(), chunkOf).vxlans['vxlan0']).toMatchObject({
      fdb: ['fleet', own],
      neighbours: ['fleet'],
    })
  })
})

test('a chunk that no fleet process would write is not read', () => {
  for (const text of ['', one, `${one} ubuntu 10.0.2.2`, `ff:ff:ff:ff:ff:ff ubuntu 10.0.2.2 -`]) {
    expect(readChunk(text)).toMatch(/line 1/)
  }
  expect(readChunk(`${one} ubuntu 10.0.2.2 -\n${one} ubuntu 10.0.2.2 70000`)).toMatch(/line 2/)
})
