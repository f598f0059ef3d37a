/** A long answer that is made once for all who ask at the same time, in slices between which others are heard. */
import type { JsonPieces, TextOf } from '../iproute2/kernel-tables.ts'

/** The JSON text of a T. */
export type JsonText<T> = Buffer & TextOf<T>

export class SharedText<T> {
  readonly #pieces: () => JsonPieces<T>
  /** Being made: of what there was when that began. */
  #current: Promise<JsonText<T>> | undefined
  /** To be made when that is done, for those who came since. */
  #next: Promise<JsonText<T>> | undefined

  /** @param pieces the text, piece by piece, of what there is when it is called */
  constructor(pieces: () => JsonPieces<T>) {
    this.#pieces = pieces
  }

  /** The text of what there is now, or later: the same bytes for all who asked since the last one was begun. */
  get(): Promise<JsonText<T>> {
    if (this.#next !== undefined) {
      return this.#next
    }
    if (this.#current === undefined) {
      return this.#begin()
    }
    const begin = (): Promise<JsonText<T>> => this.#begin()
    this.#next = this.#current.then(begin, begin)
    return this.#next
  }

  #begin(): Promise<JsonText<T>> {
    this.#next = undefined
    const making = this.#make().finally(() => {
      if (this.#current === making) {
        this.#current = undefined
      }
    })
    this.#current = making
    return making
  }

  async #make(): Promise<JsonText<T>> {
    const parts: Buffer[] = []
    for (const piece of this.#pieces()) {
      parts.push(Buffer.from(piece))
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    return Buffer.concat(parts)
  }
}
