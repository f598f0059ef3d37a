import { expect, test } from 'vitest'
import { revisionToSay, whoHasApplied } from '../../../src/fleet/members/applied.ts'
import { host, silentHost } from './report.ts'

test('a member counts by what it says; one that is gone or leaving is not waited for', () => {
  const nodes = [
    host(1, { applied: 10 }),
    host(2, { applied: 12 }),
    host(3, { applied: 9 }),
    silentHost(4),
    silentHost(5, { state: 'gone' }),
    host(6, { state: 'leaving', applied: 1 }),
    host(7, { state: 'evicted', applied: 1 }),
    host(8, { state: 'unreadable', applied: 10 }),
    silentHost(9, { state: 'unreadable' }),
  ]
  expect(whoHasApplied(nodes, 10)).toEqual({
    done: ['host1', 'host2', 'host8'],
    behind: [{ node: 'host3', applied: 9 }, { node: 'host4' }, { node: 'host9' }],
  })
})

test('who has applied the last change of a record is up to date with what came after it', () => {
  expect(revisionToSay(8, 10)).toBe(8)
  expect(revisionToSay(15, 10)).toBe(10)
})
