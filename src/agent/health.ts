/** Whether the agent does its work: both netlink sockets answer, and what it is at gets on. */
import type { RtnetlinkClient } from '../rtnetlink/index.ts'
import type { Observer } from './observe/observer.ts'

/** What is looked at. */
export interface Vitals {
  readonly client: Pick<RtnetlinkClient, 'ping' | 'counters'>
  readonly observer: Pick<Observer, 'ping'>
  readonly enforcer: { readonly isBusy: boolean }
}

/** A request that gets no answer is given up after 30 s, so work that takes this long without one more request has stopped. */
const patienceMs = 90_000

export class Health {
  readonly #vitals: Vitals
  readonly #now: () => number
  #requests = -1
  /** Requests that were made here. */
  #pings = 0
  #progressAt: number

  /** @param now milliseconds on a clock that goes on evenly */
  constructor(vitals: Vitals, now: () => number = () => performance.now()) {
    this.#vitals = vitals
    this.#now = now
    this.#progressAt = now()
  }

  /** What is wrong, a sentence each; empty when all is well. Takes `deadlineMs` at most. */
  async examine(deadlineMs: number): Promise<readonly string[]> {
    const { client, observer } = this.#vitals
    this.#pings += 1
    const found = await Promise.all([
      complaint('the netlink socket for requests', client.ping(), deadlineMs),
      complaint('the netlink socket for events', observer.ping(), deadlineMs),
    ])
    return [...found, this.#standstill()].filter((sentence) => sentence !== undefined)
  }

  #standstill(): string | undefined {
    const { client, enforcer } = this.#vitals
    const requests = client.counters.requests - this.#pings
    if (!enforcer.isBusy || requests !== this.#requests) {
      this.#requests = requests
      this.#progressAt = this.#now()
      return undefined
    }
    const stillMs = this.#now() - this.#progressAt
    return stillMs > patienceMs
      ? `the work under way has made no request for ${Math.round(stillMs / 1000)} s`
      : undefined
  }
}

async function complaint(what: string, ping: Promise<void>, deadlineMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${what} has not answered for ${deadlineMs / 1000} s`), deadlineMs)
  })
  const answered = ping.then(
    () => undefined,
    (error: Error) => `${what} does not answer: ${error.message}`,
  )
  try {
    return await Promise.race([answered, late])
  } finally {
    clearTimeout(timer)
  }
}
