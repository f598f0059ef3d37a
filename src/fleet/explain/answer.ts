/** A frame followed across hosts, there and back: the answer of `vxagent fleet explain`. */
import type { Place } from '../../agent/answers/arrival.ts'
import type { ExplainStep } from '../../agent/answers/explanation.ts'

/** One end: a host, or a machine behind one. */
export interface End {
  /** As it was asked for. */
  readonly asked: string
  readonly node: string
  /** Where it is on that host; absent where that host has nothing of the VNI. */
  readonly place?: Place
  /** The overlay address that frames to it are for, where one is known. */
  readonly ip?: string
  /** Why this is taken from the host's record, and not from its agent. */
  readonly unconfirmed?: string
}

/** A step on the way, and the host that told it. */
export interface Hop extends ExplainStep {
  readonly node: string
}

/** One direction. */
export interface Direction {
  readonly from: string
  readonly to: string
  readonly hops: readonly Hop[]
  /** `arrives`: as far as the hosts at both ends can tell. `unknown`: somebody did not answer, or it goes where nobody looks. */
  readonly outcome: 'arrives' | 'dies' | 'unknown'
  /** Where it dies. */
  readonly diesAt?: string
  /** The plain answer. */
  readonly verdict: string
  /** Copies of the frame to others, which were not followed. */
  readonly otherCopies: number
}

export interface FleetExplanation {
  readonly vni: number
  readonly from: End
  readonly to: End
  readonly there: Direction
  readonly back: Direction
  /** What nobody looked at: a sentence each. */
  readonly unseen: readonly string[]
}
