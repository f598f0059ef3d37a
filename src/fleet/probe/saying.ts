/**
 * When this host writes to the store what it has found out: news soon, but no more than a few times in a row; the rest now and then, the less
 * often the more members there are. Pure but for the timer.
 */
import { Allowance } from './rate.ts'

/** News waits so long for more of it. */
const gatherMs = 1_000
const newsRate = { perSecond: 1 / 30, atOnce: 4 }

/**
 * So that a fleet writes no more than some tens of such values a second. While somebody does not answer, the other end waits for our word to
 * know which direction fails.
 */
const pace = { perMember: 60, least: 60_000, most: 600_000 }
const troublePace = { perMember: 60, least: 15_000, most: 600_000 }

/** Milliseconds after which what is said is said again. */
export function writesMs(members: number, hasTrouble: boolean): number {
  const { perMember, least, most } = hasTrouble ? troublePace : pace
  return Math.min(most, Math.max(least, members * perMember))
}

export class Saying {
  readonly #write: () => void
  readonly #now: () => number
  readonly #news: Allowance
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #wroteAt = Number.NEGATIVE_INFINITY
  #everyMs = pace.least

  constructor(write: () => void, now: () => number) {
    this.#write = write
    this.#now = now
    this.#news = new Allowance(newsRate, now())
  }

  /** There is something to say. `isNews`: something that somebody may wait for. `everyMs`: how often the rest is said. */
  want(isNews: boolean, everyMs: number): void {
    const now = this.#now()
    this.#everyMs = everyMs
    const isSoon = isNews && this.#dueAt - now > gatherMs && this.#news.take(now)
    this.#plan(isSoon ? now + gatherMs : Math.max(now + gatherMs, this.#wroteAt + this.#everyMs))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#dueAt = Number.NEGATIVE_INFINITY
  }

  #plan(at: number): void {
    if (at >= this.#dueAt) {
      return
    }
    clearTimeout(this.#timer)
    this.#dueAt = at
    this.#timer = setTimeout(() => {
      this.#wroteAt = this.#now()
      this.#dueAt = Number.POSITIVE_INFINITY
      // Ages are of the moment of writing: what stays is said again.
      this.#plan(this.#wroteAt + this.#everyMs)
      this.#write()
    }, at - this.#now())
  }
}
