import { expect, test } from 'vitest'
import { evictNode } from '../../../src/fleet/operate/evict.ts'
import { grantNode } from '../../../src/fleet/operate/grant.ts'
import { FakeStore } from './fakes.ts'

const entry = '/vxagent/v1/prod/roster/a'
const role = 'vxagent-prod-a'

async function member(): Promise<FakeStore> {
  const fake = new FakeStore()
  await grantNode(fake.operation('a'), { vnis: ['42'] })
  fake.put('/vxagent/v1/prod/nodes/a/record', '{}')
  fake.put('/vxagent/v1/prod/state/a/record', '{}')
  fake.put('/vxagent/v1/prod/nodes/ab/record', '{}')
  fake.log.length = 0
  return fake
}

test('a host is put out: the roster first, then its rights, then what it said of itself', async () => {
  const fake = await member()
  const { steps } = await evictNode(fake.operation('a'))
  expect(fake.log).toEqual([
    `commit put ${entry}`,
    `deleteRole ${role}`,
    'deleteUser a',
    'commit delete /vxagent/v1/prod/nodes/a/record, delete /vxagent/v1/prod/state/a/record',
  ])
  // Its limits stay for when it is taken in again.
  expect(fake.text(entry)).toBe('{"v":1,"vnis":["42"],"evicted":true}')
  expect([...fake.keys.keys()]).toEqual([entry, '/vxagent/v1/prod/nodes/ab/record'])
  expect(steps.every(({ changed }) => changed)).toBe(true)
})

test('done twice it changes nothing', async () => {
  const fake = await member()
  await evictNode(fake.operation('a'))
  fake.log.length = 0
  const { steps } = await evictNode(fake.operation('a'))
  expect(steps.filter(({ changed }) => changed)).toEqual([])
  expect(fake.log).toEqual([])
})

test('what it writes while it is being put out goes, too', async () => {
  const fake = await member()
  fake.meanwhile = () => {
    fake.meanwhile = () => {}
    fake.put('/vxagent/v1/prod/answers/a/1', '{}')
  }
  await evictNode(fake.operation('a'))
  expect([...fake.keys.keys()].filter((key) => key.includes('/a/'))).toEqual([])
})

test('more keys than one transaction takes are deleted in several', async () => {
  const fake = await member()
  for (let number = 0; number < 300; number += 1) {
    fake.put(`/vxagent/v1/prod/answers/a/${number}`, '{}')
  }
  const { steps } = await evictNode(fake.operation('a'))
  expect(steps.at(-1)?.what).toBe('what a said of itself is deleted (302 keys)')
  expect(fake.log.filter((line) => line.startsWith('commit delete'))).toHaveLength(3)
})

test('a user that has other roles stays', async () => {
  const fake = await member()
  fake.users.get('a')?.add('vxagent-lab-a')
  const { steps } = await evictNode(fake.operation('a'))
  expect(fake.users.get('a')).toEqual(new Set(['vxagent-lab-a']))
  expect(steps).toContainEqual({ changed: false, what: 'user a stays: it has other roles (vxagent-lab-a)' })
})

test('an entry that cannot be read does not keep a host in', async () => {
  const fake = await member()
  fake.put(entry, 'nonsense')
  await evictNode(fake.operation('a'))
  expect(fake.text(entry)).toBe('{"v":1,"evicted":true}')
})

test.each([
  ['b', /^there is no host b in the fleet prod: /],
  ['root', /no host can have that id/],
])('%s is refused, and nothing is written', async (node, words) => {
  const fake = await member()
  await expect(evictNode(fake.operation(node))).rejects.toThrow(words)
  expect(fake.log).toEqual([])
})
