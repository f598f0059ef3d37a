/** How far this host is, for the others to read. Pure. */
import type { FleetHandover, FleetLink } from '../../agent/answers/fleet.ts'
import { DestinationSet } from '../members/destinations.ts'
import { mostMissing, type StateRecord } from '../records/state-record.ts'

/** What is not in the handover. */
export interface StateOptions {
  /** Revision of what the agent has taken. */
  readonly applied: number
  readonly agent: string
  readonly certificateEnds: Date | undefined
}

/**
 * The state after a handover was taken.
 * @param links as the agent shows them, which says what the kernel lacks
 */
export function stateFrom(
  { mode, links, problems }: Pick<FleetHandover, 'mode' | 'links' | 'problems'>,
  shown: readonly FleetLink[],
  { applied, agent, certificateEnds }: StateOptions,
): StateRecord {
  return {
    v: 1,
    ...{ applied, mode, agent },
    vnis: shown.flatMap(({ name, vni, asksForRemotes, missing, missingCount }) => {
      const remotes = asksForRemotes && Object.hasOwn(links, name) ? links[name]?.remotes : undefined
      if (remotes === undefined) {
        return []
      }
      const lacking = new Set(missing)
      const has = new DestinationSet(remotes.flatMap(({ dst }) => (lacking.has(dst) ? [] : [dst])))
      return [{ vni, hash: has.hash, missing: missing.slice(0, mostMissing), missingCount }]
    }),
    problems: problems.slice(0, 64).map(({ code, nodes }) => ({ code, nodes: nodes.slice(0, 64) })),
    ...(certificateEnds !== undefined && { certificateEnds: certificateEnds.toISOString() }),
  }
}
