/** What the page is told: small enough to be asked for every few seconds, with 500 hosts too. */
import type { FleetMode, FleetSeverity } from '../../agent/answers/fleet.ts'
import type { Found } from '../members/all-findings.ts'
import type { Direction } from '../members/pairs.ts'
import type { ProbeDirection } from '../probe/directions.ts'
import type { PublishedVtep } from '../records/node-record.ts'
import type { NodeReport } from '../run/report.ts'

/** A VNI that can be chosen. */
export interface ViewedVni {
  readonly vni: number
  /** Hosts with a VTEP in it, or that had one. */
  readonly hosts: number
  readonly errors: number
  readonly warnings: number
}

/** A host of the chosen VNI. */
export interface ViewedHost {
  readonly node: string
  readonly state: NodeReport['state']
  readonly isSelf?: true
  /** Where the others send frames to it; where none counts, what it says itself. */
  readonly addresses: readonly string[]
  /** What it says of the store; absent where it says nothing. */
  readonly mode?: FleetMode
  /** The worst finding that names it, of this VNI or of the whole. */
  readonly severity?: FleetSeverity
}

/** One VNI of the fleet. */
export interface FleetView {
  readonly fleet: string
  /** This host, and its version of vxagent. */
  readonly node: string
  readonly version: string
  readonly mode: FleetMode
  readonly since: string
  readonly reason?: string
  readonly frozen?: { readonly since: string; readonly secondsLeft: number }
  /** Why what members say of themselves could not be read, and why the agent does not answer. */
  readonly statesError?: string
  readonly agentError?: string
  /** The last change of a record: what the findings and entries are compared with. */
  readonly revision: number
  readonly members: number
  readonly vnis: readonly ViewedVni[]
  /** The VNI that the rest is of; absent while no host has one. */
  readonly vni?: number
  /** By name. */
  readonly hosts: readonly ViewedHost[]
  /** Hosts of the VNI that are beyond the most that are shown. */
  readonly left: number
  /** One for each host: see rows.ts. */
  readonly rows: readonly string[]
  /** How this host probes, in a sentence. */
  readonly probes: string
  /** Those of this VNI and those of the whole, errors first: the first of them, and how many there are of either kind. */
  readonly findings: readonly Found[]
  readonly errors: number
  readonly warnings: number
  /** How many there are in other VNIs. */
  readonly elsewhere: number
}

/** What is known, and how old it is. */
export interface ViewAnswer {
  /** Milliseconds since the fleet process said it; absent while it has said nothing. */
  readonly heardMsAgo?: number
  /** Why the fleet process says nothing now, and for how long. */
  readonly silence?: { readonly forMs: number; readonly reason: string }
  /** Why there is no fleet. */
  readonly noFleet?: string
  readonly view?: FleetView
}

/** An entry, and what probes show. */
export interface ViewedDirection extends Direction {
  readonly probe: ProbeDirection
}

/** Another host as the chosen one and it see each other. */
export interface ViewedPeer {
  readonly node: string
  readonly out: ViewedDirection
  readonly in: ViewedDirection
}

/** A host, and both directions to each other one of the VNI. */
export interface HostView {
  readonly node: string
  readonly isSelf: boolean
  readonly state: NodeReport['state']
  readonly goneSince?: string
  readonly removedAt?: string
  /** Version of vxagent. */
  readonly agent?: string
  readonly applied?: number
  readonly mode?: FleetMode
  readonly certificateEnds?: string
  /** Where it says that its own page is. */
  readonly page?: string
  /** Its VTEPs in this VNI, and the other VNIs that it is in. */
  readonly vteps: readonly PublishedVtep[]
  readonly otherVnis: readonly number[]
  /** By name; empty where it is not present in this VNI. */
  readonly peers: readonly ViewedPeer[]
}
