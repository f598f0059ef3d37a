/**
 * What the fleet needs of a store: keys with revisions, watches that resume, leases. etcd is behind it (client.ts); another engine would be an
 * adapter of this interface.
 */

/** A key with its value. */
export interface Entry {
  readonly key: string
  readonly value: Buffer
  /** Revision of the store at which the key was created. The older of two claims has the smaller one. */
  readonly createRevision: number
  /** Revision of the last change. */
  readonly modRevision: number
  /** Number of changes since the key was created, from 1. */
  readonly version: number
  /** The lease that the key is attached to. */
  readonly lease?: LeaseId
}

/** A 64-bit id as decimal digits: a number would lose precision, and a bigint is not JSON. */
export type LeaseId = string

/** Where a store stood when it answered. */
export interface Position {
  /** Id of the cluster, decimal digits. */
  readonly cluster: string
  /** Revision of the whole store: it rises by one with each transaction that changes something. */
  readonly revision: number
  /** Raft term: it rises with each election and never falls, unless the data was replaced. */
  readonly term: number
}

/** What a list found. All of it is of one revision, even if it took several pages. */
export interface Listing extends Position {
  /** Sorted by the bytes of the key. */
  readonly entries: readonly Entry[]
  /** Number of keys that are not UTF-8 text. vxagent writes no such keys, and `entries` lacks them. */
  readonly unreadable: number
}

/** A change of one key, in the order of the store. */
export type Change =
  | { readonly kind: 'put'; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly key: string; readonly modRevision: number }

/** What a watch hears. Nothing is called after `failed` or after the watch was closed. */
export interface WatchListener {
  /** The store has accepted the watch. `at` is where the answering member stands; it may lag behind other members. */
  created(at: Position): void
  /** All changes of one or more whole revisions, the last of which is `at.revision` or earlier. */
  changed(changes: readonly Change[], at: Position): void
  /** No change up to this revision is outstanding on this watch. */
  progress(at: Position): void
  /** The watch has ended: `compacted` means that its first revision is gone and a list is needed. */
  failed(error: StoreError): void
}

/** A watch that is open. */
export interface Watch {
  /** Host and port of the member that serves it. */
  readonly endpoint: string
  close(): void
}

/** A condition of a transaction on one key; `modRevision` 0 means that the key does not exist. */
export interface Condition {
  readonly key: string
  readonly modRevision: number
}

/** One change of a transaction. */
export type Operation =
  | { readonly kind: 'put'; readonly key: string; readonly value: Buffer; readonly lease?: LeaseId }
  | { readonly kind: 'delete'; readonly key: string }

/** How a transaction ended: all operations took effect at `revision`, or none because a condition did not hold. */
export type Commit =
  | { readonly done: true; readonly revision: number }
  /** `present` has those keys of the conditions that exist, as they are now. */
  | { readonly done: false; readonly revision: number; readonly present: readonly Entry[] }

/** A lease as granted. */
export interface Lease {
  readonly id: LeaseId
  /** Seconds; the store may grant more than was asked for. */
  readonly ttl: number
}

/** One member of the store's cluster, as it reports itself. */
export interface MemberStatus {
  /** Host and port that was asked. */
  readonly endpoint: string
  /** Decimal digits. */
  readonly member: string
  readonly cluster: string
  /** For example `3.4.23`. */
  readonly version: string
  /** Id of the leader that this member follows; undefined while it knows none. */
  readonly leader?: string
  readonly isLearner: boolean
  readonly revision: number
  readonly term: number
  /** Bytes of the database file, and those of them in use. */
  readonly size: number
  readonly sizeInUse: number
  /** Alarms as the member reports them, e.g. `NOSPACE`, `CORRUPT`. */
  readonly alarms: readonly Alarm[]
}

/** An alarm that a member raised. */
export interface Alarm {
  readonly kind: string
  /** Id of the member, decimal digits. */
  readonly member: string
}

/** A member by the cluster's own list. */
export interface Member {
  readonly id: string
  readonly name: string
  /** URLs at which it serves clients; none until it has started. */
  readonly clientUrls: readonly string[]
  readonly isLearner: boolean
}

/** The state of the store: each endpoint was asked, and what cannot be learned is an error, not a guess. */
export interface StoreStatus {
  /** One per configured endpoint, in that order. */
  readonly endpoints: readonly (
    | { readonly endpoint: string; readonly status: MemberStatus }
    | { readonly endpoint: string; readonly error: StoreError }
  )[]
  /** The cluster's members, or why they cannot be learned. */
  readonly members: readonly Member[] | StoreError
}

/** Options that every call takes. */
export interface CallOptions {
  /** Milliseconds until one endpoint counts as silent. The call then goes to the next one, and each is tried once, a single one twice. */
  readonly deadlineMs?: number
}

/** The most operations in one transaction: etcd's default `--max-txn-ops`. */
export const maxOperations = 128

/** A store. Every call fails with a {@link StoreError} and nothing else. A call that fails as `unreachable` may have taken effect. */
export interface Store {
  /** All keys that begin with `prefix`, read at one revision: the newest, or the given one. */
  list(prefix: string, options?: CallOptions & { readonly revision?: number }): Promise<Listing>
  /** One key as it is now. */
  get(key: string, options?: CallOptions): Promise<Entry | undefined>
  /**
   * Where the store stands. A quorum confirms it, so it is never behind an earlier answer of the same store. `key` is one that the user may
   * read.
   */
  position(key: string, options?: CallOptions): Promise<Position>
  /** Changes of keys that begin with `prefix`, from revision `from` on. */
  watch(prefix: string, from: number, listener: WatchListener): Watch
  /** Carries out at most {@link maxOperations} operations, all or none, if all conditions hold. */
  commit(operations: readonly Operation[], conditions?: readonly Condition[], options?: CallOptions): Promise<Commit>
  /** A lease that ends `ttl` seconds after it was last kept alive, or later. */
  grant(ttl: number, options?: CallOptions): Promise<Lease>
  /** Starts the lease's time again; gives its seconds. Fails with `lease-not-found` if it has ended. */
  keepAlive(lease: LeaseId, options?: CallOptions): Promise<number>
  /** Ends a lease, and with it deletes its keys. Succeeds if it has ended already. */
  revoke(lease: LeaseId, options?: CallOptions): Promise<void>
  /** Asks every endpoint. Fails never: each endpoint has its own answer or error. */
  status(options?: CallOptions): Promise<StoreStatus>
  /** Ends all watches without a word to their listeners, and the connections. Calls that are open fail. */
  close(): void
}

/** Why a store failed. */
export type StoreErrorKind =
  /** No endpoint answered in time. */
  | 'unreachable'
  /** A member answered, but its cluster has no leader at present. */
  | 'no-leader'
  /** Certificate, user or rights: repeating it does not help until somebody changes those. */
  | 'refused'
  /** The revision asked for is gone: list again. */
  | 'compacted'
  /** The revision asked for is in the future of this store. */
  | 'future-revision'
  | 'lease-not-found'
  /** The store's quota is used up: it serves reads and deletes only. */
  | 'no-space'
  /** The request or the answer is larger than the store or the client allows. */
  | 'too-large'
  /** The store takes no more requests at present. */
  | 'busy'
  /** A member found its data damaged. */
  | 'corrupt'
  /** This client was closed. */
  | 'closed'
  /** The answer is none that the protocol allows, or the request was wrong. */
  | 'protocol'

/**
 * A failed call or watch. The message is a sentence: what was to be done, at which endpoint, what the store said, what the user can do. The
 * `cause` is the error below it.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind
  /** Host and port, when one endpoint can be named. */
  readonly endpoint: string | undefined

  constructor(
    kind: StoreErrorKind,
    message: string,
    options: { readonly endpoint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.kind = kind
    this.endpoint = options.endpoint
  }
}
