/** Outcomes as a person and a script read them. */
import type { AppliedAction } from '../../answers/status.ts'
import { actionSign, describeAction } from '../plan/describe-action.ts'
import type { Outcome } from './apply.ts'

/** One line an action, with its error if it failed. */
export function appliedActions(outcomes: readonly Outcome[]): AppliedAction[] {
  return outcomes.map(({ action, error }) => ({
    sign: actionSign(action),
    description: describeAction(action),
    ...(action.kind === 'replaceLink' &&
      action.takesAlong.length > 0 && { takesAlong: action.takesAlong.map(({ description }) => description) }),
    ...(error !== undefined && { error: error.message }),
  }))
}
