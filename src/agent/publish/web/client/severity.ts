/** How much an event matters to whoever watches. Pure. */
import type { EventKind, OverlayEvent } from '../../../answers/overlay-event.ts'

/** `fault`: traffic is lost, or the agent cannot do its work. `warning`: worth a look. `info`: what an overlay does all day. */
export type Severity = 'fault' | 'warning' | 'info'

/** From the least to the most. */
export const severities: readonly Severity[] = ['info', 'warning', 'fault']

const ofKind: Readonly<Record<EventKind, Severity>> = {
  learned: 'info',
  added: 'info',
  changed: 'info',
  moved: 'warning',
  'aged-out': 'info',
  deleted: 'warning',
  flushed: 'warning',
  withdrawn: 'info',
  flapping: 'fault',
  duplicate: 'fault',
  'link-added': 'info',
  'link-deleted': 'fault',
  'link-up': 'info',
  'link-down': 'fault',
  'link-changed': 'info',
  'address-added': 'info',
  'address-deleted': 'warning',
  applied: 'info',
  repair: 'warning',
  failed: 'fault',
  state: 'info',
  overrun: 'fault',
  resync: 'warning',
  unreachable: 'fault',
  reachable: 'info',
  fault: 'fault',
  'fault-over': 'info',
  'member-joined': 'info',
  'member-gone': 'warning',
  'member-back': 'info',
  'member-removed': 'warning',
  'fleet-mode': 'warning',
  'fleet-problem': 'warning',
  'fleet-problem-over': 'info',
  'pushed-file': 'warning',
  held: 'warning',
  'port-lost': 'warning',
  started: 'info',
  missed: 'warning',
}

/** What a declared link, or the desired files, have become. */
const ofState: readonly (readonly [start: string, severity: Severity])[] = [
  ['failing', 'fault'],
  ['conflict', 'fault'],
  ['invalid', 'fault'],
  ['waiting', 'warning'],
]

/** The severity of one event. A kind that a newer agent has and this page does not know is worth a look. */
export function severityOf({ kind, state }: Pick<OverlayEvent, 'kind' | 'state'>): Severity {
  if (kind === 'state') {
    return ofState.find(([start]) => state?.startsWith(start) === true)?.[1] ?? 'info'
  }
  if (kind === 'fleet-mode' && state === 'live') {
    return 'info'
  }
  return ofKind[kind] ?? 'warning'
}

/** Whether it matters at least as much as `least`. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least)
}
