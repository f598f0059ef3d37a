/**
 * What the agent and the fleet process say to each other of files that operators push to the fleet: `PUT /v1/fleet/file`, its `confirm` and
 * its `plan`, and what the agent shows of them in `GET /v1/fleet`.
 */

/** A revision of a pushed file, as the fleet process offers it to the agent. */
export interface PushedOffer {
  readonly v: 1
  readonly fleet: string
  /** Of the file: one word. */
  readonly name: string
  /** Grows with each push of this name. */
  readonly revision: number
  /** Tells it from another revision of the same number, as there may be one after the store was restored. */
  readonly id: string
  /** Who pushed it, and when by the clock of that person's machine: for people, not compared. */
  readonly by: string
  readonly at: string
  /** Absent: the file is removed. */
  readonly text?: string
  /** On trial for so many seconds. */
  readonly confirmSeconds?: number
}

/** What is asked of a plan: what the file would change here. */
export type PushedQuestion = Pick<PushedOffer, 'v' | 'fleet' | 'name' | 'text' | 'confirmSeconds'>

/**
 * How a revision stands on this host. `applied`: it is one of the desired files. `removed`: the file no longer is. `trial`: it is in force
 * until the window ends. `refused`: nothing changed. `returned`: its trial ended without a confirmation.
 */
export type PushedState = 'applied' | 'removed' | 'trial' | 'refused' | 'returned'

/** The last revision of a file that was offered, and how it stands. */
export interface PushedStanding {
  readonly name: string
  readonly revision: number
  readonly id: string
  readonly by: string
  readonly at: string
  readonly state: PushedState
  /** Why it was refused, or returned. */
  readonly reason?: string
  /** The revision that is one of the desired files now; absent: none is. */
  readonly inForce?: number
  /** Of a trial: when it ends unless it is confirmed. ISO 8601, UTC, by this host's clock. */
  readonly until?: string
}

/** What the agent shows of pushed files. */
export interface PushedPicture {
  /** Whether the section of the state in force says `config: accept`. */
  readonly accepts: boolean
  readonly files: readonly PushedStanding[]
  /** Whether the kernel is as the state in force says, and of how many links it is not. */
  readonly converged: boolean
  readonly failing: number
}

/** What a file would change on this host. */
export interface PushedPlan {
  /** Whether it would be applied. */
  readonly canApply: boolean
  /** Why not. */
  readonly reason?: string
  /** One line for each change, as `vxagent diff` prints them; the first of them. */
  readonly lines: readonly string[]
  /** How many lines there are. */
  readonly lineCount: number
  readonly converged: boolean
  readonly failing: number
}
