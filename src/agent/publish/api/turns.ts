/** Who is worked for next: those with privileges at once, the others in turn, so that nobody waits behind the many requests of one. */
import type { Peer } from './peer.ts'

/** How many requests are worked on at the same time. */
export interface TurnLimits {
  readonly perPeer: number
  readonly inAll: number
}

export class Turns {
  readonly #limits: TurnLimits
  /** What waits, by peer; whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>()
  readonly #running = new Map<string, number>()
  #inAll = 0
  #isDue = false

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** Runs `work` when it is the peer's turn, and gives what it gives. */
  run<T>(peer: Peer, work: () => Promise<T>): Promise<T> {
    if (peer.isPrivileged) {
      return work()
    }
    return new Promise((resolve, reject) => {
      const own = this.#waiting.get(peer.name) ?? []
      own.push(() => work().then(resolve, reject))
      this.#waiting.set(peer.name, own)
      this.#schedule()
    })
  }

  /** One a turn of the event loop: in between, others are heard. */
  #schedule(): void {
    if (!this.#isDue) {
      this.#isDue = true
      setImmediate(() => {
        this.#isDue = false
        this.#beginNext()
      })
    }
  }

  #beginNext(): void {
    if (this.#inAll >= this.#limits.inAll) {
      return
    }
    const mayRun = ([name]: readonly [string, unknown]): boolean =>
      (this.#running.get(name) ?? 0) < this.#limits.perPeer
    const [name, own] = [...this.#waiting].find(mayRun) ?? []
    const work = own?.shift()
    if (name === undefined || own === undefined || work === undefined) {
      return
    }
    this.#waiting.delete(name)
    if (own.length > 0) {
      this.#waiting.set(name, own)
    }
    this.#inAll += 1
    this.#running.set(name, (this.#running.get(name) ?? 0) + 1)
    void work().finally(() => this.#end(name))
    this.#schedule()
  }

  #end(name: string): void {
    this.#inAll -= 1
    const left = (this.#running.get(name) ?? 1) - 1
    if (left === 0) {
      this.#running.delete(name)
    } else {
      this.#running.set(name, left)
    }
    this.#schedule()
  }
}
