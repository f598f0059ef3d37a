/** Findings over time: since when each is there, which have come, and which have gone. Pure. */
import type { HealthFinding, HealthReport, StandingFinding } from '../../answers/health.ts'
import { findingKey } from './facts.ts'

/** What is different from the look before. */
export interface HealthChange {
  readonly came: readonly StandingFinding[]
  /** With since when they had been there. */
  readonly went: readonly StandingFinding[]
  /** All that there are now. */
  readonly standing: readonly StandingFinding[]
}

export class StandingFindings {
  #standing: ReadonlyMap<string, StandingFinding> = new Map()

  /** The keys of those of the last look. */
  get keys(): ReadonlySet<string> {
    return new Set(this.#standing.keys())
  }

  /** Since when the finding is there; of a new one: now. @param now ISO 8601 */
  sinceOf(finding: Pick<HealthFinding, 'check' | 'severity' | 'subject'>, now: string): string {
    return this.#standing.get(findingKey(finding))?.since ?? now
  }

  /** Takes in the findings of a look. */
  note({ checks, links, vteps }: Pick<HealthReport, 'checks' | 'links' | 'vteps'>): HealthChange {
    const now = new Map<string, StandingFinding>()
    for (const finding of checks.flatMap(({ findings }) => findings)) {
      now.set(findingKey(finding), finding)
    }
    const came = [...now].flatMap(([key, finding]) => (this.#standing.has(key) ? [] : [finding]))
    const seen = new Set([...links, ...vteps])
    // Of a link or VTEP that is no longer there nothing is known to be over.
    const isSeen = ({ links: of, vtep }: StandingFinding): boolean =>
      (of.length === 0 || of.some((link) => seen.has(link))) && (vtep === undefined || seen.has(vtep))
    const went = [...this.#standing].flatMap(([key, finding]) => (now.has(key) || !isSeen(finding) ? [] : [finding]))
    this.#standing = now
    return { came, went, standing: [...now.values()] }
  }
}
