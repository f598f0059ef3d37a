/** Moments: date, 24-hour time, one zone that is stated. */
import { expect, test } from 'vitest'
import { ageOf, Moments } from '../../../../src/agent/publish/web/client/moments.ts'

test.each([
  ['UTC', '2026-03-01T21:30:09.250Z', '2026-03-01 21:30:09.250', 'UTC'],
  ['UTC', '2026-03-01T00:00:00.005Z', '2026-03-01 00:00:00.005', 'UTC'],
  ['Europe/Berlin', '2026-03-01T23:30:09.250Z', '2026-03-02 00:30:09.250', 'Europe/Berlin, UTC+01:00'],
  ['Europe/Berlin', '2026-07-01T12:00:00.000Z', '2026-07-01 14:00:00.000', 'Europe/Berlin, UTC+02:00'],
  ['America/St_Johns', '2026-01-01T00:00:00.000Z', '2025-12-31 20:30:00.000', 'America/St_Johns, UTC-03:30'],
])('in %s %s is %s', (zone, iso, text, stated) => {
  const moments = new Moments(zone)
  expect([moments.millisecond(iso), moments.second(iso), moments.zoneAt(iso)]).toEqual([
    text,
    text.slice(0, -4),
    stated,
  ])
})

test('how long ago a moment is', () => {
  expect(ageOf('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:02:05Z'))).toBe('2m')
  expect(ageOf('2026-01-01T00:00:00Z', Date.parse('2025-01-01T00:00:00Z'))).toBe('0s')
})

test('moments within a sentence are written as all others are', () => {
  expect(new Moments('Europe/Berlin').within('2026-03-01T23:30:09.250Z: learned, 2026-01-01T00:00:00Z')).toBe(
    '2026-03-02 00:30:09: learned, 2026-01-01 01:00:00',
  )
  expect(new Moments('UTC').within('33:33:00:00:00:01 at 10:00')).toBe('33:33:00:00:00:01 at 10:00')
})
