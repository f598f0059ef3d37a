/** Which events are asked for. */
import * as z from 'zod'
import { type EventKind, eventKinds, type OverlayEvent } from '../../answers/overlay-event.ts'
import type { EventDraft } from '../../insight/events/event-log.ts'

const kinds = Object.keys(eventKinds) as EventKind[]

function severalOf<T extends z.ZodType>(item: T) {
  return z.union([item.transform((one) => [one]), z.array(item).max(64)]).optional()
}

const word = z.string().min(1).max(256)

/** The query of `/v1/events`. A key may be there several times: any of its values will do. */
export const eventQuerySchema = z.strictObject({
  dev: severalOf(word).describe('events of this link'),
  mac: severalOf(word.toLowerCase()).describe('events of this MAC address'),
  vtep: severalOf(word).describe('events that lead to this VTEP, or led there'),
  kind: severalOf(z.enum(kinds)).describe('events of this kind'),
  since: word.optional().describe('begin after the event with this id, as the header Last-Event-ID does'),
  recent: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .optional()
    .describe('of what is past, so many events at most, after the other filters; 0: only what is to come'),
})

export type EventQuery = z.output<typeof eventQuerySchema>

/** What is passed on: those events of which each stated key has one of its values. */
export type EventFilter = Pick<EventQuery, 'dev' | 'mac' | 'vtep' | 'kind'>

/** Whether an event is asked for. What tells of gaps always is. */
export function isAskedFor(event: EventDraft | OverlayEvent, { dev, mac, vtep, kind }: EventFilter): boolean {
  if (event.kind === 'missed') {
    return true
  }
  return (
    isAmong(dev, event.dev) &&
    isAmong(mac, event.mac) &&
    (isAmong(vtep, event.vtep) || isAmong(vtep, event.from)) &&
    isAmong(kind, event.kind)
  )
}

function isAmong(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value))
}
