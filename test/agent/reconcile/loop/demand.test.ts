import { expect, test } from 'vitest'
import { type Demand, fullDemand, merged, noDemand, taken } from '../../../../src/agent/reconcile/loop/demand.ts'
import { Scope } from '../../../../src/agent/reconcile/loop/scope.ts'

const some = (...names: string[]): Partial<Demand> => ({ scope: Scope.of(names) })

test.each<{ name: string; demand: Demand; other: Partial<Demand>; is: Demand }>([
  { name: 'nothing more changes nothing', demand: fullDemand, other: {}, is: fullDemand },
  { name: 'everything takes in the rest', demand: merged(noDemand, some('a')), other: fullDemand, is: fullDemand },
  {
    name: 'objects come together',
    demand: merged(noDemand, some('a')),
    other: some('b'),
    is: { ...noDemand, scope: Scope.of(['a', 'b']) },
  },
  {
    name: 'the larger resync counts',
    demand: { ...noDemand, resync: 'links' },
    other: { resync: 'all' },
    is: { ...noDemand, resync: 'all' },
  },
  {
    name: 'the smaller one does not',
    demand: { ...noDemand, resync: 'all' },
    other: { resync: 'links' },
    is: { ...noDemand, resync: 'all' },
  },
  {
    name: 'the first event counts',
    demand: { ...noDemand, since: 5 },
    other: { since: 7 },
    is: { ...noDemand, since: 5 },
  },
])('$name', ({ demand, other, is }) => {
  const both = merged(demand, other)
  expect({ ...both, scope: both.scope.asOption }).toEqual({ ...is, scope: is.scope.asOption })
})

test('what is taken is not demanded any more, and the rest is', () => {
  const [resync, rest] = taken({ ...fullDemand, since: 3 }, 'resync')
  expect(resync).toBe('all')
  expect(rest).toEqual({ scope: Scope.all, resync: 'none', since: 3 })
})
