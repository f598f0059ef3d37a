/** Remotes, the ways to them, memberships and counters → the rows of `vxagent tunnels`. Pure. */
import type { LinkStats, VnifilterEntry } from '../../../rtnetlink/index.ts'
import {
  type FleetMoment,
  sources,
  type Traffic,
  type Tunnel,
  type TunnelSource,
  type Tunnels,
} from '../../answers/tunnel.ts'
import type { MemberAt } from '../../fleet/member-at.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'
import type { Observed } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { queryKey, type UnderlayPaths } from '../underlay/look-up.ts'
import type { Remote } from './remotes.ts'

/** What the fleet process said last. */
export interface FleetKnowledge extends FleetMoment {
  readonly memberAt: MemberAt
}

/** All that is known. */
export interface TunnelFacts {
  readonly observed: Observed
  readonly remotes: readonly Remote[]
  readonly paths: UnderlayPaths
  readonly memberships: Memberships
  /** By ifindex. */
  readonly linkStats: ReadonlyMap<number, LinkStats>
  /** By ifindex, then by VNI: of links that filter VNIs. */
  readonly vniStats: ReadonlyMap<number, ReadonlyMap<number, NonNullable<VnifilterEntry['stats']>>>
  /** Milliseconds since 1970: since when the remote is known. */
  readonly firstSeen: (remote: Remote) => number | undefined
  /** Of a host in a fleet. */
  readonly fleet?: FleetKnowledge
  /** When the forwarding entries were dumped: what their ages count from. Milliseconds since 1970. */
  readonly dumpedAtMs: number
}

/** Of a remote that is known by the number of its nexthop group alone. */
const notLookedAt = 'its members are not known: whether it is reached was not looked at'

/** One row a remote, and a line a VNI. */
export function tunnelsOf(facts: TunnelFacts): Tunnels {
  const { remotes } = facts
  const counts = new Map<string, number>()
  for (const { ifname, vni } of remotes) {
    counts.set(`${ifname} ${vni}`, (counts.get(`${ifname} ${vni}`) ?? 0) + 1)
  }
  const traffic = trafficOf(facts)
  return {
    tunnels: remotes.map((remote) => {
      const key = `${remote.ifname} ${remote.vni}`
      return row(remote, facts, counts.get(key) === 1 ? traffic.get(key)?.traffic : undefined)
    }),
    vnis: [...traffic.values()],
    ...(facts.fleet !== undefined && { fleet: momentOf(facts.fleet) }),
  }
}

function momentOf({ mode, since, reason }: FleetKnowledge): FleetMoment {
  return { mode, since, ...(reason !== undefined && { reason }) }
}

function row(remote: Remote, facts: TunnelFacts, traffic: Traffic | undefined): Tunnel {
  const { paths, memberships, dumpedAtMs } = facts
  const { ifname, vni, address, isGroup, nexthopGroups, dstport, macs, isFloodedTo } = remote
  const { query, idleTicks, standingTicks } = remote
  const underlay = (query && paths.get(queryKey(query))) ?? { isResolved: false, problem: notLookedAt }
  const standingMs = standingTicks === undefined ? undefined : dumpedAtMs - standingTicks * 10
  const firstSeenMs = facts.firstSeen(remote) ?? standingMs
  const data = vxlanData(facts.observed.links.get(remote.index))
  const member = facts.fleet?.memberAt(vni, address, dstport)
  const dev = facts.observed.links.get(query?.oif ?? data?.link ?? 0)?.attributes.ifname ?? underlay.dev
  return {
    ifname,
    vni,
    remote: address,
    ...(nexthopGroups.size > 0 && { nexthopGroups: [...nexthopGroups] }),
    isGroup,
    dstport,
    sources: (Object.keys(sources) as TunnelSource[]).filter(
      (source) => remote.sources.has(source) || (source === 'fleet' && isFloodedTo && member !== undefined),
    ),
    macs,
    isFloodedTo,
    underlay,
    ...(isGroup && { membership: memberships.get(dev ?? '')?.has(address) === true ? 'joined' : 'not joined' }),
    ...(firstSeenMs !== undefined && { firstSeen: new Date(firstSeenMs).toISOString() }),
    ...(idleTicks !== undefined && { lastSeen: new Date(dumpedAtMs - idleTicks * 10).toISOString() }),
    ...(member !== undefined && { node: member.node }),
    ...(member?.goneSince !== undefined && { goneSince: member.goneSince }),
    ...(member?.removedAt !== undefined && { removedAt: member.removedAt }),
    ...(traffic !== undefined && { traffic }),
  }
}

/** What each VNI carries, by link and VNI. */
function trafficOf({ observed, linkStats, vniStats }: TunnelFacts): Map<string, Tunnels['vnis'][number]> {
  const traffic = new Map<string, Tunnels['vnis'][number]>()
  for (const link of observed.links.values()) {
    const data = vxlanData(link)
    const stats = linkStats.get(link.index)
    const { ifname = `${link.index}` } = link.attributes
    if (data === undefined) {
      continue
    }
    for (const [vni, counted] of vniStats.get(link.index) ?? []) {
      const { rxPackets = 0n, rxBytes = 0n, txPackets = 0n, txBytes = 0n } = counted
      const numbers = [rxPackets, rxBytes, txPackets, txBytes].map(Number)
      const [rx = 0, rxB = 0, tx = 0, txB = 0] = numbers
      traffic.set(`${ifname} ${vni}`, {
        ifname,
        vni,
        traffic: { rxPackets: rx, rxBytes: rxB, txPackets: tx, txBytes: txB },
      })
    }
    // The counters of a link that carries many VNIs are nobody's own.
    if (data.collectMetadata !== true && stats !== undefined) {
      const { rxPackets, rxBytes, txPackets, txBytes } = stats
      const vni = data.id ?? 0
      traffic.set(`${ifname} ${vni}`, { ifname, vni, traffic: { rxPackets, rxBytes, txPackets, txBytes } })
    }
  }
  return traffic
}
