/** What a mirror says of a prefix of the store, and in which state it is. */
import type { Entry, StoreError } from './store.ts'

/** How one key of the mirror changed. */
export type MirrorChange =
  | { readonly kind: 'put'; readonly entry: Entry; readonly before?: Entry }
  | { readonly kind: 'delete'; readonly key: string; readonly before: Entry }

/** Why a full list was made. */
export type ListReason =
  /** The first of this mirror. */
  | 'start'
  /** The watch fell behind a compaction. */
  | 'compacted'
  /** The store's revision or term is lower than one it gave before: its data was wiped, or an older snapshot restored. */
  | 'rewound'
  /** Another cluster answers at the endpoints. */
  | 'foreign'
  /** The full compare that is due now and then. */
  | 'compare'

/** An event of a mirror. The entries of the mirror are up to date with it when it is delivered. */
export type MirrorEvent =
  /**
   * A full list was taken. `changes` is the difference from what the mirror had: with reason `start` everything is new, with `compare` any
   * change is one that the watch missed. After `rewound` or `foreign` the caller decides whether to believe the removals in it.
   */
  | {
      readonly kind: 'listed'
      readonly reason: ListReason
      readonly revision: number
      readonly cluster: string
      readonly changes: readonly MirrorChange[]
    }
  /** Changes in the order of the store; a key that changed twice is in it twice. */
  | { readonly kind: 'changed'; readonly revision: number; readonly changes: readonly MirrorChange[] }
  /** The store no longer answers as needed. The entries stay. Said once for each silence, again if the kind of the error changes. */
  | { readonly kind: 'silent'; readonly since: number; readonly error: StoreError }
  /** The watch is open, for the first time or again after a silence, and what was missed is delivered or follows. */
  | { readonly kind: 'resumed'; readonly revision: number; readonly silentMs: number }
  /** The store went back from `known` to `found`: a list follows. */
  | {
      readonly kind: 'rewound'
      readonly known: { readonly revision: number; readonly term: number }
      readonly found: { readonly revision: number; readonly term: number }
    }
  /** Another cluster than before answers: a list follows. */
  | { readonly kind: 'foreign'; readonly known: string; readonly found: string }

/** The state of a mirror. Times are milliseconds of the injected monotonic clock. */
export type MirrorState =
  /** No list of this run yet. */
  | { readonly kind: 'starting'; readonly since: number; readonly error?: StoreError }
  /** The watch is open. */
  | { readonly kind: 'live'; readonly since: number; readonly endpoint: string }
  /** No watch; `since` is when it broke. The entries are those of before. */
  | { readonly kind: 'silent'; readonly since: number; readonly error: StoreError }
  /** Closed by its owner. */
  | { readonly kind: 'closed'; readonly since: number }

/** Counters since the mirror started, for metrics. */
export interface MirrorCounts {
  /** Full lists by reason. */
  readonly lists: Readonly<Record<ListReason, number>>
  /** Watches that ended with an error. */
  readonly breaks: number
  /** Full compares that the store did not answer. They are repeated soon. */
  readonly failedCompares: number
  /** Keys that a full compare found different from the store. */
  readonly repairs: number
  /** Changes received from watches. */
  readonly changes: number
}
