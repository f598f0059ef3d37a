/** What was found in the fleet and what this host has to say of itself, in one list. Pure. */
import type { FleetProblem } from '../../agent/answers/fleet.ts'
import type { FleetFinding } from './finding.ts'

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
