import { expect, test } from 'vitest'
import {
  addressWordRows,
  bridgeWordRows,
  fdbWordRows,
  portWordRows,
  vxlanWordRows,
} from '../../../scripts/reference/words.ts'
import { keysAt } from '../../../src/agent/desired/schema-at.ts'
import { countSlips, foreignKey, nearest } from '../../../src/agent/desired/suggest.ts'

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

test('of words with as few slips one as long is meant', () => {
  for (const words of [
    ['remote', 'remotes'],
    ['remotes', 'remote'],
  ]) {
    expect(nearest('remotse', words)).toBe('remotes')
    expect(nearest('remtoe', words)).toBe('remote')
  }
})

test('a very long word costs next to nothing', () => {
  const started = performance.now()
  expect(nearest('a'.repeat(1_000_000), ['id', 'learning'])).toBeUndefined()
  expect(performance.now() - started).toBeLessThan(50)
})

/** Where each table of docs/reference/desired-state.md has its keys. */
const tables = [
  { place: 'vxlan', path: ['vxlans', 'a'], rows: vxlanWordRows },
  { place: 'bridge', path: ['bridges', 'a'], rows: bridgeWordRows },
  { place: 'port', path: ['vxlans', 'a', 'port'], rows: portWordRows },
  { place: 'address', path: ['vxlans', 'a', 'addresses', 0], rows: addressWordRows },
  { place: 'fdb', path: ['vxlans', 'a', 'fdb', 0], rows: fdbWordRows },
]
/** Words that mean several things, or something that stands elsewhere in our files. */
const ambiguous = ['address', 'Bridge', 'neigh-suppress', 'neighbor-suppress', 'vlan-to-vni']
const words = tables.flatMap(({ place, path, rows }) =>
  Object.entries(rows).flatMap(([key, [, ...others]]) =>
    others
      // Words that stand by themselves as a key does; the rest of the table explains.
      .flatMap((word) => /^(?:parameters (?:ip |ipv6 )?)?([\w-]+)=?$/.exec(word)?.[1] ?? [])
      .filter((word) => !ambiguous.includes(word))
      .map((word) => ({ place, path, key, word })),
  ),
)

test.each(words)('$word is $key of a $place to another tool', ({ path, key, word }) => {
  const keys = keysAt(path)
  // What is a word of ours, too, means that.
  const expected = keys.includes(word) ? word : key
  const negated = word.replace(/^no/, '')
  expect(foreignKey(word, keys) ?? foreignKey(negated, keys)).toBe(expected)
})
