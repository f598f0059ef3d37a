/** Links as the kernel tells them: all that it says is read, and what no table knows is kept. */
import { expect, test } from 'vitest'
import { type Link, type LinkStats, link } from '../../../src/rtnetlink/messages/link.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { goldenMessages, goldenValue } from '../../support/golden-message.ts'

/** What a link of this kernel's has, whatever it is. */
const ofEveryLink = {
  txqlen: 1000,
  linkmode: 0,
  minMtu: 68,
  maxMtu: 65535,
  group: 0,
  gsoMaxSegs: 65535,
  gsoMaxSize: 65536,
  groMaxSize: 65536,
  tsoMaxSize: 524280,
  tsoMaxSegs: 65535,
  numTxQueues: 1,
  numRxQueues: 1,
  carrier: 1,
  protoDown: false,
  broadcast: 'ff:ff:ff:ff:ff:ff',
  xdp: { attached: 0 },
}

/** IFLA_INFO_DATA of the link of the story. */
const storyData = {
  id: 42,
  group: '239.1.1.1',
  link: 3,
  ttl: 16,
  ttlInherit: false,
  tos: 0,
  df: 0,
  label: 0,
  labelPolicy: 0,
  learning: true,
  proxy: false,
  rsc: false,
  l2miss: false,
  l3miss: false,
  collectMetadata: false,
  ageing: 300,
  limit: 0,
  port: 8472,
  udpCsum: true,
  udpZeroCsum6Tx: false,
  udpZeroCsum6Rx: false,
  remcsumTx: false,
  remcsumRx: false,
  localbypass: 1,
  portRange: { low: 0, high: 0 },
  reservedBits: 'f7ffffff000000ff',
}

const story = {
  ...ofEveryLink,
  ifname: 'vxlan0',
  address: '02:00:00:00:00:01',
  mtu: 1450,
  operstate: 0,
  promiscuity: 0,
  allmulti: 0,
  qdisc: 'noqueue',
  linkinfo: { kind: 'vxlan', data: storyData },
  // A router solicitation had left by it.
  stats64: counted({ txPackets: 1, txBytes: 76 }),
}

function counted(some: Partial<LinkStats>): LinkStats {
  const none = {
    rxPackets: 0,
    txPackets: 0,
    rxBytes: 0,
    txBytes: 0,
    rxErrors: 0,
    txErrors: 0,
    rxDropped: 0,
    txDropped: 0,
  }
  return { ...none, ...some }
}

/** The attributes that the table knows; the kernel tells more. */
function known({ attributes: { unknown, afSpec, ...known } }: Link): Link['attributes'] {
  return known
}

test('the link of the story', () => {
  const [message] = goldenMessages('link-dump-vxlan')
  expect(message).toMatchObject({
    object: 'link',
    verb: 'new',
    value: { family: 0, type: 1, index: 4, flags: 0x11043, change: 0 },
  })
  expect(known(message?.value as Link)).toEqual(story)
})

test('every attribute over IPv4', () => {
  expect(known(goldenValue<Link>('link-dump-vxlan-all')).linkinfo).toEqual({
    kind: 'vxlan',
    data: {
      id: 43,
      group: '10.0.2.254',
      local: '10.0.2.1',
      link: 3,
      ttl: 64,
      ttlInherit: false,
      tos: 16,
      df: 1,
      label: 0,
      labelPolicy: 0,
      ageing: 100,
      limit: 1000,
      portRange: { low: 40000, high: 50000 },
      port: 4789,
      learning: false,
      proxy: true,
      rsc: true,
      l2miss: true,
      l3miss: true,
      collectMetadata: false,
      udpCsum: false,
      udpZeroCsum6Tx: true,
      udpZeroCsum6Rx: true,
      remcsumTx: true,
      remcsumRx: true,
      localbypass: 1,
      reservedBits: 'f7dfffff00000000',
    },
  })
})

test('a bridge port has the attributes of its bridge beside those of its kind', () => {
  const { master, linkinfo } = goldenValue<Link>('link-dump-bridge-port').attributes
  expect(master).toBe(5)
  expect({ kind: linkinfo?.kind, data: linkinfo?.data }).toEqual(story.linkinfo)
  expect(linkinfo?.slaveKind).toBe('bridge')
  expect({ ...linkinfo?.slaveData, unknown: undefined }).toEqual({
    state: 0,
    priority: 32,
    cost: 2,
    hairpin: false,
    guard: false,
    protect: false,
    fastLeave: false,
    mcastToUcast: false,
    learning: true,
    unicastFlood: true,
    mcastFlood: true,
    bcastFlood: true,
    proxyarp: false,
    proxyarpWifi: false,
    rootId: hex('8000020000000001'),
    bridgeId: hex('8000020000000001'),
    designatedPort: 0x8001,
    designatedCost: 0,
    id: 0x8001,
    number: 1,
    topologyChangeAck: 0,
    configPending: 0,
    vlanTunnel: false,
    groupFwdMask: 0,
    neighSuppress: false,
    isolated: false,
    locked: false,
    messageAgeTimer: 0n,
    forwardDelayTimer: 0n,
    holdTimer: 0n,
    multicastRouter: 1,
    mcastEhtHostsLimit: 512,
    mcastEhtHostsCnt: 0,
    mab: false,
    mcastNGroups: 0,
    mcastMaxGroups: 0,
    neighVlanSuppress: false,
  })
})

test('a deletion, which tells the whole link once more', () => {
  const [message, ...others] = goldenMessages('link-event-delete')
  expect(others).toEqual([])
  expect(message).toMatchObject({ object: 'link', verb: 'delete', value: { index: 4, change: 0xffff_ffff } })
  expect(known(message?.value as Link)).toEqual({
    ...story,
    operstate: 2,
    qdisc: 'noop',
    stats64: counted({ txPackets: 2, txBytes: 152 }),
  })
})

test('attributes that the table does not know are kept under their numbers, flag bits and all', () => {
  const { unknown = [], afSpec } = goldenValue<Link>('link-dump-vxlan').attributes
  const [IFLA_STATS, NLA_F_NESTED] = [7, 0x8000]
  expect(unknown.map(({ type }) => type)).toEqual([
    67,
    63,
    64,
    66,
    35,
    47,
    48,
    68,
    69,
    IFLA_STATS,
    14,
    NLA_F_NESTED | 62,
    NLA_F_NESTED | 65,
  ])
  expect(unknown[1]?.payload).toEqual(hex('00000100'))
  expect(afSpec?.inet6?.addrGenMode).toBe(0)
  const IFLA_INET6 = { flags: 1, cacheinfo: 5, token: 7 }
  expect(afSpec?.inet6?.unknown?.map(({ type }) => type)).toEqual([
    IFLA_INET6.flags,
    IFLA_INET6.cacheinfo,
    IFLA_INET6.token,
  ])
})

test('settings under /proc/sys/net come in the order of the headers, those of IPv4 without IPV4_DEVCONF 0', () => {
  const { inet, inet6 } = goldenValue<Link>('link-dump-properties').attributes.afSpec ?? {}
  const IPV4_DEVCONF = { forwarding: 1, mediumId: 14, arpAccept: 21 }
  expect(inet?.conf?.[IPV4_DEVCONF.mediumId - 1]).toBe(77)
  expect(inet?.conf?.[IPV4_DEVCONF.arpAccept - 1]).toBe(2)
  expect(inet?.conf?.[IPV4_DEVCONF.forwarding - 1]).toBe(0)
  const DEVCONF = { hopLimit: 1, mtu6: 2, acceptRa: 3, rtrSolicits: 7, disableIpv6: 26 }
  expect(inet6?.conf?.[DEVCONF.hopLimit]).toBe(33)
  expect(inet6?.conf?.[DEVCONF.mtu6]).toBe(1450)
  expect(inet6?.conf?.[DEVCONF.acceptRa]).toBe(2)
  expect(inet6?.conf?.[DEVCONF.rtrSolicits]).toBe(-1)
  expect(inet6?.conf?.[DEVCONF.disableIpv6]).toBe(1)
  expect(inet6?.addrGenMode).toBe(3)
})

test('alternative names', () => {
  expect(goldenValue<Link>('link-dump-properties').attributes.propList).toEqual({
    altIfname: ['overlay', 'tenant-blue'],
  })
})

test('a VRF has a routing table, and a link in it has the VRF as its master', () => {
  const links = goldenMessages('link-dump-vrf').map(({ value }) => value as Link)
  const vrf = links.find(({ attributes }) => attributes.ifname === 'red')
  expect(vrf?.attributes.linkinfo).toEqual({ kind: 'vrf', data: { table: 4242 } })
  const member = links.find(({ attributes }) => attributes.ifname === 'vxlan0')
  expect(member?.attributes.master).toBe(vrf?.index)
  expect(member?.attributes.linkinfo?.slaveKind).toBe('vrf')
})

test.each([
  'link-dump-properties',
  'link-dump-vxlan',
  'link-dump-vxlan-all',
  'link-dump-bridge-port',
  'link-event-delete',
])('%s is lost in no part when it is written again', (name) => {
  const messages = goldenMessages(name)
  expect(messages.length).toBeGreaterThan(0)
  for (const { value } of messages) {
    const read = value as Link
    const again = decodeAll<Link>(link, encodeAll(link, read))
    expect(again.attributes.unknown).toEqual(read.attributes.unknown)
    expect(again.attributes.afSpec).toEqual(read.attributes.afSpec)
    // All but the flag that was told as false.
    const { linkinfo } = read.attributes
    const data = linkinfo?.kind === 'vxlan' ? { ...linkinfo.data, ttlInherit: undefined } : linkinfo?.data
    expect(again).toEqual({
      ...read,
      attributes: { ...read.attributes, ...(linkinfo && { linkinfo: { ...linkinfo, data } }) },
    })
  }
})

test('messages of several links come in the order of the kernel', () => {
  const names = goldenMessages('link-dump-vxlan').map(({ value }) => (value as Link).attributes.ifname)
  expect(names).toEqual(['vxlan0', 'vxlan0', 'eth1'])
})
