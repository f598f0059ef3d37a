import { expect, test } from 'vitest'
import { backoffMs } from '../../../../src/agent/reconcile/loop/backoff.ts'

test('doubles from 200 ms to 30 s and stays there', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1000, 100_000].map(backoffMs)
  expect(delays).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000, 30_000])
})
