import { expect, test } from 'vitest'
import { countSlips, nearest } from '../../../src/agent/desired/suggest.ts'

test.each([
  ['', '', 0],
  ['ttl', 'ttl', 0],
  ['', 'ttl', 3],
  ['tl', 'ttl', 1],
  ['tttl', 'ttl', 1],
  ['tal', 'ttl', 1],
  ['ltt', 'ttl', 2],
  ['leraning', 'learning', 1],
  ['abcdef', 'badcfe', 3],
])('from %j to %j it takes %d', (left, right, slips) => {
  expect(countSlips(left, right)).toBe(slips)
  expect(countSlips(right, left)).toBe(slips)
})

test('the nearest word is the one with the fewest slips, if these are at most a third of its length', () => {
  expect(nearest('remcsumxt', ['remcsumrx', 'remcsumtx'])).toBe('remcsumtx')
  expect(nearest('adress', ['addresses', 'dstport'])).toBeUndefined()
  expect(nearest('adresses', ['addresses', 'dstport'])).toBe('addresses')
  expect(nearest('xy', ['id', 'df', 'up'])).toBeUndefined()
})

test('a very long word costs next to nothing', () => {
  const started = performance.now()
  expect(nearest('a'.repeat(1_000_000), ['id', 'learning'])).toBeUndefined()
  expect(performance.now() - started).toBeLessThan(50)
})
