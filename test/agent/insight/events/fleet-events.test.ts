import { expect, test } from 'vitest'
import type { FleetHandover, FleetProblem, FleetRemote } from '../../../../src/agent/answers/fleet.ts'
import { describeEvent } from '../../../../src/agent/insight/events/describe-event.ts'
import { fleetEvents } from '../../../../src/agent/insight/events/fleet-events.ts'

function handover(given: Partial<FleetHandover> = {}, ...remotes: readonly FleetRemote[]): FleetHandover {
  return {
    ...{ v: 1, fleet: 'lab', node: 'vyos01', revision: 1, mode: 'live', since: '2026-12-01T00:00:00.000Z' },
    ...{ members: 3, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links: { vxlan0: { vni: 42, remotes } },
    ...given,
  }
}

const ubuntu: FleetRemote = { dst: '10.0.2.1', node: 'ubuntu', state: 'present' }
const vyos02: FleetRemote = { dst: '10.0.2.253', node: 'vyos02', state: 'present' }
const gone: FleetRemote = { ...ubuntu, state: 'gone', removedAt: '2026-12-01T00:05:00.000Z' }
const problem: FleetProblem = {
  ...{ code: 'duplicate-vtep', severity: 'error', message: 'two hosts', nodes: ['a', 'b'] },
  since: '2026-12-01T00:00:00.000Z',
}

function sentences(before: FleetHandover | undefined, now: FleetHandover): string[] {
  return fleetEvents(before, now).map((draft) => `${draft.kind}: ${describeEvent(draft)}`)
}

test('tells nothing of what stays as it is', () => {
  expect(fleetEvents(handover({}, ubuntu), handover({ revision: 2 }, ubuntu))).toEqual([])
})

test.each<[string, FleetHandover | undefined, FleetHandover, string[]]>([
  ['a first handover', undefined, handover(), ['fleet-mode: fleet lab: live']],
  [
    'a member that joins',
    handover({}, ubuntu),
    handover({}, ubuntu, vyos02),
    ['member-joined: vyos02 (10.0.2.253) joined the fleet: vxlan0 floods to it'],
  ],
  [
    'one that is gone',
    handover({}, ubuntu),
    handover({}, gone),
    [
      'member-gone: ubuntu (10.0.2.1) gone from the store of the fleet: its entry is removed at 2026-12-01T00:05:00.000Z',
    ],
  ],
  [
    'one that is back',
    handover({}, gone),
    handover({}, ubuntu),
    ['member-back: ubuntu (10.0.2.1) back in the store of the fleet'],
  ],
  [
    'one that is removed',
    handover({}, gone),
    handover(),
    ['member-removed: ubuntu (10.0.2.1) removed: vxlan0 no longer floods to it'],
  ],
  [
    'a silence',
    handover(),
    handover({ mode: 'stale', reason: 'no answer' }),
    ['fleet-mode: fleet lab: stale: no answer'],
  ],
  ['a problem', handover(), handover({ problems: [problem] }), ['fleet-problem: a problem of the fleet: two hosts']],
  [
    'its end',
    handover({ problems: [problem] }),
    handover(),
    ['fleet-problem-over: a problem of the fleet is over (since 2026-12-01T00:00:00.000Z): two hosts'],
  ],
])('tells of %s', (_what, before, now, told) => {
  expect(sentences(before, now)).toEqual(told)
})

test('does not compare with what was handed over for another fleet', () => {
  expect(sentences(handover({ fleet: 'other' }, ubuntu), handover({}, ubuntu))).toEqual([
    'fleet-mode: fleet lab: live',
    'member-joined: ubuntu (10.0.2.1) joined the fleet: vxlan0 floods to it',
  ])
})

test('tells of many at once by one event with their count', () => {
  const many = Array.from(
    { length: 500 },
    (_, index): FleetRemote => ({ dst: `10.1.0.${index}`, node: `n${index}`, state: 'present' }),
  )
  expect(sentences(handover(), handover({}, ...many))).toEqual([
    'member-joined: 500 members, n0 (10.1.0.0) among them, joined the fleet: vxlan0 floods to them',
  ])
})
