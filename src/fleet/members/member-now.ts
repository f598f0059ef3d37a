/** How one host of the fleet is, for those who talk with it. */
import type { NodeRecord } from '../records/node-record.ts'
import type { RosterEntry } from '../records/roster.ts'
import type { Membership } from './membership.ts'
import type { StoreView } from './store-view.ts'

export interface MemberNow {
  /** `unreadable`: its record is in the store, and nobody can read it. */
  readonly state: 'present' | 'gone' | 'leaving' | 'evicted' | 'unreadable'
  /** What it says of itself, or said last; absent of one that is only remembered. */
  readonly record?: NodeRecord
  /** What operators say of it. */
  readonly roster?: RosterEntry
}

/** A host, this one among them; undefined if nothing is known of it. */
export function memberNow(
  { view, membership }: { readonly view: StoreView; readonly membership: Pick<Membership, 'get'> },
  node: string,
): MemberNow | undefined {
  const standing = membership.get(node)
  if (standing === undefined && !view.has(node)) {
    return undefined
  }
  const record = view.members.get(node)?.record ?? standing?.record
  const roster = view.rosterOf(node)
  return {
    state: stateOf({
      isEvicted: roster?.evicted === true,
      isGone: standing?.gone !== undefined,
      isUnreadable: view.unreadable.has(node),
      isLeaving: record?.leaving === true,
    }),
    ...(record !== undefined && { record }),
    ...(roster !== undefined && { roster }),
  }
}

function stateOf(is: {
  readonly isEvicted: boolean
  readonly isGone: boolean
  readonly isUnreadable: boolean
  readonly isLeaving: boolean
}): MemberNow['state'] {
  if (is.isEvicted) {
    return 'evicted'
  }
  if (is.isGone) {
    return 'gone'
  }
  if (is.isUnreadable) {
    return 'unreadable'
  }
  return is.isLeaving ? 'leaving' : 'present'
}
