/** The cycle: look, plan, apply, read back; when something happened, when a retry is due, and now and then in any case. */
import type { Logger } from 'pino'
import type { Link, RouteMessage } from '../../../rtnetlink/index.ts'
import type { ObjectStatus } from '../../answers/status.ts'
import type { Path } from '../../desired/finding.ts'
import type { Position } from '../../desired/load.ts'
import { type DesiredLink, overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { countOf } from '../../facts/count-of.ts'
import type { Steps } from '../../facts/steps.ts'
import { inSlices } from '../../host/slices.ts'
import { type LinkNames, NoSuchLink } from '../../kernel/link-names.ts'
import { SurveyMemory } from '../../kernel/survey-memory.ts'
import type { Ownership } from '../../record/ownership.ts'
import { viasOf, wantedFdb } from '../../words/fdb-entry.ts'
import type { Outcome, Workplace } from '../apply/apply.ts'
import { NotPutBack } from '../apply/perform-put-back.ts'
import type { Action } from '../plan/action.ts'
import { describeAction, describeTakenAlong } from '../plan/describe-action.ts'
import { Attempts } from './attempts.ts'
import { backoffMs } from './backoff.ts'
import { changedObjects } from './changed-objects.ts'
import { type CycleEnd, runCycle } from './cycle.ts'
import { ObjectStates } from './object-states.ts'
import { relevanceOf } from './relevance.ts'
import { RepairPace, TooManyRepairs } from './repair-pace.ts'
import { Scope } from './scope.ts'

/** Counts since the start. */
export interface ReconcilerCounters {
  reconciles: number
  /** Actions that mended drift, as opposed to carrying out a new desired state. */
  repairs: number
  resyncs: number
  overruns: number
}

/** What a reconciler tells of its work. */
export interface ReconcilerListener {
  /** Called after each cycle, and whenever the status may read otherwise. */
  onStatus(): void
  /** Requests for these are about to be sent. `isDrift`: of an object that has been as the present desired state wants it. */
  onActions?(actions: readonly Action[], isDrift: (action: Action) => boolean): void
  /** They were answered. */
  onOutcomes?(outcomes: readonly Outcome[], isDrift: (action: Action) => boolean): void
  /** A cycle is over: how long it took, in milliseconds, and what kept it from its work. */
  onCycle?(tookMs: number, error: Error | undefined): void
}

/** How a reconciler is made. */
export interface ReconcilerOptions extends ReconcilerListener {
  readonly workplace: Workplace
  readonly log: Logger
  /** Every so many milliseconds all links and addresses are dumped, in case something went unnoticed. */
  readonly resyncIntervalMs: number
}

/** Up to so many forwarding entries are dumped with each resync, more with each tenth. */
const smallFdb = 10_000
const fdbEveryResyncs = 10

/** So many objects that could not be put back on one link are named. */
const mostLostNamed = 20

/** Keeps the kernel as desired. */
export class Reconciler {
  readonly counters: ReconcilerCounters = { reconciles: 0, repairs: 0, resyncs: 0, overruns: 0 }
  readonly #options: ReconcilerOptions
  readonly #attempts = new Attempts()
  readonly #pace = new RepairPace()
  readonly #surveys = new SurveyMemory()
  readonly #states: ObjectStates
  #desired: DesiredState | undefined
  #resync: 'none' | 'links' | 'all' = 'all'
  #resyncsWithoutFdb = 0
  /** Objects to look at in the next cycle, and those of which messages have come since. */
  #scope = Scope.all
  readonly #touched = new Set<string>()
  #locate: (path: Path) => Position | undefined = () => undefined
  #isWanted = false
  #cycle: Promise<readonly Outcome[]> | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #resyncTimer: NodeJS.Timeout | undefined
  #eventAt: number | undefined
  #isStopped = false
  /** Messages so far that may have taken something out of the way. */
  #cures = 0
  /** What keeps whole cycles from being done, and how often in a row it did. */
  #trouble: { readonly error: Error; readonly attempts: number } | undefined

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#states = new ObjectStates(options.log)
    this.#startResyncTimer()
  }

  /** What keeps the agent as a whole from its work: no answer from the kernel, a state directory that cannot be written. */
  get trouble(): Error | undefined {
    return this.#trouble?.error
  }

  /** Whether a cycle is under way. */
  get isBusy(): boolean {
    return this.#cycle !== undefined
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
  async setDesired(
    desired: DesiredState,
    locate: (path: Path) => Position | undefined = () => undefined,
  ): Promise<void> {
    const before = this.#desired === undefined ? undefined : overlayOf(this.#desired)
    const now = overlayOf(desired)
    const changed = await inSlices(changedObjects(before, now))
    this.#desired = desired
    this.#locate = locate
    this.#scope = Scope.all
    this.#states.forgetSettled((name) => changed.has(name) || !(now.links.has(name) || now.ports.has(name)))
    for (const name of changed) {
      this.#attempts.hurry(name)
    }
  }

  /** A kernel message was taken in; `before` is what was known of its object until then. */
  noticeMessage(message: RouteMessage, before: RouteMessage['value'] | undefined): void {
    this.#surveys.noteMessage(message)
    if (this.#desired === undefined) {
      return
    }
    const { ownership, observer } = this.#options.workplace
    const situation = { desired: this.#desired, owned: ownership, names: observer.names }
    const { objects, cures } = relevanceOf(
      message,
      message.object === 'link' ? (before as Link | undefined) : undefined,
      situation,
    )
    if (cures) {
      this.#cures += 1
      this.#attempts.hurry()
    }
    if (objects === 'all' || objects.length > 0) {
      if (objects === 'all') {
        this.#scope = Scope.all
      } else {
        // One by one: a scope made anew for each of thousands of messages takes its time.
        for (const name of objects) {
          this.#touched.add(name)
        }
      }
      this.#eventAt ??= performance.now()
      this.#want()
    }
  }

  /** Messages were lost. */
  noticeOverrun(): void {
    this.counters.overruns += 1
    this.#resync = 'all'
    this.#scope = Scope.all
    this.#want()
  }

  /** Runs a cycle now, retries included, and gives all that was done until nothing more could be. */
  async reconcileNow(): Promise<readonly Outcome[]> {
    this.#attempts.hurry()
    // The kernel drops some entries without a word, such as those of a nexthop that goes.
    this.#resync = 'all'
    // Of several callers that waited for one cycle, the first to go on has started the next.
    while (this.#cycle !== undefined && !this.#isStopped) {
      await this.#cycle
    }
    // Not earlier: the cycle that was under way took what was to be looked at, and may have had another desired state.
    this.#scope = Scope.all
    this.#isWanted = true
    return this.#startCycle()
  }

  /** Lets the cycle under way end, and starts none any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#retryTimer)
    clearInterval(this.#resyncTimer)
    await this.#cycle
  }

  #want(): void {
    this.#isWanted = true
    // Not at once: a burst of messages is one reason, and the rest of it has been read by then.
    queueMicrotask(() => {
      if (this.#isWanted && this.#cycle === undefined) {
        void this.#startCycle()
      }
    })
  }

  #startCycle(): Promise<readonly Outcome[]> {
    const cycle = this.#runCycles()
    this.#cycle = cycle
    return cycle
  }

  async #runCycles(): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false
      clearTimeout(this.#retryTimer)
      const began = performance.now()
      let failure: Error | undefined
      try {
        outcomes.push(...(await this.#runCycle()))
        this.#clearTrouble()
      } catch (error) {
        failure = error as Error
        // What was to be looked at has not been.
        this.#scope = Scope.all
        this.#meetTrouble(failure)
      }
      this.#options.onCycle?.(performance.now() - began, failure)
      this.#options.onStatus()
    }
    this.#cycle = undefined
    this.#scheduleRetry()
    return outcomes
  }

  async #runCycle(): Promise<readonly Outcome[]> {
    await this.#resyncIfDue()
    const desired = this.#desired
    if (desired === undefined) {
      return []
    }
    this.#scope = this.#scope.with(Scope.of(this.#attempts.due))
    this.counters.reconciles += 1
    let sinceEventMs: number | undefined
    const curesBefore = this.#cures
    const end = await runCycle(desired, this.#options.workplace, {
      memory: this.#surveys,
      prepare: () => this.#resyncIfDue(),
      takeScope: () => {
        const scope = this.#scope.with(Scope.of(this.#touched))
        this.#scope = Scope.none
        this.#touched.clear()
        return scope
      },
      isDue: (name) => this.#attempts.isDue(name),
      veto: (name) =>
        this.#states.isSettled(name) && !this.#pace.allow(name)
          ? new TooManyRepairs(name, this.#pace.waitMs(name))
          : undefined,
      onRequest: (actions) => {
        // A later round goes on with what the event called for.
        sinceEventMs = this.#takeSinceEventMs() ?? sinceEventMs
        this.#warnOfLosses(actions)
        this.#options.onActions?.(actions, this.#isDrift)
      },
      onDone: (results) => inSlices(this.#noteDone(results, sinceEventMs)),
    })
    this.#takeSinceEventMs()
    await inSlices(this.#conclude(desired, end))
    if (this.#cures !== curesBefore) {
      this.#attempts.hurry()
    }
    return end.outcomes
  }

  readonly #isDrift = ({ link }: Action): boolean => this.#states.isSettled(link)

  /** How long ago the event came that this plan answers. */
  #takeSinceEventMs(): number | undefined {
    const at = this.#eventAt
    this.#eventAt = undefined
    return at === undefined ? undefined : performance.now() - at
  }

  async #resyncIfDue(): Promise<void> {
    const due = this.#resync
    if (due === 'none') {
      return
    }
    this.#resync = 'none'
    try {
      this.#surveys.forgetAll()
      await this.#options.workplace.observer.resync({ fdb: due === 'all' })
      this.counters.resyncs += 1
    } catch (error) {
      this.#resync = due === 'all' ? 'all' : this.#resync === 'none' ? due : this.#resync
      throw error
    }
  }

  /** Before it happens: afterwards nobody can look up what was there. */
  #warnOfLosses(actions: readonly Action[]): void {
    for (const action of actions) {
      if (action.kind === 'replaceLink' && action.takesAlong.length > 0) {
        const takesAlong = action.takesAlong.map(({ description }) => description)
        this.#options.log.warn(
          { link: action.link, takesAlong },
          `replacing ${action.link} ${describeTakenAlong(action.takesAlong)}`,
        )
      }
    }
  }

  /** What others had on a replaced link is on no record: no later plan tries it again, and no status tells of it. */
  #warnOfLost(action: Action, error: Error): void {
    const isPutBack = action.kind === 'putBack' || (action.kind === 'addEntries' && action.isKept)
    if (!isPutBack) {
      return
    }
    const { link } = action
    const all = error instanceof NotPutBack ? error.lost : [{ object: describeAction(action), error }]
    for (const lost of all.slice(0, mostLostNamed)) {
      const reason = lost.error.message
      this.#options.log.warn(
        { link, object: lost.object, reason },
        `not put back on ${link}: ${lost.object}: ${reason}`,
      )
    }
    if (all.length > mostLostNamed) {
      const more = countOf(all.length - mostLostNamed, 'more object')
      this.#options.log.warn({ link }, `not put back on ${link}: ${more}`)
    }
  }

  *#noteDone(results: readonly Outcome[], sinceEventMs: number | undefined): Steps<void> {
    this.#options.onOutcomes?.(results, this.#isDrift)
    for (const { action, error } of results) {
      yield
      if (error === undefined && this.#isDrift(action)) {
        this.counters.repairs += 1
        const what = describeAction(action)
        this.#states.noteRepair(action.link, what)
        const timing = sinceEventMs === undefined ? {} : { sinceEventMs: Math.round(sinceEventMs * 100) / 100 }
        this.#options.log.info({ link: action.link, ...timing }, `repaired: ${what}`)
      } else if (error === undefined) {
        this.#options.log.info({ link: action.link }, `done: ${describeAction(action)}`)
      } else {
        this.#warnOfLost(action, error)
      }
    }
  }

  /** Brings every object's state up to date with how the cycle ended. */
  *#conclude(desired: DesiredState, { scope, plan, failures }: CycleEnd): Steps<void> {
    const { observer, ownership } = this.#options.workplace
    for (const [name, failure] of failures) {
      this.#attempts.fail(name, failure)
    }
    const unfinished = new Set(plan.actions.map(({ link }) => link))
    this.#attempts.retain((name) => unfinished.has(name) || !scope.has(name))
    const { names, observed } = observer
    const end = { desired, scope, plan, attempts: this.#attempts, names, locate: this.#locate }
    yield* this.#states.update(end, () => this.#desired === desired)

    const { links, ports } = overlayOf(desired)
    const isSettled = (name: string): boolean =>
      scope.has(name) && this.#states.isSettled(name) && !unfinished.has(name)
    ownership.noteStated(
      [...links.values()].filter(({ name }) => isSettled(name)),
      [...ports.values()].filter(({ link }) => isSettled(link)),
    )
    const hindered = new Set(plan.obstacles.map(({ link }) => link))
    for (const link of links.values()) {
      if (isSettled(link.name) && !hindered.has(link.name)) {
        forgetUnwanted(ownership, link, names)
        yield
      }
    }
    const isThere = (ifindex: number | undefined): boolean => ifindex !== undefined && observed.links.has(ifindex)
    const gone = Object.keys(ownership.links).filter(
      (name) => !links.has(name) && !isThere(ownership.links[name]?.ifindex),
    )
    ownership.release(gone)
    const isPortDone = (name: string): boolean => scope.has(name) && !ports.has(name) && !unfinished.has(name)
    ownership.releasePorts(
      Object.keys(ownership.ports).filter((name) => isPortDone(name) || !isThere(ownership.ports[name]?.ifindex)),
    )
    for (const name of gone) {
      this.#pace.forget(name)
    }
  }

  #scheduleRetry(): void {
    const objectMs = this.#attempts.nextInMs()
    const wholeMs = this.#trouble === undefined ? undefined : backoffMs(this.#trouble.attempts)
    const delays = [objectMs, wholeMs].filter((delay) => delay !== undefined)
    if (delays.length > 0 && !this.#isStopped) {
      this.#retryTimer = setTimeout(() => this.#want(), Math.min(...delays))
    }
  }

  #startResyncTimer(): void {
    this.#resyncTimer = setInterval(() => {
      if (this.#resync === 'none') {
        this.#resync = this.#isFdbDue() ? 'all' : 'links'
      }
      this.#scope = Scope.all
      this.#want()
    }, this.#options.resyncIntervalMs)
  }

  /** Small tables are dumped each time, large ones now and then: that takes a while, and their memory twice. */
  #isFdbDue(): boolean {
    const tables = [...this.#options.workplace.observer.observed.fdb.values()]
    const entries = tables.reduce((sum, { size }) => sum + size, 0)
    this.#resyncsWithoutFdb += 1
    if (entries > smallFdb && this.#resyncsWithoutFdb < fdbEveryResyncs) {
      return false
    }
    this.#resyncsWithoutFdb = 0
    return true
  }

  #meetTrouble(error: Error): void {
    const isNews = this.#trouble?.error.message !== error.message
    this.#trouble = { error, attempts: (this.#trouble?.attempts ?? 0) + 1 }
    if (isNews) {
      this.#options.log.error({ err: error }, 'cannot reconcile; trying again')
    }
  }

  #clearTrouble(): void {
    if (this.#trouble !== undefined) {
      this.#options.log.info({ attempts: this.#trouble.attempts }, 'reconciling again')
      this.#trouble = undefined
    }
  }
}

/**
 * Takes entries out of the record that no file states any more. They are gone, by other hands, or the link's own now; and who puts
 * the same there later does it for himself.
 */
function forgetUnwanted(ownership: Ownership, link: DesiredLink, names: LinkNames): void {
  const { fdb, neighbours } = ownership.entriesOf(link.name)
  if (fdb.size > 0 && link.kind === 'vxlan' && viasOf(link.spec).every((via) => isThere(via, names))) {
    const wanted = wantedFdb(link.spec, link.path, names)
    ownership.retainEntries(link.name, 'fdb', (key) => wanted.has(key))
  }
  if (neighbours.size > 0) {
    const wanted = new Set(link.spec.neighbours?.map(({ ip }) => ip))
    ownership.retainEntries(link.name, 'neighbours', (key) => wanted.has(key))
  }
}

/** Interfaces may go while a long cycle comes to its end. */
function isThere(name: string, names: LinkNames): boolean {
  try {
    names.indexOf(name)
    return true
  } catch (error) {
    if (error instanceof NoSuchLink) {
      return false
    }
    throw error
  }
}
