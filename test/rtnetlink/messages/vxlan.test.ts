/** The payload of each IFLA_VXLAN_* attribute: sizes, byte orders, flags. */
import { expect, test } from 'vitest'
import { DecodeError, EncodeError } from '../../../src/rtnetlink/errors.ts'
import { link, linkInfo } from '../../../src/rtnetlink/messages/link.ts'
import { type VxlanAttributes, vxlan, vxlanRows } from '../../../src/rtnetlink/messages/vxlan.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'

// On a little-endian host, where CI runs: length, number, payload, padding.
const payloads: readonly (readonly [name: string, value: VxlanAttributes, bytes: string])[] = [
  ['ID in host order', { id: 0x123456 }, '0800 0100 56341200'],
  ['GROUP', { group: '239.1.1.1' }, '0800 0200 ef010101'],
  ['LINK in host order', { link: 3 }, '0800 0300 03000000'],
  ['LOCAL', { local: '10.0.2.1' }, '0800 0400 0a000201'],
  ['TTL', { ttl: 64 }, '0500 0500 40000000'],
  ['TOS', { tos: 1 }, '0500 0600 01000000'],
  ['LEARNING', { learning: true }, '0500 0700 01000000'],
  ['LEARNING, off', { learning: false }, '0500 0700 00000000'],
  ['AGEING in host order', { ageing: 300 }, '0800 0800 2c010000'],
  ['LIMIT in host order', { limit: 1000 }, '0800 0900 e8030000'],
  ['PORT_RANGE in network order', { portRange: { low: 40000, high: 50000 } }, '0800 0a00 9c40c350'],
  ['PROXY', { proxy: true }, '0500 0b00 01000000'],
  ['RSC', { rsc: true }, '0500 0c00 01000000'],
  ['L2MISS', { l2miss: true }, '0500 0d00 01000000'],
  ['L3MISS', { l3miss: true }, '0500 0e00 01000000'],
  ['PORT in network order', { port: 4789 }, '0600 0f00 12b50000'],
  ['GROUP6', { group6: 'ff02::1' }, '1400 1000 ff020000000000000000000000000001'],
  ['LOCAL6', { local6: '2001:db8::1' }, '1400 1100 20010db8000000000000000000000001'],
  ['UDP_CSUM, off', { udpCsum: false }, '0500 1200 00000000'],
  ['UDP_ZERO_CSUM6_TX', { udpZeroCsum6Tx: true }, '0500 1300 01000000'],
  ['UDP_ZERO_CSUM6_RX', { udpZeroCsum6Rx: true }, '0500 1400 01000000'],
  ['REMCSUM_TX', { remcsumTx: true }, '0500 1500 01000000'],
  ['REMCSUM_RX', { remcsumRx: true }, '0500 1600 01000000'],
  ['GBP, a flag', { gbp: true }, '0400 1700'],
  ['REMCSUM_NOPARTIAL, a flag', { remcsumNopartial: true }, '0400 1800'],
  ['COLLECT_METADATA', { collectMetadata: true }, '0500 1900 01000000'],
  ['LABEL in network order', { label: 0x12345 }, '0800 1a00 00012345'],
  ['GPE, a flag', { gpe: true }, '0400 1b00'],
  ['TTL_INHERIT, a flag', { ttlInherit: true }, '0400 1c00'],
  ['DF', { df: 2 }, '0500 1d00 02000000'],
  ['VNIFILTER', { vnifilter: true }, '0500 1e00 01000000'],
  ['LOCALBYPASS', { localbypass: 1 }, '0500 1f00 01000000'],
  ['LABEL_POLICY in host order', { labelPolicy: 1 }, '0800 2000 01000000'],
  ['RESERVED_BITS', { reservedBits: 'f7ffffff000000ff' }, '0c00 2100 f7ffffff000000ff'],
  ['MC_ROUTE', { mcRoute: 1 }, '0500 2200 01000000'],
]

test.each(payloads)('%s', (_name, value, bytes) => {
  expect(encodeAll(vxlan, value)).toEqual(hex(bytes))
  expect(decodeAll(vxlan, hex(bytes))).toEqual(value)
})

test('every attribute has its row above', () => {
  const numbers = payloads.map(([, , bytes]) => hex(bytes).readUInt16LE(2))
  expect([...new Set(numbers)]).toEqual(Object.values(vxlanRows).map(({ number }) => number))
})

test.each(['gbp', 'remcsumNopartial', 'gpe', 'ttlInherit'] as const)(
  '%s, when false, is left out: the kernel refuses a flag with a payload',
  (key) => {
    expect(encodeAll(vxlan, { id: 42, [key]: false })).toEqual(encodeAll(vxlan, { id: 42 }))
  },
)

test('TTL_INHERIT is dumped as a u8, and read as what it says', () => {
  expect(decodeAll(vxlan, hex('0500 1c00 00000000'))).toEqual({ ttlInherit: false })
  expect(decodeAll(vxlan, hex('0500 1c00 01000000'))).toEqual({ ttlInherit: true })
})

test.each([
  ['with its NUL', '0a00 0100 76786c616e000000'],
  ['without', '0900 0100 76786c616e000000'],
])('the kind is read %s', (_how, kind) => {
  expect(decodeAll(linkInfo, hex(`${kind} 0c00 0200 0500 0500 40000000`))).toEqual({ kind: 'vxlan', data: { ttl: 64 } })
})

const errorOf = (run: () => unknown): unknown => {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}

/** A link of kind vxlan whose IFLA_INFO_DATA are these bytes. */
function linkWithData(data: Buffer): Buffer {
  const bytes = encodeAll(link, { attributes: { linkinfo: { kind: 'other', data } } })
  bytes.write('vxlan', bytes.indexOf('other'))
  return bytes
}

test.each([
  ['0500 0100 2a000000', 'IFLA_VXLAN_ID: expected 4 bytes, got 1'],
  ['0800 0f00 12b50000', 'IFLA_VXLAN_PORT: expected 2 bytes, got 4'],
  ['0600 0a00 9c400000', 'IFLA_VXLAN_PORT_RANGE: struct ifla_vxlan_port_range: expected 4 bytes, got 2'],
  ['0800 1000 0a000201', 'IFLA_VXLAN_GROUP6: expected 16 bytes, got 4'],
  ['0900 0100 2a000000', 'expected an attribute of 4 to 8 bytes, got 9'],
])('what is wrong with %s is told by the way to it', (bytes, words) => {
  const error = errorOf(() => decodeAll(link, linkWithData(hex(bytes))))
  expect(error).toBeInstanceOf(DecodeError)
  expect((error as DecodeError).message).toBe(`IFLA_LINKINFO: IFLA_INFO_DATA: ${words}`)
})

test.each<readonly [data: VxlanAttributes, words: string]>([
  [{ id: 2 ** 32 }, 'IFLA_VXLAN_ID: 4294967296 is no u32: expected a whole number from 0 to 4294967295'],
  [{ ttl: 256 }, 'IFLA_VXLAN_TTL: 256 is no u8: expected a whole number from 0 to 255'],
  [{ group: '2001:db8::1' }, 'IFLA_VXLAN_GROUP: 2001:db8::1 is no IPv4 address'],
  [{ local6: '10.0.2.1' }, 'IFLA_VXLAN_LOCAL6: 10.0.2.1 is no IPv6 address'],
  [{ local: 'here' }, 'IFLA_VXLAN_LOCAL: "here" is no IP address'],
  [
    { portRange: { low: 1, high: 65536 } },
    'IFLA_VXLAN_PORT_RANGE: 65536 is no u16: expected a whole number from 0 to 65535',
  ],
])('%o is refused by the way to it', (data, words) => {
  const error = errorOf(() => encodeAll(link, { attributes: { linkinfo: { kind: 'vxlan', data } } }))
  expect(error).toBeInstanceOf(EncodeError)
  expect((error as EncodeError).message).toBe(`IFLA_LINKINFO: IFLA_INFO_DATA: ${words}`)
})
