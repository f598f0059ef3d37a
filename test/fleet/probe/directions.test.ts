import { expect, test } from 'vitest'
import { directionIn, directionsOf, type Prober } from '../../../src/fleet/probe/directions.ts'
import type { ProbeRecord, PublishedHearing, PublishedResult } from '../../../src/fleet/records/probe-record.ts'
import { recordOf, vtepOf } from '../../support/fleet-members.ts'

const result = (node: string, more: Partial<PublishedResult> = {}): PublishedResult => ({
  ...{ vni: 42, node, state: 'up', age: 5, since: 300, answered: 10, sent: 20, lost: 0 },
  ...more,
})
const heard = (node: string, more: Partial<PublishedHearing> = {}): PublishedHearing => ({
  ...{ vni: 42, node, age: 4, size: 1450, number: 10 },
  ...more,
})
const prober = (node: string, said: Partial<ProbeRecord> = {}): Prober => ({
  node,
  probes: { v: 1, every: 60, staleAfter: 600, writes: 60, results: [], heard: [], isHeardWhole: true, ...said },
})
const between = (probers: readonly Prober[], from: string, to: string) =>
  directionsOf(probers).find((each) => each.from === from && each.to === to)

test('an answer shows both directions, and says whose word it is and how old', () => {
  const probers = [
    prober('one', { results: [result('two', { passes: 1450, backPasses: 1400, backFails: 1401, roundTrip: 500 })] }),
    prober('two'),
  ]
  expect(between(probers, 'one', 'two')).toMatchObject({
    ...{ state: 'reachable', witness: 'one', ageSeconds: 5, mostAgeSeconds: 65, passes: 1450, roundTripMs: 0.5 },
  })
  expect(between(probers, 'two', 'one')).toMatchObject({
    state: 'reachable',
    witness: 'one',
    passes: 1400,
    fails: 1401,
  })
})

const down = result('two', { state: 'down', lost: 3, answered: 10, since: 100 })

test.each([
  {
    what: 'the other end hears a later probe',
    said: { heard: [heard('one', { number: 11 })] },
    state: 'reachable',
    witness: 'two',
  },
  {
    what: 'it heard the last that was answered, and none since',
    said: { heard: [heard('one')] },
    state: 'unreachable',
    witness: 'one',
  },
  { what: 'it hears nobody', said: {}, state: 'unreachable', witness: 'one' },
  { what: 'it names only some that it hears', said: { isHeardWhole: false }, state: 'unknown', witness: 'one' },
  { what: 'what it heard since may not be in the store yet', said: { writes: 100 }, state: 'unknown', witness: 'one' },
  {
    what: 'what it heard is stale',
    said: { heard: [heard('one', { number: 11, age: 601 })] },
    state: 'unreachable',
    witness: 'one',
  },
] as const)('no answer, and $what: $state', ({ said, state, witness }) => {
  const probers = [prober('one', { results: [down] }), prober('two', said as Partial<ProbeRecord>)]
  expect(between(probers, 'one', 'two')).toMatchObject({ state, witness })
})

test('no answer, and nothing said by the other end: unknown', () => {
  const probers = [prober('one', { results: [down] }), { node: 'two' }]
  expect(between(probers, 'one', 'two')).toMatchObject({
    state: 'unknown',
    why: expect.stringContaining('does not say'),
  })
})

test('a kernel that says that nobody listens has had the probe', () => {
  const probers = [prober('one', { results: [result('two', { state: 'deaf' })] }), prober('two')]
  expect(between(probers, 'one', 'two')).toMatchObject({
    state: 'reachable',
    why: expect.stringContaining('nobody listens'),
  })
})

test('a result that is older than its owner says it may be is not one', () => {
  const probers = [prober('one', { results: [result('two', { age: 601 })] }), prober('two')]
  expect(between(probers, 'one', 'two')).toMatchObject({ state: 'unknown', why: 'one has not probed two lately' })
})

test('of what nobody says anything, it says why', () => {
  const withProbe = recordOf('two', { vteps: [vtepOf({ probe: { addresses: ['fe80::2'], port: 14_789 } })] })
  const known = directionIn(
    [],
    [
      { node: 'one', record: recordOf('one') },
      { node: 'two', record: withProbe },
    ],
  )
  expect(known(42, 'one', 'two').why).toMatch(/^one does not answer probes/)
  expect(known(42, 'two', 'one').why).toMatch(/^one does not answer probes/)
  const both = directionIn(
    [],
    [
      { node: 'one', record: { ...withProbe, id: 'one' } },
      { node: 'two', record: withProbe },
    ],
  )
  expect(both(42, 'one', 'two').why).toBe('neither of them has probed the other lately')
})
