/**
 * The keys of this node in the store, on a lease that is kept alive. A lease that is lost is granted again and all keys are put again; a key
 * that somebody else changed or deleted is put again, if it may be. It goes on until it is closed, whatever the store does.
 */
import { Backoff, type BackoffRange, Pause } from './backoff.ts'
import type { Clock, Random } from './clock.ts'
import type { LeaseKeeperEvent, LeaseKeeperState } from './lease-keeper-event.ts'
import type { MirrorEvent } from './mirror-event.ts'
import { type Batch, type MayReplace, OwnKeys } from './own-keys.ts'
import { type LeaseId, maxOperations, type Store, StoreError, type StoreErrorKind } from './store.ts'

/** What a lease keeper is made of. */
export interface LeaseKeeperOptions {
  readonly store: Store
  readonly clock: Clock
  readonly onEvent: (event: LeaseKeeperEvent) => void
  /**
   * Asked when a key of ours has a value that this process did not write: one of an earlier run of this node, or of another host with the
   * same id. True puts our value in its place, on the condition that it has not changed meanwhile.
   */
  readonly mayReplace: MayReplace
  /** Seconds that the keys outlive this process. */
  readonly ttl?: number
  readonly random?: Random
  /** Limits of the wait after a failure. */
  readonly backoff?: BackoffRange
}

const usualTtl = 60
const usualBackoff: BackoffRange = { minMs: 200, maxMs: 30_000 }

/** Failures that one key of a transaction can cause, and that should not keep the others from being written. */
const kindsOfOneKey: ReadonlySet<StoreErrorKind> = new Set(['refused', 'too-large', 'protocol'])

interface HeldLease {
  readonly id: LeaseId
  readonly ttl: number
  keptAt: number
}

/** Keeps keys on a lease. It begins with `start`. */
export class LeaseKeeper {
  readonly #store: Store
  readonly #clock: Clock
  readonly #onEvent: (event: LeaseKeeperEvent) => void
  readonly #ttl: number
  readonly #keys: OwnKeys
  readonly #backoff: Backoff
  readonly #keyBackoff: Backoff
  readonly #pause = new Pause()
  #lease: HeldLease | undefined
  #isBeatDue = false
  #isWoken = false
  #failing: { since: number; error: StoreError; keys: readonly string[] } | undefined
  /** Keys a transaction: all, or one at a time to find the one that is refused. */
  #batchSize = maxOperations
  #isClosed = false
  #running: Promise<void> = Promise.resolve()

  constructor({
    store,
    clock,
    onEvent,
    mayReplace,
    ttl = usualTtl,
    random = Math.random,
    backoff = usualBackoff,
  }: LeaseKeeperOptions) {
    this.#store = store
    this.#clock = clock
    this.#onEvent = onEvent
    this.#ttl = ttl
    this.#keys = new OwnKeys(mayReplace)
    this.#backoff = new Backoff(backoff, random)
    this.#keyBackoff = new Backoff(backoff, random)
  }

  get state(): LeaseKeeperState {
    return {
      ...this.#keys.summary,
      ...(this.#lease !== undefined && { lease: { ...this.#lease } }),
      ...(this.#failing !== undefined && { failing: this.#failing }),
    }
  }

  /** Begins. An error that is none of the store's is a fault of this program, and ends it. */
  start(): void {
    this.#running = this.#run()
  }

  /** Puts a key, now and whenever it gets lost. Equal values are written once. */
  set(key: string, value: Buffer): void {
    if (this.#keys.want(key, value)) {
      this.#wake()
    }
  }

  /** Deletes a key that was set. One that somebody else wrote meanwhile stays. */
  remove(key: string): void {
    if (this.#keys.want(key, undefined)) {
      this.#wake()
    }
  }

  /** Tries a key again that was taken, or that failed. */
  retry(key: string): void {
    this.#keys.retry(key)
    this.#wake()
  }

  /** The store was seen to answer: what waits for the next attempt waits no longer. */
  hurry(): void {
    if (this.#failing !== undefined) {
      this.#wake()
    }
  }

  /** Takes what a mirror of these keys saw, so that a key that others changed or deleted is put again. */
  notice(event: MirrorEvent): void {
    if (event.kind === 'rewound' || event.kind === 'foreign') {
      this.#keys.distrust()
      this.#isBeatDue = true
      this.#wake()
    } else if (event.kind === 'listed' || event.kind === 'changed') {
      const ours = event.changes.filter((change) =>
        this.#keys.has(change.kind === 'put' ? change.entry.key : change.key),
      )
      for (const change of ours) {
        const present = this.#keys.notice(change)
        if (present !== undefined) {
          this.#onEvent({ kind: 'taken', key: present.key, present })
        }
      }
      if (ours.length > 0) {
        this.#wake()
      }
    }
  }

  /**
   * Ends. With `revoke` the lease and all keys on it go at once, else they stay until the lease ends.
   * @throws StoreError if the lease could not be revoked; it ends by itself then
   */
  async close({ revoke }: { readonly revoke: boolean }): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await this.#running
    const lease = this.#lease
    this.#lease = undefined
    if (revoke && lease !== undefined) {
      await this.#store.revoke(lease.id)
    }
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      let wait: number
      try {
        wait = await this.#step()
      } catch (error) {
        if (!(error instanceof StoreError)) {
          throw error
        }
        wait = this.#takeFailure(error, [])
      }
      if (!this.#isClosed && !(wait === 0 || this.#isWoken)) {
        await this.#pause.wait(wait)
      }
      this.#isWoken = false
    }
  }

  /** Does what is due; gives the milliseconds until something else is. */
  async #step(): Promise<number> {
    const lease = this.#lease ?? (await this.#grant())
    if (this.#isBeatDue || this.#clock.now() >= beatAt(lease)) {
      await this.#beat(lease)
      return 0
    }
    const batch = this.#keys.next(lease.id, this.#clock.now(), this.#batchSize)
    if (batch !== undefined) {
      return await this.#write(batch)
    }
    this.#batchSize = maxOperations
    return Math.max(0, Math.min(beatAt(lease), this.#keys.nextDue()) - this.#clock.now())
  }

  async #grant(): Promise<HeldLease> {
    const keptAt = this.#clock.now()
    const { id, ttl } = await this.#store.grant(this.#ttl)
    const lease = { id, ttl, keptAt }
    this.#lease = lease
    this.#isBeatDue = false
    this.#keys.adopt(id)
    this.#recover([])
    this.#onEvent({ kind: 'granted', lease: id, ttl })
    return lease
  }

  async #beat(lease: HeldLease): Promise<void> {
    const keptAt = this.#clock.now()
    await this.#store.keepAlive(lease.id)
    this.#isBeatDue = false
    lease.keptAt = keptAt
    this.#recover([])
  }

  /** Writes a part of the keys; gives the milliseconds to wait. */
  async #write(batch: Batch): Promise<number> {
    try {
      const commit = await this.#store.commit(batch.operations, batch.conditions)
      const { written, taken } = this.#keys.settle(batch, commit)
      for (const present of taken) {
        this.#onEvent({ kind: 'taken', key: present.key, present })
      }
      if (written.length > 0) {
        this.#keyBackoff.reset()
        this.#recover(written)
        this.#onEvent({ kind: 'written', keys: written, revision: commit.revision })
      }
      // A condition did not hold: what is there is known now. Two writers of one key must not chase each other at full speed.
      return commit.done ? 0 : this.#keyBackoff.next()
    } catch (error) {
      if (!(error instanceof StoreError) || !kindsOfOneKey.has(error.kind)) {
        throw error
      }
      if (batch.keys.length > 1) {
        this.#batchSize = 1
        return 0
      }
      this.#keys.hold(batch.keys, this.#clock.now() + this.#takeFailure(error, batch.keys))
      return 0
    }
  }

  /** Says what a failure means; gives the milliseconds to wait. */
  #takeFailure(error: StoreError, keys: readonly string[]): number {
    const lease = this.#lease
    if (error.kind === 'lease-not-found' && lease !== undefined) {
      this.#lease = undefined
      this.#onEvent({ kind: 'lost', lease: lease.id, error })
      return 0
    }
    const before = this.#failing
    const since = before?.since ?? this.#clock.now()
    this.#failing = { since, error, keys: [...new Set([...(before?.keys ?? []), ...keys])] }
    if (before?.error.kind !== error.kind || this.#failing.keys.length > before.keys.length) {
      this.#onEvent({ kind: 'failing', ...this.#failing })
    }
    return this.#backoff.next()
  }

  /** Something worked. Keys that failed on their own are failing until they are written. */
  #recover(written: readonly string[]): void {
    this.#backoff.reset()
    const failing = this.#failing
    if (failing === undefined) {
      return
    }
    const pending = new Set(this.#keys.summary.pending)
    const keys = failing.keys.filter((key) => pending.has(key) && !written.includes(key))
    if (keys.length > 0) {
      this.#failing = { ...failing, keys }
      return
    }
    this.#failing = undefined
    this.#onEvent({ kind: 'recovered', failingMs: this.#clock.now() - failing.since })
  }

  #wake(): void {
    this.#isWoken = true
    this.#pause.end()
  }
}

/** When a lease is to be kept alive: two attempts may fail before it ends. */
function beatAt({ ttl, keptAt }: HeldLease): number {
  return keptAt + (ttl * 1000) / 3
}
