/** The report of `vxagent doctor`: what was found first, then what was looked at, then what cannot be seen. */
import type { HealthCheckResult, HealthReport, StandingFinding } from '../../agent/answers/health.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { Paint, Style } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Column, tableLines } from '../table.ts'
import { age } from './age.ts'

export interface DoctorViewOptions {
  readonly paint: Paint
  readonly width: number | undefined
  readonly now: Date
  readonly isOfDaemon: boolean
}

const columns: readonly Column[] = [
  { header: 'CHECK' },
  { header: 'RESULT' },
  { header: 'LOOKED AT', isFlexible: true },
]

/** Links that are named of a finding. */
const mostLinks = 6

/** The lines of `vxagent doctor`. */
export function* doctorLines(report: HealthReport, options: DoctorViewOptions): Generator<string> {
  const { paint, width, isOfDaemon } = options
  const { checks, unseen, tookMs, watchedSeconds } = report
  const watched = `counters watched for ${watchedSeconds} s`
  yield `${healthVerdict(report, paint)} (${countOf(checks.length, 'check')} in ${Math.round(tookMs)} ms, ${watched})\n`
  const findings = checks.flatMap((check) => check.findings)
  const bySeverity = (['fault', 'warning'] as const).flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  )
  for (const finding of bySeverity) {
    yield '\n'
    yield* findingLines(finding, options)
  }
  yield '\n'
  yield* tableLines(
    columns,
    checks.map((check) => [
      check.check,
      { text: check.result, style: resultStyle(check.result, paint) },
      printable(lookedAt(check)),
    ]),
    { width, headerStyle: paint.quiet },
  )
  if (unseen.length > 0) {
    yield '\nNot seen from this host:\n'
    for (const sentence of unseen) {
      yield `- ${sentence}\n`
    }
  }
  if (!isOfDaemon) {
    yield `${paint.quiet('\nWithout a daemon: what happened before, and what a counter was then, nobody has kept.\n')}`
  }
}

/** `2 faults, 1 warning`, or that none was seen. */
export function healthVerdict(
  { faults, warnings }: Pick<HealthReport, 'faults' | 'warnings'>,
  paint: Paint,
  none = 'No fault seen',
): string {
  const some = warnings === 0 ? '' : `, ${countOf(warnings, 'warning')}`
  return faults > 0
    ? `${paint.bad(countOf(faults, 'fault'))}${some}`
    : `${warnings > 0 ? paint.warning(none) : paint.good(none)}${some}`
}

function* findingLines(finding: StandingFinding, { paint, now }: DoctorViewOptions): Generator<string> {
  const { severity, check, found, means, cure, links, since } = finding
  const style = severity === 'fault' ? paint.bad : paint.warning
  yield `${style(severity)}: ${printable(found)}\n`
  const more = links.length > mostLinks ? ` and ${links.length - mostLinks} more` : ''
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['links', links.length === 0 ? undefined : `${links.slice(0, mostLinks).join(', ')}${more}`],
    ['means', means],
    ['to do', cure],
    ['check', since === undefined ? check : `${check}, so for ${age(since, now)}`],
  ]
  for (const [name, text] of rows) {
    if (text !== undefined) {
      yield `  ${paint.quiet(name.padEnd(6))} ${printable(text)}\n`
    }
  }
}

function lookedAt({ lookedAt: at, why }: HealthCheckResult): string {
  return why === undefined ? (at === '' ? '-' : at) : `${at}: ${why}`
}

function resultStyle(result: HealthCheckResult['result'], paint: Paint): Style {
  return {
    ok: paint.good,
    fault: paint.bad,
    warning: paint.warning,
    'not looked': paint.warning,
    'nothing to look at': paint.quiet,
  }[result]
}
