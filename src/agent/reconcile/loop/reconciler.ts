/** The cycle: look, plan, apply, read back; when something happened, when a retry is due, and now and then in any case. */
import type { Logger } from 'pino'
import type { ObjectStatus } from '../../answers/status.ts'
import type { ObjectChange } from '../../answers/status-change.ts'
import type { Path } from '../../desired/finding.ts'
import type { Position } from '../../desired/load.ts'
import { overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import type { Steps } from '../../facts/steps.ts'
import { inSlices } from '../../host/slices.ts'
import type { Change } from '../../kernel/change.ts'
import { SurveyMemory } from '../../kernel/survey-memory.ts'
import type { ApplyContext, Outcome } from '../apply/apply.ts'
import type { Action } from '../plan/action.ts'
import { describeAction } from '../plan/describe-action.ts'
import { Attempts } from './attempts.ts'
import { changedObjects } from './changed-objects.ts'
import { type CycleEnd, runCycle } from './cycle.ts'
import { CycleLoop } from './cycle-loop.ts'
import { type Demand, fullDemand, merged, taken } from './demand.ts'
import { GuestLog, warnOfLosses, warnOfUnreturned } from './loss-log.ts'
import { noteFailures } from './note-failures.ts'
import { ObjectStates } from './object-states.ts'
import type { ReconcilerCounters, ReconcilerListener } from './reconciler-listener.ts'
import { keepRecord } from './record-upkeep.ts'
import { relevanceOf } from './relevance.ts'
import { RepairPace, TooManyRepairs } from './repair-pace.ts'
import { ResyncPace } from './resync-pace.ts'
import { Scope } from './scope.ts'
import { logObjectChanges } from './state-log.ts'
import { Trouble } from './trouble.ts'

/** How a reconciler is made. */
export interface ReconcilerOptions {
  readonly applyContext: ApplyContext
  readonly log: Logger
  /** Every so many milliseconds all links and addresses are dumped, in case something went unnoticed. */
  readonly resyncIntervalMs: number
}

/** What is to be enforced, and where in the files something of it stands. */
interface Goal {
  readonly desired: DesiredState
  readonly locate: (path: Path) => Position | undefined
}

/** Keeps the kernel as desired. */
export class Reconciler {
  readonly counters: ReconcilerCounters = { reconciles: 0, repairs: 0, resyncs: 0, overruns: 0 }
  readonly #options: ReconcilerOptions
  readonly #attempts = new Attempts()
  readonly #repairPace = new RepairPace()
  readonly #resyncPace = new ResyncPace()
  readonly #surveys = new SurveyMemory()
  readonly #states = new ObjectStates()
  readonly #trouble: Trouble
  readonly #guestLog: GuestLog
  #listener: ReconcilerListener = {}
  #goal: Goal | undefined
  #demand = fullDemand
  /** Objects of which messages came. Part of the demand, gathered one by one: to merge each of thousands into it takes its time. */
  readonly #touched = new Set<string>()
  /** What has changed in the objects and was not told yet. */
  #changes: readonly ObjectChange[] = []
  readonly #loop = new CycleLoop<Outcome>({ run: () => this.#tryCycle(), retryInMs: () => this.#retryInMs })
  readonly #resyncTimer: NodeJS.Timeout
  /** Messages so far that may have taken something out of the way. */
  #cures = 0

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#trouble = new Trouble(options.log)
    this.#guestLog = new GuestLog(options.log)
    this.#resyncTimer = setInterval(() => this.#wantResync(), options.resyncIntervalMs)
  }

  /** Tells `listener` of the work. Apart from the constructor, since those who are told are made from this. */
  listen(listener: ReconcilerListener): void {
    this.#listener = listener
  }

  /** What keeps the agent as a whole from its work: no answer from the kernel, a state directory that cannot be written. */
  get trouble(): Error | undefined {
    return this.#trouble.error
  }

  /** Whether a cycle is under way. */
  get isBusy(): boolean {
    return this.#loop.isBusy
  }

  /** Every desired object, and what else of ours is still to go. */
  get objects(): readonly ObjectStatus[] {
    return this.#states.list()
  }

  /**
   * Takes up a new desired state; the caller asks for the cycle, and calls this again no earlier than it is done. Until it is known what
   * differs, the one before stays.
   * @param locate where in the files something stands
   */
  async setDesired(desired: DesiredState, locate: Goal['locate'] = () => undefined): Promise<void> {
    await this.#takeUp(desired, locate)
    this.#ask({ scope: Scope.all })
  }

  /**
   * Takes up a desired state that differs little from the one before, brings the objects that it wants otherwise to it, and gives what was
   * done. Nothing is dumped for it. To be called no earlier than the call before is done.
   */
  async follow(desired: DesiredState, locate: Goal['locate'] = () => undefined): Promise<readonly Outcome[]> {
    const scope = Scope.of(await this.#takeUp(desired, locate))
    return this.#loop.runNow(() => this.#ask({ scope }))
  }

  /** Gives the names of the objects that it wants otherwise than the one before. */
  async #takeUp(desired: DesiredState, locate: Goal['locate']): Promise<ReadonlySet<string>> {
    const before = this.#goal === undefined ? undefined : overlayOf(this.#goal.desired)
    const now = overlayOf(desired)
    const changed = await inSlices(changedObjects(before, now))
    this.#goal = { desired, locate }
    this.#states.forgetSettled((name) => changed.has(name) || !(now.links.has(name) || now.ports.has(name)))
    for (const name of changed) {
      this.#attempts.hurry(name)
    }
    return changed
  }

  /** A kernel message was taken in. */
  noticeChange(change: Change): void {
    this.#surveys.noteChange(change)
    if (this.#goal === undefined) {
      return
    }
    const { ownership, observer } = this.#options.applyContext
    const situation = { desired: this.#goal.desired, owned: ownership, names: observer.names }
    const { objects, cures, redefines = [] } = relevanceOf(change, situation)
    if (redefines.length > 0) {
      this.#states.forgetSettled((name) => redefines.includes(name))
    }
    if (cures) {
      this.#cures += 1
      this.#attempts.hurry()
    }
    if (objects === 'all' || objects.length > 0) {
      for (const name of objects === 'all' ? [] : objects) {
        this.#touched.add(name)
      }
      if (objects === 'all' || this.#demand.since === undefined) {
        this.#ask({ since: performance.now(), ...(objects === 'all' && { scope: Scope.all }) })
      }
      this.#loop.want()
    }
  }

  /** Messages were lost. */
  noticeOverrun(): void {
    this.counters.overruns += 1
    this.#ask(fullDemand)
    this.#loop.want()
  }

  /** Runs a cycle now, retries included, and gives all that was done until nothing more could be. */
  async reconcileNow(): Promise<readonly Outcome[]> {
    this.#attempts.hurry()
    // The kernel drops some entries without a word, such as those of a nexthop that goes.
    this.#ask({ resync: 'all' })
    // Not earlier: the cycle that is under way takes what is to be looked at, and may have another desired state.
    return this.#loop.runNow(() => this.#ask({ scope: Scope.all }))
  }

  /** Lets the cycle under way end, and starts none any more. */
  async stop(): Promise<void> {
    clearInterval(this.#resyncTimer)
    await this.#loop.stop()
  }

  #ask(demand: Partial<Demand>): void {
    this.#demand = merged(this.#demand, demand)
  }

  #take<Part extends keyof Demand>(part: Part): Demand[Part] {
    const [value, rest] = taken(this.#demand, part)
    this.#demand = rest
    return value
  }

  async #tryCycle(): Promise<readonly Outcome[]> {
    const began = performance.now()
    let outcomes: readonly Outcome[] = []
    let failure: Error | undefined
    try {
      outcomes = await this.#runCycle()
      this.#trouble.clear()
    } catch (error) {
      failure = error as Error
      // What was to be looked at has not been.
      this.#ask({ scope: Scope.all })
      this.#trouble.meet(failure)
    }
    this.#listener.onCycle?.(performance.now() - began, failure)
    const changes = this.#changes
    this.#changes = []
    this.#listener.onStatus?.(changes)
    return outcomes
  }

  async #runCycle(): Promise<readonly Outcome[]> {
    await this.#resyncIfDue()
    const goal = this.#goal
    if (goal === undefined) {
      return []
    }
    this.#ask({ scope: Scope.of(this.#attempts.due) })
    this.counters.reconciles += 1
    let sinceEventMs: number | undefined
    const curesBefore = this.#cures
    const end = await runCycle(goal.desired, this.#options.applyContext, {
      memory: this.#surveys,
      prepare: () => this.#resyncIfDue(),
      takeScope: () => {
        const scope = this.#take('scope').with(Scope.of(this.#touched))
        this.#touched.clear()
        return scope
      },
      held: (name) => this.#attempts.held(name),
      veto: (name) =>
        this.#states.isSettled(name) && !this.#repairPace.allow(name)
          ? new TooManyRepairs(name, this.#repairPace.waitMs(name))
          : undefined,
      onRequest: (actions) => {
        // A later round goes on with what the event called for.
        sinceEventMs = this.#takeSinceEventMs() ?? sinceEventMs
        warnOfLosses(this.#options.log, actions)
        this.#listener.onActions?.(actions, this.#isDrift)
      },
      onGuests: ({ lost, error }) => {
        this.#guestLog.note(lost, error)
        if (lost.length > 0) {
          this.#listener.onGuestsLost?.(lost)
        }
      },
      onDone: (results) => inSlices(this.#noteDone(results, sinceEventMs)),
    })
    this.#takeSinceEventMs()
    await inSlices(this.#conclude(goal, end))
    if (this.#cures !== curesBefore) {
      this.#attempts.hurry()
    }
    return end.outcomes
  }

  readonly #isDrift = ({ link }: Action): boolean => this.#states.isSettled(link)

  /** How long ago the event came that this plan answers. */
  #takeSinceEventMs(): number | undefined {
    const since = this.#take('since')
    return since === undefined ? undefined : performance.now() - since
  }

  async #resyncIfDue(): Promise<void> {
    const due = this.#take('resync')
    if (due === 'none') {
      return
    }
    try {
      this.#surveys.forgetAll()
      await this.#options.applyContext.observer.resync({ fdb: due === 'all' })
      this.counters.resyncs += 1
    } catch (error) {
      this.#ask({ resync: due })
      throw error
    }
  }

  *#noteDone(results: readonly Outcome[], sinceEventMs: number | undefined): Steps<void> {
    const { log } = this.#options
    this.#listener.onOutcomes?.(results, this.#isDrift)
    for (const { action, error } of results) {
      yield
      if (error !== undefined) {
        warnOfUnreturned(log, action, error)
      } else if (this.#isDrift(action)) {
        this.counters.repairs += 1
        const what = describeAction(action)
        this.#states.noteRepair(action.link, what)
        const timing = sinceEventMs === undefined ? {} : { sinceEventMs: Math.round(sinceEventMs * 100) / 100 }
        log.info({ link: action.link, ...timing }, `repaired: ${what}`)
      } else {
        log.info({ link: action.link }, `done: ${describeAction(action)}`)
      }
    }
  }

  /** Brings every object's state, and the record, up to date with how the cycle ended. */
  *#conclude({ desired, locate }: Goal, end: CycleEnd): Steps<void> {
    const { applyContext } = this.#options
    const { scope, plan } = end
    noteFailures(this.#attempts, end)
    const { names } = applyContext.observer
    const result = { desired, scope, plan, attempts: this.#attempts, names, locate }
    this.#changes = yield* this.#states.update(result, () => this.#goal?.desired === desired)
    yield* logObjectChanges(this.#options.log, this.#changes)
    const forgotten = yield* keepRecord(applyContext, desired, end, (name) => this.#states.isSettled(name))
    for (const name of forgotten) {
      this.#repairPace.forget(name)
    }
  }

  get #retryInMs(): number | undefined {
    const delays = [this.#attempts.nextInMs(), this.#trouble.retryInMs].filter((delay) => delay !== undefined)
    return delays.length === 0 ? undefined : Math.min(...delays)
  }

  #wantResync(): void {
    const isNext = this.#demand.resync === 'none'
    this.#ask({ scope: Scope.all, ...(isNext && { resync: this.#resyncPace.next(this.#fdbSize) }) })
    this.#loop.want()
  }

  get #fdbSize(): number {
    const tables = [...this.#options.applyContext.observer.observed.fdb.values()]
    return tables.reduce((sum, { size }) => sum + size, 0)
  }
}
