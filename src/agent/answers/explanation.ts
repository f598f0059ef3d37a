/** How a frame to an address leaves this host: the answer of `vxagent explain` and `/v1/explain`. */

/** What becomes of the frame. */
export type Fate =
  /** To one VTEP. */
  | 'unicast'
  /** To every destination for frames without an entry: a group, or a list. */
  | 'flood'
  /** It does not leave by a tunnel: it is for this host, or goes to a local port. */
  | 'local'
  /** It does not leave at all. */
  | 'dropped'
  /** It leaves, by another device than a vxlan. */
  | 'not overlay'

/** A step on the way, in order. */
export interface ExplainStep {
  /** Which table was asked: `route`, `neighbour`, `bridge`, `vlan`, `vxlan`, `forwarding`, `outer`, `underlay`, `mtu`, `history`, `fleet`. */
  readonly table: string
  /** A sentence. */
  readonly text: string
  /** Whether it stands in the frame's way. */
  readonly isProblem?: true
}

/** One outer packet that leaves for one frame. */
export interface OuterPacket {
  readonly vni: number
  readonly remote: string
  readonly dstport: number
  readonly source?: string
  readonly dev?: string
  readonly gateway?: string
  /** Bytes that the underlay carries there, as far as this host knows. */
  readonly mtu?: number
  /** Why it does not leave, as far as this host knows. */
  readonly problem?: string
  /** The member of the fleet that the remote is. */
  readonly node?: string
}

/** Kinds of forwarding entries that lead to one VTEP. */
export const explainedEntries = ['learned', 'static', 'permanent', 'extern_learn'] as const
export type ExplainedEntry = (typeof explainedEntries)[number]

/** Features of a vxlan that sends which the one that receives must know. */
export const sentFeatures = ['gbp', 'gpe', 'remcsumtx', 'udp6zerocsumtx'] as const
export type SentFeature = (typeof sentFeatures)[number]

/** The frame as the other end of the tunnel gets it. */
export interface SentFrame {
  /** Whom it is for; of an ARP or ND question the address that all, or a group, listen to. */
  readonly mac: string
  /** The address that it asks for, if it is such a question. */
  readonly asks?: string
  /** The VLAN tag that it carries through the tunnel. */
  readonly vlan?: number
  /** MTU of the vxlan, in bytes. */
  readonly mtu: number
  /** What the vxlan may put into the packet that only some take. */
  readonly features: readonly SentFeature[]
}

/** The whole answer. */
export interface Explanation {
  /** The address asked about, as written. */
  readonly target: string
  readonly mac?: string
  readonly ip?: string
  /** The device by which the frame begins its way; the vxlan link. */
  readonly dev?: string
  readonly vxlan?: string
  readonly fate: Fate
  readonly steps: readonly ExplainStep[]
  readonly packets: readonly OuterPacket[]
  /** How the forwarding entry of the MAC address came to be; absent where it is flooded. */
  readonly entry?: ExplainedEntry
  /** What is in the packets; absent where none leaves. */
  readonly frame?: SentFrame
  /** Since when it is so: ISO 8601, UTC. */
  readonly since?: string
  /** Seconds until the entry ages out, if it does. */
  readonly agesOutIn?: number
  /** What would change it. */
  readonly changes: readonly string[]
  /** The plain answer. */
  readonly answer: string
}
