/** What hangs on a link without being part of it: looked up only before the link is replaced, which would take it along. */
import type { DumpedMdbEntry, Neighbour, Nexthop, Route } from '../../rtnetlink/index.ts'

/** A queueing discipline that somebody attached. */
export interface Qdisc {
  /** `htb`, `clsact`. */
  readonly kind: string
  /** How many filters are on it. */
  readonly filters: number
}

/** What hangs on one link. */
export interface Attachments {
  readonly qdiscs: readonly Qdisc[]
  /** Permanent multicast forwarding entries: those of the bridge that lead to the link, and the vxlan's own. `owner`: ifindex of the bridge or vxlan. */
  readonly multicast: readonly { readonly owner: number; readonly entry: DumpedMdbEntry }[]
  /** By the link, of all tables, those that the kernel itself made left out. */
  readonly routes: readonly Route[]
  readonly nexthops: readonly Nexthop[]
  /** Neighbours for which the host answers (`ip neigh add proxy`). */
  readonly proxies: readonly Neighbour[]
}

/** Nothing. */
export const nothingAttached: Attachments = { qdiscs: [], multicast: [], routes: [], nexthops: [], proxies: [] }
