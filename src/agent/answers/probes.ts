/** What probes through the overlay have found, as the fleet process hands it over, and what it needs for them. They decide nothing about entries. */

/** Where a socket in the overlay of a link may stand. */
export interface ProbePlace {
  /** The link, or the bridge that it is a port of and that carries its VNI alone. */
  readonly device: string
  /** Its ifindex: a link that was made again is another device. And its MTU, in bytes. */
  readonly index: number
  readonly mtu: number
  /** Addresses of that device, without prefix lengths: the link-local one first. At most 4. */
  readonly addresses: readonly string[]
}

/** The probes of one VNI: how many members each is true of, and counts since the fleet process started. */
export interface VniProbes {
  readonly vni: number
  readonly reachable: number
  readonly unreachable: number
  /** Members that are there, and of which no probe says anything that is fresh. */
  readonly unknown: number
  /** Of the reachable ones, those to which a frame of the full size does not pass. */
  readonly smaller: number
  /** Probes sent, and those without an answer in time. */
  readonly sent: number
  readonly lost: number
  /** Of those that were answered: their number, and the sum of their round trips in seconds. */
  readonly answered: number
  readonly roundTripSeconds: number
}

/** Something that probes to one member have found and a person is to know. Times are ISO 8601, UTC, by this host's clock. */
export interface ProbeFinding {
  readonly vni: number
  /** The link of this host, the member, and the address of its VTEP. */
  readonly link: string
  readonly node: string
  readonly vtep: string
  /** `unreachable`: none of the last probes was answered. `smaller`: small ones are, and those of the full size are not. */
  readonly kind: 'unreachable' | 'smaller'
  /** When it was probed last, and since when it is so: after the last answer, or since the first probe where there never was one. */
  readonly at: string
  readonly since: string
  /** Whether there was ever an answer in this run. */
  readonly wasReachable: boolean
  /** Of the last probes. */
  readonly sent: number
  readonly lost: number
  /** When a probe of that member was heard last, if that was after the failure was seen: the other direction works then. */
  readonly heardAt?: string
  /** Inner IP packets, in bytes: the largest that passes, and the smallest that does not. */
  readonly passes?: number
  readonly fails?: number
  /** What records say that would explain it, each as a clause. */
  readonly hints: readonly string[]
}

/** What probes have found, bounded. */
export interface ProbeSummary {
  /** Seconds between two rounds. */
  readonly every: number
  /** A result older than this, in seconds, is no longer one. */
  readonly staleAfter: number
  readonly vnis: readonly VniProbes[]
  /** The first of them, unreachable members before others, and how many there are. */
  readonly findings: readonly ProbeFinding[]
  readonly findingCount: number
  /** Requests of other members since the fleet process started: those that were answered, and those that were refused for what they were or for their rate. */
  readonly answeredRequests: number
  readonly refusedRequests: number
}
