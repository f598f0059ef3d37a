/** Hands over to the agent: soon after a change, not more often than it can follow, and now and then to say that the fleet process lives. */
import type { FleetHandover, FleetReceipt } from '../../agent/answers/fleet.ts'
import { saysTheSame } from './handover.ts'

/** A burst of changes becomes one handover; there are ten a second at most. */
const gatherMs = 20
const spacingMs = 100
/** After so long the same is handed over again. */
const heartbeatMs = 15_000
/** After a failure it is tried again, and each time later. */
const firstRetryMs = 200
const longestRetryMs = 5_000

export interface SenderParts {
  /** What is to be handed over now; undefined: nothing yet. */
  readonly make: () => FleetHandover | undefined
  readonly send: (handover: FleetHandover) => Promise<FleetReceipt>
  readonly onTaken: (taken: FleetReceipt, handover: FleetHandover) => void
  /** It could not be handed over. Said for each failure. */
  readonly onFailure: (error: Error) => void
  readonly now: () => number
}

export class Sender {
  readonly #parts: SenderParts
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #sentAt = Number.NEGATIVE_INFINITY
  #last: FleetHandover | undefined
  #taken: FleetReceipt | undefined
  #retryMs = firstRetryMs
  #isSending = false
  #isWanted = false
  #isForced = false
  #isClosed = false

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  /** What the agent took last. */
  get last(): FleetHandover | undefined {
    return this.#last
  }

  /** Something may have changed. `isForced`: it is handed over even if not, since the agent may have lost it. */
  want(isForced = false): void {
    this.#isWanted = true
    this.#isForced ||= isForced
    this.#plan(Math.max(gatherMs, this.#sentAt + spacingMs - this.#parts.now()))
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #plan(delayMs: number): void {
    const dueAt = this.#parts.now() + delayMs
    if (this.#isClosed || this.#isSending || dueAt >= this.#dueAt) {
      return
    }
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY
      this.#send().catch((error: Error) => {
        this.#parts.onFailure(error)
        this.#plan(longestRetryMs)
      })
    }, delayMs)
  }

  async #send(): Promise<void> {
    const { make, send, onTaken, onFailure, now } = this.#parts
    const handover = make()
    this.#isWanted = false
    if (handover === undefined) {
      return
    }
    const isDue = this.#isForced || now() - this.#sentAt >= heartbeatMs
    if (this.#last !== undefined && this.#taken !== undefined && !isDue && saysTheSame(handover, this.#last)) {
      // Nothing for the agent to do: it is as far as the store.
      this.#taken = { ...this.#taken, revision: handover.revision }
      onTaken(this.#taken, handover)
      this.#plan(heartbeatMs)
      return
    }
    this.#isSending = true
    this.#isForced = false
    this.#sentAt = now()
    let failure: Error | undefined
    try {
      this.#taken = await send(handover)
      this.#last = handover
      this.#retryMs = firstRetryMs
      onTaken(this.#taken, handover)
    } catch (error) {
      failure = error as Error
      onFailure(failure)
    } finally {
      this.#isSending = false
    }
    if (failure !== undefined) {
      this.#isForced = true
      this.#plan(this.#retryMs)
      this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
    } else {
      this.#plan(this.#isWanted ? spacingMs : heartbeatMs)
    }
  }
}
