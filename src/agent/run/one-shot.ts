/** One change without a daemon. */
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { DesiredStatus } from '../answers/desired-status.ts'
import type { ApplyReport } from '../answers/status.ts'
import type { ReadLimits } from '../desired/limits.ts'
import type { ReplacePolicy } from '../facts/replace-policy.ts'
import { requireNetAdmin, requireVxlan } from '../host/privileges.ts'
import { StartupError } from '../host/startup-error.ts'
import { lockStateDirectory } from '../host/state-directory.ts'
import type { Observer } from '../kernel/observer.ts'
import { Reconciler } from '../reconcile/loop/reconciler.ts'
import type { RecordInReach } from '../record/boot-and-namespace.ts'
import { Ownership } from '../record/ownership.ts'
import { EnforcedState } from '../trial/enforced-state.ts'
import type { Word } from '../trial/enforced-state-options.ts'
import { Enforcer } from '../trial/enforcer.ts'
import { guardWindow, isToFinish } from '../trial/guard.ts'
import { startGuard } from '../trial/start-guard.ts'
import { applyContextHere } from './apply-context.ts'
import { fleetOf } from './fleet-of.ts'
import { openKernel } from './open-kernel.ts'

/** Where the desired state and the record of what is ours lie. */
export interface OneShotOptions {
  readonly desired: string
  readonly stateDir: string
  readonly version: string
  readonly log: Logger
  /** How much is read of the files, where they are read. */
  readonly limits?: ReadLimits
  /** Whether links may be replaced for which no file says so; `always` by default. */
  readonly replace?: ReplacePolicy
}

const never = 2 ** 31 - 1

/**
 * Reconciles once. Throws InvalidDesiredState; NotPossibleNow while a state is on trial; StartupError when a daemon holds the state
 * directory.
 * @param confirmSeconds puts the state on trial for so long; a process of its own sees to the end of it
 * @param word whether the files are to be in force in place of any other state
 */
export function applyOnce(
  options: OneShotOptions,
  { confirmSeconds, word = 'apply' }: { readonly confirmSeconds?: number | undefined; readonly word?: Word } = {},
): Promise<ApplyReport> {
  return withEnforcer(options, async ({ enforcer, observer }) => {
    if (confirmSeconds === undefined) {
      return enforcer.apply(word)
    }
    await observer.resync({ fdb: true })
    return enforcer.tryOut({ seconds: confirmSeconds, onBegun: () => startGuard(options.stateDir) })
  })
}

/** Returns to the state before. Throws NotPossibleNow when there is none, and StartupError as `applyOnce` does. */
export function rollBackOnce(options: OneShotOptions): Promise<ApplyReport> {
  return withEnforcer(options, ({ enforcer }) => enforcer.rollBack())
}

/** What was taken away, and the names of what is left of it. */
export interface TeardownReport {
  readonly actions: ApplyReport['actions']
  readonly left: readonly string[]
}

/**
 * Says of which links the record in a state directory tells, before a teardown. Throws StartupError when there is no such directory, or
 * when they are in another network namespace.
 */
export function requireRecordHere(stateDir: string): RecordInReach {
  if (!existsSync(stateDir)) {
    throw new StartupError(
      `there is no state directory ${stateDir}: name the one that vxagent was run with by --state-dir`,
    )
  }
  const origin = Ownership.originOfRecord(stateDir)
  if (origin === 'another namespace') {
    throw new StartupError(
      `what vxagent made, by the record in ${stateDir}, is in another network namespace: run it there (ip netns exec, nsenter --net)`,
    )
  }
  return origin
}

/** Takes away all that vxagent made. Throws StartupError as `applyOnce` does. */
export function tearDownOnce(options: OneShotOptions): Promise<TeardownReport> {
  return withEnforcer(options, async ({ enforcer, ownership }) => {
    const { actions } = await enforcer.tearDown()
    return { actions, left: [...Object.keys(ownership.links), ...Object.keys(ownership.ports)] }
  })
}

/** Keeps the state on trial; what the kernel has stays as it is. Throws NotPossibleNow when nothing is on trial, or StartupError. */
export async function confirmOnce({ desired, stateDir, log }: OneShotOptions): Promise<DesiredStatus> {
  const lock = lockStateDirectory(stateDir)
  try {
    const enforcedState = new EnforcedState({ path: desired, stateDir, log })
    enforcedState.confirm()
    enforcedState.settle()
    return enforcedState.status
  } finally {
    lock.release()
  }
}

/**
 * Waits for the end of the window that is open, and rolls back unless the state is confirmed before. Throws NotPossibleNow when none is.
 * @param onReady called when it watches
 */
export function rollBackWhenDue(options: OneShotOptions, onReady: () => Promise<void>): Promise<void> {
  requireNetAdmin()
  return guardWindow(options.stateDir, {
    onReady,
    rollBack: (trialId) =>
      withEnforcer(options, async ({ enforcer, enforcedState }) => {
        // Another process may have been at work until this one had the directory.
        if (isToFinish(enforcedState.override, trialId)) {
          await enforcer.enforce()
        }
      }),
  })
}

interface Host {
  readonly enforcer: Enforcer
  readonly enforcedState: EnforcedState
  readonly observer: Observer
  readonly ownership: Ownership
}

/** Opens what a change takes, alone on the state directory, and closes it. Throws StartupError. */
async function withEnforcer<T>(
  { desired, stateDir, version, log, limits, replace }: OneShotOptions,
  use: (host: Host) => Promise<T>,
): Promise<T> {
  requireNetAdmin()
  const lock = lockStateDirectory(stateDir)
  try {
    const ownership = Ownership.open(stateDir)
    const enforcedState = new EnforcedState({ path: desired, stateDir, log, limits, logsIssues: false })
    const fleet = fleetOf(stateDir, log)
    const kernel = openKernel()
    const { client, observer, release } = kernel
    const applyContext = applyContextHere({ client, observer, ownership, release }, replace)
    const reconciler = new Reconciler({ applyContext, log, resyncIntervalMs: never })
    const enforcer = new Enforcer({ enforcedState, fleet, reconciler, applyContext, version, log, keepsWindow: false })
    try {
      observer.follow({ onOverrun: () => reconciler.noticeOverrun() })
      await requireVxlan(client)
      const result = await use({ enforcer, enforcedState, observer, ownership })
      if (reconciler.trouble !== undefined) {
        throw reconciler.trouble
      }
      return result
    } finally {
      await enforcer.stop()
      kernel.close()
    }
  } finally {
    lock.release()
  }
}
