/** The entries of a mirror: changed in the order of the store, compared with full lists. No I/O. */
import type { MirrorChange } from './mirror-event.ts'
import type { Change, Entry } from './store.ts'

/** Keys and their values as the store had them at a revision. */
export class MirrorTable {
  readonly #entries = new Map<string, Entry>()
  /** Revision of the last full list: changes up to it are in the table, or were superseded. */
  #floor = 0

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
      if (before !== undefined && (isSame(before, entry) || before.modRevision > revision)) {
        return []
      }
      return [putChange(entry, before)]
    })
    return [...gone, ...put]
  }

  /** Those of the differences found earlier that the watch has not settled meanwhile. */
  unsettled(differences: readonly MirrorChange[]): MirrorChange[] {
    return differences.filter((change) => {
      const key = change.kind === 'put' ? change.entry.key : change.key
      return this.#entries.get(key) === change.before
    })
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
      return [putChange(change.entry, before)]
    }
    this.#entries.delete(key)
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
