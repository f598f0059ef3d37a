import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { parseKernelRelease } from '../../../../src/agent/host/kernel-release.ts'
import type { ReplacementOrder } from '../../../../src/agent/reconcile/plan/action.ts'
import { diffLink, type LinkPlan } from '../../../../src/agent/reconcile/plan/diff-link.ts'
import { planContext } from '../../../../src/agent/reconcile/plan/plan-context.ts'
import type { OwnedLink } from '../../../../src/agent/record/owned.ts'
import type { AttributeChange } from '../../../../src/agent/words/values.ts'
import type { Link, VxlanAttributes } from '../../../../src/rtnetlink/index.ts'
import { desired, desiredVxlan, device, mac, observed, owned, release, vxlan } from '../../../support/builders.ts'

const eth1 = device(2, 'eth1')
const base: VxlanAttributes = { id: 42, group: '239.1.1.1', link: 2 }
const spec: VxlanSpec = { id: 42, group: '239.1.1.1', dev: 'eth1' }

function plan(
  wanted: VxlanSpec,
  link: Link,
  stated: readonly string[] = Object.keys(wanted),
  around: Link[] = [eth1],
): LinkPlan {
  const record = { kind: 'vxlan' as const, id: 42, mac, ifindex: link.index, stated }
  const records = owned({ vxlan0: record })
  const context = planContext(desired({ vxlan0: wanted }), observed([...around, link]), records, release)
  return diffLink(desiredVxlan('vxlan0', wanted), link, record, context)
}

function words(changes: readonly AttributeChange[]): string[] {
  return changes.map(({ attribute, from, to }) => `${attribute} ${from} ${to}`)
}

/** Each change as a word and its values; what forces a replacement stands after `!`. */
function summary({ change, replacement }: LinkPlan): string[] {
  return [
    ...words(change?.changes ?? []),
    ...words(replacement?.forcedBy ?? []).map((word) => `! ${word}`),
    ...words(replacement?.alongside ?? []),
  ]
}

describe('changes live', () => {
  test.each<{ name: string; wanted: VxlanSpec; data?: VxlanAttributes; changes: string[] }>([
    { name: 'nothing when all is as declared', wanted: spec, changes: [] },
    { name: 'ttl', wanted: { ...spec, ttl: 16 }, changes: ['ttl 0 16'] },
    { name: 'tos inherit', wanted: { ...spec, tos: 'inherit' }, changes: ['tos 0 inherit'] },
    { name: 'df', wanted: { ...spec, df: 'set' }, changes: ['df unset set'] },
    {
      name: 'ageing and learning',
      wanted: { ...spec, ageing: 60, learning: false },
      changes: ['ageing 300 60', 'learning true false'],
    },
    { name: 'the group', wanted: { ...spec, group: '239.1.1.2' }, changes: ['group 239.1.1.1 239.1.1.2'] },
    {
      name: 'a local address where there was none',
      wanted: { ...spec, local: '10.0.2.1' },
      changes: ['local undefined 10.0.2.1'],
    },
  ])('$name', ({ wanted, data, changes }) => {
    const found = plan(wanted, vxlan(5, 'vxlan0', { ...base, ...data }, { mtu: 1450 }))
    expect(found.replacement).toBeUndefined()
    expect(summary(found)).toEqual(changes)
  })

  test('a group that goes without a successor', () => {
    const link = vxlan(5, 'vxlan0', base, { mtu: 1450 })
    expect(summary(plan({ id: 42, dev: 'eth1' }, link, ['id', 'group', 'dev']))).toEqual(['group 239.1.1.1 undefined'])
  })

  test('a local address that goes', () => {
    const link = vxlan(5, 'vxlan0', { ...base, local: '10.0.2.1' }, { mtu: 1450 })
    expect(summary(plan(spec, link, [...Object.keys(spec), 'local']))).toEqual(['local 10.0.2.1 undefined'])
  })

  test('a group that becomes a remote', () => {
    const wanted: VxlanSpec = { id: 42, remote: '10.0.2.254', dev: 'eth1' }
    const link = vxlan(5, 'vxlan0', base, { mtu: 1450 })
    expect(summary(plan(wanted, link, ['id', 'group', 'dev']))).toEqual([
      'group 239.1.1.1 undefined',
      'remote undefined 10.0.2.254',
    ])
  })

  test('MTU, MAC, alias and whether it is up', () => {
    const wanted: VxlanSpec = { ...spec, mtu: 1400, mac: '02:00:00:00:00:77', alias: 'lab' }
    const link = vxlan(5, 'vxlan0', base, { mtu: 1450, isUp: false })
    expect(summary(plan(wanted, link))).toEqual([
      'mtu 1450 1400',
      `mac ${mac} 02:00:00:00:00:77`,
      'alias  lab',
      'up false true',
    ])
  })
})

test.each<{ name: string; wanted: VxlanSpec; data?: VxlanAttributes; stated?: string[]; summary: string[] }>([
  { name: 'the VNI', wanted: { ...spec, id: 43 }, summary: ['! id 42 43'] },
  { name: 'the port', wanted: { ...spec, dstport: 4789 }, summary: ['! dstport 8472 4789'] },
  {
    name: 'the port, with what could be changed live beside it',
    wanted: { ...spec, dstport: 4789, ttl: 16 },
    summary: ['! dstport 8472 4789', 'ttl 0 16'],
  },
  { name: 'a ttl that becomes inherit', wanted: { ...spec, ttl: 'inherit' }, summary: ['! ttl 0 inherit'] },
  {
    name: 'a ttl that was inherit',
    wanted: { ...spec, ttl: 16 },
    data: { ttlInherit: true },
    summary: ['! ttl inherit 16'],
  },
  {
    name: 'an underlay device that goes',
    wanted: { id: 42, remote: '10.0.2.254' },
    data: { group: '10.0.2.254' },
    stated: ['id', 'remote', 'dev'],
    summary: ['! dev eth1 undefined'],
  },
  {
    name: 'another address family',
    wanted: { ...spec, group: 'ff05::1' },
    summary: ['! group 239.1.1.1 ff05::1', 'mtu 1450 1430'],
  },
  {
    name: 'a port that is stated no more',
    wanted: spec,
    data: { port: 4789 },
    stated: [...Object.keys(spec), 'dstport'],
    summary: ['! dstport 4789 8472'],
  },
])('replaces the link for $name', ({ wanted, data, stated, summary: expected }) => {
  const link = vxlan(5, 'vxlan0', { ...base, ...data }, { mtu: 1450 })
  expect(summary(plan(wanted, link, stated ?? Object.keys(wanted)))).toEqual(expected)
})

test('a replacement keeps the MAC, or takes the declared one', () => {
  const link = vxlan(5, 'vxlan0', base, { mtu: 1450, address: '02:00:00:00:00:55' })
  expect(plan({ ...spec, dstport: 4789 }, link).replacement).toMatchObject({ ifindex: 5, mac: '02:00:00:00:00:55' })
  const stated = '02:00:00:00:00:66'
  expect(plan({ ...spec, dstport: 4789, mac: stated }, link).replacement).toMatchObject({ mac: stated })
})

test.each<{ key: string; data: VxlanAttributes; ifalias?: string; mtu?: number; change: string }>([
  { key: 'ttl', data: { ttl: 16 }, change: 'ttl 16 0' },
  { key: 'ageing', data: { ageing: 60 }, change: 'ageing 60 300' },
  { key: 'learning', data: { learning: false }, change: 'learning false true' },
  { key: 'alias', data: {}, ifalias: 'lab', change: 'alias lab ' },
  { key: 'mtu', data: {}, mtu: 1300, change: 'mtu 1300 1450' },
])(
  'gives $key, stated no more, the default back, and leaves it alone when it never was',
  ({ key, data, ifalias, mtu = 1450, change }) => {
    const link = vxlan(5, 'vxlan0', { ...base, ...data }, { mtu, ...(ifalias !== undefined && { ifalias }) })
    expect(summary(plan(spec, link, [...Object.keys(spec), key]))).toEqual([change])
    if (key !== 'mtu') {
      expect(summary(plan(spec, link))).toEqual([])
    }
  },
)

test('without an underlay device an MTU stated no more goes back to 1500, and one never stated is left alone', () => {
  const link = vxlan(5, 'vxlan0', { id: 42 }, { mtu: 1300 })
  expect(summary(plan({ id: 42 }, link, ['id', 'mtu']))).toEqual(['mtu 1300 1500'])
  expect(summary(plan({ id: 42 }, link, ['id']))).toEqual([])
})

test('a live link waits for its underlay device to come back before it is changed', () => {
  const link = vxlan(5, 'vxlan0', base)
  const { change, replacement, obstacles } = plan({ ...spec, dev: 'eth9', dstport: 4789, ttl: 9 }, link)
  expect([change, replacement]).toEqual([undefined, undefined])
  expect(obstacles).toMatchObject([{ link: 'vxlan0', kind: 'waiting', reason: expect.stringContaining('eth9') }])
})

test('a replacement that could not be made again is not begun, and what else differs goes on', () => {
  const link = vxlan(5, 'vxlan0', base)
  const foreign = vxlan(6, 'byhand', { id: 42, port: 4789 })
  const { change, replacement, obstacles } = plan({ ...spec, dstport: 4789 }, link, Object.keys(spec), [eth1, foreign])
  expect(replacement).toBeUndefined()
  expect(change?.changes).toEqual([{ attribute: 'mtu', from: 1500, to: 1450 }])
  expect(obstacles).toMatchObject([{ link: 'vxlan0', kind: 'conflict', reason: expect.stringContaining('byhand') }])
})

test.each<{ name: string; wanted: VxlanSpec; around?: Link[]; order: ReplacementOrder }>([
  { name: 'another VNI', wanted: { ...spec, id: 43 }, order: 'make before break' },
  { name: 'another port', wanted: { ...spec, dstport: 4789 }, order: 'make before break' },
  { name: 'another family', wanted: { ...spec, group: 'ff05::1' }, order: 'make before break' },
  { name: 'a flag, with the same VNI', wanted: { ...spec, proxy: true }, order: 'break before make' },
  { name: 'another VNI and a flag', wanted: { ...spec, id: 43, proxy: true }, order: 'break before make' },
  {
    name: 'a VNI that a link of ours still has',
    wanted: { ...spec, id: 43 },
    around: [eth1, vxlan(6, 'vxlan1', { id: 43 })],
    order: 'break before make',
  },
])('a replacement for $name goes in this order: $order', ({ wanted, around, order }) => {
  const link = vxlan(5, 'vxlan0', base, { mtu: 1450 })
  const ours = owned({
    vxlan0: { id: 42, ifindex: 5, stated: Object.keys(spec) },
    vxlan1: { id: 43, ifindex: 6 },
  })
  const context = planContext(desired({ vxlan0: wanted }), observed([...(around ?? [eth1]), link]), ours, release)
  const record = ours.links['vxlan0'] as OwnedLink
  expect(diffLink(desiredVxlan('vxlan0', wanted), link, record, context).replacement?.order).toBe(order)
})

test.each<{ name: string; others: Record<string, VxlanSpec>; order: ReplacementOrder }>([
  {
    name: 'another link is to have the VNI that this one leaves',
    others: { vxlan1: { id: 42 } },
    order: 'break before make',
  },
  {
    name: 'another link is to have the VNI that this one leaves, on another port',
    others: { vxlan1: { id: 42, dstport: 4789 } },
    order: 'make before break',
  },
  { name: 'another link is to have another VNI', others: { vxlan1: { id: 44 } }, order: 'make before break' },
  { name: 'this link alone is declared', others: {}, order: 'make before break' },
])('a replacement goes in this order where $name: $order', ({ others, order }) => {
  const link = vxlan(5, 'vxlan0', base, { mtu: 1450 })
  const ours = owned({ vxlan0: { id: 42, ifindex: 5, stated: Object.keys(spec) } })
  const wanted = { ...spec, id: 43 }
  const context = planContext(desired({ vxlan0: wanted, ...others }), observed([eth1, link]), ours, release)
  const record = ours.links['vxlan0'] as OwnedLink
  const { replacement } = diffLink(desiredVxlan('vxlan0', wanted), link, record, context)
  expect(replacement?.order).toBe(order)
})

test('where a link that is up cannot be renamed, it goes before its successor comes', () => {
  const link = vxlan(5, 'vxlan0', base, { mtu: 1450 })
  const ours = owned({ vxlan0: { id: 42, ifindex: 5, stated: Object.keys(spec) } })
  const wanted = { ...spec, id: 43 }
  const context = planContext(
    desired({ vxlan0: wanted }),
    observed([eth1, link]),
    ours,
    parseKernelRelease('6.1.0-rpi7'),
  )
  const record = ours.links['vxlan0'] as OwnedLink
  expect(diffLink(desiredVxlan('vxlan0', wanted), link, record, context).replacement?.order).toBe('break before make')
})

describe('a destination that somebody gave the link, and that no file states,', () => {
  const own: VxlanSpec = { id: 42 }
  const given = { group: '10.0.2.9' }
  const zeros = '00:00:00:00:00:00'

  test.each<{ name: string; wanted: VxlanSpec; data?: VxlanAttributes; changes: string[] }>([
    { name: 'is left alone where no file says where floods go', wanted: own, changes: [] },
    {
      name: 'goes where a file lists remotes',
      wanted: { ...own, remotes: ['10.0.2.2'] },
      changes: ['remote 10.0.2.9 undefined'],
    },
    {
      name: 'goes where the list is empty',
      wanted: { ...own, remotes: [] },
      changes: ['remote 10.0.2.9 undefined'],
    },
    {
      name: 'goes where fdb has entries for floods',
      wanted: { ...own, fdb: [{ mac: zeros, dst: '10.0.2.2' }] },
      changes: ['remote 10.0.2.9 undefined'],
    },
    {
      name: 'is left alone where fdb has other entries',
      wanted: { ...own, fdb: [{ mac, dst: '10.0.2.2' }] },
      changes: [],
    },
    {
      name: 'goes where nothing but the declared may be there',
      wanted: { ...own, fdb_exclusive: true },
      changes: ['remote 10.0.2.9 undefined'],
    },
    {
      name: 'goes where it is a group',
      wanted: { ...own, remotes: ['10.0.2.2'] },
      data: { group: '239.9.9.9', link: 2 },
      changes: ['group 239.9.9.9 undefined'],
    },
    { name: 'stays where it is one of remotes', wanted: { ...own, remotes: ['10.0.2.2', '10.0.2.9'] }, changes: [] },
    {
      name: 'goes where it is one of remotes and would be flooded to by another way as well',
      wanted: { ...own, remotes: ['10.0.2.9'] },
      data: { ...given, link: 2 },
      changes: ['remote 10.0.2.9 undefined'],
    },
    {
      name: 'waits where an interface of the entries is not there',
      wanted: { ...own, remotes: [{ dst: '10.0.2.2', via: 'eth7' }] },
      changes: [],
    },
  ])('$name', ({ wanted, data = given, changes }) => {
    const found = plan(wanted, vxlan(5, 'vxlan0', { id: 42, ...data }))
    expect(found.replacement).toBeUndefined()
    expect(summary(found)).toEqual(changes)
  })

  test('has no company: a device and a local address that no file states are left alone', () => {
    const link = vxlan(5, 'vxlan0', { id: 42, link: 2, local: '10.0.2.1' })
    expect(summary(plan({ ...own, remotes: ['10.0.2.2'] }, link))).toEqual([])
  })
})
