import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { atOnce } from '../../../../src/agent/facts/steps.ts'
import { NoSuchLink } from '../../../../src/agent/kernel/link-names.ts'
import { Attempts } from '../../../../src/agent/reconcile/loop/attempts.ts'
import { ObjectStates } from '../../../../src/agent/reconcile/loop/object-states.ts'
import { Scope } from '../../../../src/agent/reconcile/loop/scope.ts'
import { logObjectChanges } from '../../../../src/agent/reconcile/loop/state-log.ts'
import type { Plan } from '../../../../src/agent/reconcile/plan/action.ts'
import type { LogLine } from '../../../support/agent-on-fake-kernel.ts'
import { stopTime } from '../../../support/virtual-time.ts'

const spec: VxlanSpec = { id: 42 }
const nothing: Plan = { actions: [], obstacles: [], notices: [] }

/** The states and what they log; vxlan0 is declared, and has ifindex 5 unless told otherwise. */
function states(): {
  readonly states: ObjectStates
  readonly attempts: Attempts
  readonly log: LogLine[]
  update(plan?: Partial<Plan>, vxlans?: Record<string, VxlanSpec>): void
} {
  stopTime()
  const log: LogLine[] = []
  const all = new ObjectStates()
  const logger = pino({}, { write: (line: string) => log.push(JSON.parse(line) as LogLine) })
  const attempts = new Attempts()
  const names = {
    nameOf: () => undefined,
    indexOf: (name: string) => {
      if (name !== 'vxlan0') {
        throw new NoSuchLink(name)
      }
      return 5
    },
  }
  return {
    states: all,
    attempts,
    log,
    update: (plan = {}, vxlans = { vxlan0: spec }) =>
      atOnce(
        logObjectChanges(
          logger,
          atOnce(
            all.update(
              {
                desired: { vxlans, bridges: {} },
                scope: Scope.all,
                plan: { ...nothing, ...plan },
                attempts,
                names,
                locate: () => undefined,
              },
              () => true,
            ),
          ),
        ),
      ),
  }
}

test('what is as declared is converged, since then', () => {
  const { states: all, update, log } = states()
  update()
  expect(all.list()).toEqual([
    { name: 'vxlan0', kind: 'vxlan', state: 'converged', warnings: [], ifindex: 5, since: '2026-01-01T00:00:00.000Z' },
  ])
  expect(log.map(({ msg }) => msg)).toEqual(['converged'])
})

test('an obstacle is a state with its reason, logged when it begins and when its reason changes', () => {
  const { states: all, update, log } = states()
  const waiting = (reason: string): Partial<Plan> => ({ obstacles: [{ link: 'vxlan0', kind: 'waiting', reason }] })
  update(waiting('no eth1'))
  update(waiting('no eth1'))
  expect(all.list()).toMatchObject([{ state: 'waiting', reason: 'no eth1' }])
  expect(all.isSettled('vxlan0')).toBe(false)
  update(waiting('no eth2'))
  update()
  expect(log.map(({ msg }) => msg)).toEqual(['no eth1', 'no eth2', 'converged'])
})

test('a failure is told with its count and its next attempt', () => {
  const { states: all, attempts, update } = states()
  attempts.fail('vxlan0', { error: new Error('no room') })
  attempts.fail('vxlan0', { error: new Error('no room') })
  update()
  expect(all.list()).toMatchObject([
    { state: 'failing', reason: 'no room', attempts: 2, nextAttempt: '2026-01-01T00:00:00.400Z' },
  ])
})

test('the time since stands still while the state does', () => {
  const { states: all, attempts, update } = states()
  attempts.fail('vxlan0', { error: new Error('one') })
  update()
  vi.advanceTimersByTime(5000)
  attempts.fail('vxlan0', { error: new Error('other') })
  update()
  expect(all.list()[0]?.since).toBe('2026-01-01T00:00:00.000Z')
  attempts.retain(() => false)
  update()
  expect(all.list()[0]?.since).toBe('2026-01-01T00:00:05.000Z')
})

test('a warning is shown as long as it holds, and logged once', () => {
  const { states: all, update, log } = states()
  const notices = [{ link: 'vxlan0', message: 'mtu is too much' }]
  update({ notices })
  update({ notices })
  expect(all.list()[0]).toMatchObject({ state: 'converged', warnings: ['mtu is too much'] })
  expect(log.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual(['mtu is too much'])
  update()
  expect(all.list()[0]?.warnings).toEqual([])
})

test('what cannot be deleted is shown beside what is declared', () => {
  const { states: all, attempts, update } = states()
  const actions = [{ kind: 'deleteLink', link: 'old0', madeAs: 'old0', ifindex: 9, reason: 'gone' }] as const
  attempts.fail('old0', { error: new Error('busy') })
  update({ actions })
  expect(all.list().map(({ name, state }) => `${name} ${state}`)).toEqual(['vxlan0 converged', 'old0 failing'])
  expect(all.list()[1]).not.toHaveProperty('ifindex')
})

test('what is declared no more is forgotten', () => {
  const { states: all, update, log } = states()
  update()
  expect(all.isSettled('vxlan0')).toBe(true)
  update({}, {})
  expect(all.list()).toEqual([])
  expect(all.isSettled('vxlan0')).toBe(false)
  expect(log.at(-1)).toMatchObject({ msg: 'no longer managed', link: 'vxlan0' })
})

test('what is wanted otherwise is not settled until it is so', () => {
  const { states: all, update } = states()
  update()
  all.forgetSettled((name) => name === 'other0')
  expect(all.isSettled('vxlan0')).toBe(true)
  all.forgetSettled((name) => name === 'vxlan0')
  expect(all.isSettled('vxlan0')).toBe(false)
})

test('repairs within a second are one, and the last one is shown', () => {
  const { states: all, update } = states()
  all.noteRepair('vxlan0', 'link')
  vi.advanceTimersByTime(500)
  all.noteRepair('vxlan0', 'address')
  update()
  expect(all.list()[0]?.lastRepair).toEqual({ at: '2026-01-01T00:00:00.500Z', what: ['link', 'address'] })
  vi.advanceTimersByTime(1000)
  all.noteRepair('vxlan0', 'address')
  update()
  expect(all.list()[0]?.lastRepair).toEqual({ at: '2026-01-01T00:00:01.500Z', what: ['address'] })
})
