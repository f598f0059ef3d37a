/** A long answer that is made once for all who ask at the same time, in slices between which others are heard. */

/** Gives the text, piece by piece, of what there is when it is called. */
export type TextPieces = () => Iterable<string>

export class SharedText {
  readonly #pieces: TextPieces
  /** Being made: of what there was when that began. */
  #current: Promise<Buffer> | undefined
  /** To be made when that is done, for those who came since. */
  #next: Promise<Buffer> | undefined

  constructor(pieces: TextPieces) {
    this.#pieces = pieces
  }

  /** The text of what there is now, or later: the same bytes for all who asked since the last one was begun. */
  get(): Promise<Buffer> {
    if (this.#next !== undefined) {
      return this.#next
    }
    if (this.#current === undefined) {
      return this.#begin()
    }
    const begin = (): Promise<Buffer> => this.#begin()
    this.#next = this.#current.then(begin, begin)
    return this.#next
  }

  #begin(): Promise<Buffer> {
    this.#next = undefined
    const making = this.#make().finally(() => {
      if (this.#current === making) {
        this.#current = undefined
      }
    })
    this.#current = making
    return making
  }

  async #make(): Promise<Buffer> {
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
