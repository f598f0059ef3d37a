import { expect, test } from 'vitest'
import { RecentLongest, recentMs } from '../../../../src/agent/publish/metrics/recent-longest.ts'

test('gives the largest value of the last minutes, and forgets it afterwards', () => {
  let nowMs = 1_000_000
  const longest = new RecentLongest(() => nowMs)
  expect(longest.value).toBe(0)
  longest.note(3)
  longest.note(2)
  expect(longest.value).toBe(3)
  nowMs += recentMs / 2
  longest.note(1)
  expect(longest.value).toBe(3)
  nowMs += recentMs / 2 + 1
  expect(longest.value).toBe(1)
  nowMs += 10 * recentMs
  expect(longest.value).toBe(0)
})
