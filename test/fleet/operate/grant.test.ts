import { expect, test } from 'vitest'
import { StoreError } from '../../../src/fleet/etcd/store.ts'
import { grantNode } from '../../../src/fleet/operate/grant.ts'
import { forOperator } from '../../../src/fleet/operate/parts.ts'
import { FakeStore } from './fakes.ts'

const entry = '/vxagent/v1/prod/roster/a'
const role = 'vxagent-prod-a'
const rightsOfA = [
  { prefix: '/vxagent/v1/prod/', access: 'read' },
  ...['nodes', 'state', 'asks', 'answers'].map((part) => ({
    prefix: `/vxagent/v1/prod/${part}/a/`,
    access: 'readwrite',
  })),
]

test('a host gets user, role, rights by prefix and a roster entry; the entry comes first', async () => {
  const fake = new FakeStore()
  const { steps, enforced } = await grantNode(fake.operation('a'), { vnis: ['42', '100-200'], vteps: ['10.0.0.1/32'] })
  expect(enforced).toBe(true)
  expect(steps.every(({ changed }) => changed)).toBe(true)
  expect(fake.log[0]).toBe(`commit put ${entry}`)
  expect(JSON.parse(fake.text(entry) ?? '')).toEqual({ v: 1, vteps: ['10.0.0.1/32'], vnis: ['42', '100-200'] })
  expect(fake.users.get('a')).toEqual(new Set([role]))
  expect(fake.roles.get(role)).toEqual(rightsOfA)
})

test('given again it changes nothing, with the limits repeated or left out', async () => {
  const fake = new FakeStore()
  const grant = { vnis: ['42', '100-200'], vteps: ['10.0.0.1/32'] }
  await grantNode(fake.operation('a'), grant)
  fake.log.length = 0
  for (const again of [grant, {}, { vnis: grant.vnis }]) {
    const { steps } = await grantNode(fake.operation('a'), again)
    expect(steps.filter(({ changed }) => changed)).toEqual([])
  }
  expect(fake.log).toEqual([])
})

test('a limit that is not given stays, and any lifts it', async () => {
  const fake = new FakeStore()
  await grantNode(fake.operation('a'), { vnis: ['42'], vteps: ['10.0.0.1/32'] })
  await grantNode(fake.operation('a'), { vnis: ['7'] })
  expect(JSON.parse(fake.text(entry) ?? '')).toEqual({ v: 1, vteps: ['10.0.0.1/32'], vnis: ['7'] })
  const { steps } = await grantNode(fake.operation('a'), { vteps: 'any' })
  expect(JSON.parse(fake.text(entry) ?? '')).toEqual({ v: 1, vnis: ['7'] })
  expect(steps).toContainEqual({ changed: true, what: 'roster: a may claim VNI 7 and any address' })
})

test('without limits no entry is written, which would lift those of the entry for all hosts', async () => {
  const fake = new FakeStore()
  await grantNode(fake.operation('a'), {})
  expect(fake.text(entry)).toBeUndefined()
  await grantNode(fake.operation('a'), { vnis: 'any', vteps: 'any' })
  expect(fake.text(entry)).toBe('{"v":1}')
})

test.each([
  { before: '{"v":1,"evicted":true,"vnis":["42"]}', after: '{"v":1,"vnis":["42"]}' },
  { before: '{"v":1,"evicted":true}', after: undefined },
])('an eviction is taken back, and the limits stay: $before', async ({ before, after }) => {
  const fake = new FakeStore()
  fake.put(entry, before)
  const { steps } = await grantNode(fake.operation('a'), {})
  expect(fake.text(entry)).toBe(after)
  expect(steps).toContainEqual({ changed: true, what: 'a is no longer evicted' })
})

test('an entry that cannot be read is written again', async () => {
  const fake = new FakeStore()
  fake.put(entry, 'nonsense')
  const { steps } = await grantNode(fake.operation('a'), { vnis: ['42'] })
  expect(fake.text(entry)).toBe('{"v":1,"vnis":["42"]}')
  expect(steps[0]?.what).toBe('the roster entry of a could not be read, and is written again')
})

test('rights of another form are put right', async () => {
  const fake = new FakeStore()
  fake.users.set('a', new Set())
  fake.roles.set(role, [
    { prefix: '/vxagent/v1/prod/', access: 'readwrite' },
    { prefix: '/vxagent/v1/prod/nodes/b/', access: 'readwrite' },
  ])
  await grantNode(fake.operation('a'), {})
  expect(fake.roles.get(role)).toEqual(expect.arrayContaining(rightsOfA))
  expect(fake.roles.get(role)).toHaveLength(rightsOfA.length)
  expect(fake.users.get('a')).toEqual(new Set([role]))
})

test('another operator at the same time is noticed, and not written over', async () => {
  const fake = new FakeStore()
  fake.meanwhile = () => fake.put(entry, '{"v":1,"evicted":true}')
  await expect(grantNode(fake.operation('a'), { vnis: ['42'] })).rejects.toThrow(
    `somebody else has changed ${entry} just now: look at it, and run this again`,
  )
  expect(fake.text(entry)).toBe('{"v":1,"evicted":true}')
  expect(fake.users.size).toBe(0)
})

test('root is nobody’s id', async () => {
  const fake = new FakeStore()
  await expect(grantNode(fake.operation('root'), {})).rejects.toThrow('no host can have that id')
  expect(fake.log).toEqual([])
})

test('while authentication is off all of it is written, and said not to be enforced', async () => {
  const fake = new FakeStore()
  fake.enforced = false
  expect((await grantNode(fake.operation('a'), { vnis: ['42'] })).enforced).toBe(false)
  expect(fake.users.get('a')).toEqual(new Set([role]))
})

test.each([
  [
    'cannot add user a at 10.9.0.1:2379: permission denied; let an operator run `vxagent fleet grant` for this node',
    'cannot add user a at 10.9.0.1:2379: permission denied; the CommonName of --cert must be a user of etcd that has its role root',
  ],
  [
    'cannot read x at h:1: no answer in time; check that etcd runs there and that the endpoint is right; vxagent keeps trying',
    'cannot read x at h:1: no answer in time; check that etcd runs there and that the endpoint is right',
  ],
  [
    'cannot read x at h:1: refused; check `ca`, `cert` and `key` of the fleet section, and the clock of this host',
    'cannot read x at h:1: refused; check --ca, --cert and --key, and the clock of this host',
  ],
])('advice is for an operator: %s', (before, after) => {
  const error = forOperator(new StoreError('refused', before, { endpoint: 'h:1' }))
  expect(error).toMatchObject({ kind: 'refused', message: after, endpoint: 'h:1' })
})
