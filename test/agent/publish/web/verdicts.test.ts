/** The verdicts of the header. */
import { expect, test } from 'vitest'
import type { AgentStatus } from '../../../../src/agent/answers/status.ts'
import { remotesIn } from '../../../../src/agent/publish/web/client/remotes.ts'
import { verdictsOf, verdictsWithoutAgent, worstTone } from '../../../../src/agent/publish/web/client/verdicts.ts'
import { agentStatus } from '../metrics/support.ts'
import { finding, health, tunnel } from './support.ts'

const well = remotesIn([tunnel('10.0.0.1'), tunnel('10.0.0.2')])
const broken = remotesIn([
  tunnel('10.0.0.1', { underlay: { isResolved: false, problem: 'no way' } }),
  tunnel('10.0.0.2'),
])

const healthOf = (more: Partial<AgentStatus>, remotes = well): unknown[] => {
  const { tone, text } = verdictsOf(agentStatus(more), remotes).find(({ id }) => id === 'health') ?? {}
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
  const first = (more: Partial<AgentStatus>): unknown => verdictsOf(agentStatus(more), well)[0]
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

test('without an answer nothing is good', () => {
  const verdicts = verdictsWithoutAgent('the daemon is not running')
  expect(verdicts.map(({ id, tone }) => [id, tone])).toEqual([
    ['verdict', 'bad'],
    ['health', 'unknown'],
  ])
  expect(worstTone(verdicts)).toBe('bad')
  expect(worstTone([{ id: 'a', tone: 'good', text: '' }])).toBe('good')
})
