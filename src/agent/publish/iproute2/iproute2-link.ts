/** Links, as `ip -d -j link show` of iproute2 6.1 prints them. */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { linkName, named, onlyTrue, unlessZero, unnamed } from './iproute2-forms.ts'
import { linkFlags } from './iproute2-link-flags.ts'
import { type Iproute2LinkInfo, printLinkInfo } from './iproute2-link-info.ts'
import { linkLayerAddressText, linkTypeName } from './iproute2-link-type.ts'

/**
 * A link. Source of the form: `ip -d -j link show`, iproute2 6.1. Not here, since they take more than the link's message or the
 * kernel gives them on request only: `xdp` of a link with an XDP program, and `vfinfo_list` of an SR-IOV device.
 */
export interface Iproute2Link {
  readonly ifindex: number
  /** The lower device's ifindex in another network namespace, which `link_netnsid` names. */
  readonly link_index?: number
  /** The lower device's name, or a veth's peer; null for a lower device that does not exist (any more). */
  readonly link?: string | null
  readonly ifname?: string
  /** IFF_* without the prefix; `NO-CARRIER` for up but not running, `M-DOWN` when the lower device is down. */
  readonly flags: readonly string[]
  readonly mtu?: number
  readonly qdisc?: string
  readonly master?: string
  readonly operstate?: string
  /** In place of `operstate`, when that has no name. */
  readonly operstate_index?: number
  readonly linkmode?: string
  /** In place of `linkmode`, when that has no name. */
  readonly linkmode_index?: number
  /** `default` for 0, for others the number as text: names given in /etc/iproute2/group are not looked up. */
  readonly group?: string
  readonly txqlen?: number
  readonly link_type: string
  readonly address?: string
  /** True when `broadcast` is the other end of a point-to-point link. */
  readonly link_pointtopoint?: true
  readonly broadcast?: string
  /** Printed only when it differs from `address`. */
  readonly permaddr?: string
  readonly link_netnsid?: number
  readonly proto_down?: true
  readonly proto_down_reason?: readonly string[]
  readonly promiscuity?: number
  readonly allmulti?: number
  readonly min_mtu?: number
  readonly max_mtu?: number
  readonly linkinfo?: Iproute2LinkInfo
  readonly inet6_addr_gen_mode?: string
  readonly num_tx_queues?: number
  readonly num_rx_queues?: number
  readonly gso_max_size?: number
  readonly gso_max_segs?: number
  readonly tso_max_size?: number
  readonly tso_max_segs?: number
  readonly gro_max_size?: number
  readonly phys_port_name?: string
  readonly phys_port_id?: string
  readonly phys_switch_id?: string
  readonly parentbus?: string
  readonly parentdev?: string
  /** Free text of whoever set it. Bytes that are no UTF-8 are U+FFFD here. */
  readonly ifalias?: string
  readonly altnames?: readonly string[]
}

/** What printing a link takes of the other links. */
export interface Iproute2LinkContext {
  readonly names: ReadonlyMap<number, string>
  /** ifi_flags by ifindex. */
  readonly flags: ReadonlyMap<number, number>
}

/** All links in the order given. It takes all of them, since lower devices and masters are printed by name. */
export function linksAsIproute2(links: readonly Link[]): Iproute2Link[] {
  const context = iproute2LinkContext(links)
  return links.map((link) => printLink(link, context))
}

/** Names and flags of all links, by ifindex. */
export function iproute2LinkContext(links: readonly Link[]): Iproute2LinkContext {
  return {
    names: new Map(links.map((link) => [link.index, link.attributes.ifname ?? linkName(new Map(), link.index)])),
    flags: new Map(links.map((link) => [link.index, link.flags])),
  }
}

/** Iproute2Link's columns, by which addresses are printed too. */
export const linkColumns: Columns<Link, Iproute2Link, Iproute2LinkContext> = {
  ifindex: (link) => link.index,
  link_index: ({ attributes }) => (attributes.linkNetnsid === undefined ? undefined : unlessZero(attributes.link)),
  link: lowerName,
  ifname: (link) => link.attributes.ifname,
  flags: ({ flags, attributes: { link, linkNetnsid } }, context) =>
    linkFlags(flags, link && linkNetnsid === undefined ? context.flags.get(link) : undefined),
  mtu: (link) => link.attributes.mtu,
  qdisc: (link) => link.attributes.qdisc,
  master: ({ attributes: { master } }, { names }) => (master === undefined ? undefined : linkName(names, master)),
  operstate: (link) => named(operstateNames, link.attributes.operstate),
  operstate_index: (link) => unnamed(operstateNames, link.attributes.operstate),
  linkmode: (link) => named(linkmodeNames, link.attributes.linkmode),
  linkmode_index: (link) => unnamed(linkmodeNames, link.attributes.linkmode),
  group: ({ attributes: { group } }) => (group === 0 ? 'default' : group?.toString()),
  txqlen: (link) => unlessZero(link.attributes.txqlen),
  link_type: (link) => linkTypeName(link.type),
  address: (link) => addressText(link, link.attributes.address),
  link_pointtopoint: ({ flags, attributes: { broadcast } }) =>
    onlyTrue(broadcast !== undefined && (flags & constants.IFF_POINTOPOINT) !== 0),
  broadcast: (link) => addressText(link, link.attributes.broadcast),
  permaddr: (link) =>
    link.attributes.permAddress === link.attributes.address
      ? undefined
      : addressText(link, link.attributes.permAddress),
  link_netnsid: (link) => link.attributes.linkNetnsid,
  proto_down: (link) => onlyTrue(link.attributes.protoDown),
  proto_down_reason: ({ attributes: { protoDownReason } }) => reasons(protoDownReason?.value ?? 0),
  promiscuity: (link) => link.attributes.promiscuity,
  allmulti: (link) => link.attributes.allmulti,
  min_mtu: (link) => link.attributes.minMtu,
  max_mtu: (link) => link.attributes.maxMtu,
  linkinfo: ({ attributes: { linkinfo } }, { names }) => linkinfo && printLinkInfo(linkinfo, names),
  inet6_addr_gen_mode: ({ attributes: { afSpec } }) => addressGenerationMode(afSpec?.inet6?.addrGenMode),
  num_tx_queues: (link) => link.attributes.numTxQueues,
  num_rx_queues: (link) => link.attributes.numRxQueues,
  gso_max_size: (link) => link.attributes.gsoMaxSize,
  gso_max_segs: (link) => link.attributes.gsoMaxSegs,
  tso_max_size: (link) => link.attributes.tsoMaxSize,
  tso_max_segs: (link) => link.attributes.tsoMaxSegs,
  gro_max_size: (link) => link.attributes.groMaxSize,
  phys_port_name: (link) => link.attributes.physPortName,
  phys_port_id: (link) => link.attributes.physPortId?.toString('hex'),
  phys_switch_id: (link) => link.attributes.physSwitchId?.toString('hex'),
  parentbus: (link) => link.attributes.parentDevBusName,
  parentdev: (link) => link.attributes.parentDevName,
  ifalias: (link) => link.attributes.ifalias,
  altnames: (link) => link.attributes.propList?.altIfname,
}

/** One link. */
export const printLink: (link: Link, context: Iproute2LinkContext) => Iproute2Link = printer(linkColumns)

/** IF_OPER_*, linux/if.h. */
const operstateNames = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP']
/** IF_LINK_MODE_*, linux/if.h. */
const linkmodeNames = ['DEFAULT', 'DORMANT']
/** enum in6_addr_gen_mode, linux/if_link.h. */
const addressGenerationModes = ['eui64', 'none', 'stable_secret', 'random']

function lowerName(
  { attributes: { link, linkNetnsid } }: Link,
  { names }: Iproute2LinkContext,
): string | null | undefined {
  if (link === 0) {
    return null
  }
  return link === undefined || linkNetnsid !== undefined ? undefined : linkName(names, link)
}

function addressText(link: Link, address: string | undefined): string | undefined {
  return address === undefined ? undefined : linkLayerAddressText(link.type, address)
}

/** The set bits by number: names given in /etc/iproute2/protodown_reasons.d are not looked up. */
function reasons(set: number): string[] | undefined {
  const numbers = Array.from({ length: 32 }, (_, bit) => `${bit}`).filter((_, bit) => (set >>> bit) & 1)
  return numbers.length > 0 ? numbers : undefined
}

function addressGenerationMode(mode: number | undefined): string | undefined {
  return mode === undefined ? undefined : (addressGenerationModes[mode] ?? `0x${mode.toString(16).padStart(2, '0')}`)
}
