/** What vxagent did, or could not do → events: for each link the repairs, what was carried out, and what was refused. Pure. */
import type { Outcome } from '../../reconcile/apply/apply.ts'
import { type Action, lossesBy } from '../../reconcile/plan/action.ts'
import { actionSign, describeAction, describeTakenAlong } from '../../reconcile/plan/describe-action.ts'
import type { EventDraft } from './event-log.ts'

/** One event of a kind for each link. `isDrift`: of an object that had been as the desired state wants it. */
export function outcomeEvents(outcomes: readonly Outcome[], isDrift: (action: Action) => boolean): EventDraft[] {
  return Array.from(byLink(outcomes), ([dev, results]) => eventsOf(dev, results, isDrift)).flat()
}

function eventsOf(dev: string, results: readonly Outcome[], isDrift: (action: Action) => boolean): EventDraft[] {
  const failed = results.filter(({ error }) => error !== undefined)
  const done = results.filter(({ error }) => error === undefined).map(({ action }) => action)
  const [repairs, others] = [done.filter(isDrift), done.filter((action) => !isDrift(action))]
  const drafts: EventDraft[] = []
  if (repairs.length > 0) {
    drafts.push({ kind: 'repair', dev, changes: repairs.map(driftOf), actions: repairs.map(lineOf) })
  }
  if (others.length > 0) {
    drafts.push({ kind: 'applied', dev, actions: others.map(lineOf) })
  }
  const [first] = failed
  if (first !== undefined) {
    const cause = `${first.error?.message}`
    drafts.push({ kind: 'failed', dev, actions: failed.map(({ action }) => lineOf(action)), cause })
  }
  return drafts
}

function byLink(outcomes: readonly Outcome[]): Map<string, Outcome[]> {
  const groups = new Map<string, Outcome[]>()
  for (const outcome of outcomes) {
    const group = groups.get(outcome.action.link) ?? []
    group.push(outcome)
    groups.set(outcome.action.link, group)
  }
  return groups
}

function lineOf(action: Action): string {
  const lost = lossesBy(action)
  return `${actionSign(action)} ${describeAction(action)}${lost.length === 0 ? '' : `; ${describeTakenAlong(lost)}`}`
}

/** What was found other than desired. */
function driftOf(action: Action): string {
  if (!('changes' in action)) {
    return action.reason
  }
  const texts = action.changes.map(({ attribute, from, to }) => {
    return `${attribute} was ${JSON.stringify(from) ?? 'unset'}, is to be ${JSON.stringify(to)}`
  })
  return texts.join(', ')
}
