/** Links: struct ifinfomsg, IFLA_*, and the requests of iproute2. */
import { describe, expect, test } from 'vitest'
import { type Link, link } from '../../../src/rtnetlink/messages/link.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { goldenMessages } from '../../support/golden-message.ts'

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
    ['link-delete', 'delete', { attributes: {} }],
  ])('%s', (name, verb, value) => {
    expect(goldenMessages(name)).toEqual([{ object: 'link', verb, value: { ...requested, index: 4, ...value } }])
  })
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
  ['IFLA_GROUP', { group: 77 }, '0800 1b00 4d000000'],
  ['IFLA_NET_NS_FD', { netNsFd: 9 }, '0800 1c00 09000000'],
  ['IFLA_EXT_MASK', { extMask: 8 }, '0800 1d00 08000000'],
  ['IFLA_CARRIER', { carrier: 1 }, '0500 2100 01000000'],
  ['IFLA_LINK_NETNSID, none', { linkNetnsid: -1 }, '0800 2500 ffffffff'],
  ['IFLA_PROTO_DOWN', { protoDown: true }, '0500 2700 01000000'],
  ['IFLA_PROP_LIST', { propList: { altIfname: ['one', 'two'] } }, '1400 3400 0800 3500 6f6e6500 0800 3500 74776f00'],
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
    'IFLA_LINKINFO of a bridge port',
    { linkinfo: { slaveKind: 'bridge', slaveData: { learning: false, neighSuppress: true } } },
    '2400 1200 0b00 0400 62726964 67650000 1400 0500 0500 0800 00000000 0500 2000 01000000',
  ],
])('%s', (_name, attributes, bytes) => {
  const header = Buffer.alloc(16)
  expect(encodeAll(link, { attributes })).toEqual(Buffer.concat([header, hex(bytes)]))
  expect(decodeAll(link, Buffer.concat([header, hex(bytes)])).attributes).toEqual(attributes)
})
