/** The overlay's tunnels: for each VNI the remote VTEPs and groups that frames go to, and how each is known and reached. */

import type { FleetHandover } from './fleet.ts'

/** How a remote is known. */
export const sources = {
  learned: 'the kernel learned it from frames that came from there',
  static: 'an entry for a MAC address that a person or a program put there',
  'head-end': 'one of the destinations to which frames without an entry are sent (head-end replication)',
  fleet: 'a member of the fleet (`remotes: fleet`): the fleet process says that it is there',
  group: 'the multicast group to which frames without an entry are sent',
  extern_learn: 'a control plane such as FRR put it there',
} as const

export type TunnelSource = keyof typeof sources

/** How the underlay reaches it. */
export interface UnderlayPath {
  /** Whether frames can leave now: there is a route, and the next hop has a MAC address or can be asked for one. */
  readonly isResolved: boolean
  /** What stands in the way, or keeps answers from arriving: `there is no route to 10.0.2.9`, `10.0.2.9 does not answer ARP on eth1`. */
  readonly problem?: string
  /** The underlay device. */
  readonly dev?: string
  /** The next hop, when it is not on the link. */
  readonly gateway?: string
  /** The outer source address. */
  readonly source?: string
  /** Of the route or its device, in bytes. */
  readonly mtu?: number
  /** The next hop's MAC address, and what the kernel's neighbour table says: `reachable`, `stale`, `failed`, ... */
  readonly nextHopMac?: string
  readonly neighbour?: string
  /** When the next hop last proved to the kernel that it is there: ISO 8601, UTC. Of the gateway where there is one, never of the VTEP behind it. */
  readonly confirmedAt?: string
  /** Of a next hop that did not answer: when it was last asked. ISO 8601, UTC. */
  readonly askedAt?: string
}

/** One remote of one VNI. */
export interface Tunnel {
  /** The vxlan link. */
  readonly ifname: string
  readonly vni: number
  /** A VTEP's address, a multicast group, or the name of a nexthop group whose members were not looked at. */
  readonly remote: string
  /** The nexthop groups that it is a member of: the kernel picks one member per flow. */
  readonly nexthopGroups?: readonly number[]
  readonly isGroup: boolean
  /** UDP destination port. */
  readonly dstport: number
  readonly sources: readonly TunnelSource[]
  /** Unicast MAC addresses behind it. */
  readonly macs: number
  /** Whether frames without an entry of their own go there too. */
  readonly isFloodedTo: boolean
  readonly underlay: UnderlayPath
  /** Of a group: whether this host has joined it on the underlay device, from /proc/net/igmp and igmp6. */
  readonly membership?: 'joined' | 'not joined'
  /** ISO 8601, UTC: when the agent first saw an entry lead there, and when the kernel last had a frame from there (or, static ones apart, to there). */
  readonly firstSeen?: string
  readonly lastSeen?: string
  /** The member of the fleet that it is; of one that is gone: since when, and when its entry is removed. ISO 8601, UTC. */
  readonly node?: string
  readonly goneSince?: string
  readonly removedAt?: string
  /** Frames through the tunnel, where the kernel counts them for this remote alone: those of a link, or VNI, that has no other. */
  readonly traffic?: Traffic
}

/** Counters since the link, or VNI, was made. */
export interface Traffic {
  readonly rxPackets: number
  readonly rxBytes: number
  readonly txPackets: number
  readonly txBytes: number
}

/** How the store of the fleet stands: what members do, and whether they are there, is as old as that. */
export type FleetMoment = Pick<FleetHandover, 'mode' | 'since' | 'reason'>

/** The answer of `/v1/tunnels`. */
export interface Tunnels {
  readonly tunnels: readonly Tunnel[]
  /** What each VNI carries, to and from all of its remotes. */
  readonly vnis: readonly { readonly ifname: string; readonly vni: number; readonly traffic: Traffic }[]
  /** Of a host in a fleet. */
  readonly fleet?: FleetMoment
}
