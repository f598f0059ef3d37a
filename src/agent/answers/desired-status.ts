/** How the desired files stand, and what is enforced. */
import type { Issue } from '../desired/issue.ts'

/**
 * Where the enforced state comes from. `current`: the files. `last valid`: earlier files, since these are broken. `trial`,
 * `rolled back`, `confirmed`: see docs/guides/confirm.md. `held`: the state before, since the
 * files would delete much, see docs/guides/operations.md. `none`: there never was a valid one.
 */
export type Enforcing = 'current' | 'last valid' | 'trial' | 'rolled back' | 'confirmed' | 'held' | 'none'

/** Why a state before came back: a person asked for it, nobody confirmed in time, or the host started anew within the window. */
export type RollbackReason = 'asked for' | 'not confirmed' | 'reboot'

/** What the host would lose of one kind. */
export interface Loss {
  /** `remotes`, `addresses`, `ports`: of links that stay. `ports`: links in bridges. */
  readonly what: 'links' | 'remotes' | 'addresses' | 'ports'
  readonly count: number
  /** How many there are. */
  readonly of: number
  /** The first 100. */
  readonly names: readonly string[]
}

/** A change of the files that waits for `vxagent apply`, since it would delete much. */
export interface HeldChange {
  /** ISO 8601, UTC. */
  readonly since: string
  /** When it is carried out all the same; not there: never. ISO 8601, UTC. */
  readonly until?: string
  readonly losses: readonly Loss[]
}

/** A link that no file names any more, and that is still there for a moment, in case a file names it again. */
export interface PendingDeletion {
  readonly name: string
  /** When it is deleted: ISO 8601, UTC. */
  readonly at: string
}

export interface DesiredStatus {
  /** The file or directory that is read. */
  readonly path: string
  /** False: `issues` says why, and what was in force stays so meanwhile. */
  readonly isValid: boolean
  /** Errors when not valid; warnings in any case. */
  readonly issues: readonly Issue[]
  readonly files: readonly string[]
  /** Only while the files are being read again: since when. What is said of them is of the reading before. ISO 8601, UTC. */
  readonly readingSince?: string
  readonly enforcing: Enforcing
  /** Whether what is enforced is what the files, when last valid, say. */
  readonly isInForce: boolean
  /** ISO 8601, UTC: when the enforced state was taken up. */
  readonly enforcedSince?: string
  /** `trial`: when the state before returns by itself. ISO 8601, UTC. */
  readonly until?: string
  /** `rolled back`: why. */
  readonly why?: RollbackReason
  /** `held`: what is held, and why. */
  readonly held?: HeldChange
  /** Only while there are some. */
  readonly toBeDeleted?: readonly PendingDeletion[]
  /** `trial`, `confirmed`: the file or directory that the state came from, where those are not the files at `path`. */
  readonly candidate?: string
}
