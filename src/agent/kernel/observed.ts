/** What the kernel has, as last heard: links, addresses and forwarding entries, each under the kernel's own identity. */
import {
  type Address,
  type BridgeLink,
  constants,
  type Link,
  type Neighbour,
  type NeighbourRequest,
} from '../../rtnetlink/index.ts'
import { zeroMac } from '../facts/zero-mac.ts'

/** Tables of the network namespace. Changed in place by `fold`, since 100,000 forwarding entries are not copied for one event. */
export interface Observed {
  /** By ifindex. */
  readonly links: Map<number, Link>
  /** By ifindex, then by {@link addressKey}. */
  readonly addresses: Map<number, Map<string, Address>>
  /** By ifindex, then by {@link fdbKey}. */
  readonly fdb: Map<number, Map<string, Neighbour>>
  /** ARP and ND entries: by ifindex, then by {@link neighbourKey}. */
  readonly neighbours: Map<number, Map<string, Neighbour>>
  /** Bridges and their ports as the bridge sees them, with VLANs: by ifindex. */
  readonly bridgeLinks: Map<number, BridgeLink>
  /** VNIs that filtering devices take: by ifindex, then by VNI. The value is where floods of the VNI go, if that is told. */
  readonly vnis: Map<number, Map<number, string | undefined>>
  /**
   * Forwarding entries that the kernel made for a vxlan's own destination, and left behind when that changed: by ifindex, their keys.
   * It leaves them when the underlay device changes and the remote does not. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
   */
  readonly leftBehind: Map<number, Set<string>>
}

/** No tables yet. */
export function emptyObserved(): Observed {
  return {
    links: new Map(),
    addresses: new Map(),
    fdb: new Map(),
    neighbours: new Map(),
    bridgeLinks: new Map(),
    vnis: new Map(),
    leftBehind: new Map(),
  }
}

/** Names by ifindex. */
export function linkNames(links: Iterable<Link>): Map<number, string> {
  return new Map(Array.from(links, ({ index, attributes }) => [index, attributes.ifname ?? `${index}`]))
}

/** The address itself: IPv6 has IFA_LOCAL only beside a peer, and without it IFA_ADDRESS is the address. */
export function localAddress({ attributes: { local, address } }: Address): string | undefined {
  return local ?? address
}

/** A link's address as `IP/PREFIX`. With a peer, the local one. */
export function addressText(address: Address): string {
  return `${localAddress(address)}/${address.prefixlen}`
}

/** The kernel's identity of an address within its link: IPv4 tells them apart by local address, prefix and peer; IPv6 by address. */
export function addressKey(address: Address): string {
  const { family, prefixlen, attributes } = address
  return family === constants.AF_INET
    ? `${attributes.local}/${prefixlen} peer ${attributes.address}`
    : `${localAddress(address)}`
}

/** Whose table a forwarding entry is in, by ifindex: a bridge's is one for all its ports, any other link's is its own. */
export function fdbOwner({ flags, ifindex, attributes }: Neighbour): number {
  return (flags & constants.NTF_SELF) === 0 ? (attributes.master ?? ifindex) : ifindex
}

/**
 * The kernel's identity of a forwarding entry within its table. A MAC has one entry, wherever it leads, so that a move replaces
 * it; only the all-zeros MAC and multicast ones may have many remotes (head-end replication).
 */
export function fdbKey({ flags = 0, attributes = {} }: Pick<NeighbourRequest, 'flags' | 'attributes'>): string {
  const { lladdr = '', dst, port, vni, srcVni, ifindex, nhId, vlan } = attributes
  const isUnicast = lladdr !== zeroMac && !isGroupMac(lladdr)
  const within = unicastFdbKey(lladdr, flags, srcVni, vlan)
  return isUnicast ? within : [within, dst, port, vni, ifindex, nhId].join(' ')
}

/**
 * {@link fdbKey} of an entry that has one destination: of nearly all the MAC, the same string, since 100,000 more take their
 * memory.
 */
export function unicastFdbKey(
  mac: string,
  flags: number,
  srcVni: number | undefined,
  vlan: number | undefined,
): string {
  const table = flags & (constants.NTF_SELF | constants.NTF_MASTER)
  const isPlain = table === constants.NTF_SELF && srcVni === undefined && vlan === undefined
  return isPlain ? mac : [mac, table, srcVni, vlan].join(' ')
}

/** Whether a MAC address is that of a group: the lowest bit of its first octet, in its second digit. */
export function isGroupMac(mac: string): boolean {
  return (Number.parseInt(mac.charAt(1), 16) & 1) === 1
}

/** The MAC address that a {@link fdbKey} begins with. */
export function macOfFdbKey(key: string): string {
  return key.slice(0, 17)
}

/** The kernel's identity of an ARP or ND entry within its link. */
export function neighbourKey({ flags = 0, attributes = {} }: Pick<NeighbourRequest, 'flags' | 'attributes'>): string {
  const isProxy = (flags & constants.NTF_PROXY) !== 0
  return isProxy ? `proxy ${attributes.dst}` : `${attributes.dst}`
}
