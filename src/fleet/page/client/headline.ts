/** The lines of the header: how the store is heard, what the directions of the VNI are like, what was found. Pure. */

import { briefSpan } from '../../../agent/facts/brief-span.ts'
import { countOf } from '../../../agent/facts/count-of.ts'
import type { Verdict } from '../../../agent/publish/web/client/verdicts.ts'
import { healths, wordsOf, worstFirst } from '../health.ts'
import type { FleetView, ViewAnswer } from '../view.ts'
import type { Counts } from './grid.ts'

/** After so many milliseconds without a fresh report nothing is called live. */
export const staleMs = 15_000

export interface HeadlineFacts {
  readonly answer: ViewAnswer
  /** Milliseconds since the fleet process said what is shown. */
  readonly ageMs: number
  /** Of the directions that are shown. */
  readonly counts: Counts
  /** Writes a moment. */
  readonly moment: (iso: string) => string
  /** Why the page itself is not answered. */
  readonly lost?: string | undefined
}

/** All lines. What is not heard now is not called live. */
export function headline({ answer, ageMs, counts, moment, lost }: HeadlineFacts): Verdict[] {
  const { view, noFleet, silence } = answer
  const reason = lost ?? silence?.reason ?? (ageMs > staleMs ? 'it was not asked' : undefined)
  if (noFleet !== undefined && reason === undefined) {
    return [{ id: 'fleet-mode', tone: 'bad', text: `This host is in no fleet: ${noFleet}` }]
  }
  if (reason !== undefined) {
    const since = view === undefined ? '' : `; below is what it said ${briefSpan(ageMs / 1000)} ago`
    return [{ id: 'fleet-mode', tone: 'bad', text: `Not live: no word from the fleet process: ${reason}${since}` }]
  }
  return view === undefined ? [] : [modeLine(view, moment), directionsLine(view, counts), foundLine(view)]
}

function modeLine({ mode, since, reason, frozen, agentError }: FleetView, moment: (iso: string) => string): Verdict {
  const id = 'fleet-mode'
  const because = reason === undefined ? '' : `: ${reason}`
  if (mode === 'stale') {
    return {
      id,
      tone: 'bad',
      text: `Stale since ${moment(since)}${because}; nothing changes, and what is shown is of then`,
    }
  }
  if (mode === 'frozen') {
    const left = frozen === undefined ? '' : ` for ${briefSpan(frozen.secondsLeft)} more at most`
    return { id, tone: 'warning', text: `Frozen since ${moment(since)}${because}; removals are held${left}` }
  }
  return agentError === undefined
    ? { id, tone: 'good', text: `Live since ${moment(since)}` }
    : {
        id,
        tone: 'bad',
        text: `Live since ${moment(since)}, but the agent of this host does not follow: ${agentError}`,
      }
}

function directionsLine({ vni, hosts, statesError }: FleetView, counts: Counts): Verdict {
  const id = 'directions'
  if (vni === undefined) {
    return { id, tone: 'unknown', text: 'No host has a VTEP in any VNI' }
  }
  const known = worstFirst
    .map((health) => ({ health, count: counts[healths.indexOf(health)] ?? 0 }))
    .filter(({ health, count }) => count > 0 && health !== 'absent')
  const total = known.reduce((sum, { count }) => sum + count, 0)
  const title = `VNI ${vni}, ${countOf(hosts.length, 'host')}`
  const [worst] = known
  if (worst === undefined) {
    return { id, tone: 'unknown', text: `${title}: no two that are present` }
  }
  const { tone, word } = wordsOf[worst.health]
  const passed = counts[healths.indexOf('passes')] ?? 0
  const probes =
    passed === 0
      ? 'whether frames pass was not looked at'
      : `probes passed in ${passed.toLocaleString()} of ${total.toLocaleString()} directions`
  const why = worst.health === 'unknown' && statesError !== undefined ? `: ${statesError}` : ''
  return {
    id,
    tone,
    text:
      tone === 'good'
        ? `${title}: each has the entry of each other; ${probes}`
        : `${title}: ${worst.count.toLocaleString()} of ${total.toLocaleString()} directions: ${word}${why}`,
  }
}

function foundLine({ errors, warnings }: FleetView): Verdict {
  const id = 'check'
  const counts = [
    ...(errors > 0 ? [countOf(errors, 'error')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ]
  return counts.length === 0
    ? { id, tone: 'good', text: 'check found nothing' }
    : { id, tone: errors > 0 ? 'bad' : 'warning', text: `check found ${counts.join(', ')}` }
}
