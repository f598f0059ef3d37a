/** Hosts of a fleet as the report of the fleet process has them. */
import { DestinationSet } from '../../../src/fleet/members/destinations.ts'
import type { PublishedVtep } from '../../../src/fleet/records/node-record.ts'
import type { FleetReport, NodeReport } from '../../../src/fleet/run/report.ts'

export function vtep(parts: Partial<PublishedVtep> = {}): PublishedVtep {
  return {
    vni: 42,
    link: 'vxlan42',
    local: '10.0.0.1',
    dstport: 4789,
    mtu: 1450,
    mac: '02:00:00:00:00:01',
    flags: [],
    addresses: [],
    ...parts,
  }
}

/** What is varied of a host. */
export interface NodeParts {
  readonly state?: NodeReport['state']
  readonly vteps?: readonly PublishedVtep[]
  /** Revision of its record, and that it says it has applied. */
  readonly revision?: number
  readonly applied?: number
  readonly mode?: 'live' | 'stale' | 'frozen'
  /** What it says it has in VNI 42, by the addresses. */
  readonly has?: readonly string[]
  readonly missing?: readonly string[]
  readonly missingCount?: number
}

/** A host whose last part of the address is its number, with one VTEP in VNI 42 unless others are given. */
export function host(number: number, parts: NodeParts = {}): NodeReport {
  const node = `host${number}`
  const { state = 'present', revision = 10, applied = 10, mode = 'live', missing = [] } = parts
  const vteps = parts.vteps ?? [vtep({ local: `10.0.0.${number}` })]
  const vnis = [...new Set(vteps.map(({ vni }) => vni))].map((vni) => ({
    vni,
    hash: new DestinationSet(parts.has ?? []).hash,
    missing: [...missing],
    missingCount: parts.missingCount ?? missing.length,
  }))
  return {
    node,
    isSelf: number === 1,
    state,
    record: { v: 1, id: node, instance: 'i', boot: 'b', agent: '0.1.0', vteps: [...vteps] },
    revision,
    macs: [],
    claims: vteps.map(({ vni, local, advertise }) => ({ vni, address: advertise ?? local })),
    says: { v: 1, applied, mode, agent: '0.1.0', vnis, problems: [] },
  }
}

/** Without what it says of itself. */
export function silentHost(number: number, parts: NodeParts = {}): NodeReport {
  const { says: _, ...rest } = host(number, parts)
  return rest
}

export function report(parts: Partial<FleetReport> = {}): FleetReport {
  return {
    fleet: 'prod',
    node: 'host1',
    version: '0.1.0',
    mode: 'live',
    since: '2026-12-01T00:00:00Z',
    publishing: 'yes',
    store: {
      cluster: '77',
      revision: 10,
      storeRevision: 12,
      latestChange: 10,
      endpoints: [
        { endpoint: '10.9.0.1:2379', version: '3.5.16', hasLeader: true, revision: 12, alarms: [] },
        { endpoint: '10.9.0.2:2379', error: 'no answer in time' },
      ],
      lease: { id: '99', seconds: 60, keptSecondsAgo: 3 },
    },
    agent: { handedOverSecondsAgo: 2 },
    nodes: [host(1), host(2)],
    macs: [],
    links: {},
    problems: [],
    pushes: [],
    findings: [],
    probes: { isOn: true, every: 60, members: 3, without: [], directions: [], directionCount: 0 },
    counters: { lists: 1, repairs: 0, leases: 1, failures: 0 },
    ...parts,
  }
}
