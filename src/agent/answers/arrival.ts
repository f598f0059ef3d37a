/** What becomes of a frame that arrives by the underlay, and which addresses are on this host: the answers of `/v1/arrival` and `/v1/whereis`. */
import type { ExplainStep } from './explanation.ts'

/** What becomes of a frame that arrives. */
export type ArrivalFate =
  /** This host itself takes it. */
  | 'local'
  /** It leaves by one port of the bridge. */
  | 'port'
  /** It leaves by several ports, or is for all. */
  | 'flood'
  /** Nobody gets it. */
  | 'dropped'
  /** Something takes it that is not looked into, such as Open vSwitch. */
  | 'unseen'

/** The whole answer. */
export interface Arrival {
  readonly fate: ArrivalFate
  /** The vxlan link that takes it, and the bridge that it goes through. */
  readonly vxlan?: string
  readonly bridge?: string
  /** Ports of the bridge that it leaves by: all of them that are known to get it. */
  readonly ports: readonly string[]
  /** Whether this host itself gets it, alone or among others. */
  readonly isForHost: boolean
  readonly steps: readonly ExplainStep[]
  /** What this host cannot see of it: a sentence each. */
  readonly unseen: readonly string[]
  /** The plain answer: the end of a sentence that begins with the host. */
  readonly answer: string
}

/** A place on this host where an address of the overlay is. */
export interface Place {
  /** `own`: of this host itself. `port`: of a machine behind a port of the bridge. */
  readonly kind: 'own' | 'port'
  readonly vni: number
  /** The vxlan link of the VNI. */
  readonly vxlan: string
  /** The device that has the address, or the port behind which it is: where its frames begin. */
  readonly dev: string
  readonly mac: string
  /** Overlay addresses: all of this host's, or those that the neighbour table has for the MAC. */
  readonly addresses: readonly string[]
  /** VLAN of the bridge in which it is known. */
  readonly vlan?: number
}

/** Where an address is on this host. */
export interface Whereabouts {
  readonly places: readonly Place[]
}
