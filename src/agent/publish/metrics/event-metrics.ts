/** Metrics of what happened to the overlay, as `vxagent events` tells it. */
import { Counter, Gauge, type Registry } from 'prom-client'
import { eventKinds, type OverlayEvent } from '../../answers/overlay-event.ts'
import { other } from './largest.ts'

/** As many devices have a counter of moves of their own: those that had moves first. */
export const mostMoveDevices = 100

/** The recent past, and who follows it. */
export interface EventReadings {
  /** Events kept. */
  readonly size: number
  readonly followers: number
}

export interface EventMetrics {
  /** Counts one event. There may be 100,000 a second. */
  noteEvent(event: Pick<OverlayEvent, 'kind' | 'dev'>): void
  read(readings: EventReadings): void
}

export function eventMetrics(registry: Registry): EventMetrics {
  const registers = [registry]
  const events = new Counter({
    name: 'vxagent_events_total',
    help: 'What happened to the overlay, by the kinds of `vxagent events`: learned, moved, aged-out, flapping, duplicate, repair and so on.',
    labelNames: ['kind'] as const,
    registers,
  })
  const moves = new Counter({
    name: 'vxagent_mac_moves_total',
    help: 'MAC addresses that turned up behind another VTEP or port than before, by link.',
    labelNames: ['device'] as const,
    registers,
  })
  const kept = new Gauge({
    name: 'vxagent_events_kept',
    help: 'Events kept in memory, for readers to come.',
    registers,
  })
  const subscribers = new Gauge({
    name: 'vxagent_event_subscribers',
    help: 'Readers that follow the events now.',
    registers,
  })
  const byKind = new Map<string, number>(Object.keys(eventKinds).map((kind) => [kind, 0]))
  const movesByDevice = new Map<string, number>()

  function noteMove(dev: string): void {
    const isNamed = movesByDevice.has(dev) || movesByDevice.size < mostMoveDevices
    const device = isNamed ? dev : other
    movesByDevice.set(device, (movesByDevice.get(device) ?? 0) + 1)
  }

  return {
    noteEvent({ kind, dev = '' }) {
      byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
      if (kind === 'moved') {
        noteMove(dev)
      }
    },
    read({ size, followers }) {
      events.reset()
      for (const [kind, count] of byKind) {
        events.inc({ kind }, count)
      }
      moves.reset()
      for (const [device, count] of movesByDevice) {
        moves.inc({ device }, count)
      }
      kept.set(size)
      subscribers.set(followers)
    },
  }
}
