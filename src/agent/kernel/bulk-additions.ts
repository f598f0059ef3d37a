/**
 * Additions of many stated forwarding entries, of which no events are heard: what is acknowledged is taken for there. Two things may go wrong
 * meanwhile, and are remembered here: an entry goes again before it is taken in, and others add entries that go unnoticed.
 */
import type { Neighbour } from '../../rtnetlink/index.ts'
import { fdbKey } from './observed.ts'

export class BulkAdditions {
  /** Keys of entries that went since the additions to a link (ifindex) began. */
  readonly #gone = new Map<number, Set<string>>()
  /** Links whose tables may lack entries of others. */
  readonly #doubtful = new Set<number>()

  /** Links with additions under way. */
  get links(): number[] {
    return [...this.#gone.keys()]
  }

  /** Links whose tables are to be dumped with the next resync. */
  get doubtful(): number[] {
    return [...this.#doubtful]
  }

  begin(index: number): void {
    this.#gone.set(index, this.#gone.get(index) ?? new Set())
    this.#doubtful.add(index)
  }

  end(index: number): void {
    this.#gone.delete(index)
  }

  /** An entry was deleted. */
  noteGone(entry: Neighbour): void {
    this.#gone.get(entry.ifindex)?.add(fdbKey(entry))
  }

  hasGone(index: number, key: string): boolean {
    return this.#gone.get(index)?.has(key) === true
  }

  /** Their tables were dumped. */
  settle(indexes: readonly number[]): void {
    for (const index of indexes) {
      this.#doubtful.delete(index)
    }
  }
}
