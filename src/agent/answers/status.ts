/** What the agent says of itself and of each object: the answer of `/v1/status`, and the heart of state.json. */
import type { DesiredStatus } from './desired-status.ts'
import type { FleetStatus } from './fleet.ts'
import type { HealthStatus } from './health.ts'

/** How one desired object stands. */
export interface ObjectStatus {
  readonly name: string
  /** `port`: a link that is not vxagent's, as a port of a bridge that is. */
  readonly kind: 'vxlan' | 'bridge' | 'port'
  /**
   * `converged`: the kernel has what was declared. `waiting`: something must come first, such as the underlay device.
   * `failing`: the kernel refused; it is tried again. `conflict`: a person must decide.
   */
  readonly state: 'converged' | 'waiting' | 'failing' | 'conflict'
  /** Why it is not converged, and what to do. */
  readonly reason?: string
  /** The interface that it waits for, where no file declares that one. */
  readonly missing?: string
  /** Where the files ask for what the reason is about. */
  readonly source?: { readonly file: string; readonly line: number; readonly column: number }
  /** Settings to know of that do not keep it from converging. */
  readonly warnings: readonly string[]
  /** Since when it is in this state: ISO 8601, UTC. */
  readonly since: string
  /** Only while it exists. */
  readonly ifindex?: number
  /** Failed attempts in a row, and when the next follows: ISO 8601, UTC. Of several failures the most, and the first. */
  readonly attempts?: number
  readonly nextAttempt?: string
  /** Each part of it that fails: an address, entries, a key. Whatever else is declared of it is there. */
  readonly failures?: readonly PartFailure[]
  /** The last time that drift was repaired. */
  readonly lastRepair?: { readonly at: string; readonly what: readonly string[] }
}

/** A part of an object that the kernel refused. */
export interface PartFailure {
  /** What was refused, what the kernel said, and what to do. */
  readonly reason: string
  /** Where the files ask for it. */
  readonly source?: { readonly file: string; readonly line: number; readonly column: number }
  /** Failed attempts in a row. */
  readonly attempts: number
  /** When the next follows: ISO 8601, UTC. */
  readonly nextAttempt: string
}

/** The whole. */
export interface AgentStatus {
  readonly version: string
  /** The name of the host, as the kernel has it. */
  readonly hostname: string
  readonly pid: number
  /** ISO 8601, UTC. */
  readonly startedAt: string
  /** The state directory that the agent keeps: an absolute path. */
  readonly stateDir: string
  /** True when the first pass is over, the desired files are valid, were not rolled back, and every object is converged. */
  readonly converged: boolean
  /** Only until the first pass is over: what the kernel has is not known yet. */
  readonly isStarting?: true
  /** What keeps the agent as a whole from its work. */
  readonly problem?: string
  readonly desired: DesiredStatus
  readonly objects: readonly ObjectStatus[]
  /** Whether the overlay carries traffic, as of the last look; undefined before the first one, and without a daemon. */
  readonly health?: HealthStatus
  /** Of a host whose files name a fleet. */
  readonly fleet?: FleetStatus
  readonly counters: {
    readonly reconciles: number
    readonly repairs: number
    readonly resyncs: number
    readonly overruns: number
    readonly events: number
    readonly requests: number
    readonly dumps: number
  }
}

/** One action of an apply and how it went. */
export interface AppliedAction {
  readonly sign: '+' | '~' | '-/+' | '-'
  readonly description: string
  /** What a replacement took along: see `takesAlong` of the plan. */
  readonly takesAlong?: readonly string[]
  /** Why it failed. */
  readonly error?: string
}

/** The answer of `POST /v1/apply`. */
export interface ApplyReport {
  readonly actions: readonly AppliedAction[]
  /** How long it took from the desired state to the kernel being as it says, in milliseconds; reading the files is not in it. */
  readonly reconcileMs: number
  readonly status: AgentStatus
}
