/** What an explanation is made from: the kernel's tables as last heard, and what is asked of it for the one address. */
import type { FdbQuery, Neighbour, Route, RouteQuery } from '../../../rtnetlink/index.ts'
import type { OverlayEvent } from '../../answers/overlay-event.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import type { KernelRelease } from '../../host/kernel-release.ts'
import type { Nexthops } from '../../kernel/nexthop-members.ts'
import type { Observed } from '../../kernel/observed.ts'

export interface Sources {
  readonly observed: Observed
  /** Of the running kernel. */
  readonly release: KernelRelease
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** The host's own way to an address, or in words why there is none. */
  route(dst: string): Promise<Route | string>
  /** The underlay's way. */
  path(query: RouteQuery): Promise<UnderlayPath>
  /** A forwarding entry as it is now, with its age; undefined when there is none. */
  entry(query: FdbQuery): Promise<Neighbour | undefined>
  /** Of the groups that forwarding entries lead to; undefined when there are none, or they cannot be read. */
  readonly nexthops: Nexthops | undefined
  /** What happened to a MAC address, the newest first; undefined when nobody has watched. */
  readonly history: ((mac: string) => Iterable<OverlayEvent>) | undefined
}
