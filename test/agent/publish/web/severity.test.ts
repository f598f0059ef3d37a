/** How much an event matters. */
import { expect, test } from 'vitest'
import { type EventKind, eventKinds } from '../../../../src/agent/answers/overlay-event.ts'
import { isAtLeast, type Severity, severityOf } from '../../../../src/agent/publish/web/client/severity.ts'

test('what stops traffic is a fault, and its end is not', () => {
  const of = (severity: Severity): string[] =>
    (Object.keys(eventKinds) as EventKind[]).filter((kind) => severityOf({ kind }) === severity)
  expect(of('fault')).toEqual([
    'flapping',
    'duplicate',
    'link-deleted',
    'link-down',
    'failed',
    'overrun',
    'unreachable',
    'fault',
  ])
  expect(of('info')).toEqual(expect.arrayContaining(['reachable', 'fault-over', 'learned', 'aged-out', 'applied']))
})

test.each([
  ['failing', 'fault'],
  ['conflict', 'fault'],
  ['invalid, in force: last valid', 'fault'],
  ['waiting', 'warning'],
  ['converged', 'info'],
  ['valid, in force: current', 'info'],
])('a state that has become %s is %s', (state, severity) => {
  expect(severityOf({ kind: 'state', state })).toBe(severity)
})

test('a kind of a newer agent is worth a look', () => {
  expect(severityOf({ kind: 'exploded' as EventKind })).toBe('warning')
})

test('each severity lets through itself and what is worse', () => {
  const through = (least: Severity): boolean[] =>
    (['info', 'warning', 'fault'] as const).map((each) => isAtLeast(each, least))
  expect([through('info'), through('warning'), through('fault')]).toEqual([
    [true, true, true],
    [false, true, true],
    [false, false, true],
  ])
})
