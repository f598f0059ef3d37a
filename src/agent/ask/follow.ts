/** Following a running agent's events over its socket. */
import { request } from 'node:http'
import type { OverlayEvent } from '../answers/overlay-event.ts'
import { AgentRefused, unreachable } from './request.ts'

/** How events are followed. */
export interface FollowOptions {
  /** As `/v1/events` takes it: `?kind=moved`. */
  readonly query: string
  /** The id of the event after which to go on. */
  readonly after: string | undefined
  /** Ends it. */
  readonly signal: AbortSignal
  readonly onEvent: (event: OverlayEvent) => void
}

/**
 * Calls `onEvent` for each event until the signal, for which it resolves, or until the connection ends: it rejects with
 * AgentUnreachable then, and with AgentRefused when the agent does not want to.
 */
export function followEvents(socketPath: string, { query, after, signal, onEvent }: FollowOptions): Promise<void> {
  const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) }
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: `/v1/events${query}`, headers, signal }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (chunk: string) => {
        text += chunk
        if (response.statusCode === 200) {
          text = takeEvents(text, onEvent)
        }
      })
      response.on('error', (error) => end(error))
      response.on('end', () => {
        if (response.statusCode === 200) {
          end(Object.assign(new Error('the daemon has ended'), { code: 'ECONNRESET' }))
        } else {
          reject(new AgentRefused(`the agent refused GET /v1/events: ${reasonIn(text)}`))
        }
      })
    })
    const end = (error: NodeJS.ErrnoException): void => {
      if (signal.aborted) {
        resolve()
      } else {
        reject(unreachable(socketPath, error))
      }
    }
    call.on('error', end)
    call.end()
  })
}

/** Hands on the events that are whole, and gives what is left of the text. */
function takeEvents(text: string, onEvent: (event: OverlayEvent) => void): string {
  const blocks = text.split('\n\n')
  const rest = blocks.pop() ?? ''
  for (const block of blocks) {
    const data = block.split('\n').find((line) => line.startsWith('data: '))
    if (data !== undefined) {
      onEvent(JSON.parse(data.slice('data: '.length)) as OverlayEvent)
    }
  }
  return rest
}

function reasonIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly error?: string }).error ?? text
  } catch {
    return text
  }
}
