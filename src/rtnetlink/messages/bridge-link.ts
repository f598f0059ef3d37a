/**
 * Links as their bridge sees them: RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK and RTM_GETLINK with family AF_BRIDGE. They tell of a
 * port, or of a bridge itself, which VLANs it has. Source: linux/if_bridge.h; br_fill_ifinfo(), net/bridge/br_netlink.c.
 */
import { attr, attributes, repeated, type ValueOf } from '../wire/attributes.ts'
import { cstring, linkLayerAddress, u8, u16, u32 } from '../wire/codec.ts'
import { type StructValue, struct } from '../wire/struct.ts'
import { bridgePort } from './bridge.ts'
import { ifinfomsg } from './link.ts'
import { type RouteObject, type RouteRequest, routeObject } from './route-object.ts'

/** struct bridge_vlan_info. */
const vlanInfo = struct('struct bridge_vlan_info', (next) => ({
  flags: next.u16(), // BRIDGE_VLAN_INFO_*
  vid: next.u16(),
}))
export type BridgeVlanInfo = StructValue<typeof vlanInfo>

/** IFLA_BRIDGE_VLAN_TUNNEL_INFO: which tunnel a VLAN goes to. */
const vlanTunnelInfo = attributes({
  id: attr(1, 'IFLA_BRIDGE_VLAN_TUNNEL_ID', u32), // the VNI
  vid: attr(2, 'IFLA_BRIDGE_VLAN_TUNNEL_VID', u16),
  flags: attr(3, 'IFLA_BRIDGE_VLAN_TUNNEL_FLAGS', u16), // BRIDGE_VLAN_INFO_RANGE_*
})
export type BridgeVlanTunnelInfo = ValueOf<typeof vlanTunnelInfo>

/** IFLA_AF_SPEC with family AF_BRIDGE. */
const afSpec = attributes({
  flags: attr(0, 'IFLA_BRIDGE_FLAGS', u16), // BRIDGE_FLAGS_*
  mode: attr(1, 'IFLA_BRIDGE_MODE', u16),
  vlanInfo: repeated(2, 'IFLA_BRIDGE_VLAN_INFO', vlanInfo),
  vlanTunnelInfo: repeated(3, 'IFLA_BRIDGE_VLAN_TUNNEL_INFO', vlanTunnelInfo),
})

const bridgeLinkAttributes = attributes({
  address: attr(1, 'IFLA_ADDRESS', linkLayerAddress),
  ifname: attr(3, 'IFLA_IFNAME', cstring),
  mtu: attr(4, 'IFLA_MTU', u32),
  link: attr(5, 'IFLA_LINK', u32), // ifindex
  master: attr(10, 'IFLA_MASTER', u32), // ifindex of the bridge; a bridge names itself
  protinfo: attr(12, 'IFLA_PROTINFO', bridgePort),
  operstate: attr(16, 'IFLA_OPERSTATE', u8),
  afSpec: attr(26, 'IFLA_AF_SPEC', afSpec),
  extMask: attr(29, 'IFLA_EXT_MASK', u32), // RTEXT_FILTER_*
})

/** A port, or a bridge itself, as the bridge sees it. */
export const bridgeLink = routeObject(ifinfomsg, bridgeLinkAttributes)
export type BridgeLink = RouteObject<typeof bridgeLink>
export type BridgeLinkRequest = RouteRequest<typeof bridgeLink>
