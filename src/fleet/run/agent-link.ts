/** The agent of this host, as the fleet process sees it: its links come as a stream, and what follows from the fleet goes back. */
import type { FleetChunks, FleetHandover, FleetPicture, FleetReceipt } from '../../agent/answers/fleet.ts'
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
