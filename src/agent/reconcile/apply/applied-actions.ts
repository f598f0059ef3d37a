/** Outcomes as a person and a script read them. */
import type { AppliedAction } from '../../answers/status.ts'
import { lossesBy } from '../plan/action.ts'
import { actionSign, describeAction } from '../plan/describe-action.ts'
import type { Outcome } from './apply.ts'

/** One line an action, with its error if it failed. */
export function appliedActions(outcomes: readonly Outcome[]): AppliedAction[] {
  return outcomes.map(({ action, error }) => ({
    sign: actionSign(action),
    description: describeAction(action),
    ...(lossesBy(action).length > 0 && { takesAlong: lossesBy(action).map(({ description }) => description) }),
    ...(error !== undefined && { error: error.message }),
  }))
}
