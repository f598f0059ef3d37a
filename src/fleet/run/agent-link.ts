/** The agent of this host, as the fleet process sees it: its links come as a stream, and what follows from the fleet goes back. */
import type { FleetChunks, FleetHandover, FleetPicture, FleetReceipt } from '../../agent/answers/fleet.ts'
import type { PushedOffer, PushedPlan, PushedQuestion, PushedStanding } from '../../agent/answers/pushed.ts'
import { requestAgent } from '../../agent/ask/request.ts'
import { followStream } from '../../agent/ask/stream.ts'

/** How long to wait before the agent is asked again, in milliseconds. */
const firstRetryMs = 200
const longestRetryMs = 5_000

/** Without a byte for so long the connection is given up: the agent sends a comment every 15 seconds. */
const silenceMs = 45_000

export interface AgentListener {
  onPicture(picture: FleetPicture): void
  /** The agent does not answer. Said once, until it answers again. */
  onSilent(error: Error): void
}

export class AgentLink {
  readonly #socket: string
  readonly #listener: AgentListener
  readonly #end = new AbortController()
  #retryMs = firstRetryMs
  #timer: NodeJS.Timeout | undefined
  #isSilent = false

  constructor(socket: string, listener: AgentListener) {
    this.#socket = socket
    this.#listener = listener
  }

  start(): void {
    this.#follow().catch((error: Error) => this.#again(error))
  }

  /** Gives it to the agent; resolves when the kernel is as it says. Rejects with AgentUnreachable or AgentRefused. */
  handOver(handover: FleetHandover): Promise<FleetReceipt> {
    return requestAgent<FleetReceipt>(this.#socket, 'PUT', '/v1/fleet', handover)
  }

  /** Offers a pushed file; resolves when the agent has taken or refused it. Rejects as `handOver` does. */
  offerFile(offer: PushedOffer): Promise<PushedStanding> {
    return requestAgent<PushedStanding>(this.#socket, 'PUT', '/v1/fleet/file', offer)
  }

  /** Has the agent keep a revision that is on trial. Rejects as `handOver` does. */
  confirmFile(file: Pick<PushedOffer, 'name' | 'revision' | 'id'>): Promise<PushedStanding> {
    return requestAgent<PushedStanding>(this.#socket, 'POST', '/v1/fleet/file/confirm', file)
  }

  /** What a pushed file would change on this host. Rejects as `handOver` does. */
  planFile(question: PushedQuestion): Promise<PushedPlan> {
    return requestAgent<PushedPlan>(this.#socket, 'POST', '/v1/fleet/file/plan', question)
  }

  /** Texts of the chunks of MAC addresses that the agent was handed over, by hash. Rejects as `handOver` does. */
  async keptChunks(): Promise<Readonly<Record<string, string>>> {
    return (await requestAgent<FleetChunks>(this.#socket, 'GET', '/v1/fleet/chunks')).chunks
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end.abort()
  }

  /** Rejects when the stream ends. Of several pictures that came together the last counts. */
  #follow(): Promise<void> {
    return followStream(this.#socket, {
      path: '/v1/fleet',
      signal: this.#end.signal,
      silenceMs,
      onData: (data) => {
        this.#retryMs = firstRetryMs
        this.#isSilent = false
        this.#listener.onPicture(JSON.parse(data.at(-1) ?? '') as FleetPicture)
      },
    })
  }

  #again(error: Error): void {
    if (this.#end.signal.aborted) {
      return
    }
    if (!this.#isSilent) {
      this.#isSilent = true
      this.#listener.onSilent(error)
    }
    this.#timer = setTimeout(() => this.start(), this.#retryMs)
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
  }
}
