/**
 * What the agent and the fleet process say to each other: what the agent shows of its links (`GET /v1/fleet`), and what the fleet process
 * hands over for them (`PUT /v1/fleet`). The fleet process speaks to etcd and has no right to change the network; the agent has that right,
 * speaks to no network, and takes what is handed over as the words of a stranger.
 */
import type { FleetSpec } from '../desired/schema.ts'
import type { ProbePlace, ProbeSummary } from './probes.ts'
import type { PushedPicture, PushedStanding } from './pushed.ts'
import type { ObjectStatus } from './status.ts'

/**
 * How the store stands, as the fleet process sees it. `live`: what it says is followed. `stale`: the store is silent; nothing changes.
 * `frozen`: it answers, but too much is gone at once; nothing is removed.
 */
export type FleetMode = 'live' | 'stale' | 'frozen'

/** After so many milliseconds without a handover the fleet process is called silent: three of its heartbeats. */
export const fleetSilentMs = 45_000

/** How a member stands. `gone`: its record is no longer in the store, and its entries stay until the grace is over. */
export type MemberState = 'present' | 'gone'

/** A destination for frames without an entry of their own: the VTEP of another member. */
export interface FleetRemote {
  /** Address of the VTEP. */
  readonly dst: string
  /** UDP port, where it is not the link's own. */
  readonly port?: number
  /** The id of the member that has it. */
  readonly node: string
  readonly state: MemberState
  /** Of one that is gone: when the fleet process saw that, and when it is to be removed at the earliest. ISO 8601, UTC, by this host's clock. */
  readonly goneSince?: string
  readonly removedAt?: string
}

/** What one link is to have. */
export interface FleetLinkState {
  readonly vni: number
  readonly remotes: readonly FleetRemote[]
  /** What is behind the members; of a link that asks for it. */
  readonly macs?: FleetMacs
}

/** MAC addresses behind the members of a VNI, in chunks that are known by the hash of their text: the first 32 hex digits of its SHA-256. */
export interface FleetMacs {
  readonly count: number
  readonly chunks: readonly string[]
}

/** One MAC address behind a member. */
export interface FleetMac {
  readonly mac: string
  readonly node: string
  /** Address of its VTEP, and the UDP port, where it is not the link's own. */
  readonly dst: string
  readonly port?: number
  /** IP addresses that are known at it. */
  readonly ips: readonly string[]
}

/** How bad a problem is. An `error` costs traffic, or will. */
export type FleetSeverity = 'error' | 'warning'

/** Something that a person is to know. */
export interface FleetProblem {
  /** Such as `duplicate-vtep`. */
  readonly code: string
  readonly severity: FleetSeverity
  /** What is so, and what to do. */
  readonly message: string
  /** The members it is about, and the VNI, where it is about one. */
  readonly nodes: readonly string[]
  readonly vni?: number
  /** Since when the fleet process sees it: ISO 8601, UTC, by this host's clock. */
  readonly since: string
}

/**
 * What the fleet process hands over: all of it each time. Of chunks of MAC addresses the hashes say which, and `chunks` has those that the agent
 * may not have yet.
 */
export interface FleetHandover {
  readonly v: 1
  /** The fleet, and the id of this host in it. */
  readonly fleet: string
  readonly node: string
  /** The store's revision that it was derived from; 0 before the first list of this run. */
  readonly revision: number
  readonly mode: FleetMode
  /** Since when it is in this mode: ISO 8601, UTC, by this host's clock. */
  readonly since: string
  /** Why it is not live. */
  readonly reason?: string
  /** Members of the fleet, this host among them, and how many of them are gone. */
  readonly members: number
  readonly gone: number
  /** By link. Of a link that says `fleet` and is not here, nothing has been derived yet: it keeps what it has. */
  readonly links: Readonly<Record<string, FleetLinkState>>
  readonly problems: readonly FleetProblem[]
  /** What probes through the overlay have found; absent where they are off, and from an earlier version. They decide nothing about entries. */
  readonly probes?: ProbeSummary
  /** Texts of chunks by their hashes; not in what is kept and shown. Each line is `MAC NODE ADDRESS PORT|- IP…`. */
  readonly chunks?: Readonly<Record<string, string>>
  /** Since the fleet process started. */
  readonly counters: {
    /** Lists of the whole fleet; differences that a full comparison found; leases granted; failed calls. */
    readonly lists: number
    readonly repairs: number
    readonly leases: number
    readonly failures: number
  }
}

/** The VTEP of a link as the kernel has it. */
export interface FleetVtep {
  /** The outer source address: the link's `local`, else the one that the route, or `dev`, gives. */
  readonly address: string
  readonly dev?: string
  /** UDP destination port. */
  readonly dstport: number
  /** Of the link, and of its underlay device, in bytes. */
  readonly mtu: number
  readonly underlayMtu?: number
  readonly mac: string
  readonly learning: boolean
  readonly gbp: boolean
  readonly gpe: boolean
  /** The multicast group that it floods to besides. */
  readonly group?: string
  /** The overlay addresses of the link, and of the bridge that it is a port of: `10.0.1.1/24`. */
  readonly addresses: readonly string[]
  /** Where a socket in the overlay may stand, for probes, or why none may; absent from an earlier version of the agent. */
  readonly probe?: ProbePlace | { readonly why: string }
}

/** A link that says `fleet`, in one list or more. */
export interface FleetLink {
  readonly name: string
  /** Whether its `remotes` are those of the fleet. */
  readonly asksForRemotes: boolean
  /** Whether it asks for what is behind the members: `fdb` or `neighbours`. */
  readonly asksForMacs: boolean
  /** What the file says. */
  readonly vni: number
  readonly state: ObjectStatus['state']
  /** Absent while the kernel has no such link that is up, with this VNI, and a source address that is known. */
  readonly vtep?: FleetVtep
  /** Why it is absent. */
  readonly obstacle?: string
  /** Of what was handed over, the destinations that the kernel lacks: the first of them, and how many there are. */
  readonly missing: readonly string[]
  readonly missingCount: number
  /** Destinations for flooded frames that the kernel has and neither the files nor the handover name; the first 16 of them. */
  readonly unexplained: readonly string[]
  /** Of the MAC addresses that were handed over, how many are to be in the forwarding table, and how many the kernel lacks. */
  readonly macs?: { readonly wanted: number; readonly missing: number }
}

/**
 * What the agent shows of the MAC addresses that this host has behind it, as a stream: the whole first, in pieces, then what changes. The whole
 * may come again at any time.
 */
export interface FleetMacsShown {
  /** Whether it begins anew: what was shown before is over. */
  readonly begins?: true
  /** Whether all is shown by now. */
  readonly isWhole: boolean
  /** By link. */
  readonly links: Readonly<
    Record<
      string,
      {
        readonly vni: number
        /** `MAC own|- IP…`: `own` where it is that of the link or of its bridge. */
        readonly added: readonly string[]
        readonly removed: readonly string[]
      }
    >
  >
}

/** The answer of `GET /v1/fleet`. */
export interface FleetPicture {
  /** The `fleet:` section of the state in force; absent: this host is in no fleet. */
  readonly settings?: FleetSpec
  readonly links: readonly FleetLink[]
  /** What was handed over last, by this run of the fleet process or an earlier one. */
  readonly handover?: FleetHandover
  /** Milliseconds since it was; absent when it is from before the agent started. */
  readonly heardMsAgo?: number
  /** Why what was handed over is not in force, where it is not: it is of another fleet. */
  readonly unused?: string
  /** Files that operators pushed; absent of an agent that knows of none. */
  readonly pushed?: PushedPicture
}

/** The answer of `GET /v1/fleet/chunks`: chunks of MAC addresses that were handed over last, by hash. */
export interface FleetChunks {
  readonly chunks: Readonly<Record<string, string>>
}

/** The answer of `PUT /v1/fleet`, when the kernel has been brought there. */
export interface FleetReceipt {
  /** That of the handover. */
  readonly revision: number
  /** Of what was handed over: how many destinations the kernel lacks, by link; links that lack none are not here. */
  readonly missing: Readonly<Record<string, number>>
  /** Why links are not as they should be, by link: what the kernel refused, or what must come first. */
  readonly failures: Readonly<Record<string, string>>
  /** Hashes of chunks that the agent does not have: it has taken nothing, and wants it again with these. */
  readonly wants?: readonly string[]
  /** Why what was handed over is not in force, where it is not: see `FleetPicture`. */
  readonly unused?: string
  /** Why it could not be written to the disk, and so is lost if the agent ends. */
  readonly notKept?: string
}

/** How this host stands with its fleet: a part of the status of a host whose files name one. */
export interface FleetStatus {
  /** The fleet that the files name. */
  readonly name: string
  /** Of what was handed over last for it, by this run of the fleet process or an earlier one; absent while nothing was. */
  readonly heard?: Pick<
    FleetHandover,
    'node' | 'mode' | 'since' | 'reason' | 'members' | 'gone' | 'revision' | 'counters'
  > & {
    /** When it was handed over: ISO 8601, UTC. Absent when that was before the agent started. */
    readonly at?: string
    /** Problems, by code. */
    readonly problems: readonly Pick<FleetProblem, 'code' | 'severity' | 'message'>[]
    /** How many there are; so many of them are in `problems` at most: 16. */
    readonly problemCount: number
    /** What probes through the overlay came to, of the first 256 VNIs; absent where they are off, and once nobody says any more that it is so. */
    readonly probes?: Pick<ProbeSummary, 'every' | 'staleAfter' | 'vnis' | 'answeredRequests' | 'refusedRequests'>
  }
  /** Links that ask it, and how many destinations that were handed over for them the kernel lacks. */
  readonly links: number
  readonly missing: number
  /** Files that operators pushed to this host, and how the last revision of each stands; absent: none. */
  readonly pushed?: readonly PushedStanding[]
  /** MAC addresses that were handed over for them. */
  readonly macs: number
  /** Why what was handed over is not in force. */
  readonly unused?: string
}
