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
const macRight = (vni: number) => ({ prefix: `/vxagent/v1/prod/macs/${vni}/a/`, access: 'readwrite' })
const macRights = (fake: FakeStore): number[] =>
  (fake.roles.get(role) ?? [])
    .flatMap(({ prefix }) => Number(/macs\/(\d+)\//.exec(prefix)?.[1] ?? Number.NaN))
    .filter(Number.isInteger)

test('a host gets user, role, rights by prefix and a roster entry; the entry comes first', async () => {
  const fake = new FakeStore()
  const { steps, enforced } = await grantNode(fake.operation('a'), { vnis: ['42', '100-102'], vteps: ['10.0.0.1/32'] })
  expect(enforced).toBe(true)
  expect(steps.every(({ changed }) => changed)).toBe(true)
  expect(fake.log[0]).toBe(`commit put ${entry}`)
  expect(JSON.parse(fake.text(entry) ?? '')).toEqual({ v: 1, vteps: ['10.0.0.1/32'], vnis: ['42', '100-102'] })
  expect(fake.users.get('a')).toEqual(new Set([role]))
  expect(fake.roles.get(role)).toEqual([...rightsOfA, ...[42, 100, 101, 102].map(macRight)])
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

test('a host may say what is behind it in the VNIs that it may claim, or in those that are stated', async () => {
  const fake = new FakeStore()
  const { steps } = await grantNode(fake.operation('a'), { vnis: ['1-5000'] })
  expect(macRights(fake)).toEqual([])
  expect(steps.map(({ what }) => what).join()).toContain('state which with --mac-vnis')
  await grantNode(fake.operation('a'), { macVnis: ['42', '7'] })
  expect(macRights(fake)).toEqual([7, 42])
  // What it may already stays, as a host of before is granted again; what it may not claim any more goes.
  await grantNode(fake.operation('a'), {})
  expect(macRights(fake)).toEqual([7, 42])
  await grantNode(fake.operation('a'), { vnis: ['42-43'] })
  expect(macRights(fake)).toEqual([42, 43])
  await grantNode(fake.operation('a'), { vnis: 'any' })
  expect(macRights(fake)).toEqual([42, 43])
  await expect(grantNode(fake.operation('a'), { macVnis: ['1-1000'] })).rejects.toThrow('256 VNIs at most')
})

test('a host that was granted before there were such rights gets them when it is granted again', async () => {
  const fake = new FakeStore()
  await grantNode(fake.operation('a'), { vnis: ['42'] })
  fake.roles.set(role, rightsOfA as never)
  const { steps } = await grantNode(fake.operation('a'), {})
  expect(steps.filter(({ changed }) => changed)).toHaveLength(1)
  expect(macRights(fake)).toEqual([42])
})
