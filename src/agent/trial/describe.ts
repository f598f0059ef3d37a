/** The state in force, in the words of the status. */
import type { DesiredStatus, PendingDeletion } from '../answers/desired-status.ts'
import { type FilesReading, issuesOf, isValid } from './files-reading.ts'
import type { Override } from './override.ts'

/** What is known of it. */
export interface Situation {
  readonly path: string
  /** Undefined: they were not read. */
  readonly files: FilesReading | undefined
  /** ISO 8601, UTC. */
  readonly readingSince: string | undefined
  /** Hash of their state when last valid. */
  readonly filesHash: string
  readonly enforced: { readonly hash: string; readonly since: string } | undefined
  readonly override: Override | undefined
  /** Until the window ends. */
  readonly leftMs: number | undefined
  /** When a held change is carried out all the same. ISO 8601, UTC. */
  readonly heldUntil: string | undefined
  readonly toBeDeleted: readonly PendingDeletion[]
}

export function describeSituation(situation: Situation): DesiredStatus {
  const { path, files, readingSince, filesHash, enforced, override, leftMs, heldUntil, toBeDeleted } = situation
  return {
    path,
    isValid: files === undefined || isValid(files),
    issues: files === undefined ? [] : issuesOf(files),
    files: files !== undefined && isValid(files) ? files.files : [],
    ...(readingSince !== undefined && { readingSince }),
    enforcing: enforcing(situation),
    isInForce: enforced?.hash === filesHash,
    ...(enforced !== undefined && { enforcedSince: enforced.since }),
    ...(leftMs !== undefined && { until: new Date(Date.now() + leftMs).toISOString() }),
    ...(override?.what === 'rolled back' && { why: override.why }),
    ...(override?.what === 'held' && {
      held: { since: override.at, ...(heldUntil !== undefined && { until: heldUntil }), losses: override.losses },
    }),
    ...(toBeDeleted.length > 0 && { toBeDeleted }),
    ...(override?.candidate !== undefined && { candidate: override.candidate }),
  }
}

function enforcing({ files, enforced, override }: Situation): DesiredStatus['enforcing'] {
  if (override !== undefined) {
    return override.what
  }
  const isCurrent = files === undefined || isValid(files)
  return enforced === undefined ? 'none' : isCurrent ? 'current' : 'last valid'
}
