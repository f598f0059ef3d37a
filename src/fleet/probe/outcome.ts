/** What probing one member once has come to. */

export interface Outcome {
  /** `up`: it answered. `down`: nothing came back. `deaf`: its kernel said that nobody listens there. */
  readonly state: 'up' | 'down' | 'deaf'
  /** Small probes: those that were sent, and the round trips of those that were answered, in milliseconds. */
  readonly sent: number
  readonly roundTripsMs: readonly number[]
  /** The number of the last request that was answered; of none, that before the first. */
  readonly answered?: number
  /** What was found of sizes; absent where nothing was. */
  readonly sizes?: PassingSizes
  /** What the kernel of this host said instead of sending, or of a member that nobody can find. */
  readonly error?: string
}

/** Inner IP packets, in bytes: to the member, and of its answers. `fails` is absent where the full size passes, or nothing larger was tried. */
export interface PassingSizes {
  readonly passes?: number
  readonly fails?: number
  readonly backPasses?: number
  readonly backFails?: number
}
