/** Where the lines of a text begin. */

/** Lines and columns of offsets, both from 1; a column is a UTF-16 code unit. The text is gone through when it is first asked for one. */
export class LineIndex {
  readonly #text: string
  #starts: readonly number[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  position(offset: number): { line: number; column: number } {
    this.#starts ??= lineStarts(this.#text)
    const line = this.#lineOf(offset)
    return { line, column: offset - (this.#starts[line - 1] ?? 0) + 1 }
  }

  #lineOf(offset: number): number {
    const starts = this.#starts ?? []
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) {
        low = middle
      } else {
        high = middle
      }
    }
    return low + 1
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    starts.push(end + 1)
  }
  return starts
}
