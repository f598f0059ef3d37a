/** What a look at the whole fleet found, errors first. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { Found } from '../../fleet/members/all-findings.ts'
import type { FleetReport } from '../../fleet/run/report.ts'
import { printable } from '../printable.ts'
import { age } from './age.ts'
import { type FleetViewOptions, severities } from './fleet-status.ts'

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
    const text = `The store has been silent for ${age(since, now)}: ${reason ?? 'no reason is known'}; this is what was known then`
    yield `${paint.warning(printable(text))}\n`
  }
  if (store.statesError !== undefined) {
    yield `${paint.warning(printable(`The states of hosts cannot be read: ${store.statesError}`))}\n`
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
