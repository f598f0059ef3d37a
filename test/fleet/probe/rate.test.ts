import { expect, test } from 'vitest'
import { Allowance, Allowances } from '../../../src/fleet/probe/rate.ts'

const taken = (times: number, take: () => boolean): number => Array.from({ length: times }, take).filter(Boolean).length

test('so many at once, and so many a second after that', () => {
  const allowance = new Allowance({ perSecond: 2, atOnce: 5 }, 0)
  expect(taken(10, () => allowance.take(0))).toBe(5)
  expect(taken(10, () => allowance.take(1000))).toBe(2)
  expect(taken(100, () => allowance.take(1_000_000))).toBe(5)
})

test('a peer that asks too often takes nothing from the others, and all together have a limit', () => {
  const allowances = new Allowances({ perSecond: 1, atOnce: 10 }, { perSecond: 1, atOnce: 15 }, 0)
  expect(taken(100, () => allowances.take('one', 0))).toBe(10)
  expect(taken(100, () => allowances.take('two', 0))).toBe(5)
  expect(taken(100, () => allowances.take('three', 0))).toBe(0)
  expect(taken(100, () => allowances.take('two', 60_000))).toBe(10)
})
