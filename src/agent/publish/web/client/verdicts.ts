/** The verdicts of the header: one line for each question. Pure. */
import { type FleetStatus, fleetSilentMs } from '../../../answers/fleet.ts'
import { shortcomings } from '../../../answers/shortcomings.ts'
import type { AgentStatus } from '../../../answers/status.ts'
import { countOf } from '../../../facts/count-of.ts'
import { ageOf } from './moments.ts'
import type { RemoteNode } from './remotes.ts'

export interface Verdict {
  /** Of the element that shows it. */
  readonly id: string
  readonly tone: 'good' | 'warning' | 'bad' | 'unknown'
  readonly text: string
}

/** As many phrases are in one line. */
const mostPhrases = 3

/** Every verdict, in the order in which they are shown. The remotes are those that are drawn. */
export function verdictsOf(status: AgentStatus, remotes: readonly RemoteNode[], nowMs: number): Verdict[] {
  return [
    declared(status),
    health(status, remotes),
    ...(status.fleet === undefined ? [] : [fleet(status.fleet, nowMs)]),
  ]
}

/** What is left to say when the agent does not answer: nothing is known, whatever was said before. */
export function verdictsWithoutAgent(reason: string): Verdict[] {
  return [
    { id: 'verdict', tone: 'bad', text: reason },
    { id: 'health', tone: 'unknown', text: 'Health unknown' },
  ]
}

/** The worst of them. */
export function worstTone(verdicts: readonly Verdict[]): Verdict['tone'] {
  const tones = ['bad', 'warning', 'unknown', 'good'] as const
  return tones.find((tone) => verdicts.some((verdict) => verdict.tone === tone)) ?? 'unknown'
}

function declared(status: AgentStatus): Verdict {
  const { converged, isStarting, objects } = status
  if (converged) {
    return { id: 'verdict', tone: 'good', text: `Converged: ${objects.length} as declared` }
  }
  const phrases = shortcomings(status)
  const why = [...phrases.slice(0, mostPhrases), ...(phrases.length > mostPhrases ? ['…'] : [])].join('; ')
  return isStarting === true
    ? { id: 'verdict', tone: 'warning', text: `Starting: ${why}` }
    : { id: 'verdict', tone: 'bad', text: `Not converged: ${why}` }
}

/** Never good over a picture that shows a problem: links that are not declared are drawn too, and the picture may be newer. */
function health({ health }: AgentStatus, remotes: readonly RemoteNode[]): Verdict {
  const inTrouble = remotes.filter(({ problem }) => problem !== undefined).length
  const drawn = `${inTrouble} of ${countOf(remotes.length, 'remote')} with a problem`
  const id = 'health'
  if (health?.verdict === 'impaired') {
    const counts = [countOf(health.faults, 'fault'), ...warnings(health.warnings)]
    const [first] = health.findings
    return { id, tone: 'bad', text: `Impaired: ${counts.join(', ')}${first === undefined ? '' : `: ${first.found}`}` }
  }
  if (inTrouble > 0) {
    return { id, tone: 'bad', text: `Impaired: ${drawn}` }
  }
  if (health === undefined) {
    return { id, tone: 'unknown', text: 'Health not checked yet' }
  }
  return health.warnings > 0
    ? { id, tone: 'warning', text: `No fault seen, ${warnings(health.warnings).join('')}` }
    : { id, tone: 'good', text: 'No fault seen' }
}

/** How the store of the fleet is heard. What the fleet process has not said lately is not called live. */
function fleet({ name, heard, unused, missing }: FleetStatus, nowMs: number): Verdict {
  const id = 'fleet'
  if (heard === undefined) {
    const why = unused ?? 'the fleet process has handed over nothing yet'
    return { id, tone: 'warning', text: `Fleet ${name} not heard: ${why}` }
  }
  const { mode, since, reason, members, gone, problemCount, problems, at } = heard
  const facts = [
    `${countOf(members, 'member')}${gone === 0 ? '' : ` (${gone} gone)`}`,
    ...(problemCount === 0 ? [] : [countOf(problemCount, 'problem')]),
    ...(missing === 0 ? [] : [`${countOf(missing, 'remote')} missing`]),
  ].join(', ')
  if (at === undefined || nowMs - Date.parse(at) > fleetSilentMs) {
    const when = at === undefined ? 'since the agent started' : `for ${ageOf(at, nowMs)}`
    return { id, tone: 'warning', text: `Fleet ${name} not heard ${when}; before: ${facts}` }
  }
  if (mode !== 'live') {
    const because = reason === undefined ? '' : ` (${reason})`
    return { id, tone: 'warning', text: `Fleet ${name} ${mode} for ${ageOf(since, nowMs)}${because}: ${facts}` }
  }
  const isAmiss = missing > 0 || problems.some(({ severity }) => severity === 'error')
  const tone = isAmiss ? 'bad' : problemCount > 0 || gone > 0 ? 'warning' : 'good'
  return { id, tone, text: `Fleet ${name} live: ${facts}` }
}

function warnings(count: number): string[] {
  return count === 0 ? [] : [countOf(count, 'warning')]
}
