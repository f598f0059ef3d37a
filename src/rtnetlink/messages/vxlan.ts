/** A link of kind `vxlan`. */
import { attr, attributes, type ValueOf } from '../wire/attributes.ts'
import { bool, flag, hex64, ipv4, ipv6, u8, u16be, u32, u32be } from '../wire/codec.ts'
import { type StructValue, struct } from '../wire/struct.ts'

/** struct ifla_vxlan_port_range: UDP source ports, both inclusive; 0 and 0 for the kernel's own choice. */
const portRange = struct('struct ifla_vxlan_port_range', (next) => ({ low: next.u16be(), high: next.u16be() }))
export type PortRange = StructValue<typeof portRange>

/** Its attributes. Source: IFLA_VXLAN_*, linux/if_link.h, up to Linux 6.18. */
export const vxlanRows = {
  id: attr(1, 'IFLA_VXLAN_ID', u32), // the VNI: 24 bits
  group: attr(2, 'IFLA_VXLAN_GROUP', ipv4), // a multicast group, or the one unicast remote VTEP
  link: attr(3, 'IFLA_VXLAN_LINK', u32), // ifindex of the underlay device
  local: attr(4, 'IFLA_VXLAN_LOCAL', ipv4),
  ttl: attr(5, 'IFLA_VXLAN_TTL', u8), // 0: auto
  tos: attr(6, 'IFLA_VXLAN_TOS', u8), // 1: inherit
  learning: attr(7, 'IFLA_VXLAN_LEARNING', bool),
  ageing: attr(8, 'IFLA_VXLAN_AGEING', u32), // seconds; 0 is taken for 300
  limit: attr(9, 'IFLA_VXLAN_LIMIT', u32), // forwarding entries; 0: no limit
  portRange: attr(10, 'IFLA_VXLAN_PORT_RANGE', portRange),
  proxy: attr(11, 'IFLA_VXLAN_PROXY', bool),
  rsc: attr(12, 'IFLA_VXLAN_RSC', bool),
  l2miss: attr(13, 'IFLA_VXLAN_L2MISS', bool),
  l3miss: attr(14, 'IFLA_VXLAN_L3MISS', bool),
  port: attr(15, 'IFLA_VXLAN_PORT', u16be), // UDP destination port
  group6: attr(16, 'IFLA_VXLAN_GROUP6', ipv6),
  local6: attr(17, 'IFLA_VXLAN_LOCAL6', ipv6),
  udpCsum: attr(18, 'IFLA_VXLAN_UDP_CSUM', bool),
  udpZeroCsum6Tx: attr(19, 'IFLA_VXLAN_UDP_ZERO_CSUM6_TX', bool),
  udpZeroCsum6Rx: attr(20, 'IFLA_VXLAN_UDP_ZERO_CSUM6_RX', bool),
  remcsumTx: attr(21, 'IFLA_VXLAN_REMCSUM_TX', bool),
  remcsumRx: attr(22, 'IFLA_VXLAN_REMCSUM_RX', bool),
  gbp: attr(23, 'IFLA_VXLAN_GBP', flag),
  remcsumNopartial: attr(24, 'IFLA_VXLAN_REMCSUM_NOPARTIAL', flag),
  collectMetadata: attr(25, 'IFLA_VXLAN_COLLECT_METADATA', bool),
  label: attr(26, 'IFLA_VXLAN_LABEL', u32be), // IPv6 flow label: 20 bits
  gpe: attr(27, 'IFLA_VXLAN_GPE', flag),
  ttlInherit: attr(28, 'IFLA_VXLAN_TTL_INHERIT', flag),
  df: attr(29, 'IFLA_VXLAN_DF', u8), // enum ifla_vxlan_df: 0 unset, 1 set, 2 inherit
  vnifilter: attr(30, 'IFLA_VXLAN_VNIFILTER', bool),
  localbypass: attr(31, 'IFLA_VXLAN_LOCALBYPASS', u8),
  labelPolicy: attr(32, 'IFLA_VXLAN_LABEL_POLICY', u32), // 0 fixed, 1 inherit
  reservedBits: attr(33, 'IFLA_VXLAN_RESERVED_BITS', hex64), // struct vxlanhdr: bits that a received packet may have set
  mcRoute: attr(34, 'IFLA_VXLAN_MC_ROUTE', u8),
}

/** IFLA_INFO_DATA of a link of kind `vxlan`. */
export const vxlan = attributes(vxlanRows)
export type VxlanAttributes = ValueOf<typeof vxlan>
