/** What a look at the whole fleet found, errors first. */
import type { FleetProblem } from '../../agent/answers/fleet.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { FleetFinding } from '../../fleet/members/finding.ts'
import type { FleetReport } from '../../fleet/run/report.ts'
import { printable } from '../printable.ts'
import { age } from './age.ts'
import { type FleetViewOptions, severities } from './fleet-status.ts'

/** A finding, of the whole or of this host alone: then since when is known. */
export type Found = Omit<FleetFinding, 'code'> & { readonly code: string; readonly since?: string }

/** What was found, and the problems of this host that are not among it. Errors first. */
export function allFindings(findings: readonly FleetFinding[], problems: readonly FleetProblem[]): Found[] {
  const told = new Map(problems.map((problem) => [problem.message, problem]))
  const ofFleet = findings.map((finding): Found => {
    const since = told.get(finding.message)?.since
    return since === undefined ? finding : { ...finding, since }
  })
  const messages = new Set(findings.map(({ message }) => message))
  const all = [...ofFleet, ...problems.filter(({ message }) => !messages.has(message))]
  return all.sort((one, other) => Number(one.severity !== 'error') - Number(other.severity !== 'error'))
}

/** The lines of `vxagent fleet check`. */
export function* fleetCheckLines(
  { nodes, mode, since, reason, store }: FleetReport,
  findings: readonly Found[],
  { paint, now }: FleetViewOptions,
): Generator<string> {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const seen = `${countOf(nodes.length, 'member')} compared, by the records of revision ${store.latestChange}`
  const verdict =
    findings.length === 0
      ? (mode === 'stale' ? paint.warning : paint.good)('Nothing found')
      : severities(errors, findings.length - errors, paint)
  yield `${verdict} (${seen})\n`
  if (mode === 'stale') {
    const text = `The store is silent for ${age(since, now)}: ${reason ?? 'no reason is known'}; this is as of then`
    yield `${paint.warning(printable(text))}\n`
  }
  if (store.statesError !== undefined) {
    yield `${paint.warning(printable(`What hosts say of themselves is not known: ${store.statesError}`))}\n`
  }
  for (const { severity, code, message, vni, nodes: about, since: from } of findings) {
    const style = severity === 'error' ? paint.bad : paint.warning
    const notes = [
      code,
      ...(vni === undefined ? [] : [`VNI ${vni}`]),
      ...(about.length === 0 ? [] : [about.length > mostNamed ? countOf(about.length, 'host') : about.join(', ')]),
      ...(from === undefined ? [] : [`for ${age(from, now)}`]),
    ]
    yield `\n${style(severity)}: ${printable(message)}\n  ${paint.quiet(printable(notes.join('; ')))}\n`
  }
}

/** Hosts that are named. */
const mostNamed = 8
