/** One socket of the fake kernel: what it holds until it is read, and when that is. */
import type { Transport } from '../../src/rtnetlink/index.ts'

/** Taken before any test replaces the timers: the fake kernel's time is the event loop's turns. */
const nextTurn = setImmediate

/** The agent's end is a Transport; the kernel's end puts datagrams in. */
export class FakeSocket implements Transport {
  readonly #carryOut: (datagram: Buffer) => void
  /** How many turns of the event loop pass before what has arrived is read without being asked for. */
  readonly #lagTurns: number
  readonly #arrived: (Buffer | 'overrun')[] = []
  #datagramListener: (datagram: Buffer) => void = () => {}
  #overrunListener: () => void = () => {}
  #isReading = false
  #isCongested = false
  #isClosed = false
  #sending = 0

  get isSending(): boolean {
    return this.#sending > 0
  }

  constructor(carryOut: (datagram: Buffer) => void, lagTurns: number) {
    this.#carryOut = carryOut
    this.#lagTurns = lagTurns
  }

  /** Whether nothing waits in it. */
  get isIdle(): boolean {
    return this.#arrived.length === 0 && this.#sending === 0
  }

  async send(datagram: Buffer): Promise<void> {
    this.#sending += 1
    const copy = Buffer.from(datagram)
    await new Promise<void>((resolve) => nextTurn(resolve))
    this.#sending -= 1
    if (this.#isClosed) {
      throw new Error('sent on a closed socket')
    }
    this.#carryOut(copy)
  }

  onDatagram(listener: (datagram: Buffer) => void): void {
    this.#datagramListener = listener
  }

  onOverrun(listener: () => void): void {
    this.#overrunListener = listener
  }

  /** The fake kernel has no filters: everything is told. */
  filter(): boolean {
    return false
  }

  /** A read costs the fake kernel nothing. */
  setDumping(): void {}

  async drain(): Promise<void> {
    this.#drainNow()
  }

  #drainNow(): void {
    while (!this.#isClosed) {
      const next = this.#arrived.shift()
      if (next === undefined) {
        this.#isCongested = false
        return
      }
      if (next === 'overrun') {
        this.#overrunListener()
      } else {
        this.#datagramListener(next)
        // The real buffer is used again: who kept a part of it finds this there.
        next.fill(0xaa)
      }
    }
  }

  close(): void {
    this.#isClosed = true
    this.#arrived.length = 0
  }

  /** The kernel's end: one datagram more, which is lost while the socket is congested. */
  put(datagram: Buffer): void {
    if (!this.#isCongested && !this.#isClosed) {
      this.#arrived.push(datagram)
      this.#readSoon()
    }
  }

  /**
   * The kernel's end: the receive buffer is full. That is told ahead of what waits, and whatever comes until all of that is read
   * is lost. Source: netlink_overrun() and netlink_rcv_wake(), net/netlink/af_netlink.c.
   */
  overrun(): void {
    if (!this.#isCongested && !this.#isClosed) {
      this.#isCongested = true
      this.#arrived.unshift('overrun')
      this.#readSoon()
    }
  }

  #readSoon(): void {
    if (!this.#isReading && !this.#isClosed) {
      this.#isReading = true
      this.#readIn(this.#lagTurns)
    }
  }

  #readIn(turns: number): void {
    nextTurn(() => {
      if (turns > 0) {
        this.#readIn(turns - 1)
        return
      }
      this.#isReading = false
      this.#drainNow()
    })
  }
}
