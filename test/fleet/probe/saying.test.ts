import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Saying, writesMs } from '../../../src/fleet/probe/saying.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function saying(): { readonly write: ReturnType<typeof vi.fn>; readonly each: Saying } {
  const write = vi.fn()
  return { write, each: new Saying(write, () => Date.now()) }
}

test('says soon what is news, a few times in a row, and the rest once a minute', () => {
  const { write, each } = saying()
  each.want(false, 60_000)
  vi.advanceTimersByTime(1_000)
  expect(write).toHaveBeenCalledTimes(1)
  for (let news = 0; news < 20; news += 1) {
    each.want(true, 60_000)
    vi.advanceTimersByTime(1_000)
  }
  // Of what is allowed at once there is one left after that.
  expect(write.mock.calls.length).toBeLessThanOrEqual(6)
  const before = write.mock.calls.length
  vi.advanceTimersByTime(600_000)
  expect(write.mock.calls.length - before).toBe(10)
  each.close()
  vi.advanceTimersByTime(600_000)
  expect(write.mock.calls.length - before).toBe(10)
})

test('once a minute, every quarter of one while somebody does not answer, less often in a large fleet', () => {
  expect(writesMs(3, false)).toBe(60_000)
  expect(writesMs(3, true)).toBe(15_000)
  expect(writesMs(5_000, false)).toBe(300_000)
  expect(writesMs(100_000, true)).toBe(600_000)
})
