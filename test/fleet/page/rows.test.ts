import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeOf, healths } from '../../../src/fleet/page/health.ts'
import { readRow, rowOf, writeRow } from '../../../src/fleet/page/rows.ts'

function read(text: string, count: number): number[] {
  const codes = new Uint8Array(count)
  readRow(text, codes)
  return [...codes]
}

test('a row is a letter for each host, and a number where it is repeated', () => {
  const [entry, missing, absent] = [codeOf('entry'), codeOf('missing'), codeOf('absent')]
  const codes = Uint8Array.of(absent, entry, entry, entry, missing, entry)
  expect(writeRow(codes)).toBe('-e3me')
  expect(read('-e3me', 6)).toEqual([...codes])
  expect(rowOf('entry', 500)).toBe('e500')
  expect(writeRow(new Uint8Array())).toBe('')
})

test('any row reads as it was written', () => {
  const codes = fc.uint8Array({ min: 0, max: healths.length - 1, maxLength: 300 })
  fc.assert(
    fc.property(codes, (row) => {
      expect(read(writeRow(row), row.length)).toEqual([...row])
    }),
  )
})

test.each([
  ['too short', 'e4'],
  ['too long', 'e6'],
  ['far too long', 'e999999999'],
  ['a letter that means nothing', 'x5'],
  ['a number without a letter', '5'],
  ['a number before the first letter', '1e4'],
  ['empty', ''],
])('a row of five hosts that is %s is refused', (_what, text) => {
  expect(() => read(text, 5)).toThrow(RangeError)
})
