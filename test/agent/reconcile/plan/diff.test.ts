import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { parseKernelRelease } from '../../../../src/agent/host/kernel-release.ts'
import { fdbKey } from '../../../../src/agent/kernel/observed.ts'
import type { Plan } from '../../../../src/agent/reconcile/plan/action.ts'
import { describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import { nothingOwned, type Owned } from '../../../../src/agent/record/owned.ts'
import { type Address, constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { arbitraryVxlans } from '../../../support/arbitrary-vxlans.ts'
import { address, desired, device, mac, observed, owned, release, vxlan } from '../../../support/builders.ts'

const eth1 = device(2, 'eth1')
const vxlan0 = vxlan(5, 'vxlan0', { id: 42, link: 2 }, { mtu: 1450 })
const ownsVxlan0 = owned({ vxlan0: { id: 42, ifindex: 5 } })
const spec: VxlanSpec = { id: 42, dev: 'eth1' }

function kinds({ actions, obstacles }: Plan): string[] {
  return [
    ...actions.map(({ kind, link }) => `${kind} ${link}`),
    ...obstacles.map(({ kind, link }) => `${kind} ${link}`),
  ]
}

test.each<{
  name: string
  vxlans: Record<string, VxlanSpec>
  links: Link[]
  addresses?: Address[]
  record: Owned
  plan: string[]
}>([
  { name: 'is empty when converged', vxlans: { vxlan0: spec }, links: [eth1, vxlan0], record: ownsVxlan0, plan: [] },
  {
    name: 'makes what is missing, then its addresses',
    vxlans: { vxlan0: { ...spec, addresses: ['10.0.1.1/24'] } },
    links: [eth1],
    record: owned({}),
    plan: ['createLink vxlan0', 'addAddress vxlan0'],
  },
  {
    name: 'deletes what is ours and declared no more',
    vxlans: {},
    links: [eth1, vxlan0],
    record: ownsVxlan0,
    plan: ['deleteLink vxlan0'],
  },
  { name: 'leaves what is not ours', vxlans: {}, links: [eth1, vxlan0], record: owned({}), plan: [] },
  {
    name: 'does not adopt a link of the declared name',
    vxlans: { vxlan0: spec },
    links: [eth1, vxlan0],
    record: owned({}),
    plan: ['conflict vxlan0'],
  },
  {
    name: 'does not take another link for ours when ours is gone',
    vxlans: { vxlan0: spec },
    links: [eth1, vxlan(6, 'vxlan0', { id: 42, link: 2 })],
    record: ownsVxlan0,
    plan: ['conflict vxlan0'],
  },
  {
    name: 'does not take a device of another kind for ours',
    vxlans: { vxlan0: spec },
    links: [eth1, device(5, 'vxlan0')],
    record: ownsVxlan0,
    plan: ['conflict vxlan0'],
  },
  {
    name: 'knows a link that was made, though a crash kept its ifindex from the record',
    vxlans: { vxlan0: spec },
    links: [eth1, vxlan0],
    record: owned({ vxlan0: { id: 42 } }),
    plan: [],
  },
  {
    name: 'deletes ours under the name that others gave it, before it makes it anew',
    vxlans: { vxlan0: spec },
    links: [eth1, vxlan(5, 'renamed', { id: 42, link: 2 })],
    record: ownsVxlan0,
    plan: ['deleteLink renamed', 'createLink vxlan0'],
  },
  {
    name: 'frees a VNI before it gives it to another',
    vxlans: { vxlan9: spec },
    links: [eth1, vxlan0],
    record: ownsVxlan0,
    plan: ['deleteLink vxlan0', 'createLink vxlan9'],
  },
  {
    name: 'waits for the underlay device',
    vxlans: { vxlan0: spec },
    links: [],
    record: owned({}),
    plan: ['waiting vxlan0'],
  },
  {
    name: 'plans what can be done beside what cannot',
    vxlans: { vxlan0: spec, vxlan1: { id: 43, dev: 'eth9' } },
    links: [eth1],
    record: owned({}),
    plan: ['createLink vxlan0', 'waiting vxlan1'],
  },
  {
    name: 'sees a VNI that others hold',
    vxlans: { vxlan0: spec },
    links: [eth1, vxlan(9, 'byhand', { id: 42 })],
    record: owned({}),
    plan: ['conflict vxlan0'],
  },
  {
    name: 'gives a replaced link all of its addresses again',
    vxlans: { vxlan0: { ...spec, dstport: 4789, addresses: ['10.0.1.1/24'] } },
    links: [eth1, vxlan0],
    addresses: [address(5, '10.0.1.1/24')],
    record: ownsVxlan0,
    plan: ['replaceLink vxlan0', 'addAddress vxlan0'],
  },
])('$name', ({ vxlans, links, addresses = [], record, plan }) => {
  expect(kinds(diff(desired(vxlans), observed(links, addresses), record, { release }))).toEqual(plan)
})

test('a link named as a property of every object is a link like others', () => {
  const vxlans = Object.assign(Object.create(null), { constructor: spec })
  expect(
    kinds(diff(desired(vxlans), observed([eth1]), { ...nothingOwned, links: Object.create(null) }, { release })),
  ).toEqual(['createLink constructor'])
})

/** Links of ours and of others, some of them named as what is declared. */
const arbitraryLinks = fc.uniqueArray(
  fc.record({
    index: fc.integer({ min: 3, max: 12 }),
    name: fc.constantFrom('vxlan0', 'vxlan1', 'vxlan2', 'byhand0', 'byhand1'),
    id: fc.integer({ min: 1, max: 4 }),
    port: fc.constantFrom(8472, 4789),
    isOurs: fc.boolean(),
  }),
  { maxLength: 5, comparator: (one, other) => one.index === other.index || one.name === other.name },
)

test('a plan names no link and no ifindex that is not ours', () => {
  fc.assert(
    fc.property(arbitraryVxlans, arbitraryLinks, (vxlans, links) => {
      const kernel = observed(
        [eth1, device(13, 'eth2', 9000), ...links.map(({ index, name, id, port }) => vxlan(index, name, { id, port }))],
        links.map(({ index }) => address(index, '10.7.7.7/24')),
      )
      const record = owned(
        Object.fromEntries(
          links.filter(({ isOurs }) => isOurs).map(({ name, id, index }) => [name, { id, ifindex: index }]),
        ),
      )
      const foreign = links.filter(({ isOurs }) => !isOurs)
      for (const action of diff(desired(vxlans), kernel, record, { release }).actions) {
        expect(foreign.map(({ name }) => name)).not.toContain(action.link)
        expect(foreign.map(({ index }) => index)).not.toContain('ifindex' in action ? action.ifindex : undefined)
      }
    }),
  )
})

test('a plan does not depend on the order in which the kernel lists its links', () => {
  fc.assert(
    fc.property(arbitraryVxlans, arbitraryLinks, (vxlans, links) => {
      const all = [
        eth1,
        device(13, 'eth2'),
        ...links.map(({ index, name, id, port }) => vxlan(index, name, { id, port })),
      ]
      const record = owned(
        Object.fromEntries(
          links.filter(({ isOurs }) => isOurs).map(({ name, id, index }) => [name, { id, ifindex: index }]),
        ),
      )
      const lines = (order: readonly Link[]): string[] =>
        diff(desired(vxlans), observed(order), record, { release }).actions.map(describeAction).sort()
      expect(lines(all)).toEqual(lines(all.toReversed()))
    }),
  )
})

test('a link made again gets the MAC that it had', () => {
  const { actions } = diff(desired({ vxlan0: spec }), observed([eth1]), ownsVxlan0, { release })
  expect(actions).toMatchObject([{ kind: 'createLink', mac, reason: expect.stringContaining('gone') }])
})

test('a kernel that is too old for a key is told so, and does all the rest; without a VNI filter there are no VNIs in it', () => {
  const wanted = desired({ vxlan0: { external: true, vnifilter: true, vnis: [42], localbypass: false, dstport: 4789 } })
  const { actions, obstacles } = diff(wanted, observed([]), owned({}), {
    release: parseKernelRelease('5.10.0-32-cloud-amd64'),
  })
  expect(actions.map(({ kind }) => kind)).toEqual(['createLink'])
  expect(obstacles.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^vnifilter needs Linux 5\.18 or later, and this is 5\.10\.0/),
    expect.stringMatching(/^localbypass needs Linux 6\.5 or later/),
  ])
})

test('a link that is like the one of the record but for its ifindex is a conflict with the way out', () => {
  const reasonFor = (link: Link): string | undefined =>
    diff(desired({ vxlan0: spec }), observed([eth1, link]), ownsVxlan0, { release }).obstacles[0]?.reason
  const returned = reasonFor(vxlan(6, 'vxlan0', { id: 42, link: 2 }))
  expect(returned).toContain('may have come back from another network namespace')
  expect(returned).toContain('state adopt: true')
  expect(reasonFor(vxlan(6, 'vxlan0', { id: 42, link: 2 }, { address: '02:00:00:00:00:99' }))).toContain(
    "exists that is not in vxagent's record: another program created it, or a vxagent with another state directory; delete",
  )
})

test('a stranger is one by the record alone, which is named', () => {
  const record = { ...owned({}), directory: '/srv/lab' }
  const reasonFor = (link: Link): string | undefined =>
    diff(desired({ vxlan0: spec }), observed([eth1, link]), record, { release }).obstacles[0]?.reason
  expect(reasonFor(vxlan(6, 'vxlan0', { id: 42, link: 2 }))).toContain(
    "is not in vxagent's record in /srv/lab: another",
  )
  expect(reasonFor(vxlan(6, 'other', { id: 42, link: 2 }))).toContain(
    "link other, which is not in vxagent's record in /srv/lab, holds VNI 42",
  )
})

test('a stranger that has the name of a declared bridge is nobody’s master', () => {
  const stranger: Link = {
    ...device(9, 'br0'),
    attributes: { ...device(9, 'br0').attributes, linkinfo: { kind: 'bridge' } },
  }
  const state = desired({ vxlan0: { ...spec, master: 'br0' } }, { br0: {} })
  expect(kinds(diff(state, observed([eth1, vxlan0, stranger]), ownsVxlan0, { release }))).toEqual([
    'conflict br0',
    'waiting vxlan0',
  ])
})

test('a device of a kind that the kernel does not name is a conflict all the same', () => {
  const { linkinfo: _, ...attributes } = device(5, 'vxlan0').attributes
  const { obstacles } = diff(desired({ vxlan0: spec }), observed([eth1, { ...vxlan0, attributes }]), owned({}), {
    release,
  })
  expect(obstacles).toMatchObject([{ kind: 'conflict', reason: expect.stringContaining('of kind unknown') }])
})

test('the entry of a group that a link loses goes with it; one that was left behind on another device is removed', () => {
  const flood = (ifindex: number): Neighbour => ({
    ...{ family: constants.AF_BRIDGE, ifindex: 5, type: 0, state: constants.NUD_PERMANENT, flags: constants.NTF_SELF },
    attributes: { lladdr: '00:00:00:00:00:00', dst: '239.1.1.1', ifindex },
  })
  const tables = observed([eth1, vxlan(5, 'vxlan0', { id: 42, link: 2, group: '239.1.1.1' }, { mtu: 1450 })])
  tables.fdb.set(5, new Map([flood(2), flood(7)].map((each) => [fdbKey(each), each])))
  const record = owned({ vxlan0: { id: 42, ifindex: 5, stated: ['id', 'dev', 'group'] } })
  const { actions } = diff(desired({ vxlan0: { id: 42, dev: 'eth1' } }), tables, record, { release })
  expect(actions).toMatchObject([
    { kind: 'changeLink', changes: [{ attribute: 'group', to: undefined }] },
    { kind: 'removeEntries', entries: [{ key: fdbKey(flood(7)) }] },
  ])
})
