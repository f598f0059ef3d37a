/** The daemon's status: first whether all is well, then what, why, and since when. */

import type { HealthStatus } from '../../agent/answers/health.ts'
import { shortcomings, withPlace } from '../../agent/answers/shortcomings.ts'
import type { AgentStatus, ObjectStatus } from '../../agent/answers/status.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { Paint, Style } from '../colour.ts'
import type { KernelLinks } from '../kernel.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { age } from './age.ts'
import { healthVerdict } from './doctor.ts'
import { enforcedSentence } from './enforced-state.ts'
import { fleetLine, pushedLines } from './fleet.ts'
import { countIssues, issueLines } from './issues.ts'
import { peerOf, vniOf, vxlanOf } from './link-words.ts'

export interface StatusViewOptions {
  /** What the kernel has; without it the columns about it stay empty. */
  readonly kernel: KernelLinks | undefined
  readonly paint: Paint
  readonly width: number | undefined
  readonly now: Date
}

const columns: readonly Column[] = [
  { header: 'NAME' },
  { header: 'KIND', isOptional: true },
  { header: 'VNI', align: 'right', isOptional: true },
  { header: 'TO', isOptional: true },
  { header: 'DEV', isOptional: true },
  { header: 'ADDRESSES', isOptional: true, isFlexible: true },
  { header: 'STATE' },
  { header: 'HEALTH', isOptional: true },
  { header: 'SINCE', align: 'right' },
  { header: 'REASON', isOptional: true, isFlexible: true },
]

/** The lines of `vxagent status`. */
export function statusLines(status: AgentStatus, { kernel, paint, width, now }: StatusViewOptions): string[] {
  const { objects, desired } = status
  const inVerdict = openAlone(status)
  const rows = objects.map((object) =>
    row(object, { kernel, paint, now, health: status.health, isTold: object === inVerdict }),
  )
  const table = objects.length === 0 ? [] : ['\n', ...tableLines(columns, rows, { width, headerStyle: paint.quiet })]
  const notes = [
    ...issueLines(desired.issues.filter(({ severity }) => severity === 'error')),
    ...issueLines(desired.issues.filter(({ severity }) => severity === 'warning')),
    ...objects.flatMap(({ name, warnings }) =>
      warnings.map((warning) => `${paint.warning('warning')}: ${printable(`${name}: ${warning}`)}\n`),
    ),
    ...(status.fleet?.heard?.problems ?? []).map(
      ({ severity, message }) => `${paint.warning(severity)}: ${printable(`fleet: ${message}`)}\n`,
    ),
    ...objects.flatMap((object) => failureLines(object, paint)),
    ...objects.flatMap((object) => repairLine(object, now)),
  ]
  const inPlace = enforcedSentence(desired, now)
  return [
    `${verdict(status, paint)}\n`,
    ...(status.health === undefined ? [] : healthLines(status.health, paint, now)),
    ...(status.fleet === undefined
      ? []
      : [`${fleetLine(status.fleet, paint, now)}\n`, ...pushedLines(status.fleet, paint)]),
    ...(isFirstReading(status)
      ? [`Desired state ${printable(desired.path)}: being read for the first time\n`]
      : [`${desiredLine(desired, now)}\n`]),
    ...(desired.readingSince === undefined || isFirstReading(status)
      ? []
      : [`${paint.warning(readingLine(desired.readingSince, now))}\n`]),
    ...(inPlace === undefined ? [] : [`${paint.warning(inPlace)}\n`]),
    ...table,
    ...(notes.length > 0 ? ['\n', ...notes] : []),
    `\n${paint.quiet(agentLine(status, now))}\n`,
  ]
}

/** Whether the host has what is declared; and if not, what is amiss. */
export function verdict(status: AgentStatus, paint: Paint): string {
  if (status.converged) {
    const { length } = status.objects
    return `${paint.good('Converged')}: ${length === 0 ? 'no links are declared' : `${countOf(length, 'link')} as declared`}`
  }
  if (status.isStarting === true) {
    return `${paint.warning('Starting')}: ${shortcomings(status).map(printable).join('; ')}`
  }
  const { desired, objects } = status
  const isOpen = objects.some(({ state }) => state !== 'converged')
  // The files alone are amiss: what the host has is worth as many words.
  const still =
    desired.isValid || desired.enforcing !== 'last valid' || isOpen || objects.length === 0
      ? []
      : [`${countOf(objects.length, 'link')} as the last valid state declares`]
  return `${paint.bad('Not converged')}: ${[...shortcomings(status), ...still].map(printable).join('; ')}`
}

/** The second verdict: whether the overlay carries traffic, as far as was looked. */
function healthLines({ checkedAt, findings, ...counts }: HealthStatus, paint: Paint, now: Date): string[] {
  const shown = findings.filter(({ severity }) => severity === 'fault').slice(0, mostFaults)
  const more = counts.faults - shown.length
  const texts = [
    ...shown.map(({ links, found }) => printable(links.length === 0 ? found : `${namesOf(links)}: ${found}`)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
  const colon = texts.length === 0 ? '' : `: ${texts.join('; ')}`
  return [`Health: ${healthVerdict(counts, paint, 'no fault seen')}${colon} (checked ${age(checkedAt, now)} ago)\n`]
}

/** Faults that are named in the verdict. */
const mostFaults = 3

function namesOf(links: readonly string[]): string {
  const [first = ''] = links
  return links.length === 1 ? first : `${first} and ${countOf(links.length - 1, 'other link')}`
}

function healthCell({ name }: ObjectStatus, health: HealthStatus | undefined, paint: Paint): Cell {
  const own = health?.findings.filter(({ links }) => links.includes(name)) ?? []
  if (own.length === 0) {
    // The status has the first findings only: what is not among them may still be there.
    return health !== undefined && health.faults + health.warnings > health.findings.length ? 'see doctor' : undefined
  }
  const isFault = own.some(({ severity }) => severity === 'fault')
  return { text: isFault ? 'fault' : 'warning', style: isFault ? paint.bad : paint.warning }
}

/** The one object that is not as declared, if there is but one: the verdict has its reason. */
function openAlone({ objects }: AgentStatus): ObjectStatus | undefined {
  const open = objects.filter(({ state }) => state !== 'converged')
  return open.length === 1 ? open[0] : undefined
}

function desiredLine(
  { path, isValid, issues, files, enforcing, isInForce, enforcedSince }: AgentStatus['desired'],
  now: Date,
): string {
  const since = enforcedSince === undefined ? '' : age(enforcedSince, now)
  const enforced = {
    current: `in force for ${since}`,
    'last valid': `the last valid one, ${since} old, stays in force`,
    none: 'nothing is in force, since there never was a valid one',
    trial: `${isInForce ? 'on trial' : 'another one is on trial'} for ${since}`,
    'rolled back': `rolled back ${since} ago`,
    confirmed: `another one was confirmed ${since} ago`,
    held: 'held',
  }[enforcing]
  const validity = isValid ? `valid (${countOf(files.length, 'file')})` : `invalid (${countIssues(issues)})`
  return printable(`Desired state ${path}: ${validity}, ${enforced}`)
}

/** Nothing is known of the files yet. */
function isFirstReading({ isStarting, desired }: AgentStatus): boolean {
  return isStarting === true && desired.readingSince !== undefined && desired.enforcing === 'none'
}

function readingLine(since: string, now: Date): string {
  return `Reading the files since ${since} (${age(since, now)}); this is what the reading before it found.`
}

function row(
  object: ObjectStatus,
  {
    kernel,
    paint,
    now,
    health,
    isTold,
  }: Pick<StatusViewOptions, 'kernel' | 'paint' | 'now'> & {
    readonly health: HealthStatus | undefined
    readonly isTold: boolean
  },
): Cell[] {
  const link = kernel?.links.find(({ ifindex }) => ifindex === object.ifindex)
  const vxlan = link && vxlanOf(link)
  const addresses = (kernel?.addresses.get(link?.ifname ?? '') ?? []).filter((address) => !isLinkLocal(address))
  return [
    printable(object.name),
    object.kind,
    vxlan && vniOf(vxlan),
    vxlan && peerOf(vxlan),
    vxlan?.link && printable(vxlan.link),
    addresses.length > 0 ? addresses.join(' ') : undefined,
    { text: object.state, style: stateStyle(object.state, paint) },
    healthCell(object, health, paint),
    age(object.since, now),
    reasonOf(object, now, isTold),
  ]
}

/** The kernel makes one for every link, which says nothing about the overlay. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('fe80:')
}

function stateStyle(state: ObjectStatus['state'], paint: Paint): Style {
  return { converged: paint.good, waiting: paint.warning, failing: paint.bad, conflict: paint.bad }[state]
}

/** @param isTold whether the reason stands above the table already */
function reasonOf(
  { reason: words, source, attempts, nextAttempt }: ObjectStatus,
  now: Date,
  isTold: boolean,
): string | undefined {
  if (words === undefined) {
    return undefined
  }
  const inSeconds =
    nextAttempt === undefined ? undefined : Math.max(0, Math.ceil((Date.parse(nextAttempt) - now.getTime()) / 1000))
  const next = inSeconds === undefined ? '' : `, next in ${inSeconds}s`
  const tries = attempts ? `${countOf(attempts, 'attempt')}${next}` : undefined
  if (isTold) {
    return tries
  }
  const reason = withPlace(words, source)
  return printable(tries === undefined ? reason : `${reason} (${tries})`)
}

/** One for each part that fails, where there are several: the row has them in one sentence. */
function failureLines({ name, failures = [] }: ObjectStatus, paint: Paint): string[] {
  return failures.length < 2
    ? []
    : failures.map(
        ({ reason, source }) => `${paint.bad('failing')}: ${printable(`${name}: ${withPlace(reason, source)}`)}\n`,
      )
}

function repairLine({ name, lastRepair }: ObjectStatus, now: Date): string[] {
  return lastRepair === undefined
    ? []
    : [printable(`${name} repaired ${age(lastRepair.at, now)} ago: ${lastRepair.what.join('; ')}`).concat('\n')]
}

function agentLine({ version, pid, startedAt, counters }: AgentStatus, now: Date): string {
  return `vxagent ${version}, pid ${pid}, up ${age(startedAt, now)}: ${countOf(counters.repairs, 'repair')}, ${countOf(counters.overruns, 'overrun')}`
}
