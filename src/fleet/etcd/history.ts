/** What a store has said of its own position, and whether a new answer can be of the same data. No I/O. */
import type { Position } from './store.ts'

/** How far the data was known to have got. */
export interface Mark {
  readonly revision: number
  readonly term: number
}

/** Why an answer cannot be of the data that was seen before. */
export type Break =
  | { readonly kind: 'rewound'; readonly known: Mark; readonly found: Mark }
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

  /** What is known before a question is asked: its answer may be overtaken by what a watch hears later. */
  mark(): Mark {
    return { revision: this.#revision, term: this.#term }
  }

  /**
   * Takes a position that a quorum confirmed. It is never lower than what was known of the same data when it was asked for, in revision and in
   * term.
   */
  confirm(at: Position, known: Mark): Break | undefined {
    const foreign = this.see(at)
    if (foreign !== undefined) {
      return foreign
    }
    if (at.revision < known.revision || at.term < known.term) {
      return { kind: 'rewound', known, found: { revision: at.revision, term: at.term } }
    }
    this.#term = Math.max(this.#term, at.term)
    return undefined
  }

  /** Begins again with the data that is there now. */
  restart(at: Position): void {
    this.#cluster = at.cluster
    this.#revision = at.revision
    this.#term = at.term
  }
}
