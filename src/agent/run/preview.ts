/** What would be done. */
import type { Logger } from 'pino'
import type { DesiredStatus } from '../answers/desired-status.ts'
import type { ReadLimits } from '../desired/limits.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { ReplacePolicy } from '../facts/replace-policy.ts'
import type { Obstacle, Plan } from '../reconcile/plan/action.ts'
import { planSurveyed, type SurveyedPlan } from '../reconcile/plan-surveyed.ts'
import { Ownership } from '../record/ownership.ts'
import { EnforcedState } from '../trial/enforced-state.ts'
import { fleetOf } from './fleet-of.ts'
import { withKernelAsItIs } from './open-kernel.ts'

export interface PreviewOptions {
  readonly desired: string
  readonly stateDir: string
  readonly log: Logger
  /** How much is read of the files. */
  readonly limits: ReadLimits
  /** The plan is to be for these files, even while another state stands in their place. */
  readonly isMeant: boolean
  /** Whether links may be replaced for which no file says so. */
  readonly replace: ReplacePolicy
}

/** A plan, and where the state that it is for comes from. */
export interface Preview {
  readonly plan: Plan
  readonly desired: DesiredStatus
  /** Whether it is for what the files say, and not for another state in their place. */
  readonly isForFiles: boolean
}

/** What an apply would do now. Changes nothing. Throws InvalidDesiredState. */
export async function planOnce({ desired, stateDir, log, limits, isMeant, replace }: PreviewOptions): Promise<Preview> {
  const ownership = Ownership.load(stateDir)
  const enforcedState = new EnforcedState({ path: desired, stateDir, log, limits })
  enforcedState.endWindowIfOver()
  enforcedState.take(await enforcedState.read())
  const files = enforcedState.validFiles()
  enforcedState.decide()
  // A held change is what an apply carries out.
  const isForFiles = isMeant || enforcedState.override === undefined || enforcedState.override.what === 'held'
  const state = isForFiles ? files : (enforcedState.state ?? files)
  const { status } = enforcedState
  const filled = fleetOf(stateDir, log).fill(state)
  return {
    plan: await planFor(filled, ownership, replace),
    desired: status,
    isForFiles: isForFiles || status.isInForce,
  }
}

/** What a teardown would take away now. Changes nothing. */
export function planTeardown(stateDir: string): Promise<Plan> {
  return planFor({ vxlans: {}, bridges: {} }, Ownership.load(stateDir), 'always')
}

function planFor(state: DesiredState, ownership: Ownership, replace: ReplacePolicy): Promise<Plan> {
  return withKernelAsItIs(async ({ release, ...kernel }) =>
    withoutUnsurveyed(await planSurveyed(state, kernel, ownership, { release, replace })),
  )
}

/** What would be lost with these is not known: an apply would leave them as they are, and say so. */
function withoutUnsurveyed({ plan, notSurveyed }: SurveyedPlan): Plan {
  const obstacles = Array.from(notSurveyed.values(), ({ action, error }): Obstacle => {
    const { link, path } = action
    return { link, kind: 'waiting', reason: error.message, ...(path !== undefined && { path }) }
  })
  return {
    ...plan,
    actions: plan.actions.filter(({ link }) => !notSurveyed.has(link)),
    obstacles: [...plan.obstacles, ...obstacles],
  }
}
