import { expect, test } from 'vitest'
import { readSeconds } from '../../../../src/agent/convert/import/time-span.ts'

test.each([
  ['300', 300],
  ['5min', 300],
  ['1h 30min', 5400],
  ['1h30m', 5400],
  ['2 d', 172_800],
  ['1.5s', 1.5],
  ['250ms', 0.25],
  ['1M', 2_629_800],
  ['0', 0],
] as const)('%s is %d seconds', (text, seconds) => {
  expect(readSeconds(text)).toBeCloseTo(seconds, 9)
})

test.each(['', 'soon', '5 parsecs', '-1', '1h,', 'infinity'])('%j is no time span', (text) => {
  expect(readSeconds(text)).toBe(text)
})
