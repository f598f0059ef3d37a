/**
 * Changes of a prefix from now on. It resumes by revision after every break, so that nothing is missed by one. What was before is not read, and
 * nothing is kept: whoever fills the prefix costs those who follow it no memory. After a compaction, or when the data was replaced, it begins
 * again at the store's present revision, and what came meanwhile is not delivered.
 */
import { Backoff, type BackoffRange, Pause } from './backoff.ts'
import type { Clock, Random } from './clock.ts'
import { History } from './history.ts'
import { needsList } from './mirror.ts'
import { Replaced, Session } from './session.ts'
import { type Change, type Store, StoreError } from './store.ts'

/** What a tail is made of. */
export interface TailOptions {
  readonly store: Store
  /** All keys that begin with it. */
  readonly prefix: string
  readonly clock: Clock
  readonly onChanges: (changes: readonly Change[]) => void
  readonly random?: Random
  readonly backoff?: BackoffRange
  /** About how often the store's revision is asked for, in milliseconds: a watch on wiped data waits in silence. */
  readonly checkMs?: number
}

const usualBackoff: BackoffRange = { minMs: 200, maxMs: 30_000 }
const usualCheckMs = 60_000
/** How long a watch must hold for the next break to count as the first. */
const steadyMs = 10_000

/** A tail. It begins with `start` and goes on until `close`, whatever the store does. */
export class Tail {
  readonly #options: Required<Omit<TailOptions, 'backoff'>>
  readonly #range: BackoffRange
  readonly #backoff: Backoff
  readonly #history = new History()
  readonly #pause = new Pause()
  /** The revision that comes next; undefined: whatever comes after now. */
  #from: number | undefined
  #session: Session | undefined
  #failure: StoreError | undefined
  /** When the watch was last confirmed, if it was. */
  #confirmedAt = Number.POSITIVE_INFINITY
  #isClosed = false

  constructor({ random = Math.random, backoff = usualBackoff, checkMs = usualCheckMs, ...options }: TailOptions) {
    this.#options = { random, checkMs, ...options }
    this.#range = backoff
    this.#backoff = new Backoff(backoff, random)
  }

  /** Why it hears nothing at present; undefined when it does, or has just begun. */
  get failure(): StoreError | undefined {
    return this.#failure
  }

  /** Begins. An error that is none of the store's is a fault of this program, and ends it. */
  start(): void {
    void this.#run()
  }

  /** The store was seen to answer: what waits for the next attempt waits no longer. */
  hurry(): void {
    this.#pause.end()
  }

  /** Ends. Nothing is delivered after it. */
  close(): void {
    this.#isClosed = true
    this.#session?.end()
    this.#pause.end()
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#follow(this.#from ?? (await this.#fromNow()))
      } catch (error) {
        if (!this.#isClosed) {
          this.#takeFailure(error)
          await this.#pause.wait(this.#backoff.next())
        }
      }
    }
  }

  async #fromNow(): Promise<number> {
    const at = await this.#options.store.position(this.#options.prefix)
    this.#history.restart(at)
    this.#from = at.revision + 1
    return this.#from
  }

  #takeFailure(error: unknown): void {
    if (this.#options.clock.now() - this.#confirmedAt >= steadyMs) {
      this.#backoff.reset()
    }
    this.#confirmedAt = Number.POSITIVE_INFINITY
    if (error instanceof Replaced) {
      this.#from = undefined
    } else if (error instanceof StoreError) {
      this.#failure = error
      this.#from = needsList.has(error.kind) ? undefined : this.#from
    } else {
      throw error
    }
  }

  /** Watches until that fails. */
  async #follow(from: number): Promise<void> {
    if (this.#isClosed) {
      return
    }
    const { store, prefix, random, checkMs, onChanges } = this.#options
    const listener = {
      confirmed: () => {
        this.#failure = undefined
        this.#confirmedAt = this.#options.clock.now()
      },
      changed: (changes: readonly Change[]) => {
        const revisions = changes.map((change) => (change.kind === 'put' ? change.entry : change).modRevision)
        this.#from = revisions.reduce((next, each) => Math.max(next, each + 1), this.#from ?? from)
        onChanges(changes)
      },
      passed: (revision: number) => {
        this.#from = Math.max(this.#from ?? 0, revision + 1)
      },
      doubted: (error: StoreError) => {
        this.#failure = error
      },
    }
    const [history, backoff] = [this.#history, this.#range]
    this.#session = new Session({ store, prefix, from, history, random, checkMs, backoff }, listener)
    await this.#session.ended
  }
}
