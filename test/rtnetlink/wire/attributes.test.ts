import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError, EncodeError } from '../../../src/rtnetlink/errors.ts'
import { attr, attributes, dependent, marked, repeated } from '../../../src/rtnetlink/wire/attributes.ts'
import { cstring, flag, raw, u8, u32 } from '../../../src/rtnetlink/wire/codec.ts'
import { attributeRuns, bytesUpTo } from '../../support/arbitrary-messages.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'

/** What `read` gives; undefined if it refuses the bytes, which it may by a DecodeError only. */
function readOrRefused<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
    return undefined
  }
}

const inner = attributes({ id: attr(1, 'INNER_ID', u32) })
const table = attributes({
  kind: attr(1, 'KIND', cstring),
  data: dependent(2, 'DATA', 'kind', { known: inner }),
  number: attr(3, 'NUMBER', u8),
  name: repeated(4, 'NAME', cstring),
  isSet: attr(5, 'IS_SET', flag),
  nested: attr(6, 'NESTED', inner),
  marked: marked(attr(7, 'MARKED', inner)),
  manyMarked: marked(repeated(8, 'MANY_MARKED', inner)),
})

test('attributes are padded to four bytes, and the length does not count the padding', () => {
  expect(encodeAll(table, { number: 7, isSet: true })).toEqual(hex('0500 0300 07000000 0400 0500'))
})

test('a false flag and an undefined value are left out', () => {
  expect(encodeAll(table, { isSet: false, number: undefined })).toHaveLength(0)
})

test('a marked attribute is written with NLA_F_NESTED, and read with it and without', () => {
  const one = { marked: { id: 5 } }
  expect(encodeAll(table, one)).toEqual(hex('0c00 0780 0800 0100 05000000'))
  expect(decodeAll(table, hex('0c00 0780 0800 0100 05000000'))).toEqual(one)
  expect(decodeAll(table, hex('0c00 0700 0800 0100 05000000'))).toEqual(one)
  const many = { manyMarked: [{ id: 5 }, {}] }
  expect(encodeAll(table, many)).toEqual(hex('0c00 0880 0800 0100 05000000 0400 0880'))
  expect(decodeAll(table, encodeAll(table, many))).toEqual(many)
})

test('an attribute that occurs many times is a list', () => {
  const value = { name: ['one', 'two'] }
  expect(decodeAll(table, encodeAll(table, value))).toEqual(value)
})

test('nesting is told with and without NLA_F_NESTED', () => {
  const plain = hex('0c00 0600 0800 0100 2a000000')
  const flagged = hex('0c00 0680 0800 0100 2a000000')
  expect(decodeAll(table, plain)).toEqual({ nested: { id: 42 } })
  expect(decodeAll(table, flagged)).toEqual({ nested: { id: 42 } })
})

describe('a payload that is read by what another attribute says', () => {
  test('has the codec of that choice', () => {
    const value = { kind: 'known', data: { id: 42 } }
    expect(decodeAll(table, encodeAll(table, value))).toEqual(value)
  })

  test('stays bytes where there is no such choice', () => {
    const value = { kind: 'other', data: hex('0102') }
    expect(decodeAll(table, encodeAll(table, value))).toEqual(value)
  })

  test('stays bytes where the choosing attribute is missing', () => {
    expect(decodeAll(table, hex('0600 0200 01020000'))).toEqual({ data: hex('0102') })
  })
})

test('unknown attributes are kept with their flag bits, and written back byte for byte', () => {
  const bytes = hex('0500 6340 09000000 0500 0300 07000000')
  const value = decodeAll(table, bytes)
  expect(value).toEqual({ number: 7, unknown: [{ type: 0x4063, payload: hex('09') }] })
  expect(encodeAll(table, value)).toEqual(hex('0500 0300 07000000 0500 6340 09000000'))
})

test.each([
  ['a length below the header', '0300 0300'],
  ['a length beyond the end', '0900 0300 07000000'],
  ['trailing bytes that are no header', '0500 0300 07000000 0000'],
])('refuses %s', (_what, bytes) => {
  expect(() => decodeAll(table, hex(bytes))).toThrow(DecodeError)
})

test('the last attribute needs no padding', () => {
  expect(decodeAll(table, hex('0500 0300 07'))).toEqual({ number: 7 })
})

test('an error names the way to the attribute', () => {
  expect(() => decodeAll(table, hex('0a00 0600 0500 0100 2a00'))).toThrow('NESTED: INNER_ID: expected 4 bytes, got 1')
  expect(() => encodeAll(table, { nested: { id: -1 } })).toThrow(/^NESTED: INNER_ID: -1 is no u32/)
})

test('an attribute of more than 65535 bytes cannot be written', () => {
  const large = attributes({ bytes: attr(1, 'BYTES', raw) })
  expect(() => encodeAll(large, { bytes: Buffer.alloc(65_532) })).toThrow(EncodeError)
  expect(encodeAll(large, { bytes: Buffer.alloc(65_531) })).toHaveLength(65_536)
})

test('the attribute at an offset is named with the ones around it', () => {
  const bytes = encodeAll(table, { number: 7, nested: { id: 42 } })
  expect(table.pathAt(bytes, 0, bytes.length, 0)).toEqual(['NUMBER'])
  expect(table.pathAt(bytes, 0, bytes.length, 8)).toEqual(['NESTED'])
  expect(table.pathAt(bytes, 0, bytes.length, 12)).toEqual(['NESTED', 'INNER_ID'])
  expect(table.pathAt(bytes, 0, bytes.length, 5)).toBeUndefined()
})

test('attributes that no row knows come back as they were, in their order, whatever their padding held', () => {
  let compared = 0
  fc.assert(
    fc.property(attributeRuns, (run) => {
      const nothing = attributes({})
      const read = readOrRefused(() => decodeAll(nothing, run))
      if (read !== undefined) {
        expect(decodeAll(nothing, encodeAll(nothing, read))).toEqual(read)
        compared += read.unknown?.length ?? 0
      }
    }),
  )
  expect(compared).toBeGreaterThan(100)
})

test('the last of several attributes counts where one is expected, as for the kernel', () => {
  expect(decodeAll(table, hex('0500 0300 07000000 0500 0300 08000000'))).toEqual({ number: 8 })
})

test('each attribute is found by its offset', () => {
  let found = 0
  fc.assert(
    fc.property(attributeRuns, (run) => {
      const nothing = attributes({})
      const read = readOrRefused(() => decodeAll(nothing, run))
      let at = 0
      for (const { type, payload } of read?.unknown ?? []) {
        expect(nothing.pathAt(run, 0, run.length, at)).toEqual([`attribute ${type & 0x3fff}`])
        at += (4 + payload.length + 3) & ~3
        found += 1
      }
    }),
  )
  expect(found).toBeGreaterThan(100)
})

test('any bytes and any attributes give a value or a DecodeError', () => {
  fc.assert(
    fc.property(fc.oneof(bytesUpTo(64), attributeRuns), (bytes) => {
      readOrRefused(() => decodeAll(table, bytes))
      readOrRefused(() => table.pathAt(bytes, 0, bytes.length, 8))
    }),
    { numRuns: 2000 },
  )
})
