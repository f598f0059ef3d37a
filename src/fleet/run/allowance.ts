/** How often each of many may ask: so many at once, and then so many a second. */

interface Bucket {
  left: number
  at: number
}

/** Past so many askers, those who have not asked for a while are forgotten. */
const mostRemembered = 1024

export class Allowance {
  readonly #limits: { readonly atOnce: number; readonly perSecond: number }
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** @param now milliseconds on a monotonic clock */
  constructor(limits: { readonly atOnce: number; readonly perSecond: number }, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** Whether this one may ask once more; if so, it has. */
  take(name: string): boolean {
    const left = this.#leftOf(name)
    if (left < 1) {
      return false
    }
    this.#buckets.set(name, { left: left - 1, at: this.#now() })
    this.#forgetFull()
    return true
  }

  #leftOf(name: string): number {
    const { atOnce, perSecond } = this.#limits
    const bucket = this.#buckets.get(name)
    return bucket === undefined
      ? atOnce
      : Math.min(atOnce, bucket.left + ((this.#now() - bucket.at) / 1000) * perSecond)
  }

  #forgetFull(): void {
    if (this.#buckets.size > mostRemembered) {
      for (const name of [...this.#buckets.keys()].filter((each) => this.#leftOf(each) === this.#limits.atOnce)) {
        this.#buckets.delete(name)
      }
    }
  }
}
