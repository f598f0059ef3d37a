/** An event as a line. */
import type { EventKind, OverlayEvent } from '../../agent/answers/overlay-event.ts'
import type { Paint, Style } from '../colour.ts'
import { printable } from '../printable.ts'

/** What is worth a second look. */
const alarming: ReadonlySet<EventKind> = new Set([
  'flapping',
  'duplicate',
  'failed',
  'overrun',
  'missed',
  'link-down',
  'link-deleted',
  'unreachable',
  'fault',
  'fleet-problem',
])
const notable: ReadonlySet<EventKind> = new Set([
  'moved',
  'repair',
  'resync',
  'deleted',
  'flushed',
  'state',
  'member-gone',
  'member-removed',
  'fleet-mode',
  'pushed-file',
])

/** As wide as the longest kind. */
const kindWidth = 18

/** `2026-11-23 18:29:01.123  moved  …`, in local time. */
export function eventLine({ at, kind, message, vni, vlan }: OverlayEvent, paint: Paint): string {
  const style: Style = alarming.has(kind) ? paint.bad : notable.has(kind) ? paint.warning : paint.good
  const place = [vni === undefined ? [] : [`VNI ${vni}`], vlan === undefined ? [] : [`VLAN ${vlan}`]].flat().join(', ')
  const suffix = place === '' ? '' : paint.quiet(` (${place})`)
  return `${paint.quiet(localTime(new Date(at)))}  ${style(kind.padEnd(kindWidth))} ${printable(message)}${suffix}\n`
}

function localTime(moment: Date): string {
  const two = (number: number): string => `${number}`.padStart(2, '0')
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`
  return `${day} ${time}.${`${moment.getMilliseconds()}`.padStart(3, '0')}`
}
