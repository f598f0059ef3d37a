/** A vxlan link's `info_data`, as `ip -d -j link show` of iproute2 6.1 prints it. */
import type { VxlanAttributes } from '../../../rtnetlink/index.ts'
import { isMulticast } from '../../facts/ip-text.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { hex, linkName, named, onlyTrue, unlessZero } from './iproute2-forms.ts'

/** `linkinfo.info_data` of a vxlan link. Source of the form: `ip -d -j link show type vxlan`, iproute2 6.1. */
export interface Iproute2Vxlan {
  readonly external?: true
  readonly vnifilter?: true
  /** The VNI. */
  readonly id?: number
  /** An IPv4 multicast group. */
  readonly group?: string
  /** The one unicast IPv4 VTEP. */
  readonly remote?: string
  readonly group6?: string
  readonly remote6?: string
  readonly local?: string
  readonly local6?: string
  /** The underlay device's name. */
  readonly link?: string
  /** UDP source ports; 0 and 0 for the kernel's own choice. */
  readonly port_range?: { readonly low: number; readonly high: number }
  /** UDP destination port. */
  readonly port?: number
  readonly learning?: boolean
  readonly proxy?: true
  readonly rsc?: true
  readonly l2miss?: true
  readonly l3miss?: true
  /** Hexadecimal; `0x1` is what the command line calls inherit. Left out when 0. */
  readonly tos?: string
  /** 0 is auto. Left out when the TTL is inherited. */
  readonly ttl?: number
  readonly df?: string
  /** The IPv6 flow label, hexadecimal. Left out when 0. */
  readonly label?: string
  /** Seconds. */
  readonly ageing?: number
  /** The most forwarding entries. Left out when there is no limit. */
  readonly limit?: number
  readonly udp_csum?: boolean
  readonly udp_zero_csum6_tx?: boolean
  readonly udp_zero_csum6_rx?: boolean
  readonly remcsum_tx?: true
  readonly remcsum_rx?: true
  readonly gbp?: true
  readonly gpe?: true
}

/** enum ifla_vxlan_df, linux/if_link.h. */
const dfNames = ['unset', 'set', 'inherit']

/** iproute2 6.1 knows nothing of remcsum_nopartial, localbypass, label_policy, reserved_bits and mc_route, so they have no column. */
const columns: Columns<VxlanAttributes, Iproute2Vxlan, ReadonlyMap<number, string>> = {
  external: (vxlan) => onlyTrue(vxlan.collectMetadata),
  vnifilter: (vxlan) => onlyTrue(vxlan.vnifilter),
  id: (vxlan) => vxlan.id,
  group: (vxlan) => addressIf(isMulticast, vxlan.group),
  remote: (vxlan) => addressIf(isUnicast, vxlan.group),
  group6: (vxlan) => addressIf(isMulticast, vxlan.group6),
  remote6: (vxlan) => addressIf(isUnicast, vxlan.group6),
  local: (vxlan) => addressIf(isSpecified, vxlan.local),
  local6: (vxlan) => addressIf(isSpecified, vxlan.local6),
  link: (vxlan, names) => (vxlan.link ? linkName(names, vxlan.link) : undefined),
  port_range: (vxlan) => vxlan.portRange && { low: vxlan.portRange.low, high: vxlan.portRange.high },
  port: (vxlan) => vxlan.port,
  learning: (vxlan) => vxlan.learning,
  proxy: (vxlan) => onlyTrue(vxlan.proxy),
  rsc: (vxlan) => onlyTrue(vxlan.rsc),
  l2miss: (vxlan) => onlyTrue(vxlan.l2miss),
  l3miss: (vxlan) => onlyTrue(vxlan.l3miss),
  tos: (vxlan) => hex(unlessZero(vxlan.tos)),
  ttl: (vxlan) => (vxlan.ttlInherit ? undefined : vxlan.ttl),
  df: (vxlan) => named(dfNames, vxlan.df),
  label: (vxlan) => hex(unlessZero(vxlan.label)),
  ageing: (vxlan) => vxlan.ageing,
  limit: (vxlan) => unlessZero(vxlan.limit),
  udp_csum: (vxlan) => vxlan.udpCsum,
  udp_zero_csum6_tx: (vxlan) => vxlan.udpZeroCsum6Tx,
  udp_zero_csum6_rx: (vxlan) => vxlan.udpZeroCsum6Rx,
  remcsum_tx: (vxlan) => onlyTrue(vxlan.remcsumTx),
  remcsum_rx: (vxlan) => onlyTrue(vxlan.remcsumRx),
  gbp: (vxlan) => onlyTrue(vxlan.gbp),
  gpe: (vxlan) => onlyTrue(vxlan.gpe),
}

/** Prints a vxlan link's own attributes; the context is the names of links by ifindex. */
export const printVxlan = printer(columns)

function addressIf(holds: (address: string) => boolean, address: string | undefined): string | undefined {
  return address !== undefined && holds(address) ? address : undefined
}

function isSpecified(address: string): boolean {
  return address !== '0.0.0.0' && address !== '::'
}

function isUnicast(address: string): boolean {
  return isSpecified(address) && !isMulticast(address)
}
