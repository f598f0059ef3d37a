/** What is different in the status from what it was before: found here alone, for the log and the events. Pure. */
import { formatIssue } from '../desired/issue.ts'
import type { Steps } from '../facts/steps.ts'
import type { DesiredStatus, Enforcing, Loss } from './desired-status.ts'
import type { ObjectStatus } from './status.ts'

/** What is different in one object. */
export type ObjectChange =
  /** It is new, or its state or the reason for that is another. */
  | { readonly what: 'object'; readonly object: ObjectStatus }
  /** There is something more to know of it. */
  | { readonly what: 'warning'; readonly name: string; readonly warning: string }
  /** It is no longer managed. */
  | { readonly what: 'object gone'; readonly name: string }

/** What is different in the desired files. */
export type FilesChange =
  /** Whether they are valid, or which state is enforced. */
  | { readonly what: 'files'; readonly isValid: boolean; readonly enforcing: Enforcing }
  /** What is wrong with them, or to know of them; they were read for the first time. */
  | { readonly what: 'issues' }
  /** A change of them waits for vxagent apply, or does so for another reason than before. */
  | { readonly what: 'held'; readonly losses: readonly Loss[] }
  /** No file names the link any more, and it stays for a moment. */
  | { readonly what: 'to be deleted'; readonly name: string }

export type StatusChange = ObjectChange | FilesChange

type ObjectsByName = ReadonlyMap<string, ObjectStatus>

/** Changes of the objects: object by object, those that are gone at the end. */
export function* objectChanges(before: ObjectsByName, now: ObjectsByName): Steps<ObjectChange[]> {
  const changes: ObjectChange[] = []
  for (const [name, object] of now) {
    yield
    const earlier = before.get(name)
    if (earlier?.state !== object.state || earlier.reason !== object.reason) {
      changes.push({ what: 'object', object })
    }
    for (const warning of object.warnings) {
      if (earlier?.warnings.includes(warning) !== true) {
        changes.push({ what: 'warning', name, warning })
      }
    }
  }
  for (const name of before.keys()) {
    if (!now.has(name)) {
      changes.push({ what: 'object gone', name })
    }
  }
  return changes
}

type FilesStatus = Pick<DesiredStatus, 'isValid' | 'enforcing' | 'issues' | 'held' | 'toBeDeleted'>

/** Changes of the files. @param before undefined: they were not read before; then what is as it should be is no change. */
export function filesChanges(before: FilesStatus | undefined, now: FilesStatus): FilesChange[] {
  const { isValid, enforcing, held, toBeDeleted = [] } = now
  const { isValid: wasValid, enforcing: wasEnforcing } = before ?? { isValid: true, enforcing: 'current' }
  const waitedBefore = new Set(before?.toBeDeleted?.map(({ name }) => name))
  const isOther = isValid !== wasValid || enforcing !== wasEnforcing
  return [
    ...(isOther ? [{ what: 'files', isValid, enforcing } as const] : []),
    ...(held !== undefined && held.since !== before?.held?.since
      ? [{ what: 'held', losses: held.losses } as const]
      : []),
    ...toBeDeleted
      .filter(({ name }) => !waitedBefore.has(name))
      .map(({ name }) => ({ what: 'to be deleted', name }) as const),
    ...(before === undefined || textOf(before) !== textOf(now) ? [{ what: 'issues' } as const] : []),
  ]
}

function textOf({ issues }: FilesStatus): string {
  return issues.map(formatIssue).join('\n')
}
