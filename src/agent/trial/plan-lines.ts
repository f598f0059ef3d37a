/** What a state would change, as lines for people. */

import type { DesiredState } from '../desired/schema.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { inSlices } from '../host/slices.ts'
import type { ApplyContext } from '../reconcile/apply/apply.ts'
import { lossesBy } from '../reconcile/plan/action.ts'
import { actionSign, describeAction, describeTakenAlong } from '../reconcile/plan/describe-action.ts'
import { diffSteps } from '../reconcile/plan/diff.ts'

/** One line for each change, and for each link that cannot be as the state says. Changes nothing. */
export async function planLines(
  state: DesiredState,
  { fleet, applyContext }: { readonly fleet: Fleet; readonly applyContext: ApplyContext },
): Promise<readonly string[]> {
  const { observer, ownership, release, replace } = applyContext
  const options = { release, ...(replace !== undefined && { replace }) }
  const { actions, obstacles } = await inSlices(diffSteps(fleet.fill(state), observer.observed, ownership, options))
  return [
    ...actions.map((action) => {
      const lost = lossesBy(action)
      return `${actionSign(action)} ${describeAction(action)}${lost.length === 0 ? '' : `; ${describeTakenAlong(lost)}`}`
    }),
    ...obstacles.map(({ link, kind, reason }) => `! ${link}: ${kind}: ${reason}`),
  ]
}
