/** What the fleet process says of the fleet: the answer of `GET /v1/fleet` on its own socket, and what the `vxagent fleet` commands print. */
import type { FleetHandover, FleetMode, FleetProblem } from '../../agent/answers/fleet.ts'
import type { FleetFinding } from '../members/finding.ts'
import type { PushReport } from '../members/push-standing.ts'
import type { ProbeDirection } from '../probe/directions.ts'
import type { NodeRecord } from '../records/node-record.ts'
import type { StateRecord } from '../records/state-record.ts'
import type { Publishing } from './publisher.ts'

/** The address of a VTEP, for frames of one VNI. */
export interface NodeClaim {
  readonly vni: number
  readonly address: string
}

/** One host of the fleet. */
export interface NodeReport {
  readonly node: string
  readonly isSelf: boolean
  /** `unreadable`: its record is in the store, and nobody can read it. */
  readonly state: 'present' | 'gone' | 'leaving' | 'evicted' | 'unreadable'
  /** Of one that is gone. ISO 8601, UTC. */
  readonly goneSince?: string
  readonly removedAt?: string
  /** What it says of itself, or said last; absent of one that is only remembered. */
  readonly record?: NodeRecord
  /** The store's revision at which the record was last changed. */
  readonly revision?: number
  /** Where the others send frames to it: those of its claims that count. */
  readonly claims: readonly NodeClaim[]
  /** MAC addresses that it says are behind it, in the VNIs of which this host asks for them. */
  readonly macs: readonly { readonly vni: number; readonly count: number }[]
  /** How far it says it is; absent where that could not be read. */
  readonly says?: StateRecord
}

/** One endpoint of the store, as it answers now. */
export interface EndpointReport {
  readonly endpoint: string
  readonly version?: string
  /** Whether it follows a leader. */
  readonly hasLeader?: boolean
  readonly revision?: number
  readonly alarms?: readonly string[]
  readonly error?: string
}

/** All that is known. */
export interface FleetReport {
  readonly fleet: string
  readonly node: string
  readonly version: string
  readonly mode: FleetMode
  /** Since when, ISO 8601, UTC, by this host's clock; and why it is not live. */
  readonly since: string
  readonly reason?: string
  /** Removals that are held: since when, and how many seconds of a live store are left until they are made all the same. */
  readonly frozen?: { readonly since: string; readonly secondsLeft: number }
  readonly publishing: Publishing
  readonly store: {
    readonly cluster?: string
    /** Revision that this host is up to date with, and that of the store as of this answer. */
    readonly revision: number
    readonly storeRevision?: number
    /** The last change of a record that this host has heard of: a member that has applied it is up to date. */
    readonly latestChange: number
    readonly endpoints: readonly EndpointReport[]
    readonly lease?: { readonly id: string; readonly seconds: number; readonly keptSecondsAgo: number }
    /** Why what members say of themselves could not be read. */
    readonly statesError?: string
  }
  /** The agent of this host: why it does not answer, or when it last took a handover. */
  readonly agent: { readonly error?: string; readonly handedOverSecondsAgo?: number }
  readonly nodes: readonly NodeReport[]
  /** What the links of this host are to have. */
  readonly links: FleetHandover['links']
  /** MAC addresses of the VNIs of which this host asks for them: those that it says, and those of others that count. */
  readonly macs: readonly { readonly vni: number; readonly own: number; readonly others: number }[]
  readonly problems: readonly FleetProblem[]
  /** Files that operators pushed, and how the last push of each stands. */
  readonly pushes: readonly PushReport[]
  /** What a look at the whole found. */
  readonly findings: readonly FleetFinding[]
  /** What probes through the overlay show, of this host and as the others say. They decide nothing about entries. */
  readonly probes: ProbeReport
  readonly certificateEnds?: string
  readonly counters: FleetHandover['counters']
}

/** What probes show. */
export interface ProbeReport {
  /** Whether this host probes and answers. */
  readonly isOn: boolean
  /** Seconds between two rounds, and members of each VNI in one. */
  readonly every?: number
  readonly members?: number
  /** Links on which it cannot, and why. */
  readonly without: readonly { readonly link: string; readonly vni: number; readonly why: string }[]
  /** Directions of which something is known, and how many there are: at most 20,000 are named, those that fail before others. */
  readonly directions: readonly ProbeDirection[]
  readonly directionCount: number
}

/** The answer while there is no fleet, or none that can be joined. */
export interface NoFleet {
  /** Why: no `fleet:` section, no agent, no certificate. */
  readonly noFleet: string
}
