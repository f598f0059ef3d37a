/** What a person is to know of the fleet, and since when. */
import type { FleetProblem } from '../../agent/answers/fleet.ts'
import type { FleetFinding } from '../members/finding.ts'

/** As many are handed over. */
const mostProblems = 1000

export class Problems {
  #known = new Map<string, FleetProblem>()

  /** Takes up what is so now: what was so before keeps its time. */
  update(findings: readonly FleetFinding[]): {
    readonly begun: readonly FleetProblem[]
    readonly over: readonly FleetProblem[]
  } {
    const now = new Date().toISOString()
    const before = this.#known
    this.#known = new Map(
      findings.slice(0, mostProblems).map(({ subject, ...finding }) => {
        const key = JSON.stringify([finding.code, finding.vni, finding.nodes, subject])
        return [key, { ...finding, since: before.get(key)?.since ?? now }]
      }),
    )
    const begun = [...this.#known].filter(([key]) => !before.has(key)).map(([, problem]) => problem)
    const over = [...before].filter(([key]) => !this.#known.has(key)).map(([, problem]) => problem)
    return { begun, over }
  }

  get list(): readonly FleetProblem[] {
    return [...this.#known.values()]
  }
}
