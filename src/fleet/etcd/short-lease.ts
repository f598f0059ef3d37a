/** A lease for keys that live for seconds: many share one, and it ends by itself. */
import type { Clock } from './clock.ts'
import { type LeaseId, type Operation, type Store, StoreError } from './store.ts'

interface Granted {
  readonly id: LeaseId
  /** When it ends at the earliest, in milliseconds. */
  readonly endsAt: number
}

export class ShortLease {
  readonly #store: Store
  readonly #clock: Clock
  readonly #ttl: number
  #granted: Promise<Granted> | undefined

  /** @param ttl seconds */
  constructor(store: Store, clock: Clock, ttl: number) {
    this.#store = store
    this.#clock = clock
    this.#ttl = ttl
  }

  /**
   * Writes a key for at least `leastMs`, which must be less than the lease's time, and gives the revision at which it was written. A key that is
   * there stays as it is: an attempt that failed on the way back may have written it. Fails with StoreError.
   */
  async create(
    put: { readonly key: string; readonly value: Buffer },
    { leastMs, deadlineMs }: { readonly leastMs: number; readonly deadlineMs: number },
  ): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const lease = await this.#take(leastMs, deadlineMs)
      const operation: Operation = { kind: 'put', ...put, lease }
      try {
        const commit = await this.#store.commit([operation], [{ key: put.key, modRevision: 0 }], { deadlineMs })
        return (commit.done ? undefined : commit.present[0]?.modRevision) ?? commit.revision
      } catch (error) {
        // Its store may have been wiped.
        this.#granted = undefined
        if (!(error instanceof StoreError && error.kind === 'lease-not-found') || attempt === 2) {
          throw error
        }
      }
    }
  }

  async #take(leastMs: number, deadlineMs: number): Promise<LeaseId> {
    const known = this.#granted
    if (known !== undefined) {
      const { id, endsAt } = await known
      if (endsAt - this.#clock.now() >= leastMs) {
        return id
      }
    }
    // Of several who wait for the end of one, the first gets the next for all.
    if (this.#granted === known || this.#granted === undefined) {
      this.#granted = this.#grant(deadlineMs)
    }
    return (await this.#granted).id
  }

  async #grant(deadlineMs: number): Promise<Granted> {
    const before = this.#clock.now()
    try {
      const { id, ttl } = await this.#store.grant(this.#ttl, { deadlineMs })
      return { id, endsAt: before + ttl * 1000 }
    } catch (error) {
      this.#granted = undefined
      throw error
    }
  }
}
