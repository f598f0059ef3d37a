/** The report of the fleet process for people: first whether all is well, then this host, the store, and what is wrong. */
import type { FleetMode, FleetProblem } from '../../agent/answers/fleet.ts'
import { briefSpan } from '../../agent/facts/brief-span.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { EndpointReport, FleetReport } from '../../fleet/run/report.ts'
import type { Paint, Style } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { age, until } from './age.ts'
import { pushReportLines } from './fleet-push.ts'

export interface FleetViewOptions {
  readonly paint: Paint
  readonly width: number | undefined
  readonly now: Date
}

const columns: readonly Column[] = [
  { header: 'ENDPOINT' },
  { header: 'VERSION', isOptional: true },
  { header: 'LEADER', isOptional: true },
  { header: 'REVISION', align: 'right', isOptional: true },
  { header: 'BEHIND', align: 'right', isOptional: true },
  { header: 'STATE', isFlexible: true },
]

/** Whether there is nothing to do: the exit code of `vxagent fleet status`. */
export function isWell({ mode, publishing, agent, problems }: FleetReport): boolean {
  const hasError = problems.some(({ severity }) => severity === 'error')
  return mode === 'live' && publishing === 'yes' && agent.error === undefined && !hasError
}

/** The lines of `vxagent fleet status`. */
export function* fleetStatusLines(report: FleetReport, options: FleetViewOptions): Generator<string> {
  const { fleet, node, version, store, frozen, problems, certificateEnds } = report
  const { paint, now } = options
  yield `${verdict(report, options)}\n`
  yield `Fleet ${printable(fleet)}, this host is ${printable(node)}: ${membersText(report)}\n`
  if (frozen !== undefined) {
    const left = briefSpan(Math.max(0, frozen.secondsLeft))
    const text = `Removals have been held for ${age(frozen.since, now)}, and stay held for ${left} more while the store answers; if the members that are gone are meant to be gone, run vxagent fleet accept`
    yield `${paint.warning(text)}\n`
  }
  yield `Record of this host: ${publishingText(report, paint)}\n`
  yield `Agent of this host: ${agentText(report, paint)}\n`
  yield `Store: ${storeText(report)}\n`
  for (const { vni, own, others } of report.macs) {
    yield `VNI ${vni}: ${countOf(own, 'MAC address', 'MAC addresses')} of this host, ${others} behind other members\n`
  }
  if (certificateEnds !== undefined) {
    const isOver = Date.parse(certificateEnds) <= now.getTime()
    const when = isOver ? `${age(certificateEnds, now)} ago` : `in ${until(certificateEnds, now)}`
    const text = `Certificate of this host: ${isOver ? 'ended' : 'ends'} ${when} (${printable(certificateEnds)})`
    yield `${isOver ? paint.bad(text) : text}\n`
  }
  yield '\n'
  yield* tableLines(
    columns,
    store.endpoints.map((endpoint) => endpointRow(endpoint, report, paint)),
    { width: options.width, headerStyle: paint.quiet },
  )
  if (report.pushes.length > 0) {
    yield '\n'
    yield* pushReportLines(report.pushes, paint)
  }
  if (problems.length > 0) {
    yield '\n'
  }
  for (const problem of problems) {
    yield problemLine(problem, paint, now)
  }
  yield `\n${paint.quiet(`vxagent ${printable(version)}: ${countersText(report)}`)}\n`
}

const modeWords: Readonly<Record<FleetMode, string>> = { live: 'Live', stale: 'Stale', frozen: 'Frozen' }

function verdict(report: FleetReport, { paint, now }: FleetViewOptions): string {
  const { mode, since, reason, problems } = report
  const style = mode === 'live' ? (isWell(report) ? paint.good : paint.warning) : paint.bad
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const known = problems.length === 0 ? 'no problem known' : severities(errors, problems.length - errors, paint)
  return `${style(modeWords[mode])} for ${age(since, now)}${reason === undefined ? '' : `: ${printable(reason)}`}; ${known}`
}

/** `2 errors, 1 warning`. */
export function severities(errors: number, warnings: number, paint: Paint): string {
  return [
    ...(errors > 0 ? [paint.bad(countOf(errors, 'error'))] : []),
    ...(warnings > 0 ? [paint.warning(countOf(warnings, 'warning'))] : []),
  ].join(', ')
}

function membersText({ nodes }: FleetReport): string {
  const states = ['present', 'gone', 'leaving', 'evicted', 'unreadable'] as const
  const counts = states.map((state) => ({ state, count: nodes.filter((node) => node.state === state).length }))
  const texts = counts
    .filter(({ count, state }) => count > 0 || state === 'present')
    .map(({ state, count }) => `${count} ${state}`)
  return `${countOf(nodes.length, 'member')}, ${texts.join(', ')}`
}

function publishingText({ publishing }: FleetReport, paint: Paint): string {
  return {
    yes: 'in the store',
    'not yet': paint.warning('not in the store yet: the others do not know of this host'),
    taken: paint.bad('not in the store: another host has this id'),
    evicted: paint.bad('not in the store: an operator has evicted this host'),
    leaving: paint.warning('in the store, and says that this host is leaving'),
  }[publishing]
}

function agentText({ agent: { error, handedOverSecondsAgo } }: FleetReport, paint: Paint): string {
  const taken =
    handedOverSecondsAgo === undefined
      ? 'has taken nothing from this run of the fleet process yet'
      : `last took the entries that follow from the store ${briefSpan(handedOverSecondsAgo)} ago`
  return error === undefined ? taken : `${paint.bad(printable(error))}; ${taken}`
}

function storeText({ store }: FleetReport): string {
  const { cluster, revision, storeRevision, latestChange, lease, statesError } = store
  return [
    ...(cluster === undefined ? [] : [`cluster ${printable(cluster)}`]),
    storeRevision === undefined ? 'its revision is not known now' : `at revision ${storeRevision}`,
    revision === 0
      ? 'this host has not listed it in this run'
      : `this host is up to date with ${revision}, and the last change of a record was ${latestChange}`,
    lease === undefined
      ? 'no lease'
      : `lease ${printable(lease.id)} of ${lease.seconds}s, kept alive ${briefSpan(lease.keptSecondsAgo)} ago`,
    ...(statesError === undefined ? [] : [`the states of members cannot be read: ${printable(statesError)}`]),
  ].join('; ')
}

function endpointRow(endpoint: EndpointReport, { store }: FleetReport, paint: Paint): Cell[] {
  const { version, hasLeader, revision, alarms = [], error } = endpoint
  const newest = Math.max(0, ...store.endpoints.map((each) => each.revision ?? 0))
  const [state, style]: [string, Style] =
    error !== undefined
      ? [error, paint.bad]
      : alarms.length > 0
        ? [`alarms: ${alarms.join(', ')}`, paint.bad]
        : hasLeader === false
          ? ['answers, without a leader', paint.bad]
          : ['answers', paint.good]
  return [
    printable(endpoint.endpoint),
    version && printable(version),
    hasLeader === undefined ? undefined : hasLeader ? 'yes' : 'no',
    revision?.toString(),
    revision === undefined ? undefined : `${newest - revision}`,
    { text: printable(state), style },
  ]
}

function problemLine({ severity, message, since }: FleetProblem, paint: Paint, now: Date): string {
  const style = severity === 'error' ? paint.bad : paint.warning
  return `${style(severity)}: ${printable(message)} ${paint.quiet(`(for ${age(since, now)})`)}\n`
}

function countersText({ counters: { lists, repairs, leases, failures } }: FleetReport): string {
  return [
    countOf(lists, 'list'),
    countOf(repairs, 'repair'),
    countOf(leases, 'lease'),
    `${countOf(failures, 'failed call')}`,
  ].join(', ')
}
