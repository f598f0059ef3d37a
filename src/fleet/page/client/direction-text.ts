/** What is known of a direction, in sentences: each with who says so, and how old it is. Pure. */
import { briefSpan } from '../../../agent/facts/brief-span.ts'
import type { Direction } from '../../members/pairs.ts'
import type { ProbeDirection } from '../../probe/directions.ts'

/** The entry in the kernel of `from`. */
export function entryText(from: string, { entry, to, applied, why }: Direction): string {
  const what = { yes: 'has the entry', missing: 'lacks the entry', unknown: 'may have the entry or not' }[entry]
  const said = `${entry === 'unknown' ? 'Its kernel' : 'Entry: its kernel'} ${what}${to === undefined ? '' : ` for ${to}`}`
  // Where the entry is missing and could be there, there is no more to say than that.
  const because = why === undefined || (entry === 'missing' && to !== undefined) ? '' : `: ${why}`
  const witness =
    applied === undefined ? `${from} says nothing` : `says ${from} itself, for revision ${applied} of the store`
  return `${said}${because} (${witness}).`
}

/** What probes show. */
export function probeText(probe: ProbeDirection): string {
  const { state, witness, ageSeconds, mostAgeSeconds, sinceSeconds, why, passes, fails } = probe
  const because = why === undefined ? '' : `: ${why}`
  if (state === 'unknown') {
    return `Probe: nothing is known${because}.`
  }
  const age = ageSeconds === undefined ? '' : `, ${ageText(ageSeconds, mostAgeSeconds)} ago`
  const seen = witness === undefined ? '' : ` (${witness} says so${age})`
  const since = sinceSeconds === undefined ? '' : ` for ${briefSpan(sinceSeconds)}`
  const sizes = [
    ...(passes === undefined ? [] : [`${passes} bytes pass`]),
    ...(fails === undefined ? [] : [`${fails} do not`]),
  ]
  const parts = [
    `Probe: ${state === 'reachable' ? 'passes' : 'does not pass'}${since}${seen}${because}`,
    ...(sizes.length === 0 ? [] : [sizes.join(', ')]),
    ...measured(probe),
  ]
  return `${parts.join('; ')}.`
}

function measured({ sent, lost, roundTripMs }: ProbeDirection): string[] {
  return [
    ...(sent === undefined || lost === undefined ? [] : [`${lost} of the last ${sent} not answered`]),
    ...(roundTripMs === undefined
      ? []
      : [`there and back in ${roundTripMs < 10 ? roundTripMs.toFixed(2) : Math.round(roundTripMs)} ms`]),
  ]
}

/** Whether probes show something that is worth a look. */
export function isProbeAmiss({ state, fails }: ProbeDirection): boolean {
  return state === 'unreachable' || fails !== undefined
}

/** How old something is, where that is known to a span only: `12s to 1m`. */
function ageText(least: number, most = least): string {
  const [low, high] = [briefSpan(least), briefSpan(most)]
  return low === high ? low : `${low} to ${high}`
}
