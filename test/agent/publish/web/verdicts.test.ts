/** The verdicts of the header. */
import { expect, test } from 'vitest'
import type { FleetStatus } from '../../../../src/agent/answers/fleet.ts'
import type { AgentStatus } from '../../../../src/agent/answers/status.ts'
import { remotesIn } from '../../../../src/agent/publish/web/client/remotes.ts'
import { verdictsOf, verdictsWithoutAgent, worstTone } from '../../../../src/agent/publish/web/client/verdicts.ts'
import { agentStatus } from '../metrics/support.ts'
import { finding, health, tunnel } from './support.ts'

type Heard = NonNullable<FleetStatus['heard']>

const now = Date.parse('2026-12-01T00:01:00Z')
const well = remotesIn([tunnel('10.0.0.1'), tunnel('10.0.0.2')])
const broken = remotesIn([
  tunnel('10.0.0.1', { underlay: { isResolved: false, problem: 'no way' } }),
  tunnel('10.0.0.2'),
])

const healthOf = (more: Partial<AgentStatus>, remotes = well): unknown[] => {
  const { tone, text } = verdictsOf(agentStatus(more), remotes, now).find(({ id }) => id === 'health') ?? {}
  return [tone, text]
}

test('health is its own verdict, and bad when a fault was found', () => {
  expect(healthOf({ health: health() })).toEqual(['good', 'No fault seen'])
  expect(healthOf({ health: health(finding(), finding({ severity: 'warning' })) })).toEqual([
    'bad',
    'Impaired: 1 fault, 1 warning: nothing was heard',
  ])
  expect(healthOf({ health: health(finding({ severity: 'warning' })) })).toEqual([
    'warning',
    'No fault seen, 1 warning',
  ])
  expect(healthOf({})).toEqual(['unknown', 'Health not checked yet'])
})

test('it is never good over a picture that shows a problem', () => {
  expect(healthOf({ health: health() }, broken)).toEqual(['bad', 'Impaired: 1 of 2 remotes with a problem'])
  expect(healthOf({}, broken)).toEqual(['bad', 'Impaired: 1 of 2 remotes with a problem'])
})

test('the declaration says why it is not converged, and that it is starting', () => {
  const first = (more: Partial<AgentStatus>): unknown => verdictsOf(agentStatus(more), well, now)[0]
  expect(first({})).toMatchObject({ id: 'verdict', tone: 'good' })
  expect(first({ converged: false, isStarting: true })).toMatchObject({
    tone: 'warning',
    text: 'Starting: the kernel has not been compared with the desired files yet',
  })
  expect(first({ converged: false, problem: 'no privileges' })).toMatchObject({
    tone: 'bad',
    text: expect.stringMatching(/^Not converged: no privileges/),
  })
})

test.each([
  ['live and well', {}, 'good', 'Fleet prod live: 3 members'],
  ['a member is gone', { gone: 1 }, 'warning', 'Fleet prod live: 3 members (1 gone)'],
  [
    'stale, with the reason',
    { mode: 'stale', reason: 'etcd does not answer' },
    'warning',
    'Fleet prod stale for 1m (etcd does not answer): 3 members',
  ],
  ['frozen', { mode: 'frozen' }, 'warning', 'Fleet prod frozen for 1m: 3 members'],
  [
    'an error',
    { problemCount: 1, problems: [{ code: 'duplicate-vtep', severity: 'error', message: '' }] },
    'bad',
    'Fleet prod live: 3 members, 1 problem',
  ],
  ['silent', { at: '2026-12-01T00:00:00Z' }, 'warning', 'Fleet prod not heard for 1m; before: 3 members'],
] satisfies [string, Partial<Heard>, string, string][])('the fleet: %s', (_what, more, tone, text) => {
  const heard: Heard = {
    ...{ node: 'vyos01', mode: 'live', since: '2026-12-01T00:00:00Z', members: 3, gone: 0, revision: 7 },
    ...{ at: '2026-12-01T00:00:58Z', counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    ...{ problems: [], problemCount: 0, ...more },
  }
  const fleet = { name: 'prod', heard, links: 1, missing: 0, macs: 0 }
  expect(verdictsOf(agentStatus({ fleet }), well, now).at(-1)).toEqual({ id: 'fleet', tone, text })
})

test('a fleet process that never spoke is not called live, and a host of no fleet has no such line', () => {
  const fleet = { name: 'prod', links: 1, missing: 0, macs: 0 }
  expect(verdictsOf(agentStatus({ fleet }), well, now).at(-1)).toMatchObject({ id: 'fleet', tone: 'warning' })
  expect(verdictsOf(agentStatus({}), well, now).map(({ id }) => id)).not.toContain('fleet')
})

test('without an answer nothing is good', () => {
  const verdicts = verdictsWithoutAgent('the daemon is not running')
  expect(verdicts.map(({ id, tone }) => [id, tone])).toEqual([
    ['verdict', 'bad'],
    ['health', 'unknown'],
  ])
  expect(worstTone(verdicts)).toBe('bad')
  expect(worstTone([{ id: 'a', tone: 'good', text: '' }])).toBe('good')
})
