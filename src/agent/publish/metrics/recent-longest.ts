/** The largest of the values noted of late, in little memory. */

/** As many spans of time are told apart. */
const spans = 30

/** How far back it looks, in milliseconds. */
export const recentMs = 300_000

export class RecentLongest {
  readonly #now: () => number
  /** The largest value of each span, the present one last. */
  readonly #largest: number[] = []
  /** The number of the present span. */
  #span = 0

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#span = this.#spanNow()
  }

  note(value: number): void {
    this.#goOn()
    this.#largest[this.#largest.length - 1] = Math.max(this.#largest.at(-1) ?? 0, value)
  }

  /** The largest value noted within the last {@link recentMs}; 0 when there was none. */
  get value(): number {
    this.#goOn()
    return Math.max(...this.#largest)
  }

  #spanNow(): number {
    return Math.floor(this.#now() / (recentMs / spans))
  }

  #goOn(): void {
    const span = this.#spanNow()
    const passed = Math.min(spans, span - this.#span)
    this.#span = span
    if (this.#largest.length === 0) {
      this.#largest.push(0)
    }
    this.#largest.push(...new Array<number>(passed).fill(0))
    this.#largest.splice(0, this.#largest.length - spans)
  }
}
