/** One watch of a mirror, from its opening to its end, and the proof that the store behind it is the one that the mirror knows. */
import { Backoff, type BackoffRange, jittered } from './backoff.ts'
import type { Random } from './clock.ts'
import type { Break, History } from './history.ts'
import { type Change, type Position, type Store, StoreError, type Watch } from './store.ts'

/** The store's data is not what the mirror is made of: list again. */
export class Replaced extends Error {
  override readonly name = 'Replaced'
  readonly found: Break

  constructor(found: Break) {
    super(found.kind)
    this.found = found
  }
}

/** What a session says. Nothing is called after its end. */
export interface SessionListener {
  /** The watch is open, and a quorum has confirmed that the store has not gone back. Called again after `doubted`. */
  confirmed(at: Position): void
  /** Changes, after the first `confirmed` only. */
  changed(changes: readonly Change[]): void
  /** All changes up to this revision have been delivered. */
  passed(revision: number): void
  /** The store did not confirm its position. The watch stays open, and the question is repeated. */
  doubted(error: StoreError): void
}

/** What a session is made of. */
export interface SessionOptions {
  readonly store: Store
  readonly prefix: string
  /** The first revision to watch. */
  readonly from: number
  readonly history: History
  readonly random: Random
  /** About how often the position is asked for, in milliseconds. */
  readonly checkMs: number
  readonly backoff: BackoffRange
}

/** An open watch. */
export class Session {
  /** Resolves after {@link end}; rejects with a StoreError when the watch broke, with {@link Replaced} when the data is another. */
  readonly ended: Promise<void>
  readonly #options: SessionOptions
  readonly #listener: SessionListener
  readonly #watch: Watch
  readonly #backoff: Backoff
  #settle: { resolve(): void; reject(error: Error): void } | undefined
  /** Changes that came before the position was confirmed. */
  #early: Change[] | undefined = []
  /** Revision of the last progress notice. */
  #progress = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options
    this.#listener = listener
    this.#backoff = new Backoff(options.backoff, options.random)
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#watch = options.store.watch(options.prefix, options.from, {
      created: (at) => {
        if (this.#see(at)) {
          void this.#check()
        }
      },
      changed: (changes, at) => {
        if (this.#see(at)) {
          this.#take(changes)
        }
      },
      progress: (at) => {
        if (this.#see(at)) {
          this.#passProgress(at.revision)
        }
      },
      failed: (error) => this.end(error),
    })
  }

  /** Host and port of the member that serves the watch. */
  get endpoint(): string {
    return this.#watch.endpoint
  }

  /** Whether the watch is open and its store was confirmed at least once. */
  get isConfirmed(): boolean {
    return this.#settle !== undefined && this.#early === undefined
  }

  /** Asks for the position now, if it is not being asked for. */
  checkNow(): void {
    if (this.isConfirmed && this.#timer !== undefined) {
      clearTimeout(this.#timer)
      void this.#check()
    }
  }

  /** Ends the watch, with an error or in peace. */
  end(error?: Error): void {
    const settle = this.#settle
    if (settle === undefined) {
      return
    }
    this.#settle = undefined
    clearTimeout(this.#timer)
    this.#watch.close()
    if (error === undefined) {
      settle.resolve()
    } else {
      settle.reject(error)
    }
  }

  /** Asks a quorum where the store stands, and goes on doing so. */
  async #check(): Promise<void> {
    const { store, prefix, history, checkMs, random } = this.#options
    this.#timer = undefined
    let wait: number
    try {
      const known = history.mark()
      const at = await store.position(prefix)
      if (this.#settle === undefined) {
        return
      }
      const found = history.confirm(at, known)
      if (found !== undefined) {
        this.end(new Replaced(found))
        return
      }
      this.#confirm(at)
      wait = jittered(checkMs, random)
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error
      }
      if (this.#settle === undefined) {
        return
      }
      if (this.#early !== undefined) {
        this.end(error)
        return
      }
      this.#listener.doubted(error)
      wait = this.#backoff.next()
    }
    if (this.#settle !== undefined) {
      this.#timer = setTimeout(() => void this.#check(), wait)
    }
  }

  #confirm(at: Position): void {
    this.#backoff.reset()
    const early = this.#early
    this.#early = undefined
    this.#listener.confirmed(at)
    if (early !== undefined && early.length > 0) {
      this.#listener.changed(early)
    }
  }

  /** Takes the position of the watching member; false if it belongs to another cluster. */
  #see(at: Position): boolean {
    const found = this.#options.history.see(at)
    if (found !== undefined) {
      this.end(new Replaced(found))
    }
    return found === undefined
  }

  #take(changes: readonly Change[]): void {
    if (this.#early === undefined) {
      this.#listener.changed(changes)
    } else {
      this.#early.push(...changes)
    }
  }

  /** Passes a notice on when the next one comes: etcd before 3.4.25 and 3.5.8 may send one ahead of changes that it covers. */
  #passProgress(revision: number): void {
    if (this.#early === undefined && this.#progress > 0) {
      this.#listener.passed(this.#progress)
    }
    this.#progress = revision
  }
}
