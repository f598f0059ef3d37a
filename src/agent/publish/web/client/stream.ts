/** The stream of events, opened again by itself whatever ended it. */
import type { OverlayEvent } from '../../../answers/overlay-event.ts'

/** How much of the past is asked for at the beginning. */
const recent = 200
/** How long after an end that the browser does not mend it is tried again, in milliseconds. */
const againMs = 1500

export interface StreamListener {
  onEvent(event: OverlayEvent): void
  onState(isLive: boolean): void
}

/** Follows the events for good. */
export function followEvents({ onEvent, onState }: StreamListener): void {
  let last: string | undefined
  const open = (): void => {
    const query = last === undefined ? `recent=${recent}` : `since=${encodeURIComponent(last)}`
    const stream = new EventSource(`/v1/events?${query}`)
    stream.onopen = () => onState(true)
    stream.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      last = lastEventId
      onEvent(JSON.parse(data) as OverlayEvent)
    }
    stream.onerror = () => {
      onState(false)
      // An answer that is none ends it for good, as when the daemon is not there for a while.
      if (stream.readyState === EventSource.CLOSED) {
        setTimeout(open, againMs)
      }
    }
  }
  open()
}
