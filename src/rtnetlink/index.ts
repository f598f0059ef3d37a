/**
 * `vxagent/rtnetlink`: rtnetlink for Node without a native addon of its own. Links (VXLAN in full), addresses, neighbours and
 * forwarding entries; requests with typed verbs, events as a subscription. Values use the kernel's names in camelCase.
 */
export {
  type ClientOptions,
  type FdbQuery,
  type LinkSelector,
  type NeighbourRequests,
  type RouteQuery,
  RtnetlinkClient,
} from './client/client.ts'
export type { RequestCounters, RequestsOptions, UndecodableMessage } from './client/requests.ts'
export { type Subscription, type SubscriptionListener, subscribe } from './client/subscription.ts'
export {
  ClosedError,
  DecodeError,
  EncodeError,
  KernelError,
  type Refusal,
  SystemCallError,
  TimeoutError,
} from './errors.ts'
export type { Address, AddressRequest } from './messages/address.ts'
export { keysOfAttribute } from './messages/attribute-keys.ts'
export type { BridgeAttributes, BridgePortAttributes } from './messages/bridge.ts'
export type { BridgeLink, BridgeLinkRequest, BridgeVlanInfo, BridgeVlanTunnelInfo } from './messages/bridge-link.ts'
export * as constants from './messages/constants.ts'
export type { RouteMessage } from './messages/index.ts'
export type { Link, LinkInfo, LinkRequest, LinkStats } from './messages/link.ts'
export type { DumpedMdbEntry, MdbEntry, MdbRequest } from './messages/mdb.ts'
export type { Neighbour, NeighbourRequest } from './messages/neighbour.ts'
export type { Nexthop } from './messages/nexthop.ts'
export type { Route, RouteNexthop, RouteRequest } from './messages/route.ts'
export type { TrafficControl } from './messages/traffic-control.ts'
export type { Tunnel, TunnelRequest, VnifilterEntry } from './messages/tunnel.ts'
export type { PortRange, VxlanAttributes } from './messages/vxlan.ts'
export { type NetlinkSocketOptions, openNetlinkSocket } from './socket/netlink-socket.ts'
export * as packetFilter from './socket/packet-filter.ts'
export type { Transport } from './socket/transport.ts'
