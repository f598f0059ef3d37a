import { expect, test } from 'vitest'
import type { Loss } from '../../../src/agent/answers/desired-status.ts'
import { countLosses, describeLosses, waitingDeletions } from '../../../src/agent/answers/losses.ts'

const loss = (what: Loss['what'], count: number, of: number): Loss => ({
  what,
  count,
  of,
  names: Array.from({ length: count }, (_, index) => `x${index}`),
})

test.each<[readonly Loss[], string]>([
  [[loss('links', 1, 1)], 'the only link (x0)'],
  [[loss('links', 2, 2)], 'all 2 links (x0, x1)'],
  [[loss('addresses', 3, 5)], '3 of 5 addresses (x0, x1, x2)'],
  [[loss('ports', 12, 12)], 'all 12 bridge ports (x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, and 2 more)'],
  [[loss('remotes', 1, 1), loss('addresses', 1, 1)], 'the only remote (x0), and the only address (x0)'],
])('%#: what would be deleted, in words', (losses, words) => {
  expect(describeLosses(losses)).toBe(words)
})

test('the verdict counts what is held, and names what waits', () => {
  const losses = [loss('links', 6, 6), loss('addresses', 2, 2)]
  expect(countLosses(losses)).toBe('all 6 links and all 2 addresses')
  expect(waitingDeletions({ held: { since: '', losses } })).toEqual([
    'a change of the desired files is held: it would delete all 6 links and all 2 addresses',
  ])
  const names = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `v${index}`, at: '' }))
  expect(waitingDeletions({ toBeDeleted: names(1) })).toEqual(['v0 waits to be deleted'])
  expect(waitingDeletions({ toBeDeleted: names(12) })).toEqual([
    'v0, v1, v2, v3, v4, v5, v6, v7, v8, v9 and 2 more wait to be deleted',
  ])
  expect(waitingDeletions({})).toEqual([])
})
