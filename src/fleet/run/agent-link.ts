/** The agent of this host, as the fleet process sees it: its links come as a stream, and what follows from the fleet goes back. */
import { request } from 'node:http'
import type { FleetHandover, FleetPicture, FleetReceipt } from '../../agent/answers/fleet.ts'
import { requestAgent, unreachable } from '../../agent/ask/request.ts'

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

  close(): void {
    clearTimeout(this.#timer)
    this.#end.abort()
  }

  /** Rejects when the stream ends. */
  #follow(): Promise<void> {
    return new Promise((_resolve, reject) => {
      const call = request(
        {
          socketPath: this.#socket,
          path: '/v1/fleet',
          headers: { accept: 'text/event-stream' },
          signal: this.#end.signal,
        },
        (response) => {
          response.setEncoding('utf8')
          let text = ''
          response.on('data', (chunk: string) => {
            text += chunk
            if (response.statusCode === 200) {
              text = this.#take(text)
            }
          })
          response.on('error', (error) => reject(unreachable(this.#socket, error)))
          response.on('end', () =>
            reject(
              response.statusCode === 200
                ? new Error(`the daemon at ${this.#socket} has ended`)
                : new Error(`the daemon at ${this.#socket} refused to show its links: ${text.slice(0, 500)}`),
            ),
          )
        },
      )
      call.setTimeout(silenceMs, () => call.destroy(new Error(`no word for ${silenceMs / 1000} s`)))
      call.on('error', (error) => reject(unreachable(this.#socket, error)))
      call.end()
    })
  }

  /** Hands on pictures that are whole; of several that came together the last counts. Gives what is left of the text. */
  #take(text: string): string {
    const blocks = text.split('\n\n')
    const rest = blocks.pop() ?? ''
    const last = blocks.flatMap((block) => block.split('\n').filter((line) => line.startsWith('data: '))).at(-1)
    if (last !== undefined) {
      this.#retryMs = firstRetryMs
      this.#isSilent = false
      this.#listener.onPicture(JSON.parse(last.slice('data: '.length)) as FleetPicture)
    }
    return rest
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
