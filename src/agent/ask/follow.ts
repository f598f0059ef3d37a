/** Following a running agent's events over its socket. */
import type { OverlayEvent } from '../answers/overlay-event.ts'
import { followStream } from './stream.ts'

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
  return followStream(socketPath, {
    path: `/v1/events${query}`,
    ...(after !== undefined && { headers: { 'last-event-id': after } }),
    signal,
    onData(data) {
      for (const each of data) {
        onEvent(JSON.parse(each) as OverlayEvent)
      }
    },
  })
}
