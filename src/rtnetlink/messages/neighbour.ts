/**
 * Neighbours: RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH. One message serves two tables: ARP/ND neighbours
 * (AF_INET, AF_INET6: an IP and its MAC) and forwarding entries (AF_BRIDGE: a MAC and its VTEP or port).
 * Source: linux/neighbour.h.
 */
import { attr, attributes } from '../wire/attributes.ts'
import { ip, linkLayerAddress, raw, s32, u8, u16, u16be, u32 } from '../wire/codec.ts'
import { struct } from '../wire/struct.ts'
import { type RouteObject, type RouteRequest, routeObject } from './route-object.ts'

/** struct ndmsg. */
const ndmsg = struct('struct ndmsg', (next) => ({
  family: next.u8(),
  ifindex: next.skip(3).s32(),
  state: next.u16(), // NUD_*
  flags: next.u8(), // NTF_*
  type: next.u8(), // RTN_*
}))

/** struct nda_cacheinfo: ages in clock ticks (USER_HZ, 100 a second). */
const cacheinfo = struct('struct nda_cacheinfo', (next) => ({
  confirmed: next.u32(),
  used: next.u32(),
  updated: next.u32(),
  refcnt: next.u32(),
}))

const neighbourAttributes = attributes({
  dst: attr(1, 'NDA_DST', ip), // a neighbour's IP; a forwarding entry's remote VTEP
  lladdr: attr(2, 'NDA_LLADDR', linkLayerAddress),
  cacheinfo: attr(3, 'NDA_CACHEINFO', cacheinfo),
  probes: attr(4, 'NDA_PROBES', u32),
  vlan: attr(5, 'NDA_VLAN', u16),
  port: attr(6, 'NDA_PORT', u16be), // UDP destination port
  vni: attr(7, 'NDA_VNI', u32),
  ifindex: attr(8, 'NDA_IFINDEX', u32), // the device by which the VTEP is reached: bridge's `via`
  master: attr(9, 'NDA_MASTER', u32), // ifindex of the bridge
  linkNetnsid: attr(10, 'NDA_LINK_NETNSID', s32),
  srcVni: attr(11, 'NDA_SRC_VNI', u32),
  protocol: attr(12, 'NDA_PROTOCOL', u8),
  nhId: attr(13, 'NDA_NH_ID', u32),
  fdbExtAttrs: attr(14, 'NDA_FDB_EXT_ATTRS', raw),
  flagsExt: attr(15, 'NDA_FLAGS_EXT', u32), // NTF_EXT_*
})

/** A neighbour, or a forwarding entry when `family` is AF_BRIDGE. */
export const neighbour = routeObject(ndmsg, neighbourAttributes)
export type Neighbour = RouteObject<typeof neighbour>
export type NeighbourRequest = RouteRequest<typeof neighbour>
