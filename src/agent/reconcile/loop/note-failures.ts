/** Brings the failures that are remembered up to date with how a cycle ended. */
import { linkItself } from '../plan/parts.ts'
import type { Attempts } from './attempts.ts'
import type { CycleEnd } from './cycle.ts'
import { isInPlan } from './part-failures.ts'

/** A part fails as long as it is still to be done. The link as such fails no more once something of it was tried without that failure. */
export function noteFailures(attempts: Attempts, { scope, plan, outcomes, failures }: CycleEnd): void {
  for (const [name, ofObject] of failures) {
    for (const failure of ofObject) {
      attempts.fail(name, failure)
    }
  }
  const isToDo = isInPlan(plan.actions)
  const tried = new Set(outcomes.map(({ action }) => action.link))
  const failsNow = (name: string): boolean =>
    failures.get(name)?.some(({ parts }) => parts.includes(linkItself)) === true
  attempts.retain(
    (name, part) =>
      !scope.has(name) || (isToDo(name, part) && (part !== linkItself || failsNow(name) || !tried.has(name))),
  )
}
