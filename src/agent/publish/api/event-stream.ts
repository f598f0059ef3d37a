/** Events as server-sent events: each reader at its own pace, and none at the cost of memory. Source: HTML, §9.2, server-sent events. */
import type { Writable } from 'node:stream'
import type { OverlayEvent } from '../../answers/overlay-event.ts'
import { describeEvent } from '../../insight/events/describe-event.ts'
import type { EventDraft, EventLog } from '../../insight/events/event-log.ts'
import { type EventFilter, isAskedFor } from './event-query.ts'

/** As many events are looked at in one turn of the event loop. */
const batch = 500

/** So often something is said in any case, in milliseconds, so that a connection that is dead shows. */
const sayEveryMs = 15_000

/** How a stream begins. */
export interface StreamStart {
  readonly filter: EventFilter
  /** The number of the first event that is looked at. */
  readonly from: number
  /** What is known to be missing before it: a sentence. */
  readonly gap?: string
}

/**
 * Writes events to `output` until it closes: what is kept from `from` on, then what comes. It reads no further than the reader
 * takes, so that a slow one costs nothing; what is dropped meanwhile is told as `missed`.
 */
export function streamEvents(log: EventLog, { filter, from, gap }: StreamStart, output: Writable): void {
  // Whoever left already says so no more.
  if (output.destroyed) {
    return
  }
  let position = from
  let isWaiting = false
  let more: NodeJS.Immediate | undefined
  // A browser that lost the connection is to come back soon.
  output.write('retry: 1000\n\n')
  if (gap !== undefined) {
    output.write(frame(missed(log, position, { cause: gap })))
  }
  const isMeant = (draft: EventDraft): boolean => isAskedFor(draft, filter)
  const pump = (): void => {
    clearImmediate(more)
    if (isWaiting || output.destroyed || position >= log.end) {
      return
    }
    const { events, first, next, missed: lost } = log.read(position, batch, isMeant)
    const text = (lost > 0 ? frame(missed(log, first, { count: lost })) : '') + events.map(frameOf).join('')
    position = next
    if (text === '' || output.write(text)) {
      // Not at once: there may be many readers, and others who ask.
      more = setImmediate(pump)
      return
    }
    isWaiting = true
    output.once('drain', () => {
      isWaiting = false
      pump()
    })
  }
  const unfollow = log.follow(pump)
  const timer = setInterval(() => {
    if (!isWaiting) {
      output.write(': still here\n\n')
    }
  }, sayEveryMs)
  output.once('close', () => {
    unfollow()
    clearImmediate(more)
    clearInterval(timer)
  })
  pump()
}

/** That events are missing: with the id of the last one that is, so that a reader who comes back goes on behind the gap. */
function missed(log: EventLog, before: number, what: Pick<OverlayEvent, 'count' | 'cause'>): OverlayEvent {
  const draft = { kind: 'missed', ...what } as const
  const id = `${log.run}-${Math.max(0, before - 1)}`
  return { id, at: new Date().toISOString(), message: describeEvent(draft), ...draft }
}

const frames = new WeakMap<OverlayEvent, string>()

/** The text of an event that many readers get: made once. */
function frameOf(event: OverlayEvent): string {
  const text = frames.get(event) ?? frame(event)
  frames.set(event, text)
  return text
}

function frame(event: OverlayEvent): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`
}

/** Where a reader goes on who saw this event last, and what is to be told of what is missing. */
export function resume(log: EventLog, lastId: string): Pick<StreamStart, 'from' | 'gap'> {
  const from = log.after(lastId)
  return from === undefined
    ? {
        from: log.start,
        gap: `the event ${lastId} is not known here: the agent was started anew, or it is too long ago`,
      }
    : { from }
}

/** The number from which on `recent` events of the past are asked for. */
export function startOfRecent(log: EventLog, filter: EventFilter, recent: number | undefined): number {
  if (recent === undefined || log.size === 0) {
    return log.start
  }
  return log.numberOfRecent((draft) => isAskedFor(draft, filter), recent)
}
