/** Whether the agent does its work: both netlink sockets answer, and what it is at gets on. */
import type { RtnetlinkClient } from '../../rtnetlink/index.ts'
import type { Observer } from '../kernel/observer.ts'

/** What is looked at. */
export interface Vitals {
  readonly client: Pick<RtnetlinkClient, 'ping' | 'counters' | 'isSending'>
  readonly observer: Pick<Observer, 'ping' | 'events'>
  /** `isBusy`: at work that makes requests. */
  readonly enforcer: { readonly isBusy: boolean }
}

/** Of a question that the kernel has taken. */
const patienceMs = 20_000
/**
 * A request that gets no answer is given up after 30 s, so work that takes this long without one more has stopped. A dump of very many
 * entries takes minutes, during which its parts come. Reading desired files is no such work: it has a limit of its own (`patienceMs` in
 * desired/limits.ts).
 */
const workPatienceMs = 90_000

export class Health {
  readonly #sockets: readonly Socket[]
  readonly #work: Standstill
  readonly #enforcer: Vitals['enforcer']
  readonly #isWaiting: () => boolean

  /** @param now milliseconds on a clock that goes on evenly */
  constructor({ client, observer, enforcer }: Vitals, now: () => number = () => performance.now()) {
    // While the kernel waits for its lock with a request, which it does for as long as somebody else holds that, all that is asked
    // later waits behind it. To start anew would not help: not even that the kernel lets happen.
    const isWaiting = (): boolean => client.isSending
    this.#sockets = [
      new Socket(
        'the netlink socket for requests',
        () => client.ping(),
        new Standstill(() => client.counters.heard, patienceMs, now),
        isWaiting,
      ),
      new Socket(
        'the netlink socket for events',
        () => observer.ping(),
        new Standstill(() => observer.events, patienceMs, now),
      ),
    ]
    // The questions asked here are not the work that is to get on, so each of them is taken off, and the answer to it.
    const progress = (): number => client.counters.requests + client.counters.heard - 2 * (this.#sockets[0]?.pings ?? 0)
    this.#work = new Standstill(progress, workPatienceMs, now)
    this.#enforcer = enforcer
    this.#isWaiting = isWaiting
  }

  /** What is wrong, a sentence each; empty when all is well. Takes `deadlineMs` at most. */
  async examine(deadlineMs: number): Promise<readonly string[]> {
    const found = await Promise.all(this.#sockets.map((socket) => socket.examine(deadlineMs)))
    if (!this.#enforcer.isBusy || this.#isWaiting()) {
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
  readonly #isExcused: () => boolean
  #pending: Promise<string | undefined> | undefined
  pings = 0

  /**
   * @param silence of what it hears, whether asked here or not
   * @param isExcused whether it cannot answer for now, through no fault of its own
   */
  constructor(name: string, ping: () => Promise<void>, silence: Standstill, isExcused: () => boolean = () => false) {
    this.#name = name
    this.#ping = ping
    this.#silence = silence
    this.#isExcused = isExcused
  }

  async examine(deadlineMs: number): Promise<string | undefined> {
    this.#pending ??= this.#ask()
    const answer = await within(deadlineMs, this.#pending)
    if (answer.isThere) {
      this.#pending = undefined
      this.#silence.reset()
      return answer.value
    }
    if (this.#isExcused()) {
      this.#silence.reset()
    }
    const silentMs = this.#silence.tooLongMs()
    return silentMs === undefined ? undefined : `${this.#name} has not answered for ${seconds(silentMs)}`
  }

  /** Of several that are not answered one is enough. */
  #ask(): Promise<string | undefined> {
    this.pings += 1
    this.#silence.reset()
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
