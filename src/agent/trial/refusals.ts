/** What cannot be done about a trial, or about the state in its place, as things stand. */
import type { Clock } from '../host/clock.ts'
import { NotPossibleNow } from './not-possible-now.ts'
import { type Override, returnedInstead, type Trial } from './override.ts'
import { leftMs } from './window.ts'

/** The trial that is to be confirmed. Throws NotPossibleNow when there is none, or when its window has ended. */
export function trialToConfirm(override: Override | undefined, clock: Clock): Trial {
  if (override?.what !== 'trial') {
    throw new NotPossibleNow(`nothing to confirm: no state is on trial${returnedInstead(override)}`)
  }
  if (leftMs(override.window, clock) === 0) {
    throw new NotPossibleNow(
      'too late to confirm: the window has ended; the state before returns with vxagent rollback, with the next vxagent apply, or when the daemon starts',
    )
  }
  return override
}

/** Throws NotPossibleNow where the state before is in force already. */
export function refuseSecondReturn(override: Override | undefined): void {
  if (override?.what === 'rolled back' || override?.what === 'held') {
    throw new NotPossibleNow(`nothing to roll back: no state is on trial${returnedInstead(override)}`)
  }
}
