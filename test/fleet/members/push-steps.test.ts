import { expect, test } from 'vitest'
import type { PushedStanding } from '../../../src/agent/answers/pushed.ts'
import { type PushFacts, pushSteps } from '../../../src/fleet/members/push-steps.ts'
import type { Push } from '../../../src/fleet/records/push-record.ts'

const push = (parts: Partial<Push> = {}): Push => ({
  ...{ v: 1, revision: 2, id: 'two', text: 'vxlans: {}', selector: 'all', at: '2026-12-01T00:00:00Z' },
  ...{ by: { user: 'alice', host: 'ops' }, canaries: [], nodes: ['a', 'b'], isReleased: true },
  ...parts,
})
const standing = (parts: Partial<PushedStanding> = {}): PushedStanding => ({
  ...{ name: 'f', revision: 1, id: 'one', by: 'alice@ops', at: '2026-12-01T00:00:00Z', state: 'applied' },
  ...parts,
})
const steps = (one: Push | undefined, known: PushedStanding | undefined, self = 'a'): string[] => {
  const facts: PushFacts = {
    ...{ fleet: 'lab', self },
    pushes: new Map(one === undefined ? [] : [['f', one]]),
    standings: known === undefined ? [] : [known],
  }
  return pushSteps(facts).map((step) =>
    step.kind === 'offer'
      ? `offer ${step.offer.revision}${step.offer.text === undefined ? ' removal' : ''}`
      : `confirm ${step.file.revision}`,
  )
}

test('a host takes what names it and is released, or when it is a canary', () => {
  expect(steps(push(), undefined)).toEqual(['offer 2'])
  expect(steps(push(), undefined, 'c')).toEqual([])
  expect(steps(push({ isReleased: false }), undefined)).toEqual([])
  expect(steps(push({ isReleased: false, canaries: ['a'] }), undefined)).toEqual(['offer 2'])
  expect(steps(push({ isReleased: false, canaries: ['b'] }), undefined)).toEqual([])
})

test('a revision is taken once, whatever became of it', () => {
  for (const state of ['applied', 'refused', 'returned', 'removed', 'trial'] as const) {
    expect(steps(push(), standing({ revision: 2, id: 'two', state }))).toEqual([])
  }
  expect(steps(push(), standing())).toEqual(['offer 2'])
})

test('a store that was restored changes nothing, until somebody pushes again', () => {
  expect(steps(push({ revision: 1, id: 'one' }), standing({ revision: 5, id: 'five' }))).toEqual([])
  expect(steps(push({ revision: 5, id: 'other' }), standing({ revision: 5, id: 'five' }))).toEqual(['offer 5'])
})

test('a store that was wiped removes nothing; a push without a text does', () => {
  expect(steps(undefined, standing())).toEqual([])
  const { text: _, ...removal } = push()
  expect(steps(removal, standing())).toEqual(['offer 2 removal'])
})

test('a confirmation concerns the revision on trial alone', () => {
  const confirmed = { by: { user: 'alice', host: 'ops' }, at: '2026-12-01T00:00:00Z' }
  const onTrial = standing({ revision: 2, id: 'two', state: 'trial' })
  expect(steps(push({ confirmSeconds: 60 }), onTrial)).toEqual([])
  expect(steps(push({ confirmSeconds: 60, confirmed }), onTrial)).toEqual(['confirm 2'])
  expect(
    steps(push({ confirmSeconds: 60, confirmed }), standing({ revision: 2, id: 'two', state: 'returned' })),
  ).toEqual([])
})
