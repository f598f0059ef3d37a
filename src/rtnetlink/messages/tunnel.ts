/** VNIs that a vxlan with `vnifilter` takes: RTM_NEWTUNNEL, RTM_DELTUNNEL, RTM_GETTUNNEL. Since Linux 5.18. Source: linux/if_link.h. */
import { attr, attributes, marked, repeated, type ValueOf } from '../wire/attributes.ts'
import { ipv4, ipv6, u32, u64 } from '../wire/codec.ts'
import { struct } from '../wire/struct.ts'
import { type RouteObject, type RouteRequest, routeObject } from './route-object.ts'

/** struct tunnel_msg. */
const tunnelMessage = struct('struct tunnel_msg', (next) => ({
  family: next.u8(), // AF_BRIDGE
  flags: next.u8(), // TUNNEL_MSG_FLAG_*
  ifindex: next.skip(2).u32(),
}))

/** VXLAN_VNIFILTER_ENTRY_STATS: counters of a VNI. */
const vniStats = attributes({
  rxBytes: attr(1, 'VNIFILTER_ENTRY_STATS_RX_BYTES', u64),
  rxPackets: attr(2, 'VNIFILTER_ENTRY_STATS_RX_PKTS', u64),
  rxDrops: attr(3, 'VNIFILTER_ENTRY_STATS_RX_DROPS', u64),
  rxErrors: attr(4, 'VNIFILTER_ENTRY_STATS_RX_ERRORS', u64),
  txBytes: attr(5, 'VNIFILTER_ENTRY_STATS_TX_BYTES', u64),
  txPackets: attr(6, 'VNIFILTER_ENTRY_STATS_TX_PKTS', u64),
  txDrops: attr(7, 'VNIFILTER_ENTRY_STATS_TX_DROPS', u64),
  txErrors: attr(8, 'VNIFILTER_ENTRY_STATS_TX_ERRORS', u64),
})

/** VXLAN_VNIFILTER_ENTRY: a VNI or a range of them. */
const vnifilterEntry = attributes({
  start: attr(1, 'VXLAN_VNIFILTER_ENTRY_START', u32),
  end: attr(2, 'VXLAN_VNIFILTER_ENTRY_END', u32), // the last of a range
  group: attr(3, 'VXLAN_VNIFILTER_ENTRY_GROUP', ipv4), // where floods go: a group or one VTEP
  group6: attr(4, 'VXLAN_VNIFILTER_ENTRY_GROUP6', ipv6),
  stats: attr(5, 'VXLAN_VNIFILTER_ENTRY_STATS', vniStats), // in answers to requests with TUNNEL_MSG_FLAG_STATS
})
export type VnifilterEntry = ValueOf<typeof vnifilterEntry>

const tunnelAttributes = attributes({
  entries: marked(repeated(1, 'VXLAN_VNIFILTER_ENTRY', vnifilterEntry)),
})

/** VNIs of one link. */
export const tunnel = routeObject(tunnelMessage, tunnelAttributes)
export type Tunnel = RouteObject<typeof tunnel>
export type TunnelRequest = RouteRequest<typeof tunnel>
