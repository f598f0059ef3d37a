/** Whether the agent does its work: both netlink sockets answer, and what it is at gets on. */
import type { RtnetlinkClient } from '../rtnetlink/index.ts'
import type { Observer } from './observe/observer.ts'

/** What is looked at. */
export interface Vitals {
  readonly client: Pick<RtnetlinkClient, 'ping' | 'counters'>
  readonly observer: Pick<Observer, 'ping' | 'events'>
  readonly enforcer: { readonly isBusy: boolean }
}

/**
 * Requests wait for the kernel's lock, which others may hold for a minute (a dump of a million forwarding entries takes that long),
 * and what is asked later waits behind them.
 */
const requestPatienceMs = 90_000
/** Nothing else is asked on the socket for events. */
const eventPatienceMs = 10_000
/** A request that gets no answer is given up after 30 s, so work that takes this long without one more answer has stopped. */
const workPatienceMs = 90_000

export class Health {
  readonly #sockets: readonly Socket[]
  readonly #work: Standstill
  readonly #enforcer: Vitals['enforcer']

  /** @param now milliseconds on a clock that goes on evenly */
  constructor({ client, observer, enforcer }: Vitals, now: () => number = () => performance.now()) {
    const answers = (): number => client.counters.heard
    this.#sockets = [
      new Socket(
        'the netlink socket for requests',
        () => client.ping(),
        new Standstill(answers, requestPatienceMs, now),
      ),
      new Socket(
        'the netlink socket for events',
        () => observer.ping(),
        new Standstill(() => observer.events, eventPatienceMs, now),
      ),
    ]
    // The questions asked here are not the work that is to get on, so each answer to one is taken off.
    this.#work = new Standstill(() => client.counters.requests - (this.#sockets[0]?.pings ?? 0), workPatienceMs, now)
    this.#enforcer = enforcer
  }

  /** What is wrong, a sentence each; empty when all is well. Takes `deadlineMs` at most. */
  async examine(deadlineMs: number): Promise<readonly string[]> {
    const found = await Promise.all(this.#sockets.map((socket) => socket.examine(deadlineMs)))
    if (!this.#enforcer.isBusy) {
      this.#work.reset()
    }
    const stillMs = this.#work.tooLongMs()
    const work = stillMs === undefined ? undefined : `the work under way has made no request for ${seconds(stillMs)}`
    return [...found, work].filter((sentence) => sentence !== undefined)
  }
}

/** A socket that is asked for a sign of life. */
class Socket {
  readonly #name: string
  readonly #ping: () => Promise<void>
  readonly #silence: Standstill
  #pending: Promise<string | undefined> | undefined
  pings = 0

  /** @param silence of what it hears, whether asked here or not */
  constructor(name: string, ping: () => Promise<void>, silence: Standstill) {
    this.#name = name
    this.#ping = ping
    this.#silence = silence
  }

  async examine(deadlineMs: number): Promise<string | undefined> {
    this.#pending ??= this.#ask()
    const answer = await within(deadlineMs, this.#pending)
    if (answer.isThere) {
      this.#pending = undefined
      this.#silence.reset()
      return answer.value
    }
    const silentMs = this.#silence.tooLongMs()
    return silentMs === undefined ? undefined : `${this.#name} has not answered for ${seconds(silentMs)}`
  }

  /** Of several that are not answered one is enough. */
  #ask(): Promise<string | undefined> {
    this.pings += 1
    return this.#ping().then(
      () => undefined,
      (error: Error) => `${this.#name} does not answer: ${error.message}`,
    )
  }
}

/** How long a count has stood still. */
class Standstill {
  readonly #count: () => number
  readonly #patienceMs: number
  readonly #now: () => number
  #last: number | undefined
  #since: number

  constructor(count: () => number, patienceMs: number, now: () => number) {
    this.#count = count
    this.#patienceMs = patienceMs
    this.#now = now
    this.#since = now()
  }

  reset(): void {
    this.#last = this.#count()
    this.#since = this.#now()
  }

  /** Milliseconds, when it is too long; else undefined. */
  tooLongMs(): number | undefined {
    if (this.#count() !== this.#last) {
      this.reset()
    }
    const stillMs = this.#now() - this.#since
    return stillMs > this.#patienceMs ? stillMs : undefined
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

/** What comes of a promise, when it does within so long. Must not reject. */
async function within<T>(ms: number, promise: Promise<T>): Promise<{ isThere: true; value: T } | { isThere: false }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<{ isThere: false }>((resolve) => {
    timer = setTimeout(() => resolve({ isThere: false }), ms)
  })
  try {
    return await Promise.race([promise.then((value) => ({ isThere: true as const, value })), late])
  } finally {
    clearTimeout(timer)
  }
}
