/** C structs: fields in their order, host byte order, bytes passed over. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError, EncodeError } from '../../../src/rtnetlink/errors.ts'
import { struct } from '../../../src/rtnetlink/wire/struct.ts'
import { Writer } from '../../../src/rtnetlink/wire/writer.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'

const example = struct('struct example', (next) => ({
  small: next.u8(),
  signed: next.skip(3).s32(),
  medium: next.u16(),
  network: next.u16be(),
  large: next.skip(2).skip(2).u32(),
}))

const value = { small: 1, signed: -2, medium: 0x0304, network: 0x0506, large: 0xfffefdfc }
// On a little-endian host, where CI runs.
const bytes = hex('01 000000 feffffff 0403 0506 00000000 fcfdfeff')

test('a struct is as large as its fields and what lies between them', () => {
  expect(example.size).toBe(20)
})

test('each field has its place', () => {
  expect(encodeAll(example, value)).toEqual(bytes)
  expect(decodeAll(example, bytes)).toEqual(value)
})

test('what lies between the fields is not read', () => {
  const noisy = Buffer.from(bytes)
  noisy.fill(0xff, 1, 4)
  noisy.fill(0xff, 12, 16)
  expect(decodeAll(example, noisy)).toEqual(value)
})

test('a newer kernel may append fields', () => {
  expect(decodeAll(example, Buffer.concat([bytes, hex('ffff')]))).toEqual(value)
})

test('a shorter one is refused by its name', () => {
  expect(() => decodeAll(example, bytes.subarray(1))).toThrow(new DecodeError(['struct example'], '20 bytes', '19'))
})

test('fields that are not given are zero', () => {
  const writer = new Writer()
  example.encodePartial({ medium: 7 }, writer)
  expect(writer.finish()).toEqual(hex('00 000000 00000000 0700 0000 00000000 00000000'))
})

test.each([{ small: 256 }, { signed: 2 ** 31 }, { medium: -1 }, { network: 1.5 }, { large: 2 ** 32 }])(
  '%o does not fit its field',
  (wrong) => {
    expect(() => encodeAll(example, { ...value, ...wrong })).toThrow(EncodeError)
  },
)

test('structs read one after the other do not mix', () => {
  const pair = [bytes, encodeAll(example, { ...value, small: 9, large: 9 })].map((each) => decodeAll(example, each))
  expect(pair).toEqual([value, { ...value, small: 9, large: 9 }])
})

test('what is written reads as it was, wherever it lies', () => {
  const values = fc.record({
    small: fc.integer({ min: 0, max: 0xff }),
    signed: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
    medium: fc.integer({ min: 0, max: 0xffff }),
    network: fc.integer({ min: 0, max: 0xffff }),
    large: fc.integer({ min: 0, max: 0xffff_ffff }),
  })
  fc.assert(
    fc.property(values, fc.nat({ max: 9 }), (any, offset) => {
      const shifted = Buffer.concat([Buffer.alloc(offset, 0xee), encodeAll(example, any)])
      expect(example.decode(shifted, offset, shifted.length)).toEqual(any)
    }),
  )
})
