/** The keys of a lease keeper: what is wanted, what is known of the store, what is to be written next. No I/O. */
import type { MirrorChange } from './mirror-event.ts'
import type { Commit, Condition, Entry, LeaseId, Operation } from './store.ts'

/** A revision that no key has: a write on this condition fails, and shows what is there. */
const unknown = -1

/** Whether our value may take the place of what somebody else wrote. */
export type MayReplace = (key: string, present: Entry, ours: Buffer) => boolean

interface OwnKey {
  /** What the key shall have; undefined if it shall go. */
  value: Buffer | undefined
  /**
   * Revision of the last change that is known, 0 if the key is absent as far as is known, or {@link unknown}. A write is made on the condition
   * that it is so still.
   */
  known: number
  /** Whether the store has what is wanted. */
  isWritten: boolean
  /** Rises with everything that may make a write under way outdated. */
  generation: number
  /** What somebody else has there. */
  taken: Entry | undefined
  /** Time before which it is not tried, after a failure of its own. */
  heldUntil: number
}

/** A transaction for some of the keys. */
export interface Batch {
  readonly keys: readonly string[]
  readonly operations: readonly Operation[]
  readonly conditions: readonly Condition[]
  readonly generations: ReadonlyMap<string, number>
}

/** What a transaction led to. */
export interface Settled {
  /** Keys that the store has now as wanted. */
  readonly written: readonly string[]
  /** Values of somebody else that were found. */
  readonly taken: readonly Entry[]
}

/** The keys of one owner. */
export class OwnKeys {
  readonly #keys = new Map<string, OwnKey>()
  readonly #mayReplace: MayReplace
  /** Leases of this process: what is attached to them is ours. */
  readonly #leases = new Set<LeaseId>()

  constructor(mayReplace: MayReplace) {
    this.#mayReplace = mayReplace
  }

  /** Whether the key is one of these. */
  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** Wants a value, or with undefined that the key goes. False if that is so already. */
  want(key: string, value: Buffer | undefined): boolean {
    const own = this.#keys.get(key)
    if (own === undefined) {
      if (value === undefined) {
        return false
      }
      this.#keys.set(key, { value, known: 0, isWritten: false, generation: 0, taken: undefined, heldUntil: 0 })
      return true
    }
    if (value === undefined ? own.value === undefined : own.value?.equals(value)) {
      return false
    }
    if (value === undefined && own.taken !== undefined) {
      // What is there is not ours to delete.
      this.#keys.delete(key)
      return false
    }
    own.value = value
    own.heldUntil = 0
    disturb(own)
    return true
  }

  /** A lease of ours. Keys of an earlier one have gone with it, and all keys are to be written. */
  adopt(lease: LeaseId): void {
    this.#leases.add(lease)
    for (const own of this.#keys.values()) {
      own.known = 0
      disturb(own)
    }
  }

  /** Nothing that is known of the store is believed any longer: all keys are looked at, and written where they differ. */
  distrust(): void {
    for (const own of this.#keys.values()) {
      own.known = unknown
      disturb(own)
    }
  }

  /** Tries a key that somebody else had, or that failed, again. */
  retry(key: string): void {
    const own = this.#keys.get(key)
    if (own !== undefined) {
      own.known = own.taken === undefined ? own.known : unknown
      own.taken = undefined
      own.heldUntil = 0
      disturb(own)
    }
  }

  /** Leaves keys alone until a time, after a failure that is theirs. */
  hold(keys: readonly string[], until: number): void {
    for (const own of this.#present(keys)) {
      own.heldUntil = until
    }
  }

  /** The next transaction, of at most `size` keys; undefined if there is nothing to write at this time. */
  next(lease: LeaseId, now: number, size: number): Batch | undefined {
    const due = [...this.#keys].filter(([, own]) => isPending(own) && own.heldUntil <= now).slice(0, size)
    if (due.length === 0) {
      return undefined
    }
    return {
      keys: due.map(([key]) => key),
      operations: due.map(([key, { value }]) =>
        value === undefined ? { kind: 'delete', key } : { kind: 'put', key, value, lease },
      ),
      conditions: due.map(([key, { known }]) => ({ key, modRevision: known })),
      generations: new Map(due.map(([key, { generation }]) => [key, generation])),
    }
  }

  /** When the first of the keys that are held back is due. */
  nextDue(): number {
    return Math.min(...[...this.#keys.values()].filter(isPending).map(({ heldUntil }) => heldUntil))
  }

  /** Takes the answer to a transaction. */
  settle(batch: Batch, commit: Commit): Settled {
    const written: string[] = []
    const taken: Entry[] = []
    const present = new Map(commit.done ? [] : commit.present.map((entry) => [entry.key, entry]))
    for (const key of batch.keys) {
      const own = this.#keys.get(key)
      if (own === undefined) {
        continue
      }
      if (commit.done) {
        own.known = own.value === undefined ? 0 : commit.revision
        own.isWritten = own.generation === batch.generations.get(key)
      } else {
        this.#meet(own, key, present.get(key))
      }
      if (own.taken !== undefined) {
        taken.push(own.taken)
      } else if (own.isWritten) {
        written.push(key)
        this.#forgetIfGone(key, own)
      }
    }
    return { written, taken }
  }

  /**
   * Takes a change that a mirror saw. Changes from before our last write are old news; a change in a mirror that had our last write, or later
   * ones, is not, whatever its revision.
   * @returns what somebody else has now in place of ours, if the change says so
   */
  notice(change: MirrorChange): Entry | undefined {
    const key = change.kind === 'put' ? change.entry.key : change.key
    const own = this.#keys.get(key)
    if (own === undefined) {
      return undefined
    }
    const hadOurs = (change.before?.modRevision ?? 0) >= own.known
    if (change.kind === 'delete') {
      if (hadOurs) {
        this.#meet(own, key, undefined)
      }
    } else if (change.entry.modRevision > own.known || (own.known > 0 && hadOurs)) {
      this.#meet(own, key, change.entry)
    }
    return own.taken
  }

  /** Keys by what is known of them. */
  get summary(): {
    readonly written: readonly string[]
    readonly pending: readonly string[]
    readonly taken: readonly Entry[]
  } {
    const all = [...this.#keys]
    return {
      written: all.filter(([, own]) => own.isWritten).map(([key]) => key),
      pending: all.filter(([, own]) => isPending(own)).map(([key]) => key),
      taken: all.flatMap(([, { taken }]) => (taken === undefined ? [] : [taken])),
    }
  }

  /** Goes by what is in the store: ours, nobody's, or somebody else's. */
  #meet(own: OwnKey, key: string, present: Entry | undefined): void {
    own.taken = undefined
    const isOurs = present?.lease !== undefined && this.#leases.has(present.lease)
    if (present === undefined || present.modRevision === own.known) {
      own.known = present?.modRevision ?? 0
      // Its deletion was wanted, and is so; or it is to be written again.
      if (present === undefined && own.value === undefined) {
        own.isWritten = true
        this.#forgetIfGone(key, own)
      } else {
        disturb(own)
      }
    } else if (isOurs && own.value?.equals(present.value)) {
      own.known = present.modRevision
      own.isWritten = true
    } else if (isOurs || (own.value !== undefined && this.#mayReplace(key, present, own.value))) {
      own.known = present.modRevision
      disturb(own)
    } else if (own.value === undefined) {
      // Somebody else's by now: not ours to delete.
      this.#keys.delete(key)
    } else {
      own.known = present.modRevision
      own.taken = present
      disturb(own)
    }
  }

  #forgetIfGone(key: string, own: OwnKey): void {
    if (own.value === undefined) {
      this.#keys.delete(key)
    }
  }

  #present(keys: readonly string[]): OwnKey[] {
    return keys.flatMap((key) => this.#keys.get(key) ?? [])
  }
}

function isPending(own: OwnKey): boolean {
  return !own.isWritten && own.taken === undefined
}

function disturb(own: OwnKey): void {
  own.isWritten = false
  own.generation += 1
}
