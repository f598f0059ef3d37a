/** Waiting for the end of a window, where no daemon does. */
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../host/clock.ts'
import { StateDirectoryInUse } from '../host/state-directory.ts'
import { NotPossibleNow } from './not-possible-now.ts'
import { type Override, OverrideFile } from './override.ts'
import { leftMs } from './window.ts'

/** What a guard prints first. */
export const guardIsReady = 'keeping the window'

/** How often it looks whether the trial is still on. */
const lookMs = 500

/** How often it tries to finish what another process has begun, which is most likely alive. */
const mostTries = 10

/** Whether the trial is on, or something is being rolled back: whoever does it may die halfway. */
export function isToFinish(override: Override | undefined, trialId: string): boolean {
  return override?.what === 'rolled back' || (override?.what === 'trial' && override.id === trialId)
}

/**
 * Rolls back when the window of the trial that is on ends, and sees to it that a rollback by anybody else is carried out. Resolves when
 * that is done, or when the trial is no more: confirmed, or replaced by another. Throws NotPossibleNow when nothing is on trial.
 * @param rollBack does it if it is still to be done; throws StateDirectoryInUse as long as another process is at work
 * @param onReady called when it watches
 */
export async function guardWindow(
  stateDir: string,
  { rollBack, onReady }: { rollBack: (trialId: string) => Promise<void>; onReady: () => Promise<void> },
): Promise<void> {
  const clock = systemClock()
  const overrides = new OverrideFile(stateDir)
  const trial = overrides.read()
  if (trial?.what !== 'trial') {
    throw new NotPossibleNow('no state is on trial: there is no window to keep')
  }
  await onReady()
  for (let tries = 0; tries < mostTries; ) {
    const left = leftMs(trial.window, clock)
    await delay(left === 0 ? lookMs : Math.min(left, lookMs))
    const current = overrides.read()
    if (!isToFinish(current, trial.id)) {
      return
    }
    const isOn = current?.what === 'trial'
    if (isOn && leftMs(trial.window, clock) > 0) {
      continue
    }
    try {
      await rollBack(trial.id)
      return
    } catch (error) {
      if (!(error instanceof StateDirectoryInUse)) {
        throw error
      }
      tries += isOn ? 0 : 1
    }
  }
}
