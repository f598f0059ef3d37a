/** Arbitraries of what messages hold: a payload of each codec, a value of each table, each object; and bytes that are nearly a message. */
import fc from 'fast-check'
import type { Address } from '../../src/rtnetlink/messages/address.ts'
import type { BridgeAttributes, BridgePortAttributes } from '../../src/rtnetlink/messages/bridge.ts'
import type { BridgeLink } from '../../src/rtnetlink/messages/bridge-link.ts'
import type { Link, LinkInfo } from '../../src/rtnetlink/messages/link.ts'
import type { DumpedMdbEntry, Mdb } from '../../src/rtnetlink/messages/mdb.ts'
import type { Neighbour } from '../../src/rtnetlink/messages/neighbour.ts'
import type { Nexthop } from '../../src/rtnetlink/messages/nexthop.ts'
import type { Route, RouteNexthop } from '../../src/rtnetlink/messages/route.ts'
import type { TrafficControl } from '../../src/rtnetlink/messages/traffic-control.ts'
import type { Tunnel, VnifilterEntry } from '../../src/rtnetlink/messages/tunnel.ts'
import { type VxlanAttributes, vxlanRows } from '../../src/rtnetlink/messages/vxlan.ts'
import type { UnknownAttribute } from '../../src/rtnetlink/wire/attributes.ts'
import * as codec from '../../src/rtnetlink/wire/codec.ts'

const wholeUpTo = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most })
const u8 = wholeUpTo(0xff)
const u16 = wholeUpTo(0xffff)
const u32 = wholeUpTo(0xffff_ffff)
const s32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
/** A u64 that is read as a number. */
const counter = fc.maxSafeNat()
const bool = fc.boolean()
/** A flag that is false is told by its absence. */
const flag = fc.constant(true)
const cstring = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))

/** Any bytes up to that many. */
export function bytesUpTo(maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes))
}

function bytesOf(length: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes))
}

/** Colons between hex bytes. */
const linkLayerAddress = fc
  .oneof({ weight: 4, arbitrary: bytesOf(6) }, { weight: 1, arbitrary: bytesUpTo(20) })
  .map((bytes) => bytes.toString('hex').replaceAll(/..(?!$)/g, '$&:'))

/** IPv4 addresses, a few of them often, as in a forwarding table. */
export const ipv4 = fc.oneof(fc.ipV4(), fc.constantFrom('0.0.0.0', '255.255.255.255', '10.0.2.254', '239.1.1.1'))

/** IPv6 addresses in the form of RFC 5952, as the URL standard writes them, too. */
export const ipv6 = fc.oneof(
  fc
    .array(fc.oneof(fc.constant(0), u16), { minLength: 8, maxLength: 8 })
    .map((groups) => new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1))
    // Which have an IPv4 address in them, and another form.
    .filter((text) => !/^::(ffff:)?[^:]+:[^:]+$/.test(text)),
  fc.constantFrom('::', '::1', 'fe80::1', 'ff02::1', '2001:db8::fe'),
  fc.ipV4().map((text) => `::ffff:${text}`),
)
const ip = fc.oneof(ipv4, ipv6)

/** Attributes that no table knows: above all numbers of Linux 6.18, with and without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const unknown: fc.Arbitrary<UnknownAttribute[]> = fc.array(
  fc.record({
    type: fc.tuple(fc.integer({ min: 200, max: 0x3fff }), fc.constantFrom(0, 0x4000, 0x8000)).map(([a, b]) => a + b),
    payload: bytesUpTo(9),
  }),
  { minLength: 1, maxLength: 3 },
)

/** One arbitrary for each key of a table, so that a row without one does not compile. */
type PerKey<T> = { readonly [K in Exclude<keyof T, 'unknown'>]-?: fc.Arbitrary<NonNullable<T[K]>> }

function table<T>(rows: PerKey<T>): fc.Arbitrary<T> {
  return fc.record({ ...rows, unknown }, { requiredKeys: [] }) as unknown as fc.Arbitrary<T>
}

/** By its codec, so that a new row of the table needs none here. */
const vxlanPayloads = new Map<unknown, fc.Arbitrary<unknown>>([
  [codec.u8, u8],
  [codec.u16be, u16],
  [codec.u32, u32],
  [codec.u32be, u32],
  [codec.bool, bool],
  [codec.flag, flag],
  [codec.ipv4, ipv4],
  [codec.ipv6, ipv6],
  [codec.hex64, bytesOf(8).map((bytes) => bytes.toString('hex'))],
  [vxlanRows.portRange.codec, fc.record({ low: u16, high: u16 })],
])

function vxlanPayload(row: (typeof vxlanRows)[keyof typeof vxlanRows]): fc.Arbitrary<unknown> {
  const payload = vxlanPayloads.get(row.codec)
  if (payload === undefined) {
    throw new Error(`${row.name} has a codec that no arbitrary is known for`)
  }
  return payload
}

export const vxlanAttributes = table<VxlanAttributes>(
  Object.fromEntries(
    Object.entries(vxlanRows).map(([key, row]) => [key, vxlanPayload(row)]),
  ) as unknown as PerKey<VxlanAttributes>,
)

export const bridgeAttributes = table<BridgeAttributes>({
  forwardDelay: u32,
  helloTime: u32,
  maxAge: u32,
  ageingTime: u32,
  stpState: u32,
  priority: u16,
  vlanFiltering: u8,
  vlanProtocol: u16,
  groupFwdMask: u16,
  rootId: bytesOf(8),
  bridgeId: bytesOf(8),
  rootPort: u16,
  rootPathCost: u32,
  topologyChange: u8,
  topologyChangeDetected: u8,
  helloTimer: u64,
  tcnTimer: u64,
  topologyChangeTimer: u64,
  gcTimer: u64,
  groupAddr: linkLayerAddress,
  mcastRouter: u8,
  mcastSnooping: u8,
  mcastQueryUseIfaddr: u8,
  mcastQuerier: u8,
  mcastHashElasticity: u32,
  mcastHashMax: u32,
  mcastLastMemberCnt: u32,
  mcastStartupQueryCnt: u32,
  mcastLastMemberIntvl: u64,
  mcastMembershipIntvl: u64,
  mcastQuerierIntvl: u64,
  mcastQueryIntvl: u64,
  mcastQueryResponseIntvl: u64,
  mcastStartupQueryIntvl: u64,
  nfCallIptables: u8,
  nfCallIp6tables: u8,
  nfCallArptables: u8,
  vlanDefaultPvid: u16,
  vlanStatsEnabled: u8,
  mcastStatsEnabled: u8,
  mcastIgmpVersion: u8,
  mcastMldVersion: u8,
  vlanStatsPerPort: u8,
  multiBoolopt: bytesOf(8),
  mcastQuerierState: table<NonNullable<BridgeAttributes['mcastQuerierState']>>({
    ...{ ipAddress: ip, ipPort: u32, ipOtherTimer: u64 },
    ...{ ipv6Address: ip, ipv6Port: u32, ipv6OtherTimer: u64 },
  }),
})

export const bridgePortAttributes = table<BridgePortAttributes>({
  state: u8,
  priority: u16,
  cost: u32,
  hairpin: bool,
  guard: bool,
  protect: bool,
  fastLeave: bool,
  learning: bool,
  unicastFlood: bool,
  proxyarp: bool,
  proxyarpWifi: bool,
  rootId: bytesOf(8),
  bridgeId: bytesOf(8),
  designatedPort: u16,
  designatedCost: u16,
  id: u16,
  number: u16,
  topologyChangeAck: u8,
  configPending: u8,
  messageAgeTimer: u64,
  forwardDelayTimer: u64,
  holdTimer: u64,
  multicastRouter: u8,
  mcastFlood: bool,
  mcastToUcast: bool,
  vlanTunnel: bool,
  bcastFlood: bool,
  groupFwdMask: u16,
  neighSuppress: bool,
  isolated: bool,
  backupPort: u32,
  mcastEhtHostsLimit: u32,
  mcastEhtHostsCnt: u32,
  locked: bool,
  mab: bool,
  mcastNGroups: u32,
  mcastMaxGroups: u32,
  neighVlanSuppress: bool,
  backupNhid: u32,
})

const kindAndData = fc.oneof(
  fc.record({ kind: fc.constant('vxlan'), data: vxlanAttributes }),
  fc.record({ kind: fc.constant('bridge'), data: bridgeAttributes }),
  fc.record({ kind: fc.constantFrom('veth', 'tun', ''), data: bytesUpTo(12) }, { requiredKeys: ['kind'] }),
)
const slave = fc.oneof(
  fc.record({ slaveKind: fc.constant('bridge'), slaveData: bridgePortAttributes }),
  fc.record({ slaveKind: fc.constantFrom('bond', 'vrf'), slaveData: bytesUpTo(12) }),
  fc.constant({}),
)

const linkInfo: fc.Arbitrary<LinkInfo> = fc.tuple(kindAndData, slave).map(([own, port]) => ({ ...own, ...port }))

/** A list of what may occur many times; one that is empty is told by nothing. */
function several<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(item, { minLength: 1, maxLength: 3 })
}

type LinkAttributes = Link['attributes']
type LinkAfSpec = NonNullable<LinkAttributes['afSpec']>
const linkAttributes = table<LinkAttributes>({
  address: linkLayerAddress,
  broadcast: linkLayerAddress,
  ifname: cstring,
  mtu: u32,
  link: u32,
  qdisc: cstring,
  master: u32,
  txqlen: u32,
  operstate: u8,
  linkmode: u8,
  linkinfo: linkInfo,
  ifalias: cstring,
  afSpec: table<LinkAfSpec>({
    inet: table<NonNullable<LinkAfSpec['inet']>>({ conf: fc.array(s32, { maxLength: 4 }) }),
    inet6: table<NonNullable<LinkAfSpec['inet6']>>({ conf: fc.array(s32, { maxLength: 4 }), addrGenMode: u8 }),
  }),
  group: u32,
  netNsFd: u32,
  extMask: u32,
  promiscuity: u32,
  numTxQueues: u32,
  numRxQueues: u32,
  carrier: u8,
  physPortId: bytesUpTo(32),
  physSwitchId: bytesUpTo(32),
  linkNetnsid: s32,
  physPortName: cstring,
  protoDown: bool,
  gsoMaxSegs: u32,
  gsoMaxSize: u32,
  xdp: table<NonNullable<LinkAttributes['xdp']>>({ attached: u8, progId: u32 }),
  minMtu: u32,
  maxMtu: u32,
  propList: table<NonNullable<LinkAttributes['propList']>>({
    altIfname: several(cstring),
  }),
  altIfname: cstring,
  permAddress: linkLayerAddress,
  protoDownReason: table<NonNullable<LinkAttributes['protoDownReason']>>({ mask: u32, value: u32 }),
  parentDevName: cstring,
  parentDevBusName: cstring,
  groMaxSize: u32,
  tsoMaxSize: u32,
  tsoMaxSegs: u32,
  allmulti: u32,
  stats64: fc.record({
    rxPackets: counter,
    txPackets: counter,
    rxBytes: counter,
    txBytes: counter,
    rxErrors: counter,
    txErrors: counter,
    rxDropped: counter,
    txDropped: counter,
  }),
})

export const links: fc.Arbitrary<Link> = fc.record({
  family: u8,
  type: u16,
  index: s32,
  flags: u32,
  change: u32,
  attributes: linkAttributes,
})

type BridgeAfSpec = NonNullable<BridgeLink['attributes']['afSpec']>
export const bridgeLinks: fc.Arbitrary<BridgeLink> = fc.record({
  family: u8,
  type: u16,
  index: s32,
  flags: u32,
  change: u32,
  attributes: table<BridgeLink['attributes']>({
    address: linkLayerAddress,
    ifname: cstring,
    mtu: u32,
    link: u32,
    master: u32,
    protinfo: bridgePortAttributes,
    operstate: u8,
    afSpec: table<BridgeAfSpec>({
      flags: u16,
      mode: u16,
      vlanInfo: several(fc.record({ flags: u16, vid: u16 })),
      vlanTunnelInfo: several(
        table<NonNullable<BridgeAfSpec['vlanTunnelInfo']>[number]>({ id: u32, vid: u16, flags: u16 }),
      ),
    }),
    extMask: u32,
  }),
})

type MdbAttributes = DumpedMdbEntry['attributes']
const mdbEntries: fc.Arbitrary<DumpedMdbEntry> = fc.record({
  ifindex: u32,
  state: u8,
  flags: u8,
  vid: u16,
  group0: u16,
  group1: u16,
  group2: u16,
  group3: u16,
  group4: u16,
  group5: u16,
  group6: u16,
  group7: u16,
  proto: u16,
  attributes: table<MdbAttributes>({
    timer: u32,
    srcList: table<NonNullable<MdbAttributes['srcList']>>({
      sources: several(table<NonNullable<NonNullable<MdbAttributes['srcList']>['sources']>[number]>({ address: ip })),
    }),
    groupMode: u8,
    source: ip,
    rtprot: u8,
    dst: ip,
    dstPort: u16,
    vni: u32,
    ifindex: u32,
    srcVni: u32,
  }),
})

type MdbGroups = NonNullable<Mdb['attributes']['groups']>
export const mdbs: fc.Arbitrary<Mdb> = fc.record({
  family: u8,
  ifindex: u32,
  attributes: table<Mdb['attributes']>({
    groups: table<MdbGroups>({
      ports: several(table<NonNullable<MdbGroups['ports']>[number]>({ entries: several(mdbEntries) })),
    }),
    router: bytesUpTo(12),
  }),
})

export const nexthops: fc.Arbitrary<Nexthop> = fc.record({
  family: u8,
  scope: u8,
  protocol: u8,
  flags: u32,
  attributes: table<Nexthop['attributes']>({
    id: u32,
    group: fc.array(fc.record({ id: u32, weight: u8, weightHigh: u8, reserved: u16 }), { maxLength: 4 }),
    oif: u32,
    gateway: ip,
  }),
})

export const trafficControls: fc.Arbitrary<TrafficControl> = fc.record({
  family: u8,
  ifindex: s32,
  handle: u32,
  parent: u32,
  info: u32,
  attributes: table<TrafficControl['attributes']>({ kind: cstring, options: bytesUpTo(12), chain: u32 }),
})

const vniStats = table<NonNullable<VnifilterEntry['stats']>>({
  rxBytes: u64,
  rxPackets: u64,
  rxDrops: u64,
  rxErrors: u64,
  txBytes: u64,
  txPackets: u64,
  txDrops: u64,
  txErrors: u64,
})

export const tunnels: fc.Arbitrary<Tunnel> = fc.record({
  family: u8,
  flags: u8,
  ifindex: u32,
  attributes: table<Tunnel['attributes']>({
    entries: several(table<VnifilterEntry>({ start: u32, end: u32, group: ipv4, group6: ipv6, stats: vniStats })),
  }),
})

export const routes: fc.Arbitrary<Route> = fc.record({
  family: u8,
  dstLen: u8,
  srcLen: u8,
  tos: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
  attributes: table<Route['attributes']>({
    dst: ip,
    src: ip,
    iif: s32,
    oif: s32,
    gateway: ip,
    priority: u32,
    prefsrc: ip,
    metrics: table<NonNullable<Route['attributes']['metrics']>>({ lock: u32, mtu: u32, advmss: u32, hoplimit: u32 }),
    multipath: several(
      fc.record({
        flags: u8,
        hops: u8,
        ifindex: s32,
        attributes: table<RouteNexthop['attributes']>({ gateway: ip, via: ip }),
      }),
    ),
    cacheinfo: bytesUpTo(32),
    table: u32,
    mark: u32,
    via: ip,
    pref: u8,
    expires: u32,
    uid: u32,
    ipProto: u8,
    sport: u16,
    dport: u16,
    nhId: u32,
  }),
})

export const addresses: fc.Arbitrary<Address> = fc.record({
  family: u8,
  prefixlen: u8,
  flags: u8,
  scope: u8,
  index: u32,
  attributes: table<Address['attributes']>({
    address: ip,
    local: ip,
    label: cstring,
    broadcast: ip,
    cacheinfo: fc.record({ preferred: u32, valid: u32, created: u32, updated: u32 }),
    flags: u32,
    rtPriority: u32,
    proto: u8,
  }),
})

export const neighbours: fc.Arbitrary<Neighbour> = fc.record({
  family: u8,
  ifindex: s32,
  state: u16,
  flags: u8,
  type: u8,
  attributes: table<Neighbour['attributes']>({
    dst: ip,
    lladdr: linkLayerAddress,
    cacheinfo: fc.record({ confirmed: u32, used: u32, updated: u32, refcnt: u32 }),
    probes: u32,
    vlan: u16,
    port: u16,
    vni: u32,
    ifindex: u32,
    master: u32,
    linkNetnsid: s32,
    srcVni: u32,
    protocol: u8,
    nhId: u32,
    fdbExtAttrs: bytesUpTo(12),
    flagsExt: u32,
  }),
})

/** struct nlattr and its payload, padded; a length of its own may be a lie. */
function attributeBytes(type: number, payload: Buffer, length = 4 + payload.length): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt16LE(length)
  header.writeUInt16LE(type, 2)
  return Buffer.concat([header, payload, Buffer.alloc(-payload.length & 3)])
}

const attributeType = fc.oneof({ weight: 8, arbitrary: wholeUpTo(70) }, { weight: 1, arbitrary: u16 })

const kinds = fc
  .constantFrom('vxlan', 'vxlan\0', 'bridge\0', 'veth\0')
  .chain((kind) => fc.constantFrom(1, 4).map((type) => attributeBytes(type, Buffer.from(kind))))

/**
 * Runs of attributes, nested up to three deep: most of them well-formed, with any types and payloads in them. Bytes that are
 * merely random nearly always fail at the first length.
 */
export const attributeRuns: fc.Arbitrary<Buffer> = fc.letrec<{ run: Buffer; attribute: Buffer }>((tie) => ({
  run: fc.array(tie('attribute'), { maxLength: 6, depthIdentifier: 'run' }).map((parts) => Buffer.concat(parts)),
  attribute: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'run', withCrossShrink: true },
    {
      weight: 6,
      arbitrary: fc.tuple(attributeType, bytesUpTo(17)).map(([type, payload]) => attributeBytes(type, payload)),
    },
    { weight: 2, arbitrary: kinds },
    {
      weight: 1,
      arbitrary: fc
        .tuple(attributeType, bytesUpTo(9), u16)
        .map(([type, payload, length]) => attributeBytes(type, payload, length)),
    },
    {
      weight: 6,
      arbitrary: fc.tuple(attributeType, tie('run')).map(([type, payload]) => attributeBytes(type, payload)),
    },
  ),
})).run
