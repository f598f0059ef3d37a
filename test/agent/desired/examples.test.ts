import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Path } from '../../../src/agent/desired/finding.ts'
import { loadDesired } from '../../../src/agent/desired/load.ts'
import { keysAt } from '../../../src/agent/desired/schema-at.ts'

const directory = new URL('../../../examples/', import.meta.url).pathname
const examples = readdirSync(directory).filter((name) => name.endsWith('.yaml'))

test.each(examples)('%s is valid and gives no warning', async (name) => {
  const { state, warnings } = await loadDesired([join(directory, name)])
  expect(warnings).toEqual([])
  expect(Object.keys(state.vxlans)).not.toEqual([])
})

/** Adds the keys of every mapping within `value`, by the keys that such a mapping may have. */
function gatherKeys(path: Path, value: unknown, gathered: Map<string, Set<string>>): void {
  if (typeof value !== 'object' || value === null) {
    return
  }
  const possible = keysAt(path)
  if (possible.length > 0) {
    const stated = gathered.get(possible.join()) ?? new Set()
    gathered.set(possible.join(), new Set([...stated, ...Object.keys(value)]))
  }
  for (const [key, inner] of Object.entries(value)) {
    gatherKeys([...path, Array.isArray(value) ? Number(key) : key], inner, gathered)
  }
}

test('everything.yaml has every key, and every key within keys', async () => {
  const { state } = await loadDesired([join(directory, 'everything.yaml')])
  const gathered = new Map<string, Set<string>>()
  gatherKeys([], state, gathered)
  // Settings under /proc/sys have their own table in docs/reference/desired-state.md.
  const isSysctl = (keys: string): boolean => keys.includes('arp_accept') || keys.includes('accept_ra')
  const kinds = [...gathered].filter(([possible]) => !isSysctl(possible))
  // The file, vxlan, bridge, port, VLAN, map, address, remote, forwarding entries of a vxlan and of a bridge, VNI, neighbour, the fleet, its probes, the two families of sysctl.
  expect(kinds).toHaveLength(15)
  for (const [possible, stated] of kinds) {
    expect([...stated].sort().join()).toBe(possible.split(',').sort().join())
  }
})

test('the three hosts of the story differ in their addresses only', async () => {
  const hosts = ['story-ubuntu', 'story-vyos01', 'story-vyos02'].map((name) => join(directory, `${name}.yaml`))
  const links = await Promise.all(hosts.map(async (file) => (await loadDesired([file])).state.vxlans['vxlan0']))
  const common = { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16, ageing: 300, dstport: 8472 }
  expect(links).toEqual(
    ['10.0.1.1/24', '10.0.1.254/24', '10.0.1.253/24'].map((address) => ({ ...common, addresses: [address] })),
  )
})
