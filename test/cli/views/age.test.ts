import { expect, test } from 'vitest'
import { age } from '../../../src/cli/views/age.ts'
import { now } from './builders.ts'

test.each([
  ['2026-01-02T12:00:00Z', '0s'],
  ['2026-01-02T11:59:01Z', '59s'],
  ['2026-01-02T11:59:00Z', '1m'],
  ['2026-01-02T11:00:01Z', '59m'],
  ['2026-01-02T11:00:00Z', '1h'],
  ['2026-01-01T12:00:01Z', '23h'],
  ['2026-01-01T12:00:00Z', '1d'],
  ['2025-01-02T12:00:00Z', '365d'],
  ['2026-01-02T13:00:00Z', '0s'],
])('%s is %s ago', (since, text) => {
  expect(age(since, now)).toBe(text)
})
