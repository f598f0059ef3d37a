/** VNIs of a vxlan with `vnifilter`: struct tunnel_msg and VXLAN_VNIFILTER_*. */
import { expect, test } from 'vitest'
import { type Tunnel, tunnel, type VnifilterEntry } from '../../../src/rtnetlink/messages/tunnel.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages } from '../../support/golden-message.ts'

const ofVxlan = { family: 7, flags: 0, ifindex: 5 }

test.each<readonly [name: string, verb: 'new' | 'delete', entries: readonly VnifilterEntry[]]>([
  ['tunnel-add-range', 'new', [{ start: 100, end: 200, group: '239.1.1.1' }]],
  ['tunnel-delete', 'delete', [{ start: 300 }]],
])('%s: reads and writes as iproute2 writes it', (name, verb, entries) => {
  const value: Tunnel = { ...ofVxlan, attributes: { entries } }
  expect(goldenMessages(name)).toEqual([{ object: 'tunnel', verb, value }])
  expect(encodeAll(tunnel, value)).toEqual(golden(name).subarray(16))
})

test.each<readonly [name: string, ifindex: number, entries: readonly VnifilterEntry[]]>([
  [
    'tunnel-dump',
    5,
    [{ start: 100, end: 200, group: '239.1.1.1' }, { start: 300 }, { start: 400, group: '10.0.2.254' }],
  ],
  ['tunnel-dump-ipv6', 4, [{ start: 500, group6: '2001:db8::fe' }]],
])('%s', (name, ifindex, entries) => {
  expect(goldenMessages(name)).toEqual([
    { object: 'tunnel', verb: 'new', value: { ...ofVxlan, ifindex, attributes: { entries } } },
  ])
})

test('struct tunnel_msg has each field in its place, and zeros between them', () => {
  const value: Tunnel = { family: 7, flags: 1, ifindex: 0xfffffffe, attributes: {} }
  const bytes = hex('07 01 0000 feffffff')
  expect(encodeAll(tunnel, value)).toEqual(bytes)
  expect(decodeAll(tunnel, bytes)).toEqual(value)
})

// On a little-endian host, where CI runs. The kernel refuses an entry that is not marked as nested.
test.each<readonly [name: string, entry: VnifilterEntry, bytes: string]>([
  ['VXLAN_VNIFILTER_ENTRY_START', { start: 0x123456 }, '0c00 0180 0800 0100 56341200'],
  ['VXLAN_VNIFILTER_ENTRY_END', { end: 0x123456 }, '0c00 0180 0800 0200 56341200'],
  ['VXLAN_VNIFILTER_ENTRY_GROUP', { group: '239.1.1.1' }, '0c00 0180 0800 0300 ef010101'],
  ['VXLAN_VNIFILTER_ENTRY_GROUP6', { group6: 'ff02::1' }, '1800 0180 1400 0400 ff020000000000000000000000000001'],
])('%s', (_name, entry, bytes) => {
  const header = Buffer.alloc(8)
  expect(encodeAll(tunnel, { attributes: { entries: [entry] } })).toEqual(Buffer.concat([header, hex(bytes)]))
  expect(decodeAll(tunnel, Buffer.concat([header, hex(bytes)])).attributes).toEqual({ entries: [entry] })
})

test('several entries share a request', () => {
  const entries = [{ start: 1 }, { start: 5, end: 9 }]
  expect(decodeAll(tunnel, encodeAll(tunnel, { attributes: { entries } })).attributes).toEqual({ entries })
})
