/** Whether the overlay carries traffic, as far as that is seen from this host: the answer of `vxagent doctor` and `/v1/health`. */

/** Every check, in the order in which they are reported, with the question that it answers. */
export const healthChecks = {
  'underlay-device': 'Is the underlay device there and up, with a carrier, and does it hand on what it receives?',
  'local-address': 'Is the outer source address an address of this host?',
  route: 'Is there a route to each VTEP, and does it lead by the device that the link is bound to?',
  'next-hop': 'Does the next hop to each VTEP answer ARP or ND?',
  'way-in': 'Does this host accept what a VTEP sends, by the device on which it arrives?',
  membership: 'Has this host joined the multicast group of each VNI?',
  querier: 'Does somebody ask on the underlay which groups are wanted?',
  'membership-limit': 'Is there room for another multicast group?',
  silence: 'Does something come back from the VNIs that this host sends to?',
  probe: 'Do members of the fleet answer probes through the overlay?',
  'probe-size': 'Does a packet of the full size pass to them, and back?',
  'reverse-path-filter': 'Has the kernel dropped packets because their source is reached by another device?',
  'udp-ports': 'Do UDP packets or ICMP errors arrive that tell of a wrong port?',
  drops: 'Do the counters of dropped frames and errors grow?',
  'port-mix': 'Do all links use the same UDP port?',
  mtu: 'Does the underlay carry the largest frame that a link lets through?',
  'guest-mtu': 'Do the other ports of the bridge send frames that the tunnel can carry?',
  'duplicate-mac': 'Is each MAC address in one place only?',
  'static-entry': 'Do static forwarding entries agree with where frames come from?',
  'static-neighbour': 'Do static neighbours lead to MAC addresses that were heard of?',
  'duplicate-address': 'Are the addresses of this host used by this host alone?',
} as const

export type HealthCheckCode = keyof typeof healthChecks

/** `fault`: frames are lost, or nothing says that they are not. `warning`: something to know, or that will lose frames later. */
export type HealthSeverity = 'fault' | 'warning'

/** One thing that a check found. Keys that do not apply are not there. */
export interface HealthFinding {
  readonly check: HealthCheckCode
  readonly severity: HealthSeverity
  /** What it is about. It stays the same while the finding lasts, and no other of the check and severity has it. */
  readonly subject: string
  /** The links that it concerns, in the order of their names; none of a finding about the host. */
  readonly links: readonly string[]
  readonly vni?: number
  /** The VTEP or multicast group. */
  readonly vtep?: string
  /** The MAC address. */
  readonly mac?: string
  /** What was found, as a sentence without a full stop. */
  readonly found: string
  /** What it means for the traffic. */
  readonly means: string
  /** What to do: a command where one cures it. */
  readonly cure: string
}

/** A finding, and since when it is so. */
export interface StandingFinding extends HealthFinding {
  /** ISO 8601, UTC: when it was first seen; undefined of a single look. */
  readonly since?: string
}

/** What one check came to. */
export interface HealthCheckResult {
  readonly check: HealthCheckCode
  readonly question: string
  /** `not looked`: `why` says what keeps it from being looked at. `nothing to look at`: no link concerns it. */
  readonly result: 'ok' | 'fault' | 'warning' | 'not looked' | 'nothing to look at'
  /** What was looked at, such as `the neighbour table for 3 next hops`. */
  readonly lookedAt: string
  readonly why?: string
  readonly findings: readonly StandingFinding[]
}

/** The whole. */
export interface HealthReport {
  /** ISO 8601, UTC: of the look. */
  readonly at: string
  /** How long it took, in milliseconds. */
  readonly tookMs: number
  /** For how many seconds counters have been watched. */
  readonly watchedSeconds: number
  /** How many faults and warnings there are. */
  readonly faults: number
  readonly warnings: number
  readonly checks: readonly HealthCheckResult[]
  /** What cannot be seen from this end, a sentence each. */
  readonly unseen: readonly string[]
  /** What was looked at: the vxlans of this host, and the VTEPs and multicast groups that they lead to. */
  readonly links: readonly string[]
  readonly vteps: readonly string[]
}

/** The part of it that `vxagent status` shows. */
export interface HealthStatus {
  /** `no fault seen` promises no more than that the checks found none. */
  readonly verdict: 'no fault seen' | 'impaired'
  /** ISO 8601, UTC: of the last look. */
  readonly checkedAt: string
  /** How many there are; `findings` has the first fifty, faults before warnings. */
  readonly faults: number
  readonly warnings: number
  readonly findings: readonly StandingFinding[]
}
