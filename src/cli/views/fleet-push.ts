/** Pushes for people: the plan of each host, how far it is, how it ended, and what was pushed before. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { HostPushState, HostStanding, PushReport } from '../../fleet/members/push-standing.ts'
import type { PushOutcome, PushPlan } from '../../fleet/operate/push.ts'
import type { HostOutlook, Outlook } from '../../fleet/operate/push-plan.ts'
import { operatorText, type Push } from '../../fleet/records/push-record.ts'
import type { Paint, Style } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, tableLines } from '../table.ts'

/** How it is shown. */
export interface PushViewOptions {
  readonly paint: Paint
  readonly width: number | undefined
}

/** Lines of the plan of one host that are shown. */
const mostLines = 20

/** The plan, host by host. */
export function* pushPlanLines(plan: PushPlan, { paint }: Pick<PushViewOptions, 'paint'>): Generator<string> {
  const { name, revision, isRemoval, restores, hosts, nodes, canaries, leftOut } = plan
  const what = isRemoval
    ? `${name} is removed`
    : `${name}${restores === undefined ? '' : `, as in revision ${restores}`}`
  yield `Revision ${revision}: ${printable(what)}\n`
  for (const host of hosts) {
    yield* outlookLines(host, canaries.includes(host.node), paint)
  }
  const first = canaries.length === 0 ? 'all at once' : `first ${canaries.join(', ')}, then the others`
  yield `${countOf(nodes.length, 'host')} of ${hosts.length} would take it, ${printable(first)}\n`
  if (leftOut.length > 0) {
    yield `${paint.warning(`left out: ${printable(leftOut.join(', '))}`)}\n`
  }
}

function* outlookLines(host: HostOutlook, isCanary: boolean, paint: Paint): Generator<string> {
  const { node, outlook, reason, lines, lineCount } = host
  const words: Readonly<Record<Outlook, readonly [text: string, style: Style]>> = {
    changes: [countOf(lineCount, 'change'), paint.good],
    nothing: ['nothing changes', paint.quiet],
    cannot: ['would refuse it', paint.bad],
    refuses: ['takes no pushed files', paint.warning],
    silent: ['does not answer', paint.bad],
  }
  const [text, style] = words[outlook]
  yield `${printable(node)}${isCanary ? ' (first)' : ''}: ${style(text)}${reason === undefined ? '' : `: ${printable(reason)}`}\n`
  for (const line of lines.slice(0, mostLines)) {
    yield `  ${printable(line)}\n`
  }
  if (lineCount > Math.min(lines.length, mostLines)) {
    yield `  ${paint.quiet(`… and ${lineCount - Math.min(lines.length, mostLines)} more`)}\n`
  }
}

const stateWords: Readonly<Record<HostPushState, string>> = {
  applied: 'applied',
  trial: 'on trial',
  refused: 'refused',
  returned: 'returned',
  waiting: 'waiting',
  'held back': 'held back',
  silent: 'silent',
}

function stateStyle(state: HostPushState, paint: Paint): Style {
  switch (state) {
    case 'applied':
      return paint.good
    case 'refused':
    case 'returned':
    case 'silent':
      return paint.bad
    default:
      return paint.warning
  }
}

/** `vyos01: on trial`. */
export function standingLine({ node, state, reason }: HostStanding, paint: Paint): string {
  const because = reason === undefined ? '' : `: ${printable(reason)}`
  return `${printable(node)}: ${stateStyle(state, paint)(stateWords[state])}${because}\n`
}

/** One row per host. */
export function standingLines(hosts: readonly HostStanding[], { paint, width }: PushViewOptions): Generator<string> {
  return tableLines(
    [
      { header: 'NODE' },
      { header: 'STATE' },
      { header: 'HAS', isOptional: true },
      { header: 'REASON', isFlexible: true, isOptional: true },
    ],
    hosts.map(({ node, state, reason, inForce }): Cell[] => [
      printable(node),
      { text: stateWords[state], style: stateStyle(state, paint) },
      inForce === undefined ? undefined : `revision ${inForce}`,
      reason === undefined ? undefined : printable(reason),
    ]),
    { width, headerStyle: paint.quiet },
  )
}

/** How it ended, and what to do. */
export function* pushOutcomeLines({ plan, result, problems, hosts }: PushOutcome, paint: Paint): Generator<string> {
  const { name, revision } = plan
  const what = printable(`revision ${revision} of ${name}`)
  const onTrial = hosts.filter(({ state }) => state === 'trial').length
  if (result === 'done') {
    const how = onTrial > 0 ? `${countOf(onTrial, 'host')} on trial` : `applied by ${countOf(hosts.length, 'host')}`
    yield `${paint.good(what)}: ${how}\n`
  } else if (result === 'stopped') {
    yield `${paint.bad('stopped')}: ${what} is not released to the other hosts, and they never take it\n`
  } else if (result === 'incomplete') {
    yield `${paint.warning('incomplete')}: ${what} is released, and some hosts have not taken it\n`
  }
  for (const problem of problems) {
    yield `  ${printable(problem)}\n`
  }
}

/** What to do after a push, as a sentence; undefined: nothing. */
export function pushHint({ plan: { name, canaries }, result, hosts }: PushOutcome): string | undefined {
  const isOnTrial = hosts.some(({ state }) => state === 'trial')
  if (result === 'stopped') {
    return isOnTrial
      ? `${canaries.join(', ')} return when their windows end; vxagent fleet rollback ${name} returns them now`
      : `vxagent fleet rollback ${name} returns ${canaries.join(', ')} to what they had before`
  }
  return isOnTrial ? `vxagent fleet confirm ${name} keeps it; without that each host returns to what it had` : undefined
}

/** Pushes of one file, the newest first. */
export function historyLines(pushes: readonly Push[], { paint, width }: PushViewOptions): Generator<string> {
  return tableLines(
    [
      { header: 'REVISION', align: 'right' },
      { header: 'PUSHED' },
      { header: 'BY', isFlexible: true },
      { header: 'TO', isFlexible: true },
      { header: 'HOSTS', align: 'right' },
      { header: 'WHAT', isFlexible: true },
    ],
    pushes.map((push): Cell[] => [
      `${push.revision}`,
      printable(push.at),
      printable(operatorText(push.by)),
      printable(push.selector),
      `${push.nodes.length}`,
      whatOf(push),
    ]),
    { width, headerStyle: paint.quiet },
  )
}

function whatOf({ text, restores, isReleased, confirmSeconds, confirmed }: Push): string {
  return [
    text === undefined
      ? 'removed'
      : restores === undefined
        ? countOf(text.length, 'character')
        : `as revision ${restores}`,
    ...(isReleased ? [] : ['first hosts only']),
    ...(confirmSeconds === undefined ? [] : [confirmed === undefined ? 'not confirmed' : 'confirmed']),
  ].join(', ')
}

/** A line for each file, and one for each host that has not what it should. */
export function* pushReportLines(reports: readonly PushReport[], paint: Paint): Generator<string> {
  for (const report of reports) {
    const { name, revision, by, at, hosts, isReleased, isRemoval, others } = report
    const done = hosts.filter(({ state }) => state === 'applied').length
    const lagging = hosts.filter(({ state }) => state !== 'applied')
    const notes = [
      `revision ${revision}${isRemoval ? ' (removal)' : ''}`,
      `pushed by ${by} at ${at}`,
      `${done} of ${countOf(hosts.length, 'host')} ${isRemoval ? 'without it' : 'have it'}`,
      ...(isReleased ? [] : ['released to the first hosts only']),
      ...(report.confirmSeconds !== undefined && !report.isConfirmed ? ['not confirmed'] : []),
      ...(others.length === 0 ? [] : [`${countOf(others.length, 'other host')} with an earlier push`]),
    ]
    const style = lagging.length === 0 ? paint.good : paint.warning
    yield `${style(`Pushed file ${printable(name)}`)}: ${printable(notes.join(', '))}\n`
    for (const host of lagging.slice(0, mostLines)) {
      yield `  ${standingLine(host, paint)}`
    }
    if (lagging.length > mostLines) {
      yield `  … and ${lagging.length - mostLines} more\n`
    }
  }
}
