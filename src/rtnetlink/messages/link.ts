/** Links: RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK. Source: struct ifinfomsg, linux/rtnetlink.h; IFLA_*, linux/if_link.h. */
import { attr, attributes, dependent, marked, repeated, type ValueOf } from '../wire/attributes.ts'
import { bool, cstring, linkLayerAddress, raw, s32, s32Array, u8, u16, u32 } from '../wire/codec.ts'
import { type StructValue, struct } from '../wire/struct.ts'
import { bridge, bridgePort } from './bridge.ts'
import { type RouteObject, type RouteRequest, routeObject } from './route-object.ts'
import { vxlan } from './vxlan.ts'

/** struct ifinfomsg. */
export const ifinfomsg = struct('struct ifinfomsg', (next) => ({
  family: next.u8(),
  type: next.skip(1).u16(), // ARPHRD_*
  index: next.s32(), // ifindex
  flags: next.u32(), // IFF_*
  change: next.u32(), // which of the flags a request means
}))

/** struct rtnl_link_stats64, its first fields: counters since the link was made, exact up to 2⁵³. */
const linkStats = struct('struct rtnl_link_stats64', (next) => ({
  rxPackets: next.u64(),
  txPackets: next.u64(),
  rxBytes: next.u64(),
  txBytes: next.u64(),
  rxErrors: next.u64(),
  txErrors: next.u64(),
  rxDropped: next.u64(),
  txDropped: next.u64(),
}))
export type LinkStats = StructValue<typeof linkStats>

/** IFLA_INFO_DATA of a link of kind `vrf`. */
const vrf = attributes({ table: attr(1, 'IFLA_VRF_TABLE', u32) })

/** IFLA_INFO_DATA of a link of kind `vlan`. */
const vlan = attributes({ id: attr(1, 'IFLA_VLAN_ID', u16) })

/** IFLA_LINKINFO: the link's kind and what only that kind has. */
export const linkInfo = attributes({
  kind: attr(1, 'IFLA_INFO_KIND', cstring),
  data: dependent(2, 'IFLA_INFO_DATA', 'kind', { vxlan, bridge, vrf, vlan }),
  slaveKind: attr(4, 'IFLA_INFO_SLAVE_KIND', cstring),
  slaveData: dependent(5, 'IFLA_INFO_SLAVE_DATA', 'slaveKind', { bridge: bridgePort }),
})
export type LinkInfo = ValueOf<typeof linkInfo>

/** IFLA_AF_SPEC of a link as such: attributes numbered by address family. */
const afSpec = attributes({
  inet: attr(
    2,
    'AF_INET',
    attributes({
      conf: attr(1, 'IFLA_INET_CONF', s32Array), // /proc/sys/net/ipv4/conf, in the order of IPV4_DEVCONF_*, linux/ip.h, from 1 on
    }),
  ),
  inet6: attr(
    10,
    'AF_INET6',
    attributes({
      conf: attr(2, 'IFLA_INET6_CONF', s32Array), // /proc/sys/net/ipv6/conf, in the order of DEVCONF_*, linux/ipv6.h
      addrGenMode: attr(8, 'IFLA_INET6_ADDR_GEN_MODE', u8), // 0 eui64, 1 none, 2 stable_secret, 3 random
    }),
  ),
})

/** IFLA_PROP_LIST. */
const propertyList = attributes({
  altIfname: repeated(53, 'IFLA_ALT_IFNAME', cstring),
})

/** IFLA_PROTO_DOWN_REASON. */
const protoDownReason = attributes({
  mask: attr(1, 'IFLA_PROTO_DOWN_REASON_MASK', u32), // which bits of the value a request means
  value: attr(2, 'IFLA_PROTO_DOWN_REASON_VALUE', u32), // bits that user space has given a meaning
})

/** IFLA_XDP. */
const xdp = attributes({
  attached: attr(2, 'IFLA_XDP_ATTACHED', u8), // XDP_ATTACHED_*; 0: none
  progId: attr(4, 'IFLA_XDP_PROG_ID', u32),
})

/** The attributes of a link. */
const linkAttributes = attributes({
  address: attr(1, 'IFLA_ADDRESS', linkLayerAddress),
  broadcast: attr(2, 'IFLA_BROADCAST', linkLayerAddress),
  ifname: attr(3, 'IFLA_IFNAME', cstring),
  mtu: attr(4, 'IFLA_MTU', u32),
  link: attr(5, 'IFLA_LINK', u32), // ifindex of the lower device, or of a veth's peer
  qdisc: attr(6, 'IFLA_QDISC', cstring),
  master: attr(10, 'IFLA_MASTER', u32), // ifindex
  txqlen: attr(13, 'IFLA_TXQLEN', u32),
  operstate: attr(16, 'IFLA_OPERSTATE', u8), // IF_OPER_*
  linkmode: attr(17, 'IFLA_LINKMODE', u8),
  linkinfo: attr(18, 'IFLA_LINKINFO', linkInfo),
  ifalias: attr(20, 'IFLA_IFALIAS', cstring),
  stats64: attr(23, 'IFLA_STATS64', linkStats),
  afSpec: attr(26, 'IFLA_AF_SPEC', afSpec),
  group: attr(27, 'IFLA_GROUP', u32),
  netNsFd: attr(28, 'IFLA_NET_NS_FD', u32),
  extMask: attr(29, 'IFLA_EXT_MASK', u32), // RTEXT_FILTER_*
  promiscuity: attr(30, 'IFLA_PROMISCUITY', u32),
  numTxQueues: attr(31, 'IFLA_NUM_TX_QUEUES', u32),
  numRxQueues: attr(32, 'IFLA_NUM_RX_QUEUES', u32),
  carrier: attr(33, 'IFLA_CARRIER', u8),
  physPortId: attr(34, 'IFLA_PHYS_PORT_ID', raw),
  physSwitchId: attr(36, 'IFLA_PHYS_SWITCH_ID', raw),
  linkNetnsid: attr(37, 'IFLA_LINK_NETNSID', s32),
  physPortName: attr(38, 'IFLA_PHYS_PORT_NAME', cstring),
  protoDown: attr(39, 'IFLA_PROTO_DOWN', bool), // held down by user space
  gsoMaxSegs: attr(40, 'IFLA_GSO_MAX_SEGS', u32),
  gsoMaxSize: attr(41, 'IFLA_GSO_MAX_SIZE', u32),
  xdp: attr(43, 'IFLA_XDP', xdp),
  minMtu: attr(50, 'IFLA_MIN_MTU', u32),
  maxMtu: attr(51, 'IFLA_MAX_MTU', u32),
  propList: marked(attr(52, 'IFLA_PROP_LIST', propertyList)),
  altIfname: attr(53, 'IFLA_ALT_IFNAME', cstring),
  permAddress: attr(54, 'IFLA_PERM_ADDRESS', linkLayerAddress),
  protoDownReason: attr(55, 'IFLA_PROTO_DOWN_REASON', protoDownReason),
  parentDevName: attr(56, 'IFLA_PARENT_DEV_NAME', cstring),
  parentDevBusName: attr(57, 'IFLA_PARENT_DEV_BUS_NAME', cstring),
  groMaxSize: attr(58, 'IFLA_GRO_MAX_SIZE', u32),
  tsoMaxSize: attr(59, 'IFLA_TSO_MAX_SIZE', u32),
  tsoMaxSegs: attr(60, 'IFLA_TSO_MAX_SEGS', u32),
  allmulti: attr(61, 'IFLA_ALLMULTI', u32),
})

/** A link as the kernel describes it, and as a request describes one. */
export const link = routeObject(ifinfomsg, linkAttributes)
export type Link = RouteObject<typeof link>
export type LinkRequest = RouteRequest<typeof link>
