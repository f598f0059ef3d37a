/** What the page is told, from the report of the fleet process. Pure. */
import type { FleetSeverity } from '../../agent/answers/fleet.ts'
import { briefSpan } from '../../agent/facts/brief-span.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import { allFindings, type Found } from '../members/all-findings.ts'
import { type Directions, directionsIn } from '../members/pairs.ts'
import { directionIn, type ProbeDirection } from '../probe/directions.ts'
import type { FleetReport, NodeReport } from '../run/report.ts'
import { codeOf, healthOf } from './health.ts'
import { rowOf, writeRow } from './rows.ts'
import type { FleetView, HostView, ViewedHost, ViewedVni } from './view.ts'

/** Hosts of one VNI that the matrix shows: its cells are as many as their square. */
export const mostHosts = 1000
/** Findings that are listed. */
export const mostFindings = 200

/**
 * The view of one VNI. The one that is asked for may have no hosts (any more): then it is empty. Where none is asked for it is the first with
 * an error, else the first with a warning, else the first.
 */
export function makeView(report: FleetReport, asked: number | undefined): FleetView {
  const { fleet, node, version, mode, since, reason, frozen, nodes, store, agent } = report
  const all = allFindings(report.findings, report.problems)
  const vnis = vnisOf(nodes, all)
  const vni =
    asked ?? (vnis.find(({ errors }) => errors > 0) ?? vnis.find(({ warnings }) => warnings > 0) ?? vnis[0])?.vni
  const ofVni = vni === undefined ? [] : nodes.filter((each) => vnisOfNode(each).has(vni)).sort(byName)
  const shown = ofVni.slice(0, mostHosts)
  const here = all.filter((found) => found.vni === undefined || found.vni === vni)
  const severityOf = severities(here)
  const errors = here.filter(({ severity }) => severity === 'error').length
  return {
    ...{ fleet, node, version, mode, since },
    ...(reason !== undefined && { reason }),
    ...(frozen !== undefined && { frozen }),
    ...(store.statesError !== undefined && { statesError: store.statesError }),
    ...(agent.error !== undefined && { agentError: agent.error }),
    revision: store.latestChange,
    members: nodes.length,
    vnis,
    ...(vni !== undefined && { vni }),
    hosts: shown.map((each) => viewedHost(each, vni, severityOf.get(each.node))),
    left: ofVni.length - shown.length,
    rows: vni === undefined ? [] : rowsOf(shown, directionsIn(nodes, vni), probesOf(report, vni)),
    probes: probesText(report),
    findings: here.slice(0, mostFindings),
    ...{ errors, warnings: here.length - errors, elsewhere: all.length - here.length },
  }
}

/** One host in one VNI; undefined where the report has no such host. */
export function makeHostView(report: FleetReport, name: string, vni: number | undefined): HostView | undefined {
  const { nodes, probes } = report
  const host = nodes.find(({ node }) => node === name)
  if (host === undefined) {
    return undefined
  }
  const { node, isSelf, state, goneSince, removedAt, record, says } = host
  const directions = vni === undefined ? undefined : directionsIn(nodes, vni)
  const place = directions?.nodes.indexOf(node) ?? -1
  const probed = directionIn(probes.directions, nodes)
  return {
    ...{ node, isSelf, state },
    ...(goneSince !== undefined && { goneSince }),
    ...(removedAt !== undefined && { removedAt }),
    ...(record !== undefined && { agent: record.agent }),
    ...(record?.page !== undefined && { page: record.page }),
    ...(says !== undefined && { applied: says.applied, mode: says.mode }),
    ...(says?.certificateEnds !== undefined && { certificateEnds: says.certificateEnds }),
    vteps: record?.vteps.filter((vtep) => vtep.vni === vni) ?? [],
    otherVnis: [...vnisOfNode(host)].filter((each) => each !== vni).sort((one, other) => one - other),
    peers:
      directions === undefined || vni === undefined || place < 0
        ? []
        : directions.nodes.flatMap((peer, at) =>
            at === place
              ? []
              : [
                  {
                    node: peer,
                    out: { ...directions.at(place, at), probe: probed(vni, node, peer) },
                    in: { ...directions.at(at, place), probe: probed(vni, peer, node) },
                  },
                ],
          ),
  }
}

function vnisOfNode({ record, claims }: NodeReport): Set<number> {
  return new Set([...(record?.vteps ?? []), ...claims].map(({ vni }) => vni))
}

function vnisOf(nodes: readonly NodeReport[], findings: readonly Found[]): ViewedVni[] {
  const hosts = new Map<number, number>()
  for (const node of nodes) {
    for (const vni of vnisOfNode(node)) {
      hosts.set(vni, (hosts.get(vni) ?? 0) + 1)
    }
  }
  const errors = new Map<number, number>()
  const warnings = new Map<number, number>()
  for (const { vni, severity } of findings) {
    if (vni !== undefined) {
      const counts = severity === 'error' ? errors : warnings
      counts.set(vni, (counts.get(vni) ?? 0) + 1)
    }
  }
  return [...hosts]
    .sort(([one], [other]) => one - other)
    .map(([vni, count]) => ({ vni, hosts: count, errors: errors.get(vni) ?? 0, warnings: warnings.get(vni) ?? 0 }))
}

/** The worst that was found of each host. Errors come first. */
function severities(findings: readonly Found[]): Map<string, FleetSeverity> {
  const worst = new Map<string, FleetSeverity>()
  for (const { severity, nodes } of findings) {
    for (const node of nodes) {
      worst.set(node, worst.get(node) ?? severity)
    }
  }
  return worst
}

function viewedHost(
  { node, isSelf, state, record, claims, says }: NodeReport,
  vni: number | undefined,
  severity: FleetSeverity | undefined,
): ViewedHost {
  const claimed = claims.filter((claim) => claim.vni === vni).map(({ address }) => address)
  const stated = record?.vteps.filter((vtep) => vtep.vni === vni).map(({ local, advertise }) => advertise ?? local)
  return {
    ...{ node, state },
    ...(isSelf && { isSelf }),
    addresses: claimed.length > 0 ? claimed : (stated ?? []),
    ...(says !== undefined && { mode: says.mode }),
    ...(severity !== undefined && { severity }),
  }
}

/** What probes show of the directions of one VNI, by sender and receiver. */
function probesOf({ probes }: FleetReport, vni: number): Map<string, Map<string, ProbeDirection>> {
  const found = new Map<string, Map<string, ProbeDirection>>()
  for (const direction of probes.directions) {
    if (direction.vni === vni) {
      const { from, to } = direction
      const ofSender = found.get(from) ?? new Map<string, ProbeDirection>()
      found.set(from, ofSender.set(to, direction))
    }
  }
  return found
}

/** How this host probes, as the others do by default; and whether all that they found is here. */
function probesText({ probes: { isOn, every, members, directions, directionCount } }: FleetReport): string {
  const how = !isOn
    ? 'Probes are off on this host.'
    : `This host probes ${members === undefined || every === undefined ? 'others' : `${countOf(members, 'random member')} of each VNI every ${briefSpan(every)}`}.`
  return directionCount > directions.length
    ? `${how} Of ${directionCount.toLocaleString()} directions that were probed ${directions.length.toLocaleString()} are here, those that fail first.`
    : how
}

/** The row of a host that is not present is one of directions that nobody looked at. */
function rowsOf(
  hosts: readonly NodeReport[],
  directions: Directions,
  probes: ReadonlyMap<string, ReadonlyMap<string, ProbeDirection>>,
): string[] {
  const placeOf = new Map(directions.nodes.map((node, place) => [node, place]))
  const places = hosts.map(({ node }) => placeOf.get(node))
  const codes = new Uint8Array(hosts.length)
  return places.map((from, row) => {
    const probed = probes.get(hosts[row]?.node ?? '')
    if (from === undefined) {
      return rowOf('absent', hosts.length)
    }
    for (const [at, to] of places.entries()) {
      codes[at] = codeOf(
        to === undefined || to === from
          ? 'absent'
          : healthOf(directions.at(from, to), probed?.get(hosts[at]?.node ?? '')),
      )
    }
    return writeRow(codes)
  })
}

function byName(one: NodeReport, other: NodeReport): number {
  return one.node < other.node ? -1 : 1
}
