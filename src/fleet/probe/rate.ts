/** How often something may be done: so many times at once, and so many a second after that. Pure but for the clock, which is given. */

export interface Rate {
  readonly perSecond: number
  readonly atOnce: number
}

export class Allowance {
  readonly #rate: Rate
  #left: number
  #at: number

  /** @param now milliseconds, on a clock that never goes back */
  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#left = rate.atOnce
    this.#at = now
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    const { perSecond, atOnce } = this.#rate
    this.#left = Math.min(atOnce, this.#left + ((now - this.#at) / 1000) * perSecond)
    this.#at = now
    if (this.#left < 1) {
      return false
    }
    this.#left -= 1
    return true
  }

  /** Whether it is as good as new, and need not be kept. */
  isFull(now: number): boolean {
    return this.#left + ((now - this.#at) / 1000) * this.#rate.perSecond >= this.#rate.atOnce
  }
}

/** An allowance for each peer, and one for all of them together. */
export class Allowances {
  readonly #perPeer: Rate
  readonly #inAll: Allowance
  readonly #peers = new Map<string, Allowance>()

  constructor(perPeer: Rate, inAll: Rate, now: number) {
    this.#perPeer = perPeer
    this.#inAll = new Allowance(inAll, now)
  }

  /** Takes one for a peer; false when it, or all together, have none. */
  take(peer: string, now: number): boolean {
    let own = this.#peers.get(peer)
    if (own === undefined) {
      this.#forget(now)
      own = new Allowance(this.#perPeer, now)
      this.#peers.set(peer, own)
    }
    return own.take(now) && this.#inAll.take(now)
  }

  /** Peers are members, so there are as many of them at most. */
  #forget(now: number): void {
    for (const [peer, allowance] of this.#peers) {
      if (allowance.isFull(now)) {
        this.#peers.delete(peer)
      }
    }
  }
}
