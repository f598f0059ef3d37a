import { expect, test } from 'vitest'
import { ProbeBook } from '../../../src/fleet/probe/book.ts'
import type { Outcome } from '../../../src/fleet/probe/outcome.ts'
import { mostResults, readProbes, writeProbes } from '../../../src/fleet/records/probe-record.ts'

const settings = { every: 60, staleAfter: 600, writes: 60 }
const up: Outcome = { state: 'up', sent: 1, roundTripsMs: [2], answered: 7, sizes: { passes: 1450, backPasses: 1450 } }
const down: Outcome = { state: 'down', sent: 3, roundTripsMs: [], answered: 7 }

test('of a member that is down it tells since when: the last answer', () => {
  const book = new ProbeBook(600_000)
  expect(book.note(42, 'two', up, 0)).toBe(true)
  expect(book.note(42, 'two', up, 60_000)).toBe(false)
  expect(book.note(42, 'two', down, 120_000)).toBe(true)
  expect(book.note(42, 'two', down, 180_000)).toBe(false)
  const [result] = book.record(settings, 200_000).results
  expect(result).toMatchObject({ state: 'down', age: 20, since: 140, sent: 8, lost: 6, answered: 7 })
  expect(book.hasDown).toBe(true)
})

test('another size that passes is news', () => {
  const book = new ProbeBook(600_000)
  book.note(42, 'two', up, 0)
  expect(book.note(42, 'two', { ...up, sizes: { passes: 1350, fails: 1351, backPasses: 1350 } }, 1000)).toBe(true)
  expect(book.note(42, 'two', { ...up, sizes: { passes: 1350, fails: 1351, backPasses: 1350 } }, 2000)).toBe(false)
})

test('what is stale says nothing, and is forgotten with members that are gone', () => {
  const book = new ProbeBook(600_000)
  book.note(42, 'two', up, 0)
  book.hear({ vni: 42, node: 'two', size: 100, number: 1 }, 0)
  expect(book.of(42, 'two', 600_000)).toBeDefined()
  expect(book.of(42, 'two', 600_001)).toBeUndefined()
  expect(book.heardAt(42, 'two', 600_001)).toBeUndefined()
  expect(book.record(settings, 600_001)).toMatchObject({ results: [], heard: [], isHeardWhole: true })
  book.note(42, 'two', up, 700_000)
  book.keep(() => false, 700_000)
  expect(book.of(42, 'two', 700_000)).toBeUndefined()
})

test('what is published is bounded, members that fail first, and reads as it was written', () => {
  const book = new ProbeBook(600_000)
  for (let host = 0; host < 500; host += 1) {
    book.note(42, `host${host}`, host === 3 ? down : up, host)
    book.hear({ vni: 42, node: `host${host}`, size: 100, number: 1 }, host)
  }
  const record = book.record(settings, 1000)
  expect(record.results).toHaveLength(mostResults)
  expect(record.results[0]?.node).toBe('host3')
  expect(record.isHeardWhole).toBe(false)
  const value = writeProbes(record)
  expect(value.length).toBeLessThan(32_000)
  expect(readProbes({ value })).toEqual(record)
})

test('counts only grow, whatever is forgotten', () => {
  const book = new ProbeBook(600_000)
  book.note(42, 'two', up, 0)
  book.note(42, 'two', down, 1)
  book.keep(() => false, 2)
  expect(book.countsOf(42)).toEqual({ sent: 4, answered: 1, roundTripSeconds: 0.002 })
})
