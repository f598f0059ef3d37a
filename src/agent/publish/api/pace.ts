/** Work that users without privileges may ask for, but not without a pause: one at a time, and a small share of the time. */
import { setTimeout } from 'node:timers/promises'

/** After each piece of work, the pause is so many times as long as it took. */
const pauseShare = 4
/** Milliseconds that a pause lasts at most. */
const longestPause = 30_000

export class Pace {
  #last: Promise<unknown> = Promise.resolve()
  #notBefore = 0

  /** Runs `work` after what was asked for before, and after the pause that follows that. Gives what it gives. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#runNext(work))
    this.#last = result.catch(() => {})
    return result
  }

  async #runNext<T>(work: () => Promise<T>): Promise<T> {
    const wait = this.#notBefore - performance.now()
    if (wait > 0) {
      await setTimeout(wait)
    }
    const began = performance.now()
    try {
      return await work()
    } finally {
      const ended = performance.now()
      this.#notBefore = ended + Math.min(longestPause, (ended - began) * pauseShare)
    }
  }
}
