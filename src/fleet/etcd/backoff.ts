/** Waiting between attempts, so that those who wait together do not come back together. */
import type { Random } from './clock.ts'

/** Milliseconds between which waits lie. */
export interface BackoffRange {
  readonly minMs: number
  readonly maxMs: number
}

/** Attempt by attempt a wait from 0 to a limit that doubles: exponential backoff with full jitter. */
export class Backoff {
  readonly #range: BackoffRange
  readonly #random: Random
  #failures = 0

  constructor(range: BackoffRange, random: Random) {
    this.#range = range
    this.#random = random
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const limit = Math.min(this.#range.maxMs, this.#range.minMs * 2 ** this.#failures)
    this.#failures += 1
    return this.#random() * limit
  }

  /** Something worked: the next failure waits as the first one. */
  reset(): void {
    this.#failures = 0
  }
}

/** A wait around `ms`, from half of it to half as much again. */
export function jittered(ms: number, random: Random): number {
  return ms * (0.5 + random())
}

/** A wait that can be cut short. */
export class Pause {
  #wake: (() => void) | undefined

  /** Resolves after `ms`, or at {@link end}. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends the wait that is under way. */
  end(): void {
    this.#wake?.()
  }
}
