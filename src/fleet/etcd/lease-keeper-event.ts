/** What a lease keeper says of its lease and its keys. */
import type { Entry, LeaseId, StoreError } from './store.ts'

/** An event of a lease keeper. */
export type LeaseKeeperEvent =
  /** A lease is granted: the first, or after one was lost. */
  | { readonly kind: 'granted'; readonly lease: LeaseId; readonly ttl: number }
  /** The lease has ended at the store, and with it our keys. A new one is granted and all keys are put again. */
  | { readonly kind: 'lost'; readonly lease: LeaseId; readonly error?: StoreError }
  /** These keys are in the store with the value that was set last, or gone if they were removed. */
  | { readonly kind: 'written'; readonly keys: readonly string[]; readonly revision: number }
  /** Somebody else has written the key, and `mayReplace` said no. It is left alone until `retry`, or until a mirror sees it change. */
  | { readonly kind: 'taken'; readonly key: string; readonly present: Entry }
  /**
   * A call failed; it is repeated. Said once for each trouble, again if the kind of the error changes. `keys` are those that could not be
   * written; none if the lease is meant.
   */
  | { readonly kind: 'failing'; readonly since: number; readonly error: StoreError; readonly keys: readonly string[] }
  /** All is well again. */
  | { readonly kind: 'recovered'; readonly failingMs: number }

/** The state of a lease keeper. Times are milliseconds of the injected monotonic clock. */
export interface LeaseKeeperState {
  /** When the lease was last kept alive, with its id; absent while there is none. */
  readonly lease?: { readonly id: LeaseId; readonly ttl: number; readonly keptAt: number }
  /** Keys of ours that are in the store as set. */
  readonly written: readonly string[]
  /** Keys that are set and not written yet. */
  readonly pending: readonly string[]
  /** Keys that somebody else holds, with what is there. */
  readonly taken: readonly Entry[]
  /** The trouble it is in. */
  readonly failing?: { readonly since: number; readonly error: StoreError; readonly keys: readonly string[] }
}
