/** Which members have applied a revision, as far as each says. Pure. */

/** One host, as the report has it. */
export interface WaitedFor {
  readonly node: string
  readonly state: string
  readonly says?: { readonly applied: number }
}

/** A member that has not applied it, or does not say so. */
export interface Behind {
  readonly node: string
  /** What it says it has applied; absent where it says nothing. */
  readonly applied?: number
}

/** Members that are in the store; one that is gone or leaving is not waited for. */
export function whoHasApplied(
  nodes: readonly WaitedFor[],
  revision: number,
): { readonly done: readonly string[]; readonly behind: readonly Behind[] } {
  const members = nodes.filter(({ state }) => state === 'present' || state === 'unreadable')
  const isDone = ({ says }: WaitedFor): boolean => says !== undefined && says.applied >= revision
  return {
    done: members.filter(isDone).map(({ node }) => node),
    behind: members
      .filter((member) => !isDone(member))
      .map(({ node, says }) => (says === undefined ? { node } : { node, applied: says.applied })),
  }
}

/**
 * The revision that a member has to say for being up to date with `revision`: what changed after the last change of a record is no record, and
 * a member that has applied that one is as far as anybody.
 */
export function revisionToSay(revision: number, latestChange: number): number {
  return Math.min(revision, latestChange)
}
