/** What is handed over to the agent, from what is known of the fleet. Pure. */
import type { FleetHandover, FleetLink, FleetMode } from '../../agent/answers/fleet.ts'
import type { ProbeSummary } from '../../agent/answers/probes.ts'
import { familyOf } from '../../agent/facts/ip-text.ts'
import { claimFindings, recordFindings } from '../members/check-fleet.ts'
import type { Claims } from '../members/claims.ts'
import { type Derived, type DerivedLink, derive, mostRemotes } from '../members/derive.ts'
import type { FleetFinding } from '../members/finding.ts'
import type { StoreView } from '../members/store-view.ts'

/** Links of the picture, with what was derived for them before. */
export function linksToDerive(links: readonly FleetLink[], before: FleetHandover['links']): DerivedLink[] {
  return links.map(({ name, vni, vtep }) => {
    const known = Object.hasOwn(before, name) ? before[name] : undefined
    return {
      name,
      vni,
      ...(vtep !== undefined && { family: familyOf(vtep.address), dstport: vtep.dstport }),
      ...(known !== undefined && { before: known }),
    }
  })
}

/** What follows from the members for this host, and what a person is to know of it. */
export function derivedFrom(
  claims: Claims,
  view: Pick<StoreView, 'unreadable' | 'unreadableRoster'>,
  {
    self,
    links,
    graceMs,
  }: { readonly self: string; readonly links: readonly DerivedLink[]; readonly graceMs: number | undefined },
): { readonly links: FleetHandover['links']; readonly findings: readonly FleetFinding[] } {
  const derived = derive(claims, self, links, graceMs)
  return {
    links: derived.links,
    findings: [...claimFindings(claims), ...recordFindings(view), ...linkFindings(derived)],
  }
}

function linkFindings({ tooMany, noCommonFamily }: Derived): FleetFinding[] {
  return [
    ...Array.from(tooMany, ([vni, count]): FleetFinding => {
      const message = `VNI ${vni} has ${count} other members, and a link floods to ${mostRemotes} at most: the newest are left out; split the VNI, or use EVPN`
      return { code: 'too-many-members', severity: 'error', vni, nodes: [], message }
    }),
    ...Array.from(noCommonFamily, ([link, vni]): FleetFinding => {
      const message = `VNI ${vni}: no other member has a VTEP of the address family of ${link}: nobody can be reached; give the members VTEPs of one family`
      return { code: 'no-common-family', severity: 'error', vni, nodes: [], message }
    }),
  ]
}

/** Whether two handovers say the same, but for counters, the revision, and how old results of probes are. */
export function saysTheSame(one: FleetHandover, other: FleetHandover): boolean {
  const essence = ({ counters: _, revision: __, probes, ...rest }: FleetHandover): string =>
    JSON.stringify([rest, probes && essenceOf(probes)])
  return essence(one) === essence(other)
}

/** What somebody waits for; the rest goes with the next heartbeat. */
function essenceOf({ every, staleAfter, findings, findingCount, vnis }: ProbeSummary): unknown {
  return [
    ...[every, staleAfter, findingCount],
    findings.map(({ vni, link, node, kind, passes, hints }) => [vni, link, node, kind, passes, hints]),
    vnis.map(({ vni, reachable, unreachable, smaller }) => [vni, reachable, unreachable, smaller]),
  ]
}

/** The mode, and since when and why. */
export interface ModeNow {
  readonly mode: FleetMode
  readonly since: string
  readonly reason?: string
}

/** The mode that follows from what the store does; `since` stays while the mode does. */
export function modeFrom(
  before: ModeNow | undefined,
  { silence, freeze }: { readonly silence: string | undefined; readonly freeze: string | undefined },
): ModeNow {
  const mode = silence !== undefined ? 'stale' : freeze !== undefined ? 'frozen' : 'live'
  const reason = silence ?? freeze
  const since = before?.mode === mode ? before.since : new Date().toISOString()
  return { mode, since, ...(reason !== undefined && { reason }) }
}
