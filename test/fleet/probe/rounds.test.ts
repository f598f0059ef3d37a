import { expect, test } from 'vitest'
import type { Known } from '../../../src/fleet/probe/book.ts'
import { counterpartsPerSecond, pick, roundMs } from '../../../src/fleet/probe/rounds.ts'
import type { ProbeTarget } from '../../../src/fleet/probe/targets.ts'

const targets = Array.from({ length: 100 }, (_, host) => ({ vni: 42, node: `host${host}` }) as ProbeTarget)
const known = (state: Known['state']): Known => ({ state }) as Known

test('a round lasts as long as is set, and longer where its floods would be too many for all members together', () => {
  expect(roundMs(60_000, { size: 2, picks: 2, learning: true })).toBe(60_000)
  expect(roundMs(60_000, { size: 1000, picks: 3, learning: true })).toBe(60_000)
  expect(roundMs(60_000, { size: 10_000, picks: 3, learning: true })).toBe(600_000)
  expect(roundMs(60_000, { size: 1000, picks: 3, learning: false })).toBe(240_000)
})

test('all members are probed at a pace at which a host sends 20,000 copies a second at most', () => {
  expect(counterpartsPerSecond(1000) * 1000).toBeLessThanOrEqual(20_000)
  expect(counterpartsPerSecond(100_000)).toBe(1)
})

test('so many are probed, those that nothing is known of before others, and those that are down besides', () => {
  const of = ({ node }: ProbeTarget): Known | undefined =>
    node === 'host7' ? undefined : node === 'host8' ? known('down') : known('up')
  const picked = pick(targets, 3, of, Math.random).map(({ node }) => node)
  expect(picked).toHaveLength(4)
  expect(picked).toContain('host7')
  expect(picked).toContain('host8')
  expect(pick(targets, 3, () => known('down'), Math.random)).toHaveLength(3)
  expect(pick(targets, 0, of, Math.random)).toEqual([])
})

test('each member has its turn', () => {
  const seen = new Set<string>()
  for (let round = 0; round < 500; round += 1) {
    for (const { node } of pick(targets, 3, () => known('up'), Math.random)) {
      seen.add(node)
    }
  }
  expect(seen.size).toBe(100)
})
