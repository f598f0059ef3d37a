/** Rates and their curves. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bitRate,
  curvePath,
  packetRate,
  type Reading,
  ratesOf,
  spanMs,
  withReading,
} from '../../../../src/agent/publish/web/client/rates.ts'

const reading = (atMs: number, bytes: number): Reading => ({
  atMs,
  traffic: { rxBytes: bytes, txBytes: 2 * bytes, rxPackets: bytes / 100, txPackets: bytes / 50 },
})

function readings(...all: readonly Reading[]): readonly Reading[] {
  return all.reduce<readonly Reading[]>(withReading, [])
}

test('a rate is what was counted between two readings, per second', () => {
  expect(ratesOf(readings(reading(0, 0), reading(5000, 1000), reading(7000, 1000)))).toEqual([
    { atMs: 5000, rxBytes: 200, txBytes: 400, rxPackets: 2, txPackets: 4 },
    { atMs: 7000, rxBytes: 0, txBytes: 0, rxPackets: 0, txPackets: 0 },
  ])
})

test('counters that went back begin again, and readings that follow too soon are left out', () => {
  expect(readings(reading(0, 5000), reading(5000, 10))).toEqual([reading(5000, 10)])
  expect(readings(reading(0, 0), reading(100, 900), reading(5000, 1000))).toEqual([reading(0, 0), reading(5000, 1000)])
})

test('no more is kept than the curve shows', () => {
  const all = readings(...Array.from({ length: 1000 }, (_, at) => reading(at * 5000, at)))
  expect(all.length).toBe(spanMs / 5000 + 1)
})

test('a curve runs from left to right within its frame, whatever the values', () => {
  const points = fc.array(
    fc.record({ atMs: fc.integer({ min: -1_000_000, max: 0 }), value: fc.double({ min: 0, max: 1e12, noNaN: true }) }),
  )
  fc.assert(
    fc.property(points, fc.double({ min: 0, max: 1e12, noNaN: true }), (unsorted, most) => {
      const sorted = unsorted.toSorted((a, b) => a.atMs - b.atMs)
      const path = curvePath(sorted, { width: 120, height: 22, nowMs: 0, most })
      expect(path === '').toBe(sorted.length < 2)
      const numbers = (path.match(/[\d.]+/g) ?? []).map(Number)
      const xs = numbers.filter((_, at) => at % 2 === 0)
      expect(numbers.every((each, at) => each >= 0 && each <= (at % 2 === 0 ? 120 : 22))).toBe(true)
      expect(xs).toEqual(xs.toSorted((a, b) => a - b))
    }),
  )
})

test('the newest value is at the right edge and the highest at the top', () => {
  const points = [
    { atMs: -spanMs, value: 0 },
    { atMs: -spanMs / 2, value: 10 },
    { atMs: 0, value: 5 },
  ]
  expect(curvePath(points, { width: 100, height: 20, nowMs: 0, most: 10 })).toBe('M0.0 20.0L50.0 0.0L100.0 10.0')
})

test.each([
  [0, '0 bit/s'],
  [0.06, '0.5 bit/s'],
  [1, '8 bit/s'],
  [124.9, '999 bit/s'],
  [124.99, '1 kbit/s'],
  [150, '1.2 kbit/s'],
  [2_000_000, '16 Mbit/s'],
  [1.25e9, '10 Gbit/s'],
  [1e15, '8000 Tbit/s'],
])('%d bytes per second are %s', (bytes, text) => {
  expect(bitRate(bytes)).toBe(text)
})

test('packets have a unit of their own', () => {
  expect([packetRate(17), packetRate(1234)]).toEqual(['17 packets/s', '1.2 kpackets/s'])
})
