/** Everything that changes what is enforced, one after the other: a reload, a trial and its end; each time the kernel follows. */
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { FleetHandover, FleetReceipt } from '../answers/fleet.ts'
import type { AgentStatus, ApplyReport } from '../answers/status.ts'
import type { Path } from '../desired/finding.ts'
import { InvalidDesiredState } from '../desired/issue.ts'
import type { Position } from '../desired/load.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { BadChunk } from '../fleet/kept-chunks.ts'
import { missingByLink } from '../fleet/missing.ts'
import { fleetStatus } from '../fleet/status.ts'
import { askingLinks, statedPath, whyUnused } from '../fleet/with-fleet.ts'
import { inSlices } from '../host/slices.ts'
import { appliedActions } from '../reconcile/apply/applied-actions.ts'
import type { ApplyContext } from '../reconcile/apply/apply.ts'
import type { Reconciler } from '../reconcile/loop/reconciler.ts'
import { diffSteps } from '../reconcile/plan/diff.ts'
import type { Candidate } from './candidate.ts'
import type { EnforcedState } from './enforced-state.ts'
import type { Reading, Word } from './enforced-state-options.ts'
import { NotPossibleNow } from './not-possible-now.ts'

/** What it joins. */
export interface EnforcerParts {
  readonly enforcedState: EnforcedState
  readonly fleet: Fleet
  readonly reconciler: Reconciler
  readonly applyContext: ApplyContext
  readonly version: string
  readonly log: Logger
  /** Whether it lives long enough to see to the end of a trial. */
  readonly keepsWindow: boolean
}

/** How a state is tried out. */
export interface TrialOptions {
  /** Of the window. */
  readonly seconds: number
  /** Undefined: the files' state. */
  readonly candidate?: Candidate
  /** Called when the trial is on the disk, before anything is applied. When it rejects nothing is. */
  readonly onBegun?: () => Promise<void>
}

export class Enforcer {
  readonly #parts: EnforcerParts
  readonly #startedAt = new Date().toISOString()
  #turns: Promise<unknown> = Promise.resolve()
  /** One after the other, outside the turns: the later one reads the newer files. */
  #readings: Promise<unknown> = Promise.resolve()
  #windowTimer: NodeJS.Timeout | undefined
  #deletionTimer: NodeJS.Timeout | undefined
  #isStopped = false
  #isStarting = true
  #turnsUnderWay = 0
  #onEnforced: () => void = () => {}

  constructor(parts: EnforcerParts) {
    this.#parts = parts
  }

  status(): AgentStatus {
    const { enforcedState, reconciler, applyContext, version } = this.#parts
    const { reconciles, repairs, resyncs, overruns } = reconciler.counters
    const { requests, dumps } = applyContext.client.counters
    const { objects } = reconciler
    const fleet = fleetStatus(
      enforcedState.state,
      this.#parts.fleet,
      applyContext.observer,
      enforcedState.pushed.standings,
    )
    const problem = reconciler.trouble?.message
    const desired = enforcedState.status
    const isAsWanted =
      desired.isValid &&
      (desired.isInForce || (desired.enforcing !== 'rolled back' && desired.enforcing !== 'held')) &&
      desired.toBeDeleted === undefined
    return {
      version,
      // Asked each time: it may be set while the daemon runs.
      hostname: hostname(),
      pid: process.pid,
      startedAt: this.#startedAt,
      stateDir: enforcedState.stateDir,
      converged:
        !this.#isStarting && isAsWanted && problem === undefined && objects.every(({ state }) => state === 'converged'),
      ...(this.#isStarting && { isStarting: true }),
      ...(problem !== undefined && { problem }),
      desired,
      objects,
      ...(fleet !== undefined && { fleet }),
      counters: { reconciles, repairs, resyncs, overruns, events: applyContext.observer.events, requests, dumps },
    }
  }

  /** Calls `listener` whenever the kernel was brought to the state in force: a trial may have begun or ended by that. */
  onEnforced(listener: () => void): void {
    this.#onEnforced = listener
  }

  /** What the kernel is to have: the state in force, with the fleet's remotes in it. Undefined as long as there never was a valid state. */
  get desired(): DesiredState | undefined {
    const { enforcedState, fleet } = this.#parts
    return enforcedState.state && fleet.fill(enforcedState.state)
  }

  /**
   * Takes up what the fleet process hands over, and brings the kernel there. No file is read for it, and no deletion waits: the fleet process
   * has a guard of its own.
   */
  takeHandover(handover: FleetHandover): Promise<FleetReceipt> {
    return this.#inTurn(async () => {
      const { enforcedState, fleet, reconciler, applyContext, log } = this.#parts
      const wants = fleet.chunks.missing(handover)
      if (wants.length > 0) {
        return { revision: handover.revision, missing: {}, failures: {}, wants }
      }
      let notKept: string | undefined
      try {
        fleet.take(handover, enforcedState.state)
      } catch (error) {
        if (error instanceof BadChunk) {
          throw error
        }
        notKept = (error as Error).message
        log.error({ err: error }, 'cannot keep what the fleet process handed over for a restart')
      }
      const { state } = enforcedState
      const { desired } = this
      if (state === undefined || desired === undefined) {
        const unused = 'there is no desired state yet'
        return {
          revision: handover.revision,
          missing: {},
          failures: {},
          unused,
          ...(notKept !== undefined && { notKept }),
        }
      }
      await reconciler.follow(desired, this.#locate)
      const unused = whyUnused(state, fleet.handover)
      const asking = new Set(askingLinks(state))
      const failures = reconciler.objects.flatMap(({ name, reason }) =>
        asking.has(name) && reason !== undefined ? [[name, reason] as const] : [],
      )
      return {
        revision: handover.revision,
        missing: missingByLink(desired, applyContext.observer),
        failures: Object.fromEntries(failures),
        ...(unused !== undefined && { unused }),
        ...(notKept !== undefined && { notKept }),
      }
    })
  }

  /** Where in the files something of what the kernel is to have stands. */
  readonly #locate = (path: Path): Position | undefined => {
    const { enforcedState } = this.#parts
    const { state } = enforcedState
    return enforcedState.locate(state === undefined ? path : statedPath(state, path))
  }

  /** Whether the kernel is being brought to a state. Reading files is work of another thread, with a limit of its own. */
  get isBusy(): boolean {
    return this.#turnsUnderWay > 0 || this.#parts.reconciler.isBusy
  }

  /** Reads the files again and reconciles. */
  reload(): Promise<ApplyReport> {
    return this.#withFilesRead(() => this.#enforce())
  }

  /**
   * The same on a person's word, so that no deletion waits.
   * Rejects with InvalidDesiredState, and with NotPossibleNow while a state is on trial.
   * @param word `reload` of somebody who may not decide which state is in force
   */
  apply(word: Word = 'apply'): Promise<ApplyReport> {
    return this.#withFilesRead(async () => {
      const { enforcedState } = this.#parts
      if (enforcedState.trial !== undefined) {
        throw new NotPossibleNow(
          'a state is on trial; keep it with vxagent confirm or end the trial with vxagent rollback, or try another state out with vxagent apply --confirm',
        )
      }
      if (!enforcedState.status.isValid) {
        const isFirst = enforcedState.state === undefined
        enforcedState.settle()
        if (isFirst && enforcedState.override?.what === 'rolled back') {
          // Broken files are no reason to leave in place what nobody confirmed. Another process may have died halfway.
          await this.#enforce()
        }
        throw new InvalidDesiredState(enforcedState.status.issues)
      }
      return this.#enforce(word)
    })
  }

  /** Puts a state on trial, and reconciles. Rejects with InvalidDesiredState or NotPossibleNow, and has changed nothing then. */
  tryOut({ seconds, candidate, onBegun }: TrialOptions): Promise<ApplyReport> {
    return this.#withFilesRead(async () => {
      const { enforcedState, applyContext } = this.#parts
      await this.#refuseTakeovers(candidate?.state ?? enforcedState.validFiles())
      const earlier = enforcedState.override
      const ownsNothing = [applyContext.ownership.links, applyContext.ownership.ports].every(
        (record) => Object.keys(record).length === 0,
      )
      enforcedState.begin(seconds, { ownsNothing, ...(candidate !== undefined && { candidate }) })
      try {
        await onBegun?.()
      } catch (error) {
        enforcedState.withdraw(earlier)
        throw error
      }
      return this.#enforce()
    })
  }

  /** Keeps the state on trial. Rejects with NotPossibleNow when there is none. */
  confirm(): Promise<ApplyReport> {
    return this.#inTurn(() => {
      this.#parts.enforcedState.confirm()
      return this.#enforce()
    })
  }

  /** Returns to the state before. Rejects with NotPossibleNow when there is none. */
  rollBack(): Promise<ApplyReport> {
    return this.#inTurn(() => {
      this.#parts.enforcedState.rollBack()
      return this.#enforce()
    })
  }

  /** Takes away all that vxagent made, whatever the files say, and forgets what was handed over. */
  tearDown(): Promise<ApplyReport> {
    return this.#inTurn(() => {
      this.#parts.enforcedState.clear()
      this.#parts.fleet.forget()
      return this.#enforce()
    })
  }

  /** Brings the kernel to the state in force once more: that of before, when the window of a trial is over. */
  enforce(): Promise<ApplyReport> {
    return this.#inTurn(() => {
      this.#parts.enforcedState.endWindowIfOver()
      return this.#enforce()
    })
  }

  /** Lets what is under way end. A trial goes on: the next start sees to its end. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#windowTimer)
    clearTimeout(this.#deletionTimer)
    await this.#readings
    await this.#turns
    await this.#parts.reconciler.stop()
  }

  /**
   * Reads the files, then does `work` in its turn with what they say. A window that is over, or ends while they are being read, does not
   * wait for that: the state before returns first, and is what a new trial returns to.
   */
  async #withFilesRead<T>(work: () => Promise<T>): Promise<T> {
    const reading = this.#readings.then(() => this.#read())
    this.#readings = reading.catch(() => {})
    const read = await reading
    return this.#inTurn(async () => {
      await this.#endWindow()
      this.#parts.enforcedState.take(read)
      return work()
    })
  }

  /** Outside the turns, so that a confirmation, and the end of a window, do not wait for it. */
  async #read(): Promise<Reading> {
    const { enforcedState } = this.#parts
    await this.#inTurn(() => this.#endWindow())
    try {
      // Nobody else can end it: this process holds the state directory.
      this.#watchWindow(true)
      return await enforcedState.read()
    } finally {
      this.#watchWindow()
    }
  }

  async #endWindow(): Promise<void> {
    if (this.#parts.enforcedState.endWindowIfOver()) {
      await this.#enforce()
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turnsUnderWay += 1
    const turn = this.#turns.then(work).finally(() => {
      this.#turnsUnderWay -= 1
    })
    this.#turns = turn.catch(() => {})
    return turn
  }

  async #enforce(word?: Word): Promise<ApplyReport> {
    const { enforcedState, reconciler } = this.#parts
    enforcedState.settle(word)
    this.#watchWindow()
    this.#watchDeletions()
    const { desired } = this
    if (desired !== undefined) {
      await reconciler.setDesired(desired, this.#locate)
    }
    const began = performance.now()
    const outcomes = await reconciler.reconcileNow()
    this.#isStarting = false
    const reconcileMs = Math.round(performance.now() - began)
    this.#onEnforced()
    return { actions: appliedActions(outcomes), reconcileMs, status: this.status() }
  }

  #watchWindow(isNeeded = this.#parts.keepsWindow): void {
    clearTimeout(this.#windowTimer)
    const left = this.#parts.enforcedState.windowLeftMs
    if (left !== undefined && isNeeded && !this.#isStopped) {
      this.#windowTimer = setTimeout(() => {
        this.enforce().catch((error: unknown) => this.#parts.log.error({ err: error }, 'cannot roll back'))
      }, left)
    }
  }

  /** Files that are being read may name the link again, so what they say is waited for. */
  #watchDeletions(): void {
    clearTimeout(this.#deletionTimer)
    const left = this.#parts.enforcedState.deletionLeftMs
    if (left !== undefined && !this.#isStopped) {
      const deleteThem = async (): Promise<void> => {
        await this.#readings
        await this.#inTurn(() => this.#enforce())
      }
      this.#deletionTimer = setTimeout(() => {
        deleteThem().catch((error: unknown) => this.#parts.log.error({ err: error }, 'cannot carry out deletions'))
      }, left)
    }
  }

  /** What a link was before vxagent took it over is on no record, so it could not return. */
  async #refuseTakeovers(state: DesiredState): Promise<void> {
    const { observer, ownership, release } = this.#parts.applyContext
    const { actions } = await inSlices(
      diffSteps(this.#parts.fleet.fill(state), observer.observed, ownership, { release }),
    )
    const taken = actions.filter(({ kind }) => kind === 'adoptLink').map(({ link }) => link)
    if (taken.length > 0) {
      throw new NotPossibleNow(
        `cannot try it out: it takes over ${taken.join(', ')}, and what vxagent did not make it cannot bring back as it was; apply the output of vxagent export first, which takes over and changes nothing`,
      )
    }
  }
}
