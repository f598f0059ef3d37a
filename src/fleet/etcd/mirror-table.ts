/** The entries of a mirror: changed in the order of the store, compared with full lists. No I/O. */
import type { MirrorChange } from './mirror-event.ts'
import type { Change, Entry } from './store.ts'

/** Keys and their values as the store had them at a revision. */
export class MirrorTable {
  readonly #entries = new Map<string, Entry>()
  /** Revision of the last full list: changes up to it are in the table, or were superseded. */
  #floor = 0
  #deletions: Map<string, number> | undefined

  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries
  }

  /** Takes changes of a watch. Those that the table has already, or that a list has overtaken, change nothing. */
  take(changes: readonly Change[]): MirrorChange[] {
    return changes.flatMap((change) => this.#take(change))
  }

  /** Takes a full list of revision `revision` in place of everything. Gives what differs. */
  replace(listed: readonly Entry[], revision: number): MirrorChange[] {
    const changes = this.differences(listed, Number.POSITIVE_INFINITY)
    this.repair(changes, revision)
    return changes
  }

  /**
   * From now on deletions are remembered, until {@link endCompare}: a list that was read before a deletion still has the key. To be called
   * before the list of a compare is asked for.
   */
  beginCompare(): void {
    this.#deletions = new Map()
  }

  /** The compare is over. */
  endCompare(): void {
    this.#deletions = undefined
  }

  /**
   * What differs from a full list of revision `revision`. Keys that the table knows from a later revision are left out: there the table is
   * ahead of the list.
   */
  differences(listed: readonly Entry[], revision: number): MirrorChange[] {
    const keys = new Set(listed.map(({ key }) => key))
    const gone = [...this.#entries.values()]
      .filter(({ key, modRevision }) => !keys.has(key) && modRevision <= revision)
      .map((before): MirrorChange => ({ kind: 'delete', key: before.key, before }))
    const put = listed.flatMap((entry): MirrorChange[] => {
      const before = this.#entries.get(entry.key)
      const known = before?.modRevision ?? this.#deletions?.get(entry.key) ?? 0
      const isUpToDate = known > revision || (before !== undefined && isSame(before, entry))
      return isUpToDate ? [] : [putChange(entry, before)]
    })
    return [...gone, ...put]
  }

  /** Carries out differences from a list of revision `revision`. */
  repair(differences: readonly MirrorChange[], revision: number): void {
    for (const change of differences) {
      if (change.kind === 'put') {
        this.#entries.set(change.entry.key, change.entry)
      } else {
        this.#entries.delete(change.key)
      }
    }
    this.#floor = revision
  }

  #take(change: Change): MirrorChange[] {
    const { key, modRevision } = change.kind === 'put' ? change.entry : change
    const before = this.#entries.get(key)
    if (modRevision <= Math.max(this.#floor, before?.modRevision ?? 0)) {
      return []
    }
    if (change.kind === 'put') {
      this.#entries.set(key, change.entry)
      this.#deletions?.delete(key)
      return [putChange(change.entry, before)]
    }
    this.#entries.delete(key)
    this.#deletions?.set(key, modRevision)
    return before === undefined ? [] : [{ kind: 'delete', key, before }]
  }
}

function putChange(entry: Entry, before: Entry | undefined): MirrorChange {
  return { kind: 'put', entry, ...(before !== undefined && { before }) }
}

function isSame(one: Entry, other: Entry): boolean {
  return (
    one.modRevision === other.modRevision &&
    one.createRevision === other.createRevision &&
    one.lease === other.lease &&
    one.value.equals(other.value)
  )
}
