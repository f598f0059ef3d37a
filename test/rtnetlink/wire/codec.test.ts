import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError, EncodeError } from '../../../src/rtnetlink/errors.ts'
import * as codecs from '../../../src/rtnetlink/wire/codec.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'

const {
  bool,
  cstring,
  flag,
  hex64,
  ip,
  ipv4,
  ipv6,
  linkLayerAddress,
  raw,
  s32,
  s32Array,
  u8,
  u16,
  u16be,
  u32,
  u32be,
  u64,
} = codecs

// The bytes of a little-endian host, where CI runs; `be` forms are the same everywhere.
test.each([
  ['u8', u8, 255, 'ff'],
  ['u16', u16, 0x1234, '3412'],
  ['u16be', u16be, 4789, '12b5'],
  ['u32', u32, 0xfffffffe, 'feffffff'],
  ['u32be', u32be, 0x12345, '00012345'],
  ['s32', s32, -17, 'efffffff'],
  ['bool', bool, true, '01'],
  ['ip', ip, '10.0.2.254', '0a0002fe'],
  ['ip', ip, '2001:db8::1', '20010db8000000000000000000000001'],
  ['ip', ip, '::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
  ['ipv4', ipv4, '239.1.1.1', 'ef010101'],
  ['ipv6', ipv6, 'fe80::1', 'fe800000000000000000000000000001'],
  ['linkLayerAddress', linkLayerAddress, '02:00:00:00:00:fe', '0200000000fe'],
  ['linkLayerAddress', linkLayerAddress, '0a:00:00:01', '0a000001'],
  ['linkLayerAddress', linkLayerAddress, '', ''],
  ['cstring', cstring, 'vxlan', '76786c616e00'],
  ['hex64', hex64, 'f7ffffff000000ff', 'f7ffffff000000ff'],
] as const)('%s: %o %s is %s', (_name, codec, value, bytes) => {
  expect(encodeAll(codec as codecs.Codec<unknown>, value)).toEqual(hex(bytes))
  expect(decodeAll(codec as codecs.Codec<unknown>, hex(bytes))).toBe(value)
})

test.each([
  ['u8', codecs.u8, 1],
  ['u16', codecs.u16, 1],
  ['u32', codecs.u32, 1],
  ['s32', codecs.s32, 1],
  ['bool', codecs.bool, true],
] as const)('a fixed size is that of the bytes: %s', (_name, codec, value) => {
  expect(encodeAll(codec as codecs.Codec<unknown>, value)).toHaveLength(codec.size)
})

test('a u64 goes beyond what a number holds', () => {
  expect(decodeAll(u64, hex('ffffffffffffff7f'))).toBe(0x7fff_ffff_ffff_ffffn)
  expect(encodeAll(u64, 0x7fff_ffff_ffff_ffffn)).toEqual(hex('ffffffffffffff7f'))
})

test('a run of s32 is as long as it comes', () => {
  for (const [values, bytes] of [
    [[], ''],
    [[1, -1, 0x7fff_ffff], '01000000 ffffffff ffffff7f'],
  ] as const) {
    expect(encodeAll(s32Array, values)).toEqual(hex(bytes))
    expect(decodeAll(s32Array, hex(bytes))).toEqual(values)
  }
})

test.each(['', 'f7ffffff000000f', 'f7ffffff000000ff0', '0xf7ffffff000000', 'f7ffffff000000fg'])(
  '%o are no 8 bytes',
  (text) => {
    expect(() => encodeAll(hex64, text)).toThrow(
      new EncodeError(`${text} is no run of 8 bytes: expected 16 hex digits`),
    )
  },
)

test('8 bytes are also written from upper-case digits', () => {
  expect(encodeAll(hex64, 'F7FFFFFF000000FF')).toEqual(hex('f7ffffff000000ff'))
})

test('a string is read with its NUL and without, and ends at the first', () => {
  expect(decodeAll(cstring, Buffer.from('vxlan'))).toBe('vxlan')
  expect(decodeAll(cstring, Buffer.from('vxlan\0'))).toBe('vxlan')
  expect(decodeAll(cstring, Buffer.from('vx\0lan\0'))).toBe('vx')
})

test('a string does not run on into the bytes that follow it', () => {
  expect(cstring.decode(Buffer.from('vxlan0eth1\0'), 0, 6)).toBe('vxlan0')
})

describe('a flag', () => {
  test('is present for true, absent for false', () => {
    expect(encodeAll(flag, true)).toHaveLength(0)
    expect(flag.isAbsent?.(false)).toBe(true)
    expect(flag.isAbsent?.(true)).toBe(false)
  })

  test('is also read from the u8 that the kernel dumps', () => {
    expect(decodeAll(flag, hex(''))).toBe(true)
    expect(decodeAll(flag, hex('01'))).toBe(true)
    expect(decodeAll(flag, hex('00'))).toBe(false)
  })
})

test('raw bytes are copied, since the receive buffer is used again', () => {
  const buffer = hex('0102')
  const value = decodeAll(raw, buffer)
  buffer[0] = 9
  expect(value).toEqual(hex('0102'))
})

test.each([
  ['u8', u8, 2],
  ['u16', u16, 1],
  ['u16be', u16be, 3],
  ['u32', u32, 1],
  ['u32be', u32be, 5],
  ['s32', s32, 0],
  ['u64', u64, 4],
  ['s32Array', s32Array, 6],
  ['hex64', hex64, 7],
  ['ip', ip, 5],
  ['ipv4', ipv4, 16],
  ['ipv6', ipv6, 4],
] as const)('%s refuses a payload of another size', (_name, codec, size) => {
  expect(() => decodeAll(codec as codecs.Codec<unknown>, Buffer.alloc(size))).toThrow(DecodeError)
})

test.each([
  ['u8 above', u8, 256],
  ['u8 below', u8, -1],
  ['u16 fraction', u16, 1.5],
  ['u32 above', u32, 2 ** 32],
  ['s32 above', s32, 2 ** 31],
  ['u32 not a number', u32, Number.NaN],
  ['u64 below', u64, -1n],
  ['ip text', ip, 'example'],
  ['ip short form', ip, '10.1'],
  ['ip zone', ip, 'fe80::1%eth1'],
  ['ipv4 from IPv6', ipv4, '::1'],
  ['ipv6 from IPv4', ipv6, '10.0.0.1'],
  ['mac text', linkLayerAddress, '02:00:00:00:00:zz'],
  ['string with NUL', cstring, 'a\0b'],
] as const)('refuses to write %s', (_name, codec, value) => {
  expect(() => encodeAll(codec as codecs.Codec<unknown>, value)).toThrow(EncodeError)
})

test('addresses come back from their bytes as they went in', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(decodeAll(ip, encodeAll(ip, address))).toBe(address)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      expect(encodeAll(ip, decodeAll(ip, Buffer.from(bytes)))).toEqual(Buffer.from(bytes))
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => {
      expect(encodeAll(linkLayerAddress, decodeAll(linkLayerAddress, Buffer.from(bytes)))).toEqual(Buffer.from(bytes))
    }),
  )
})
