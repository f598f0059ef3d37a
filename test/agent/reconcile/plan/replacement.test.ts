/** What a replacement keeps of others' doing, what it takes along, and when it is refused. */
import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import type { ReplacePolicy } from '../../../../src/agent/facts/replace-policy.ts'
import { type Attachments, nothingAttached } from '../../../../src/agent/kernel/attachments.ts'
import { fdbKey, type Observed } from '../../../../src/agent/kernel/observed.ts'
import type { Action, Plan } from '../../../../src/agent/reconcile/plan/action.ts'
import { actionSign, describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import { constants, type Link, type Neighbour, type Nexthop, type Route } from '../../../../src/rtnetlink/index.ts'
import { desired, device, mac, observed, owned, release, vxlan } from '../../../support/builders.ts'

const { NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE, NTF_STICKY, NTF_EXT_LEARNED } = constants

function with_(link: Link, attributes: Link['attributes']): Link {
  return { ...link, attributes: { ...link.attributes, ...attributes } }
}

const eth1 = device(2, 'eth1')
const br0 = with_(device(8, 'br0'), { linkinfo: { kind: 'bridge', data: { stpState: 0 } } })
const old = vxlan(5, 'vxlan0', { id: 42, port: 4789, udpCsum: true })
const spec: VxlanSpec = { id: 42, dstport: 4789, udpcsum: false }

interface World {
  readonly link?: Link
  readonly links?: readonly Link[]
  readonly vxlans?: Readonly<Record<string, VxlanSpec>>
  readonly attached?: Partial<Attachments>
  readonly replace?: ReplacePolicy
  readonly tables?: (tables: Observed) => void
  readonly stated?: readonly string[]
}

function plan({
  link = old,
  links = [],
  vxlans = { vxlan0: spec },
  attached,
  replace,
  tables,
  stated = [],
}: World = {}): Plan {
  const state = observed([eth1, br0, link, ...links])
  tables?.(state)
  return diff(
    desired(vxlans),
    state,
    owned({ vxlan0: { id: 42, ifindex: 5, stated }, inner: { id: 7, ifindex: 20 } }),
    {
      release,
      attached: new Map([[5, { ...nothingAttached, ...attached }]]),
      ...(replace !== undefined && { replace }),
    },
  )
}

function takenAlong(world: World): string[] {
  const replacement = plan(world).actions.find(({ kind }) => kind === 'replaceLink')
  return replacement?.kind === 'replaceLink'
    ? replacement.takesAlong.map(({ description }) => description)
    : ['not replaced']
}

function lines({ actions }: Plan): string[] {
  return actions.map((action: Action) => `${actionSign(action)} ${describeAction(action)}`)
}

const upper = (index: number, name: string, kind: string, link: number, more: Link['attributes'] = {}): Link =>
  with_(device(index, name), { link, linkinfo: { kind }, ...more })
const route = (attributes: Route['attributes'], more: Partial<Route> = {}): Route => ({
  family: constants.AF_INET,
  dstLen: 16,
  srcLen: 0,
  tos: 0,
  table: 254,
  protocol: constants.RTPROT_BOOT,
  scope: 0,
  type: 1,
  flags: 0,
  attributes: { oif: 5, ...attributes },
  ...more,
})

describe('takes along', () => {
  test.each<{ name: string; world: World; lost: string[] }>([
    { name: 'nothing, where nothing hangs on it', world: {}, lost: [] },
    {
      name: 'links on top of it, and what stands on those',
      world: { links: [upper(10, 'mv0', 'macvlan', 5), upper(11, 'mv0.7', 'vlan', 10)] },
      lost: ['mv0 (macvlan) on top of it', 'mv0.7 (vlan) on top of it'],
    },
    {
      name: 'a vxlan that has it as its underlay device',
      world: { links: [vxlan(21, 'other', { id: 7, link: 5 })] },
      lost: ['other (vxlan) on top of it'],
    },
    {
      name: 'a declared one, which comes again',
      world: {
        links: [vxlan(20, 'inner', { id: 7, link: 5 })],
        vxlans: { vxlan0: spec, inner: { id: 7, dev: 'vxlan0' } },
      },
      lost: ['inner (vxlan) on top of it, which vxagent makes again'],
    },
    {
      name: 'no word of one that is ours and to be deleted in any case',
      world: { links: [vxlan(20, 'inner', { id: 7, link: 5 })] },
      lost: [],
    },
    {
      name: 'no link that only has its number: a veth names its peer, a tunnel outlives its device, and others are elsewhere',
      world: {
        links: [
          upper(10, 'veth0', 'veth', 5),
          upper(11, 'gre1', 'gre', 5),
          upper(12, 'mv1', 'macvlan', 5, { linkNetnsid: 3 }),
          upper(13, 'mv2', 'macvlan', 2),
        ],
      },
      lost: [],
    },
    {
      name: 'qdiscs with their filters, and an XDP program',
      world: {
        link: with_(old, { xdp: { attached: 2, progId: 17 } }),
        attached: {
          qdiscs: [
            { kind: 'htb', filters: 2 },
            { kind: 'clsact', filters: 1 },
            { kind: 'tbf', filters: 0 },
          ],
        },
      },
      lost: ['qdisc htb with 2 filters', 'qdisc clsact with 1 filter', 'qdisc tbf', 'the XDP program 17'],
    },
    {
      name: 'nexthop objects, and the routes of daemons',
      world: {
        attached: {
          nexthops: [
            {
              family: 2,
              scope: 0,
              protocol: 0,
              flags: 0,
              attributes: { id: 10, oif: 5, gateway: '10.7.0.2' },
            } as Nexthop,
          ],
          routes: [
            route({ dst: '10.53.0.0', nhId: 10 }),
            route({ dst: '10.54.0.0' }, { protocol: 12 }),
            route({ dst: '10.55.0.0' }, { protocol: 12 }),
            route({ dst: '10.56.0.0' }, { protocol: 99 }),
            route({ dst: '10.50.0.0' }),
          ],
        },
      },
      lost: ['nexthop 10 via 10.7.0.2 and the routes that use it', '2 routes of bird', '1 route of protocol 99'],
    },
    {
      name: 'routes of each daemon, by the name that iproute2 has for it',
      world: {
        attached: {
          routes: [11, 12, 16, 18, 42, 84, 186, 187, 188, 189, 192].map((protocol) =>
            route({ dst: `10.54.${protocol}.0` }, { protocol }),
          ),
        },
      },
      // Source: /usr/share/iproute2/rt_protos
      lost: ['zebra', 'bird', 'dhcp', 'keepalived', 'babel', 'ovn', 'bgp', 'isis', 'ospf', 'rip', 'eigrp'].map(
        (daemon) => `1 route of ${daemon}`,
      ),
    },
    {
      name: 'its place in what is neither a bridge nor a VRF',
      world: {
        link: with_(old, { master: 9 }),
        links: [with_(device(9, 'ovs-system'), { linkinfo: { kind: 'openvswitch' } })],
      },
      lost: ['its place in ovs-system (openvswitch)'],
    },
  ])('$name', ({ world, lost }) => {
    expect(takenAlong(world)).toEqual(lost)
  })
})

const port = (data: object): Link['attributes'] => ({
  master: 8,
  linkinfo: { ...old.attributes.linkinfo, slaveKind: 'bridge', slaveData: { cost: 2, state: 3, ...data } },
})

function entry(lladdr: string, state: number, flags = 0, more: Partial<Neighbour> = {}, vlan?: number): Neighbour {
  const attributes = { lladdr, master: 8, ...(vlan !== undefined && { vlan }) }
  return { family: constants.AF_BRIDGE, ifindex: 5, state, flags, type: 0, attributes, ...more }
}

describe('puts back', () => {
  const inBridge: Partial<World> = {
    link: with_(old, port({ hairpin: true, multicastRouter: 2, groupFwdMask: 8, backupPort: 2 })),
  }
  const toTable =
    (entries: readonly Neighbour[]) =>
    (tables: Observed): void => {
      tables.fdb.set(8, new Map(entries.map((each) => [fdbKey(each), each])))
    }

  test('options of the port that no file can state, and those that it can', () => {
    expect(lines(plan(inBridge)).slice(1)).toEqual([
      '~ port vxlan0: hairpin false -> true (differs from the desired state)',
      '~ port vxlan0: multicastRouter 2, groupFwdMask 8, cost 2, backup port eth1 (kept across the replacement)',
    ])
  })

  test('no cost that a file states or stated, and no state that the spanning tree chose', () => {
    const link = with_(old, port({ cost: 7, state: 4 }))
    const putBack = (world: World): string[] => lines(plan(world)).filter((line) => line.includes('kept across'))
    expect(putBack({ link })).toEqual(['~ port vxlan0: cost 7, state 4 (kept across the replacement)'])
    expect(putBack({ link, stated: ['port.cost'] })).toEqual(['~ port vxlan0: state 4 (kept across the replacement)'])
  })

  test("entries of the bridge's table for the port: what was not learned, with a VLAN first", () => {
    const { actions } = plan({
      ...inBridge,
      tables: toTable([
        entry(mac, NUD_PERMANENT),
        entry('02:00:00:00:01:01', NUD_NOARP),
        entry('02:00:00:00:01:02', NUD_NOARP, NTF_STICKY, {}, 10),
        entry('02:00:00:00:01:03', NUD_REACHABLE, NTF_EXT_LEARNED),
        entry('02:00:00:00:01:04', NUD_REACHABLE),
        entry('02:00:00:00:01:05', NUD_NOARP, 0, { ifindex: 2 }),
        entry('02:00:00:00:01:06', NUD_PERMANENT),
      ]),
    })
    const entries = actions.flatMap((action) =>
      action.kind === 'putBack' && action.what.object === 'bridge entries' ? action.what.entries : [],
    )
    expect(entries.map(({ attributes }) => attributes.lladdr?.slice(-2))).toEqual(['02', '01', '03', '06'])
  })

  test('its place as the backup of another port, by name', () => {
    const other = with_(device(3, 'p2'), {
      master: 8,
      linkinfo: { kind: 'veth', slaveKind: 'bridge', slaveData: { backupPort: 5 } },
    })
    expect(lines(plan({ ...inBridge, links: [other] }))).toContain(
      '~ port p2: backup port vxlan0 (kept across the replacement)',
    )
  })

  test('nothing of a bridge in which it does not stay', () => {
    const world = {
      ...inBridge,
      links: [with_(device(9, 'br1'), { linkinfo: { kind: 'bridge' } })],
      vxlans: { vxlan0: { ...spec, master: 'br1' } },
      tables: toTable([entry('02:00:00:00:01:01', NUD_NOARP)]),
    }
    expect(plan(world).actions.map(({ kind }) => kind)).toEqual(['replaceLink'])
  })

  test('routes, those without a gateway first', () => {
    const routes = [route({ dst: '10.50.0.0', gateway: '10.7.0.2' }), route({ dst: '10.51.0.0' })]
    expect(lines(plan({ attached: { routes } }))).toContain(
      '+ routes dev vxlan0: add 2 routes, the first 10.51.0.0/16 (kept across the replacement)',
    )
  })

  test('the MTU of a link without an underlay device, unless a file stated one', () => {
    const link = with_(old, { mtu: 1400 })
    expect(plan({ link }).actions[0]).toMatchObject({ kind: 'replaceLink', mtu: 1400 })
    expect(plan({ link, stated: ['mtu'] }).actions[0]).toMatchObject({ mtu: 1500 })
  })
})

describe('replace', () => {
  const onTop: Partial<World> = { links: [upper(10, 'mv0', 'macvlan', 5)] }
  const withPolicy = (replace: ReplacePolicy): Partial<World> => ({ vxlans: { vxlan0: { ...spec, replace } } })

  test.each<{ name: string; world: World; isReplaced: boolean }>([
    { name: 'is always allowed by default', world: onTop, isReplaced: true },
    { name: 'never, by the file', world: withPolicy('never'), isReplaced: false },
    { name: 'never, by the host', world: { replace: 'never' }, isReplaced: false },
    { name: 'lossless, with nothing to lose', world: withPolicy('lossless'), isReplaced: true },
    { name: 'lossless, with something to lose', world: { ...onTop, ...withPolicy('lossless') }, isReplaced: false },
    {
      name: 'the file goes before the host',
      world: { ...onTop, ...withPolicy('always'), replace: 'never' },
      isReplaced: true,
    },
    {
      name: 'lossless, with a declared link on top, which comes again',
      world: {
        links: [vxlan(20, 'inner', { id: 7, link: 5 })],
        vxlans: { vxlan0: spec, inner: { id: 7, dev: 'vxlan0' } },
        replace: 'lossless',
      },
      isReplaced: true,
    },
  ])('$name', ({ world, isReplaced }) => {
    const { actions, obstacles } = plan(world)
    expect(actions.some(({ kind }) => kind === 'replaceLink')).toBe(isReplaced)
    expect(obstacles.map(({ kind }) => kind)).toEqual(isReplaced ? [] : ['conflict'])
  })

  test('what is refused says why, what would be lost, and the way out', () => {
    expect(plan({ ...onTop, replace: 'lossless' }).obstacles).toEqual([
      {
        link: 'vxlan0',
        kind: 'conflict',
        reason:
          'udpcsum true -> false takes a replacement of vxlan0, since the kernel cannot change that on a live link, and it loses: mv0 (macvlan) on top of it, which --replace lossless forbids; remove that, or state replace: always for vxlan0, or run with --replace always, or take the change out of the desired state',
        path: ['vxlans', 'vxlan0', 'udpcsum'],
      },
    ])
  })

  test('everything that can be changed live is, against what the other keys have', () => {
    const { actions } = plan({
      vxlans: { vxlan0: { ...spec, dstport: 4790, ttl: 9, remotes: [{ dst: '192.0.2.9', port: 4790 }] } },
      replace: 'never',
    })
    expect(lines({ actions, obstacles: [], notices: [] })).toEqual([
      '~ link vxlan0: ttl 0 -> 9 (differs from the desired state)',
      '+ fdb 00:00:00:00:00:00 dst 192.0.2.9 port 4790 dev vxlan0: add (declared, absent)',
    ])
  })

  test('a change of the address family waits as a whole', () => {
    const link = vxlan(5, 'vxlan0', { id: 42, port: 4789, group: '192.0.2.2', local: '192.0.2.1' })
    const vxlans = { vxlan0: { id: 42, dstport: 4789, remote: '2001:db8::2', local: '2001:db8::1', ttl: 9 } }
    const { actions, obstacles } = plan({ link, vxlans, replace: 'never' })
    expect(lines({ actions, obstacles: [], notices: [] })).toEqual([
      '~ link vxlan0: ttl 0 -> 9 (differs from the desired state)',
      expect.stringContaining('its own destination, absent'),
    ])
    expect(obstacles).toHaveLength(1)
  })
})

test('a refused change between IPv4 and IPv6 leaves the VTEPs of the link alone, since the stated ones are of the other family', () => {
  const link = vxlan(5, 'vxlan0', { id: 42, port: 4789, local: '192.0.2.1' })
  const vxlans = { vxlan0: { id: 42, dstport: 4789, local: '2001:db8::1', remotes: ['2001:db8::2'], ttl: 9 } }
  const present = {
    lladdr: '00:00:00:00:00:00',
    dst: '192.0.2.2',
    cacheinfo: { confirmed: 0, used: 0, updated: 0, refcnt: 0 },
  }
  const flood: Neighbour = {
    family: 7,
    ifindex: 5,
    state: NUD_PERMANENT,
    flags: constants.NTF_SELF,
    type: 1,
    attributes: present,
  }
  const tables = ({ fdb }: Observed): unknown => fdb.set(5, new Map([[fdbKey(flood), flood]]))
  const isExclusive = { vxlan0: { ...vxlans.vxlan0, fdb_exclusive: true } }
  expect(plan({ link, vxlans: isExclusive, replace: 'never', tables }).actions.map(({ kind }) => kind)).toEqual([
    'changeLink',
  ])
  const { actions, obstacles } = plan({ link, vxlans, replace: 'never', stated: ['local', 'remotes'], tables })
  expect(obstacles).toMatchObject([{ kind: 'conflict' }])
  expect(actions.map(({ kind }) => kind)).toEqual(['changeLink'])
})
