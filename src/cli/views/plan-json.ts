/** Plans as `--json` prints them. */
import type { Action, Plan } from '../../agent/reconcile/plan/action.ts'

/** The plan, with the keys that readers of `--json` know (docs/reference/stability.md). */
export function planForJson(plan: Plan): object {
  return { ...plan, actions: plan.actions.map(actionForJson) }
}

/** `isBeside`: the new link is made before the old one goes. */
function actionForJson(action: Action): object {
  if (action.kind !== 'replaceLink') {
    return action
  }
  const { order, ...rest } = action
  return { ...rest, isBeside: order === 'make before break' }
}
