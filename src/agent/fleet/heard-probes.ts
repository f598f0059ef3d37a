/** What probes of the fleet have found, as it was handed over last. */
import type { ProbeSummary } from '../answers/probes.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Fleet } from './fleet.ts'

/** What was handed over, and how old it is. */
export interface HeardProbes {
  readonly summary: ProbeSummary
  /** Milliseconds since; undefined: not since the agent started. */
  readonly heardMsAgo: number | undefined
}

/** The fleet process hands over every quarter of a minute: of what is older, in milliseconds, nobody says any more that it is so. */
export const probesStaleMs = 60_000

/** Undefined where this host is in no fleet, or probes nothing. */
export function heardProbes(
  fleet: Pick<Fleet, 'usedBy' | 'heardMsAgo'>,
  state: DesiredState | undefined,
): HeardProbes | undefined {
  const summary = state === undefined ? undefined : fleet.usedBy(state)?.probes
  return summary && { summary, heardMsAgo: fleet.heardMsAgo }
}

/** Whether it is still so. */
export function isFresh({ heardMsAgo }: HeardProbes): boolean {
  return heardMsAgo !== undefined && heardMsAgo <= probesStaleMs
}
