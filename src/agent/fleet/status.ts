/** How this host stands with its fleet, in the words of the status. */
import type { FleetStatus } from '../answers/fleet.ts'
import type { ProbeSummary } from '../answers/probes.ts'
import type { PushedStanding } from '../answers/pushed.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Fleet } from './fleet.ts'
import { isFresh } from './heard-probes.ts'
import { type KernelTables, missingByLink } from './missing.ts'
import { askingLinks, whyUnused } from './with-fleet.ts'

/** As many problems are named; vxagent fleet check has them all. */
const mostProblems = 16

/** As many VNIs have their probes named. */
const mostVnis = 256

/** Undefined where the files name no fleet. */
export function fleetStatus(
  state: DesiredState | undefined,
  fleet: Fleet,
  tables: KernelTables,
  pushed: readonly PushedStanding[],
): FleetStatus | undefined {
  if (state?.fleet === undefined) {
    return undefined
  }
  const { heardMsAgo } = fleet
  const handover = fleet.usedBy(state)
  const unused = whyUnused(state, fleet.handover)
  const missing = Object.values(missingByLink(fleet.fill(state), tables)).reduce((sum, count) => sum + count, 0)
  return {
    name: state.fleet.name,
    ...(handover !== undefined && { heard: heardOf(handover, heardMsAgo) }),
    links: askingLinks(state).length,
    missing,
    ...(pushed.length > 0 && { pushed }),
    macs: Object.values(handover?.links ?? {}).reduce((sum, { macs }) => sum + (macs?.count ?? 0), 0),
    ...(unused !== undefined && { unused }),
  }
}

function heardOf(
  handover: NonNullable<Fleet['handover']>,
  heardMsAgo: number | undefined,
): NonNullable<FleetStatus['heard']> {
  const { node, mode, since, reason, members, gone, revision, counters, problems, probes } = handover
  return {
    ...{ node, mode, since, members, gone, revision, counters },
    ...(reason !== undefined && { reason }),
    ...(heardMsAgo !== undefined && { at: new Date(Date.now() - heardMsAgo).toISOString() }),
    problems: problems.slice(0, mostProblems).map(({ code, severity, message }) => ({ code, severity, message })),
    problemCount: problems.length,
    ...(probes !== undefined && isFresh({ summary: probes, heardMsAgo }) && { probes: shortened(probes) }),
  }
}

function shortened(probes: ProbeSummary): NonNullable<NonNullable<FleetStatus['heard']>['probes']> {
  const { every, staleAfter, vnis, answeredRequests, refusedRequests } = probes
  return { every, staleAfter, vnis: vnis.slice(0, mostVnis), answeredRequests, refusedRequests }
}
