/**
 * A prefix of the store, kept up to date: one list, then a watch that resumes by revision after every break. A list is made again only when
 * the watch cannot resume, when the store's data was replaced, and now and then to be sure. Entries are never dropped because the store is
 * silent.
 */
import { Backoff, jittered, Pause } from './backoff.ts'
import type { Clock, Random } from './clock.ts'
import { History } from './history.ts'
import type { ListReason, MirrorChange, MirrorCounts, MirrorEvent, MirrorState } from './mirror-event.ts'
import { MirrorTable } from './mirror-table.ts'
import { Replaced, Session } from './session.ts'
import { type Change, type Entry, type Listing, type Store, StoreError, type StoreErrorKind } from './store.ts'

/** Times in milliseconds. */
export interface MirrorTimes {
  /** Limits of the wait between attempts. */
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  /** How often the store's revision is asked for, about: a watch on wiped data waits in silence. */
  readonly checkMs: number
  /** How often a full list is compared with the mirror, about. */
  readonly compareMs: number
  /** How long a difference may take to be settled by the watch before it counts as missed. */
  readonly settleMs: number
  /** How long a watch must hold for the next break to count as the first. */
  readonly steadyMs: number
}

/** What a mirror is made of. */
export interface MirrorOptions {
  readonly store: Store
  /** All keys that begin with it. */
  readonly prefix: string
  readonly clock: Clock
  /** Called with each event, in order. The mirror is up to date with it then. */
  readonly onEvent: (event: MirrorEvent) => void
  readonly random?: Random
  readonly times?: Partial<MirrorTimes>
}

const usualTimes: MirrorTimes = {
  minBackoffMs: 200,
  maxBackoffMs: 30_000,
  checkMs: 60_000,
  compareMs: 600_000,
  settleMs: 5_000,
  steadyMs: 10_000,
}

/** Failures of a watch after which only a list helps. */
export const needsList: ReadonlySet<StoreErrorKind> = new Set(['compacted', 'future-revision', 'too-large'])

/** A mirror of a prefix. It begins with `start` and goes on until `close`, whatever the store does. */
export class Mirror {
  readonly #store: Store
  readonly #prefix: string
  readonly #clock: Clock
  readonly #onEvent: (event: MirrorEvent) => void
  readonly #random: Random
  readonly #times: MirrorTimes
  readonly #table = new MirrorTable()
  readonly #history = new History()
  readonly #backoff: Backoff
  readonly #pause = new Pause()
  readonly #comparePause = new Pause()
  readonly #counts = {
    lists: { start: 0, compacted: 0, rewound: 0, foreign: 0, compare: 0 },
    breaks: 0,
    failedCompares: 0,
    repairs: 0,
    changes: 0,
  }
  /** All changes up to this revision are in the table: a watch begins after it. */
  #revision = 0
  #listReason: ListReason | undefined = 'start'
  #state: MirrorState
  #session: Session | undefined
  #isClosed = false

  constructor({ store, prefix, clock, onEvent, random = Math.random, times }: MirrorOptions) {
    this.#store = store
    this.#prefix = prefix
    this.#clock = clock
    this.#onEvent = onEvent
    this.#random = random
    this.#times = { ...usualTimes, ...times }
    this.#backoff = new Backoff({ minMs: this.#times.minBackoffMs, maxMs: this.#times.maxBackoffMs }, random)
    this.#state = { kind: 'starting', since: clock.now() }
  }

  /** The keys and values as far as they are known. Empty until the first `listed`. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#table.entries
  }

  /** All changes of the store up to this revision are in the entries. */
  get revision(): number {
    return this.#revision
  }

  get state(): MirrorState {
    return this.#state
  }

  get counts(): MirrorCounts {
    return structuredClone(this.#counts)
  }

  /** Begins. An error that is none of the store's is a fault of this program, and ends it. */
  start(): void {
    void this.#run()
    void this.#compareNowAndThen()
  }

  /** The store was seen to answer: what waits for the next attempt waits no longer. */
  hurry(): void {
    this.#pause.end()
  }

  /** Ends. No event comes after it. */
  close(): void {
    this.#isClosed = true
    this.#state = { kind: 'closed', since: this.#clock.now() }
    this.#session?.end()
    this.#pause.end()
    this.#comparePause.end()
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#listIfNeeded()
        await this.#follow()
      } catch (error) {
        if (!this.#isClosed) {
          this.#takeFailure(error)
          await this.#pause.wait(this.#backoff.next())
        }
      }
    }
  }

  #takeFailure(error: unknown): void {
    if (error instanceof Replaced) {
      this.#listReason = error.found.kind
      this.#onEvent(error.found)
    } else if (error instanceof StoreError) {
      this.#counts.breaks += 1
      if (needsList.has(error.kind)) {
        this.#listReason ??= 'compacted'
      } else {
        this.#fallSilent(error)
      }
    } else {
      throw error
    }
  }

  async #listIfNeeded(): Promise<void> {
    if (this.#listReason === undefined || this.#isClosed) {
      return
    }
    const known = this.#history.mark()
    const listing = await this.#store.list(this.#prefix)
    if (this.#isClosed) {
      return
    }
    const found = this.#history.confirm(listing, known)
    if (found !== undefined && found.kind !== this.#listReason) {
      this.#onEvent(found)
    }
    const reason = found?.kind ?? this.#listReason
    this.#history.restart(listing)
    const changes = this.#table.replace(listing.entries, listing.revision)
    this.#revision = listing.revision
    this.#listReason = undefined
    this.#tellListed(reason, listing, changes)
  }

  /** Watches until that fails. */
  async #follow(): Promise<void> {
    if (this.#isClosed) {
      return
    }
    let steady: NodeJS.Timeout | undefined
    const { checkMs, minBackoffMs, maxBackoffMs, steadyMs } = this.#times
    const session = new Session(
      {
        store: this.#store,
        prefix: this.#prefix,
        from: this.#revision + 1,
        history: this.#history,
        random: this.#random,
        checkMs,
        backoff: { minMs: minBackoffMs, maxMs: maxBackoffMs },
      },
      {
        confirmed: () => {
          steady ??= setTimeout(() => this.#backoff.reset(), steadyMs)
          this.#comeAlive(session.endpoint)
        },
        changed: (changes) => this.#take(changes),
        passed: (revision) => {
          this.#revision = Math.max(this.#revision, revision)
        },
        doubted: (error) => this.#fallSilent(error),
      },
    )
    this.#session = session
    try {
      await session.ended
    } finally {
      clearTimeout(steady)
    }
  }

  #take(changes: readonly Change[]): void {
    const taken = this.#table.take(changes)
    const revisions = changes.map((change) => (change.kind === 'put' ? change.entry : change).modRevision)
    this.#revision = revisions.reduce((highest, each) => Math.max(highest, each), this.#revision)
    if (taken.length > 0) {
      // Something arrived: the next break is not one more of the same.
      this.#backoff.reset()
      this.#counts.changes += taken.length
      this.#onEvent({ kind: 'changed', revision: this.#revision, changes: taken })
    }
  }

  #fallSilent(error: StoreError): void {
    const before = this.#state
    const known = before.kind === 'starting' || before.kind === 'silent' ? before.error : undefined
    const since = before.kind === 'live' ? this.#clock.now() : before.since
    this.#state = { kind: before.kind === 'starting' ? 'starting' : 'silent', since, error }
    if (known?.kind !== error.kind) {
      this.#onEvent({ kind: 'silent', since, error })
    }
  }

  #comeAlive(endpoint: string): void {
    const before = this.#state
    if (before.kind === 'live') {
      return
    }
    const now = this.#clock.now()
    this.#state = { kind: 'live', since: now, endpoint }
    this.#onEvent({ kind: 'resumed', revision: this.#revision, silentMs: now - before.since })
  }

  async #compareNowAndThen(): Promise<void> {
    let wait = jittered(this.#times.compareMs, this.#random)
    while (!this.#isClosed) {
      await this.#comparePause.wait(wait)
      const session = this.#session
      const isDone = session?.isConfirmed === true && (await this.#compare(session))
      // What could not be compared in full is compared soon; what was, after the usual time.
      wait = jittered(isDone ? this.#times.compareMs : this.#times.settleMs, this.#random)
    }
  }

  /** Compares the entries with a full list. False if it could not be done, or the watch broke meanwhile: its next one catches up first. */
  async #compare(session: Session): Promise<boolean> {
    this.#table.beginCompare()
    try {
      const known = this.#history.mark()
      const listing = await this.#store.list(this.#prefix)
      const found = session.isConfirmed ? this.#history.confirm(listing, known) : undefined
      if (found !== undefined) {
        session.end(new Replaced(found))
        return false
      }
      if (this.#table.differences(listing.entries, listing.revision).length > 0) {
        await this.#comparePause.wait(this.#times.settleMs)
      }
      if (!session.isConfirmed) {
        return false
      }
      const missed = this.#table.differences(listing.entries, listing.revision)
      if (missed.length > 0) {
        this.#table.repair(missed, listing.revision)
        this.#counts.repairs += missed.length
      }
      this.#tellListed('compare', listing, missed)
      return true
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error
      }
      this.#counts.failedCompares += 1
      session.checkNow()
      return false
    } finally {
      this.#table.endCompare()
    }
  }

  #tellListed(reason: ListReason, { revision, cluster }: Listing, changes: readonly MirrorChange[]): void {
    this.#counts.lists[reason] += 1
    this.#onEvent({ kind: 'listed', reason, revision, cluster, changes })
  }
}
