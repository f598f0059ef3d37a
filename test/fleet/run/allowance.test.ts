import { expect, test } from 'vitest'
import { Allowance } from '../../../src/fleet/run/allowance.ts'

test('so many at once, and then so many a second, each by itself', () => {
  let now = 0
  const allowance = new Allowance({ atOnce: 3, perSecond: 0.5 }, () => now)
  expect([1, 2, 3, 4].map(() => allowance.take('a'))).toEqual([true, true, true, false])
  expect(allowance.take('b')).toBe(true)
  now = 2_000
  expect([1, 2].map(() => allowance.take('a'))).toEqual([true, false])
  now = 1_000_000
  expect([1, 2, 3, 4].map(() => allowance.take('a'))).toEqual([true, true, true, false])
})

test('remembers those who have asked lately, and not everybody for ever', () => {
  let now = 0
  const allowance = new Allowance({ atOnce: 1, perSecond: 1 }, () => now)
  for (let number = 0; number < 5000; number += 1) {
    allowance.take(`${number}`)
    now += 10
  }
  expect(allowance.take('4999')).toBe(false)
  expect(allowance.size).toBeLessThan(1200)
})
