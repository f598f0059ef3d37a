/** The matrix as numbers: a byte for each direction, which is all that drawing and counting touch. Pure. */
import { type Health, healths, wordsOf } from '../health.ts'
import { readRow } from '../rows.ts'

/** By code: how many directions are so. */
export type Counts = Uint32Array

export class Grid {
  #names: readonly string[] = []
  #rows: readonly string[] = []
  #cells = new Uint8Array()

  /** The hosts, in the order of rows and columns. */
  get names(): readonly string[] {
    return this.#names
  }

  get size(): number {
    return this.#names.length
  }

  /**
   * Takes what is so now, and gives the rows that are other than before: only they are decoded, and have to be drawn. `all`: there are other
   * hosts. Throws RangeError where rows and hosts do not go together; then nothing has changed.
   */
  take(names: readonly string[], rows: readonly string[]): readonly number[] | 'all' {
    if (rows.length !== names.length) {
      throw new RangeError(`${rows.length} rows are not those of ${names.length} hosts`)
    }
    const isSame = names.length === this.#names.length && names.every((name, at) => name === this.#names[at])
    const cells = isSame ? this.#cells : new Uint8Array(names.length ** 2)
    const changed = [...rows.keys()].filter((at) => !isSame || rows[at] !== this.#rows[at])
    const decoded = changed.map((at) => {
      const codes = new Uint8Array(names.length)
      readRow(rows[at] ?? '', codes)
      return codes
    })
    for (const [index, at] of changed.entries()) {
      cells.set(decoded[index] as Uint8Array, at * names.length)
    }
    this.#cells = cells
    this.#names = names
    this.#rows = rows
    return isSame ? changed : 'all'
  }

  /** The code of the direction between two hosts, by their places. */
  codeAt(from: number, to: number): number {
    return this.#cells[from * this.#names.length + to] ?? 0
  }

  healthAt(from: number, to: number): Health {
    return healths[this.codeAt(from, to)] ?? 'absent'
  }

  /** Directions by health, of each host to others and from others, and of all. */
  count(): { readonly all: Counts; readonly out: readonly Counts[]; readonly in: readonly Counts[] } {
    const fresh = (): Counts => new Uint32Array(healths.length)
    const [all, out, into] = [fresh(), this.#names.map(fresh), this.#names.map(fresh)]
    for (let from = 0; from < this.size; from += 1) {
      for (let to = 0; to < this.size; to += 1) {
        const code = this.codeAt(from, to)
        if (from !== to) {
          for (const counts of [all, out[from], into[to]]) {
            if (counts !== undefined) {
              counts[code] = (counts[code] ?? 0) + 1
            }
          }
        }
      }
    }
    return { all, out, in: into }
  }
}

/** By code: whether it is as it should be, or nothing that anybody looked at. */
export const isCodeWell: readonly boolean[] = healths.map(
  (health) => health === 'absent' || wordsOf[health].tone === 'good',
)
