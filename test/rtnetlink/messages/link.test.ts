/** Links: struct ifinfomsg, IFLA_*, and the requests of iproute2. */
import { describe, expect, test } from 'vitest'
import { bridgePort } from '../../../src/rtnetlink/messages/bridge.ts'
import { type Link, link } from '../../../src/rtnetlink/messages/link.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages, goldenValue } from '../../support/golden-message.ts'

/** The attributes of a run, each with its header, in the order of their numbers. */
function attributesOf(run: Buffer): string[] {
  const found: [number: number, bytes: string][] = []
  for (let at = 0; at < run.length; at += (run.readUInt16LE(at) + 3) & ~3) {
    found.push([run.readUInt16LE(at + 2), run.toString('hex', at, at + run.readUInt16LE(at))])
  }
  return found.sort(([one], [other]) => one - other).map(([, bytes]) => bytes)
}

const requested = { family: 0, type: 0, index: 0, flags: 0, change: 0 }

describe('requests, as iproute2 sends them', () => {
  const vxlan0 = { ifname: 'vxlan0', address: '02:00:00:00:00:01' }

  test.each<readonly [name: string, attributes: Link['attributes']]>([
    [
      'link-add-vxlan-story',
      {
        ...vxlan0,
        linkinfo: {
          kind: 'vxlan',
          data: { id: 42, group: '239.1.1.1', link: 3, ttl: 16, learning: true, ageing: 300, port: 8472 },
        },
      },
    ],
    [
      'link-add-vxlan-all',
      {
        ...vxlan0,
        linkinfo: {
          kind: 'vxlan',
          data: {
            id: 43,
            group: '10.0.2.254',
            local: '10.0.2.1',
            link: 3,
            ttl: 64,
            tos: 16,
            df: 1,
            ageing: 100,
            limit: 1000,
            portRange: { low: 40000, high: 50000 },
            port: 4789,
            learning: false,
            proxy: true,
            rsc: true,
            l2miss: true,
            l3miss: true,
            udpCsum: false,
            udpZeroCsum6Tx: true,
            udpZeroCsum6Rx: true,
            remcsumTx: true,
            remcsumRx: true,
          },
        },
      },
    ],
    [
      'link-add-vxlan-ipv6',
      {
        ifname: 'vxlan0',
        linkinfo: {
          kind: 'vxlan',
          data: {
            id: 44,
            group6: '2001:db8::fe',
            local6: '2001:db8::1',
            label: 0x12345,
            learning: true,
            port: 4789,
            udpZeroCsum6Tx: true,
            udpZeroCsum6Rx: true,
          },
        },
      },
    ],
    [
      'link-add-vxlan-gbp',
      { ifname: 'vxlan0', linkinfo: { kind: 'vxlan', data: { id: 45, learning: true, port: 4789, gbp: true } } },
    ],
    [
      'link-add-vxlan-ttl-inherit',
      { ifname: 'vxlan0', linkinfo: { kind: 'vxlan', data: { id: 46, learning: true, port: 4789, ttlInherit: true } } },
    ],
    [
      'link-add-vxlan-vnifilter',
      {
        ifname: 'vxlan0',
        linkinfo: { kind: 'vxlan', data: { learning: false, port: 4789, collectMetadata: true, vnifilter: true } },
      },
    ],
    [
      'link-add-bridge',
      {
        ifname: 'br0',
        linkinfo: {
          kind: 'bridge',
          data: {
            forwardDelay: 400,
            helloTime: 100,
            maxAge: 600,
            ageingTime: 30000,
            stpState: 1,
            priority: 4096,
            vlanFiltering: 1,
            vlanProtocol: 0x88a8,
            groupFwdMask: 8,
            mcastSnooping: 0,
            mcastQuerier: 1,
            vlanDefaultPvid: 0,
          },
        },
      },
    ],
  ])('%s', (name, attributes) => {
    const value = { ...requested, attributes }
    expect(goldenMessages(name)).toEqual([{ object: 'link', verb: 'new', value }])
    expect(decodeAll(link, encodeAll(link, value))).toEqual(value)
  })

  test.each([
    ['link-change-vxlan-ttl', 'new', { attributes: { linkinfo: { kind: 'vxlan', data: { ttl: 5 } } } }],
    ['link-set-up', 'new', { flags: 1, change: 1, attributes: {} }],
    ['link-set-mtu', 'new', { attributes: { mtu: 1400 } }],
    ['link-set-mac', 'new', { attributes: { address: '02:00:00:00:00:07' } }],
    ['link-set-alias', 'new', { attributes: { ifalias: 'overlay' } }],
    ['link-set-name', 'new', { attributes: { ifname: 'vxlan1' } }],
    ['link-set-addrgenmode', 'new', { attributes: { afSpec: { inet6: { addrGenMode: 1 } } } }],
    ['link-delete', 'delete', { attributes: {} }],
  ])('%s', (name, verb, value) => {
    expect(goldenMessages(name)).toEqual([{ object: 'link', verb, value: { ...requested, index: 4, ...value } }])
  })
})

test('the options of a bridge port, each of the size that iproute2 sends', () => {
  const { linkinfo } = goldenValue<Link>('link-set-bridge-port').attributes
  // iproute2 names the kind `bridge_slave` where we name the slave's kind; the kernel goes by the master.
  expect(linkinfo?.kind).toBe('bridge_slave')
  const options = {
    priority: 9,
    cost: 7,
    hairpin: true,
    guard: true,
    protect: true,
    fastLeave: true,
    learning: false,
    unicastFlood: false,
    mcastFlood: false,
    vlanTunnel: true,
    bcastFlood: false,
    neighSuppress: true,
    isolated: true,
    locked: true,
  }
  const theirs = linkinfo?.slaveData as Buffer
  expect(decodeAll(bridgePort, theirs)).toEqual(options)
  expect(attributesOf(encodeAll(bridgePort, options))).toEqual(attributesOf(theirs))
})

test('alternative names, in requests of a type of their own', () => {
  const requestOf = (name: string): Link => decodeAll<Link>(link, golden(name).subarray(16))
  const altIfname = ['overlay', 'tenant-blue']
  expect(requestOf('altname-add')).toEqual({ ...requested, index: 4, attributes: { propList: { altIfname } } })
  expect(requestOf('altname-delete').attributes).toEqual({ propList: { altIfname: ['overlay'] } })
})

test('struct ifinfomsg has each field in its place, and a zero between them', () => {
  const value = { family: 7, type: 0x0304, index: -2, flags: 0x10043, change: 0xffff_ffff, attributes: {} }
  const bytes = hex('07 00 0403 feffffff 43000100 ffffffff')
  expect(encodeAll(link, value)).toEqual(bytes)
  expect(decodeAll(link, bytes)).toEqual(value)
})

// On a little-endian host, where CI runs. What the tables hold besides the vxlan's own attributes.
test.each<readonly [name: string, attributes: Link['attributes'], bytes: string]>([
  ['IFLA_ADDRESS', { address: '02:00:00:00:00:01' }, '0a00 0100 0200000000010000'],
  ['IFLA_IFNAME', { ifname: 'vxlan0' }, '0b00 0300 76786c616e300000'],
  ['IFLA_MTU', { mtu: 1450 }, '0800 0400 aa050000'],
  ['IFLA_LINK', { link: 3 }, '0800 0500 03000000'],
  ['IFLA_MASTER', { master: 5 }, '0800 0a00 05000000'],
  ['IFLA_OPERSTATE', { operstate: 6 }, '0500 1000 06000000'],
  ['IFLA_IFALIAS', { ifalias: 'ä' }, '0700 1400 c3a40000'],
  ['IFLA_AF_SPEC', { afSpec: { inet6: { addrGenMode: 1 } } }, '1000 1a00 0c00 0a00 0500 0800 01000000'],
  [
    'IFLA_INET_CONF and IFLA_INET6_CONF',
    { afSpec: { inet: { conf: [1, -1] }, inet6: { conf: [64] } } },
    '2000 1a00 1000 0200 0c00 0100 01000000 ffffffff 0c00 0a00 0800 0200 40000000',
  ],
  ['IFLA_GROUP', { group: 77 }, '0800 1b00 4d000000'],
  ['IFLA_NET_NS_FD', { netNsFd: 9 }, '0800 1c00 09000000'],
  ['IFLA_EXT_MASK', { extMask: 8 }, '0800 1d00 08000000'],
  ['IFLA_CARRIER', { carrier: 1 }, '0500 2100 01000000'],
  ['IFLA_LINK_NETNSID, none', { linkNetnsid: -1 }, '0800 2500 ffffffff'],
  ['IFLA_PROTO_DOWN', { protoDown: true }, '0500 2700 01000000'],
  [
    'IFLA_PROP_LIST, marked as nested',
    { propList: { altIfname: ['one', 'two'] } },
    '1400 3480 0800 3500 6f6e6500 0800 3500 74776f00',
  ],
  [
    'IFLA_PROTO_DOWN_REASON',
    { protoDownReason: { mask: 3, value: 1 } },
    '1400 3700 0800 0100 03000000 0800 0200 01000000',
  ],
  [
    'IFLA_LINKINFO of a kind without a table',
    { linkinfo: { kind: 'veth', data: hex('0102') } },
    '1800 1200 0900 0100 76657468 00000000 0600 0200 01020000',
  ],
  [
    'IFLA_LINKINFO of a bridge',
    { linkinfo: { kind: 'bridge', data: { ageingTime: 30_000, stpState: 0, vlanFiltering: 1, vlanProtocol: 0x8100 } } },
    '3400 1200 0b00 0100 62726964 67650000 2400 0200 0800 0400 30750000 0800 0500 00000000 0500 0700 01000000 0600 0800 81000000',
  ],
  [
    'IFLA_LINKINFO of a VRF',
    { linkinfo: { kind: 'vrf', data: { table: 4242 } } },
    '1800 1200 0800 0100 76726600 0c00 0200 0800 0100 92100000',
  ],
  [
    'IFLA_LINKINFO of a bridge port',
    { linkinfo: { slaveKind: 'bridge', slaveData: { learning: false, neighSuppress: true } } },
    '2400 1200 0b00 0400 62726964 67650000 1400 0500 0500 0800 00000000 0500 2000 01000000',
  ],
])('%s', (_name, attributes, bytes) => {
  const header = Buffer.alloc(16)
  expect(encodeAll(link, { attributes })).toEqual(Buffer.concat([header, hex(bytes)]))
  expect(decodeAll(link, Buffer.concat([header, hex(bytes)])).attributes).toEqual(attributes)
})
