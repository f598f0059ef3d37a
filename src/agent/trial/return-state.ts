/** Which state returns when the one on trial is not confirmed. Pure. */
import { hashOf } from '../desired/canonical.ts'
import type { DesiredState } from '../desired/schema.ts'
import { NotPossibleNow } from './not-possible-now.ts'

/** What is known when a trial is to begin. */
export interface BeforeTrial {
  /** What the trial that is on already returns to; undefined without one. */
  readonly ofTrial: DesiredState | undefined
  /** What is enforced now; undefined: there is no record of it. */
  readonly enforced: DesiredState | undefined
  /** The state that was enforced before that, as the record has it. Throws when it is damaged. */
  readonly previous: () => DesiredState | undefined
  /** Whether vxagent has made nothing so far, which is then what a first state returns to. */
  readonly ownsNothing: boolean
}

const nothing: DesiredState = { vxlans: {}, bridges: {} }

/**
 * The state to return to. Throws NotPossibleNow where that is the one to be tried out, or none is known.
 * @param hash of the state that is to be tried out
 */
export function stateToReturnTo(hash: string, { ofTrial, enforced, previous, ownsNothing }: BeforeTrial): DesiredState {
  const now = ofTrial ?? enforced
  if (now !== undefined && hashOf(now) !== hash) {
    return now
  }
  if (ofTrial !== undefined) {
    throw new NotPossibleNow('this is the state that the one on trial returns to; vxagent rollback returns to it now')
  }
  const before = now === undefined ? (ownsNothing ? nothing : undefined) : previous()
  if (before === undefined) {
    const why = now === undefined ? 'there is no record of the state in force' : 'this state is in force already'
    throw new NotPossibleNow(
      `cannot try it out: ${why}, and none of before to return to is known; leave --confirm out to apply it all the same`,
    )
  }
  return before
}
