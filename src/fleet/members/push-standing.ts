/** How far a push is, by what hosts say of it. Pure. */
import type { FilesRecord } from '../records/files-record.ts'
import { operatorText, type Push } from '../records/push-record.ts'
import { isFor } from './push-steps.ts'

/**
 * How a push stands on one host. `applied`: by its own word the file is one of its desired files, or was removed. `trial`: it is in force until
 * the window ends. `waiting`: the host has not said that it took it. `held back`: it is not released to that host. `silent`: nothing is known of
 * that host now.
 */
export type HostPushState = 'applied' | 'trial' | 'refused' | 'returned' | 'waiting' | 'held back' | 'silent'

export interface HostStanding {
  readonly node: string
  readonly state: HostPushState
  readonly reason?: string
  /** The revision that is one of its files now, if one is. */
  readonly inForce?: number
}

/** A push and its hosts. */
export interface PushReport {
  readonly name: string
  readonly revision: number
  readonly by: string
  /** ISO 8601, UTC, by the clock of whoever pushed. */
  readonly at: string
  readonly selector: string
  readonly isRemoval: boolean
  readonly isReleased: boolean
  readonly confirmSeconds?: number
  readonly isConfirmed: boolean
  readonly canaries: readonly string[]
  readonly hosts: readonly HostStanding[]
  /** Hosts that have the file by a revision that this push does not speak to: of another selector, or of a store that was restored. */
  readonly others: readonly { readonly node: string; readonly inForce: number; readonly isAhead: boolean }[]
}

/** What hosts say, by node. */
export type FilesByNode = ReadonlyMap<string, FilesRecord>

export function pushReport(name: string, push: Push, files: FilesByNode): PushReport {
  const { revision, by, at, selector, isReleased, confirmSeconds, canaries, nodes } = push
  const named = new Set([...canaries, ...nodes])
  const others = [...files].flatMap(([node, { files: standings }]) => {
    const found = standings.find((each) => each.name === name)
    return found?.inForce === undefined || named.has(node)
      ? []
      : [{ node, inForce: found.inForce, isAhead: found.revision > revision }]
  })
  return {
    ...{ name, revision, at, selector, isReleased },
    by: operatorText(by),
    isRemoval: push.text === undefined,
    ...(confirmSeconds !== undefined && { confirmSeconds }),
    isConfirmed: push.confirmed !== undefined,
    canaries,
    hosts: [...named].toSorted().map((node) => hostStanding(name, push, node, files.get(node))),
    others,
  }
}

export function hostStanding(name: string, push: Push, node: string, said: FilesRecord | undefined): HostStanding {
  const found = said?.files.find((each) => each.name === name)
  const inForce = found?.inForce
  const standing = (state: HostPushState, reason?: string): HostStanding => ({
    ...{ node, state },
    ...(reason !== undefined && { reason }),
    ...(inForce !== undefined && { inForce }),
  })
  if (said === undefined) {
    return standing('silent', 'it has no word on pushed files in the store')
  }
  if (found !== undefined && found.id === push.id && found.revision === push.revision) {
    return standing(found.state === 'removed' ? 'applied' : found.state, found.reason)
  }
  if (!isFor(push, node)) {
    return standing('held back')
  }
  if (found !== undefined && found.revision > push.revision) {
    return standing('waiting', `it has revision ${found.revision}, which the store does not know: push again`)
  }
  return said.config === 'refuse'
    ? standing('waiting', 'its fleet section does not say config: accept any more')
    : standing('waiting')
}

/** How a host was when the push began, or is now. */
export type Condition = Pick<FilesRecord, 'converged' | 'failing' | 'errors'>

/** What is worse than before, as the end of a sentence; undefined: nothing that the host says. */
export function whatIsWorse(before: Condition | undefined, now: Condition): string | undefined {
  const { converged, failing, errors } = before ?? { converged: true, failing: 0, errors: 0 }
  if (now.failing > failing) {
    return `${now.failing} of its links are not as declared, ${failing} before`
  }
  if (now.errors > errors) {
    return `it reports ${now.errors} errors of the fleet, ${errors} before`
  }
  return converged && !now.converged ? 'it has not converged' : undefined
}
