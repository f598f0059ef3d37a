/** One look at the health of the overlay, for the daemon's watch and for a command alike. */
import type { HealthReport } from '../../answers/health.ts'
import { inSlices } from '../../host/slices.ts'
import { gather, type HealthSources } from './gather.ts'
import { reportOf } from './report.ts'
import { type HealthChange, StandingFindings } from './standing.ts'

/** A report, and what is different from the one before. */
export interface LookedAt {
  readonly report: HealthReport
  readonly change: HealthChange
}

export class HealthLook {
  readonly #sources: HealthSources
  readonly #standing = new StandingFindings()
  readonly #isWatching: boolean

  /** @param isWatching whether there are looks enough to say since when a finding is there */
  constructor(sources: HealthSources, isWatching: boolean) {
    this.#sources = sources
    this.#isWatching = isWatching
  }

  /** Rejects as the client does. One at a time. */
  async look(): Promise<LookedAt> {
    const began = performance.now()
    const facts = await gather(this.#sources, { before: this.#standing.keys, isWatching: this.#isWatching })
    const now = new Date(facts.nowMs).toISOString()
    const sinceOf = this.#isWatching ? this.#standing.sinceOf.bind(this.#standing) : () => undefined
    const findings = await inSlices(reportOf(facts, (finding) => sinceOf(finding, now)))
    const report = { ...findings, tookMs: Math.round((performance.now() - began) * 10) / 10 }
    return { report, change: this.#standing.note(report) }
  }
}
