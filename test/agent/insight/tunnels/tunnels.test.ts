/** Forwarding entries, ways and counters → rows. */
import { describe, expect, test } from 'vitest'
import type { Tunnel } from '../../../../src/agent/answers/tunnel.ts'
import { atOnce } from '../../../../src/agent/facts/steps.ts'
import { zeroMac } from '../../../../src/agent/facts/zero-mac.ts'
import { remotesOf } from '../../../../src/agent/insight/tunnels/remotes.ts'
import { tunnelsOf } from '../../../../src/agent/insight/tunnels/tunnels.ts'
import { queryKey } from '../../../../src/agent/insight/underlay/look-up.ts'
import { fdbKey } from '../../../../src/agent/kernel/observed.ts'
import { constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { device, nexthopGroup, observed, vxlan } from '../../../support/builders.ts'

const { NTF_SELF, NTF_EXT_LEARNED, NUD_REACHABLE, NUD_PERMANENT, NUD_NOARP } = constants
const permanent = NUD_PERMANENT | NUD_NOARP

type Attributes = Neighbour['attributes']

function entry(attributes: Attributes, state = NUD_REACHABLE, flags = NTF_SELF): Neighbour {
  return { family: 7, ifindex: 3, state, flags, type: 0, attributes }
}

function ages(used: number, updated: number): Pick<Attributes, 'cacheinfo'> {
  return { cacheinfo: { confirmed: 0, used, updated, refcnt: 0 } }
}

const eth1 = device(2, 'eth1')
const vxlan0 = vxlan(3, 'vxlan0', { id: 42, group: '239.1.1.1', link: 2, port: 8472, local: '10.0.2.1' })

function rows(
  entries: readonly Neighbour[],
  links: readonly Link[] = [eth1, vxlan0],
  agesByUpdated = true,
  firstSeen = 1_700_000_000_000,
): Tunnel[] {
  const tables = observed(links)
  tables.fdb.set(3, new Map(entries.map((each) => [fdbKey(each), each])))
  const remotes = atOnce(remotesOf(tables, agesByUpdated))
  return [
    ...tunnelsOf({
      observed: tables,
      remotes,
      paths: new Map(
        remotes.flatMap(({ query }) =>
          query === undefined ? [] : [[queryKey(query), { isResolved: true, dev: 'eth1' }] as const],
        ),
      ),
      memberships: new Map([['eth1', new Set(['239.1.1.1'])]]),
      linkStats: new Map([
        [
          3,
          { rxPackets: 1, txPackets: 2, rxBytes: 3, txBytes: 4, rxErrors: 0, txErrors: 0, rxDropped: 0, txDropped: 0 },
        ],
      ]),
      vniStats: new Map(),
      firstSeen: () => (Number.isNaN(firstSeen) ? undefined : firstSeen),
      dumpedAtMs: 1_700_000_100_000,
    }).tunnels,
  ]
}

const brief = ({ remote, sources, macs, isFloodedTo }: Tunnel): unknown[] => [
  remote,
  sources.join(' '),
  macs,
  isFloodedTo,
]

test('a remote is one row however it is known, and each way of knowing it is told', () => {
  const found = rows([
    entry({ lladdr: zeroMac, dst: '239.1.1.1', ifindex: 2 }, permanent),
    entry({ lladdr: zeroMac, dst: '10.0.2.254' }, permanent),
    entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.254' }),
    entry({ lladdr: '02:00:00:00:00:02', dst: '10.0.2.254' }, permanent),
    entry({ lladdr: '02:00:00:00:00:03', dst: '10.0.2.254' }, NUD_NOARP, NTF_SELF | NTF_EXT_LEARNED),
    entry({ lladdr: '02:00:00:00:00:04', dst: '10.0.2.253' }),
    entry({ lladdr: '01:00:5e:00:00:09', dst: '10.0.2.253' }, permanent),
  ])
  expect(found.map(brief)).toEqual([
    ['10.0.2.253', 'learned static', 1, false],
    ['10.0.2.254', 'learned static head-end extern_learn', 3, true],
    ['239.1.1.1', 'group', 0, true],
  ])
  expect(found.map(({ membership }) => membership)).toEqual([undefined, undefined, 'joined'])
})

test('other ports and VNIs of an entry are rows of their own', () => {
  const found = rows([
    entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.254' }),
    entry({ lladdr: '02:00:00:00:00:02', dst: '10.0.2.254', port: 4789 }),
    entry({ lladdr: '02:00:00:00:00:03', dst: '10.0.2.254', vni: 43 }),
  ])
  expect(found.map(({ vni, dstport }) => [vni, dstport])).toEqual([
    [42, 8472],
    [42, 4789],
    [43, 8472],
  ])
})

test.each([
  [true, '2023-11-14T22:14:57.000Z'],
  [false, '2023-11-14T22:14:59.000Z'],
])(
  'last heard is the youngest of its learned entries, by the age that this kernel counts from (updated: %s)',
  (agesByUpdated, lastSeen) => {
    const found = rows(
      [
        entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.254', ...ages(100, 2500) }),
        entry({ lladdr: '02:00:00:00:00:02', dst: '10.0.2.254', ...ages(200, 300) }),
        entry({ lladdr: '02:00:00:00:00:03', dst: '10.0.2.254', ...ages(0, 0) }, permanent),
      ],
      [eth1, vxlan0],
      agesByUpdated,
    )
    expect(found[0]).toMatchObject({ lastSeen: agesByUpdated ? '2023-11-14T22:14:57.000Z' : lastSeen })
    expect(found[0]?.firstSeen).toBe('2023-11-14T22:13:20.000Z')
  },
)

test('where nobody has watched, entries that do not age tell since when they are there', () => {
  const standing = entry({ lladdr: zeroMac, dst: '10.0.2.254', ...ages(0, 500) }, permanent)
  const learned = entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.9', ...ages(0, 500) })
  const tables = rows([standing, learned], [eth1, vxlan0], true, Number.NaN)
  expect(tables.map(({ remote, firstSeen }) => [remote, firstSeen])).toEqual([
    ['10.0.2.254', '2023-11-14T22:14:55.000Z'],
    ['10.0.2.9', undefined],
  ])
})

test('the numbers of a VNI are those of its remote when it has one alone', () => {
  const one = rows([entry({ lladdr: zeroMac, dst: '10.0.2.254' }, permanent)])
  expect(one[0]?.traffic).toEqual({ rxPackets: 1, rxBytes: 3, txPackets: 2, txBytes: 4 })
  const two = rows([
    entry({ lladdr: zeroMac, dst: '10.0.2.254' }, permanent),
    entry({ lladdr: zeroMac, dst: '10.0.2.9' }, permanent),
  ])
  expect(two.map(({ traffic }) => traffic)).toEqual([undefined, undefined])
})

test('a group on a device on which it is not joined is told', () => {
  const found = rows([entry({ lladdr: zeroMac, dst: '239.1.1.2', ifindex: 2 }, permanent)])
  expect(found[0]).toMatchObject({ remote: '239.1.1.2', membership: 'not joined' })
})

test('VNIs of a filter have their own groups, and entries tell their VNI', () => {
  const external = vxlan(3, 'vxlan0', { collectMetadata: true, vnifilter: true, link: 2, port: 4789 })
  const tables = observed([eth1, external])
  tables.vnis.set(
    3,
    new Map([
      [100, '239.1.1.1'],
      [200, undefined],
    ]),
  )
  const learned = entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.254', srcVni: 200 })
  tables.fdb.set(3, new Map([[fdbKey(learned), learned]]))
  expect(atOnce(remotesOf(tables, true)).map(({ vni, address, isFloodedTo }) => [vni, address, isFloodedTo])).toEqual([
    [100, '239.1.1.1', true],
    [200, '10.0.2.254', false],
  ])
})

test('each member of a nexthop group is a remote with a way of its own', () => {
  const tables = observed([eth1, vxlan0])
  const own = entry({ lladdr: '02:00:00:00:00:02', dst: '10.0.2.8' })
  const toGroup = entry({ lladdr: '02:00:00:00:00:01', nhId: 12 }, permanent)
  tables.fdb.set(3, new Map([own, toGroup].map((each) => [fdbKey(each), each])))
  const found = atOnce(remotesOf(tables, true, nexthopGroup(12, ['10.0.2.8', '10.0.2.9'])))
  expect(found).toMatchObject([
    { address: '10.0.2.8', macs: 2, query: { dst: '10.0.2.8', src: '10.0.2.1' }, nexthopGroups: new Set([12]) },
    { address: '10.0.2.9', macs: 1, query: { dst: '10.0.2.9', src: '10.0.2.1' }, nexthopGroups: new Set([12]) },
  ])
})

test('a nexthop group whose members are not known is one remote, by its number, and never called good', () => {
  const group = [
    entry({ lladdr: zeroMac, nhId: 12 }, permanent),
    entry({ lladdr: '02:00:00:00:00:01', nhId: 12 }, permanent),
  ]
  expect(rows(group)).toMatchObject([
    { remote: 'nexthop group 12', isGroup: false, macs: 1, isFloodedTo: true, underlay: { isResolved: false } },
  ])
  const tables = observed([eth1, vxlan0])
  tables.fdb.set(3, new Map(group.map((each) => [fdbKey(each), each])))
  expect(atOnce(remotesOf(tables, true)).map(({ query }) => query)).toEqual([undefined])
})

describe('the way to a remote', () => {
  const eth7 = device(7, 'eth7')
  const viaEth7 = { ifindex: 7 }

  function queries(entries: readonly Neighbour[], link: Link = vxlan0): unknown[] {
    const tables = observed([eth1, eth7, link])
    tables.fdb.set(3, new Map(entries.map((each) => [fdbKey(each), each])))
    return atOnce(remotesOf(tables, true)).map(({ query }) => query)
  }

  test('is asked for by the device of its entry, and by the routing table where the entry has none', () => {
    const src = '10.0.2.1'
    expect(
      queries([
        entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.253', ...viaEth7 }, permanent),
        entry({ lladdr: '02:00:00:00:00:02', dst: '10.0.2.254' }, permanent),
      ]),
    ).toEqual([
      { dst: '10.0.2.253', src, oif: 7 },
      { dst: '10.0.2.254', src },
    ])
  })

  test('is that of the floods where an entry has another one, in whatever order they come', () => {
    const flood = entry({ lladdr: zeroMac, dst: '10.0.2.254', ...viaEth7 }, permanent)
    const other = entry({ lladdr: '02:00:00:00:00:01', dst: '10.0.2.254' }, permanent)
    const expected = [{ dst: '10.0.2.254', src: '10.0.2.1', oif: 7 }]
    expect(queries([flood, other])).toEqual(expected)
    expect(queries([other, flood])).toEqual(expected)
  })

  test('has the source address of a link over IPv6, and none where the link has none', () => {
    const remote = entry({ lladdr: zeroMac, dst: '2001:db8::2' }, permanent)
    const bound = vxlan(3, 'vxlan0', { id: 42, link: 2, local6: '2001:db8::1' })
    expect(queries([remote], bound)).toEqual([{ dst: '2001:db8::2', src: '2001:db8::1' }])
    expect(queries([remote], vxlan(3, 'vxlan0', { id: 42, link: 2 }))).toEqual([{ dst: '2001:db8::2' }])
  })

  test('to the group of a VNI is through the underlay device of its link', () => {
    const external = vxlan(3, 'vxlan0', { collectMetadata: true, vnifilter: true, link: 2 })
    const tables = observed([eth1, external])
    tables.vnis.set(3, new Map([[100, '239.1.1.1']]))
    expect(atOnce(remotesOf(tables, true)).map(({ query }) => query)).toEqual([{ dst: '239.1.1.1', oif: 2 }])
  })

  test('decides on which device a group is joined: that of its entry before that of the link', () => {
    const flood = (ifindex: number): Neighbour => entry({ lladdr: zeroMac, dst: '239.1.1.1', ifindex }, permanent)
    const membership = (ifindex: number): unknown => rows([flood(ifindex)], [eth1, eth7, vxlan0])[0]?.membership
    expect([membership(2), membership(7)]).toEqual(['joined', 'not joined'])
  })
})

test('local entries and other links are no tunnels', () => {
  expect(rows([entry({ lladdr: '02:00:00:00:00:01' }, permanent)])).toEqual([])
  expect(atOnce(remotesOf(observed([eth1]), true))).toEqual([])
})
