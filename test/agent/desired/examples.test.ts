import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadDesired } from '../../../src/agent/desired/load.ts'
import { vxlanKeys } from '../../../src/agent/desired/schema.ts'

const directory = new URL('../../../examples/', import.meta.url).pathname
const examples = readdirSync(directory).filter((name) => name.endsWith('.yaml'))

test.each(examples)('%s is valid and gives no warning', async (name) => {
  const { state, warnings } = await loadDesired([join(directory, name)])
  expect(warnings).toEqual([])
  expect(Object.keys(state.vxlans)).not.toEqual([])
})

test('everything.yaml has every key', async () => {
  const { state } = await loadDesired([join(directory, 'everything.yaml')])
  const stated = new Set(Object.values(state.vxlans).flatMap((spec) => Object.keys(spec)))
  expect([...stated].sort()).toEqual(Object.keys(vxlanKeys).sort())
})

test('the three hosts of the story differ in their addresses only', async () => {
  const hosts = ['story-ubuntu', 'story-vyos01', 'story-vyos02'].map((name) => join(directory, `${name}.yaml`))
  const links = await Promise.all(hosts.map(async (file) => (await loadDesired([file])).state.vxlans['vxlan0']))
  const common = { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16, ageing: 300, dstport: 8472 }
  expect(links).toEqual(
    ['10.0.1.1/24', '10.0.1.254/24', '10.0.1.253/24'].map((address) => ({ ...common, addresses: [address] })),
  )
})
