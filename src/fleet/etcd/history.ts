/** What a store has said of its own position, and whether a new answer can be of the same data. No I/O. */
import type { Position } from './store.ts'

/** Why an answer cannot be of the data that was seen before. */
export type Break =
  | {
      readonly kind: 'rewound'
      readonly known: { readonly revision: number; readonly term: number }
      readonly found: { readonly revision: number; readonly term: number }
    }
  | { readonly kind: 'foreign'; readonly known: string; readonly found: string }

/** The highest position seen of one cluster's data. */
export class History {
  #cluster: string | undefined
  #revision = 0
  #term = 0

  /** The highest revision that any member has shown. */
  get revision(): number {
    return this.#revision
  }

  /**
   * Takes the position of one member, which may lag behind the others: a low revision means nothing. Its term is not taken, since a member
   * that is cut off from the others raises it on its own.
   */
  see(at: Position): Break | undefined {
    if (this.#cluster !== undefined && this.#cluster !== at.cluster) {
      return { kind: 'foreign', known: this.#cluster, found: at.cluster }
    }
    this.#cluster = at.cluster
    this.#revision = Math.max(this.#revision, at.revision)
    return undefined
  }

  /** Takes a position that a quorum confirmed. It is never lower than an earlier one of the same data, in revision and in term. */
  confirm(at: Position): Break | undefined {
    const [revision, term] = [this.#revision, this.#term]
    const foreign = this.see(at)
    if (foreign !== undefined) {
      return foreign
    }
    if (at.revision < revision || at.term < term) {
      return { kind: 'rewound', known: { revision, term }, found: { revision: at.revision, term: at.term } }
    }
    this.#term = at.term
    return undefined
  }

  /** Begins again with the data that is there now. */
  restart(at: Position): void {
    this.#cluster = at.cluster
    this.#revision = at.revision
    this.#term = at.term
  }
}
