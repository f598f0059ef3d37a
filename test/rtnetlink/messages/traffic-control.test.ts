/** What hangs on a link beside what vxagent sets: qdiscs and filters (struct tcmsg, TCA_*), nexthop objects (struct nhmsg, NHA_*). */
import { expect, test } from 'vitest'
import { nexthop } from '../../../src/rtnetlink/messages/nexthop.ts'
import { trafficControl } from '../../../src/rtnetlink/messages/traffic-control.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { goldenMessages } from '../../support/golden-message.ts'

test('qdisc-dump', () => {
  expect(goldenMessages('qdisc-dump')).toMatchObject([
    { object: 'qdisc', value: { ifindex: 3, handle: 0, parent: 0xffffffff, attributes: { kind: 'noqueue' } } },
    { object: 'qdisc', value: { ifindex: 4, handle: 0x10000, parent: 0xffffffff, attributes: { kind: 'htb' } } },
  ])
})

test('filter-dump: the classifier, its hash table, and the filter', () => {
  const info = 0xc0000008
  expect(goldenMessages('filter-dump')).toMatchObject([
    { object: 'filter', value: { ifindex: 4, handle: 0, parent: 0x10000, info, attributes: { kind: 'u32' } } },
    { object: 'filter', value: { handle: 0x80000000, info, attributes: { chain: 0 } } },
    { object: 'filter', value: { handle: 0x80000800, info } },
  ])
})

test('nexthop-dump', () => {
  const value = { family: 2, scope: 253, protocol: 0, flags: 0, attributes: { id: 10, oif: 4, gateway: '10.0.1.2' } }
  expect(goldenMessages('nexthop-dump')).toEqual([{ object: 'nexthop', verb: 'new', value }])
})

test('each struct has each field in its place, and zeros between them', () => {
  const traffic = { family: 1, ifindex: -2, handle: 0x01020304, parent: 0xfffffff1, info: 0xc0000008, attributes: {} }
  const bytes = hex('01 000000 feffffff 04030201 f1ffffff 080000c0')
  expect(encodeAll(trafficControl, traffic)).toEqual(bytes)
  expect(decodeAll(trafficControl, bytes)).toEqual(traffic)
  const hop = { family: 2, scope: 253, protocol: 4, flags: 0x10, attributes: {} }
  expect(encodeAll(nexthop, hop)).toEqual(hex('02 fd 04 00 10000000'))
})
