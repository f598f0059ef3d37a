import { expect, test } from 'vitest'
import { systemClock } from '../../../src/agent/host/clock.ts'
import { leftMs, openWindow } from '../../../src/agent/trial/window.ts'
import { FakeClock } from './support.ts'

test.each([
  { name: 'is whole at first', passesMs: 0, left: 60_000 },
  { name: 'shrinks', passesMs: 59_999, left: 1 },
  { name: 'has ended at its end', passesMs: 60_000, left: 0 },
  { name: 'has ended long after', passesMs: 10_000_000, left: 0 },
])('the window $name', ({ passesMs, left }) => {
  const clock = new FakeClock()
  const window = openWindow(60, clock)
  clock.time += passesMs
  expect(leftMs(window, clock)).toBe(left)
})

test('a boot ends the window, however early', () => {
  const clock = new FakeClock()
  const window = openWindow(60, clock)
  clock.bootId = 'second boot'
  expect(leftMs(window, clock)).toBe(0)
})

test('a clock that began anew ends it: it would last for ever', () => {
  const clock = new FakeClock()
  const window = openWindow(60, clock)
  clock.time = 5
  expect(leftMs(window, clock)).toBe(0)
})

test('the clock of the kernel goes on, whatever the time of day', () => {
  const clock = systemClock()
  expect(clock.bootId).toMatch(/^[\da-f-]{36}$/)
  const before = clock.now()
  expect(Math.abs(before - Number(process.hrtime.bigint() / 1_000_000n))).toBeLessThan(1000)
})
