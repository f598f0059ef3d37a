/** What a check is. */
import type { HealthCheckCode, HealthFinding } from '../../answers/health.ts'
import type { Steps } from '../../facts/steps.ts'
import type { HealthFacts } from './facts.ts'

/** A finding without the name of its check. */
export type Found = Omit<HealthFinding, 'check'>

/** What a check has come to. */
export interface Looked {
  readonly found: readonly Found[]
  /** What it has looked at, such as `3 next hops in the neighbour table`; empty: there was nothing to look at. */
  readonly at: string
  /** What keeps it from looking at it. */
  readonly whyNot?: string
}

/** A check: pure. What takes long is done in steps. */
export interface Check {
  readonly code: HealthCheckCode
  look(facts: HealthFacts): Looked | Steps<Looked>
}

/** Nothing on this host concerns the check. */
export const nothingToLookAt: Looked = { found: [], at: '' }
