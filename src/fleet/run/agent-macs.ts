/** The MAC addresses that the agent of this host shows, as a stream: followed while a link asks for those of others. */
import type { FleetMacsShown } from '../../agent/answers/fleet.ts'
import { followStream } from '../../agent/ask/stream.ts'

/** How long to wait before the agent is asked again, in milliseconds. */
const firstRetryMs = 200
const longestRetryMs = 5_000

/** Without a byte for so long the connection is given up: the agent sends a comment every 15 seconds. */
const silenceMs = 45_000

export interface MacsListener {
  onMacs(shown: FleetMacsShown): void
  /** The agent does not answer. Said once, until it answers again. */
  onSilent(error: Error): void
}

export class AgentMacs {
  readonly #socket: string
  readonly #listener: MacsListener
  #end: AbortController | undefined
  #retryMs = firstRetryMs
  #timer: NodeJS.Timeout | undefined
  #isSilent = false

  constructor(socket: string, listener: MacsListener) {
    this.#socket = socket
    this.#listener = listener
  }

  /** Begins to follow, or ends it. */
  setWanted(isWanted: boolean): void {
    if (isWanted && this.#end === undefined) {
      this.#start(new AbortController())
    } else if (!isWanted) {
      this.close()
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end?.abort()
    this.#end = undefined
  }

  #start(end: AbortController): void {
    this.#end = end
    followStream(this.#socket, {
      path: '/v1/fleet/macs',
      signal: end.signal,
      silenceMs,
      onData: (data) => {
        this.#retryMs = firstRetryMs
        this.#isSilent = false
        for (const text of data) {
          this.#listener.onMacs(JSON.parse(text) as FleetMacsShown)
        }
      },
    }).catch((error: Error) => this.#again(error, end))
  }

  #again(error: Error, end: AbortController): void {
    if (end.signal.aborted) {
      return
    }
    if (!this.#isSilent) {
      this.#isSilent = true
      this.#listener.onSilent(error)
    }
    this.#timer = setTimeout(() => this.#start(end), this.#retryMs)
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
  }
}
