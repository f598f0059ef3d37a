/** How each host of the VNI stands, in words and in one mark. Pure. */
import { codeOf, type Health, healths, isAmiss, type Tone, wordsOf, worstFirst } from '../health.ts'
import type { ViewedHost } from '../view.ts'
import { type Counts, isCodeWell } from './grid.ts'

/** How a host stands as a whole. `bad`: one of its directions is. `unknown`: it, or what it says, is not there. */
export type HostMark = Tone

/** One host: its directions by health, to the others and from them. */
export interface HostStanding {
  readonly host: ViewedHost
  readonly place: number
  readonly out: Counts
  readonly in: Counts
  readonly mark: HostMark
}

/** How a host stands. Its own mark goes by what leaves it: an entry that it lacks is in its kernel, and what others lack is in theirs. */
export function standingOf(host: ViewedHost, place: number, out: Counts, into: Counts): HostStanding {
  return { host, place, out, in: into, mark: markOf(host, out) }
}

function markOf({ state, severity }: ViewedHost, out: Counts): HostMark {
  const tones = new Set(healths.filter((_, code) => (out[code] ?? 0) > 0).map((health) => wordsOf[health].tone))
  if (severity === 'error' || tones.has('bad')) {
    return 'bad'
  }
  if (state !== 'present') {
    return 'unknown'
  }
  return severity === 'warning' || tones.has('warning')
    ? 'warning'
    : healths.some((health, code) => wordsOf[health].tone === 'unknown' && health !== 'absent' && (out[code] ?? 0) > 0)
      ? 'unknown'
      : 'good'
}

/** Signs of marks. */
export const markSigns: Readonly<Record<HostMark, string>> = { good: '✓', warning: '▲', bad: '✕', unknown: '?' }

const order: readonly HostMark[] = ['bad', 'warning', 'unknown', 'good']

/** How many of the directions are not as they should be. */
export function amissIn(counts: Counts): number {
  return counts.reduce((sum, count, code) => sum + (isCodeWell[code] === false ? count : 0), 0)
}

/** The worst first, and by name among those that stand alike. */
export function byMark(one: HostStanding, other: HostStanding): number {
  const amiss = ({ out, in: into }: HostStanding): number => amissIn(out) + amissIn(into)
  return order.indexOf(one.mark) - order.indexOf(other.mark) || amiss(other) - amiss(one) || one.place - other.place
}

/** `✕ 2 missing, ? 1 unknown of 499`; `all 499 with the entry, 12 probed`; `–` where nothing was looked at. */
export function countsText(counts: Counts): string {
  const known = healths
    .map((health, code) => ({ health, count: counts[code] ?? 0 }))
    .filter(({ health, count }) => health !== 'absent' && count > 0)
    .sort((one, other) => worstFirst.indexOf(one.health) - worstFirst.indexOf(other.health))
  const total = known.reduce((sum, { count }) => sum + count, 0)
  const worst = known[0]?.health
  if (worst === undefined) {
    return '–'
  }
  const all = total === 1 ? 'the one' : `all ${total.toLocaleString()}`
  if (wordsOf[worst].tone === 'good') {
    const probed = counts[codeOf('passes')] ?? 0
    return `${all} ${wordsOf.entry.short}${probed === 0 ? '' : `, ${probed.toLocaleString()} ${wordsOf.passes.short}`}`
  }
  const part = (health: Health, count: string): string => `${wordsOf[health].sign} ${count} ${wordsOf[health].short}`
  if (known.length === 1) {
    return part(worst, all)
  }
  const parts = known.filter(({ health }) => wordsOf[health].tone !== 'good')
  return `${parts.map(({ health, count }) => part(health, count.toLocaleString())).join(', ')} of ${total.toLocaleString()}`
}

/** Whether one of the directions is worse than not known. */
export function hasAmiss(counts: Counts): boolean {
  return healths.some((health, code) => isAmiss(health) && (counts[code] ?? 0) > 0)
}

/** What is said of a host that is pointed at. */
export function standingText({ host, out, in: into }: HostStanding): string {
  const state = host.state === 'present' ? '' : ` (${host.state})`
  return `${host.node}${state}: to others: ${countsText(out)}; from others: ${countsText(into)}`
}
