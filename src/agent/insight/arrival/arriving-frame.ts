/** A frame that arrives by the underlay, and what its way is told from. */
import type { RouteQuery } from '../../../rtnetlink/index.ts'
import type { SentFeature } from '../../answers/explanation.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'
import type { Observed } from '../../kernel/observed.ts'

/** The frame, and the packet that it is in. */
export interface ArrivingFrame {
  /** Outer source and destination address, as they are when the packet arrives. */
  readonly source: string
  readonly to: string
  /** UDP destination port. */
  readonly port: number
  readonly vni: number
  /** Inner destination. */
  readonly mac: string
  /** Inner source, where it is known. */
  readonly from?: string
  /** The VLAN tag that it carries. */
  readonly vlan?: number
  /** The address that it asks for, if it is an ARP or ND question. */
  readonly asks?: string
  readonly features: readonly SentFeature[]
  /** Bytes of the largest frame (without its Ethernet header) and of the largest outer packet that the other end sends. */
  readonly mtu?: number
  readonly outerMtu?: number
}

/** What the way is told from. */
export interface ArrivalSources {
  readonly observed: Observed
  readonly memberships: Memberships
  /** The underlay's way from this host to an address. */
  path(query: RouteQuery): Promise<UnderlayPath>
  /** Whether the kernel takes a packet that comes in by a device: it asks its routes, and the reverse-path filter. */
  isTaken(packet: { readonly from: string; readonly to: string; readonly iif: number }): Promise<boolean>
}
