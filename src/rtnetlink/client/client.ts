/** The verbs: list, get, create, change, delete and so on, for links, addresses, neighbours and forwarding entries. */

import { KernelError } from '../errors.ts'
import { type Address, type AddressRequest, address } from '../messages/address.ts'
import { type BridgeLink, type BridgeLinkRequest, bridgeLink } from '../messages/bridge-link.ts'
import {
  AF_BRIDGE,
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NLMSG_NOOP,
  NTF_PROXY,
  RTEXT_FILTER_BRVLAN_COMPRESSED,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELLINKPROP,
  RTM_DELNEIGH,
  RTM_DELTUNNEL,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETMDB,
  RTM_GETNEIGH,
  RTM_GETNEXTHOP,
  RTM_GETQDISC,
  RTM_GETROUTE,
  RTM_GETTFILTER,
  RTM_GETTUNNEL,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWLINKPROP,
  RTM_NEWMDB,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_NEWTUNNEL,
  RTM_SETLINK,
  TUNNEL_MSG_FLAG_STATS,
} from '../messages/constants.ts'
import type { RouteMessage } from '../messages/index.ts'
import { type Link, type LinkRequest, link } from '../messages/link.ts'
import { type DumpedMdbEntry, type MdbRequest, mdbChange } from '../messages/mdb.ts'
import { type Neighbour, type NeighbourRequest, neighbour } from '../messages/neighbour.ts'
import { type Nexthop, nexthop } from '../messages/nexthop.ts'
import { type Route, type RouteRequest, route } from '../messages/route.ts'
import { type TrafficControl, trafficControl } from '../messages/traffic-control.ts'
import { type Tunnel, tunnel, type VnifilterEntry } from '../messages/tunnel.ts'
import { openNetlinkSocket } from '../socket/netlink-socket.ts'
import type { Transport } from '../socket/transport.ts'
import type { BulkResult } from './bulk.ts'
import { withoutCounters } from './link-filter.ts'
import { type RequestCounters, Requests, type RequestsOptions } from './requests.ts'

/** How a client is made. */
export interface ClientOptions extends RequestsOptions {
  /** Names links in errors, which otherwise tell the ifindex. */
  readonly nameOfLink?: (index: number) => string | undefined
}

/** Which link is meant: the one with this ifindex, or the one with this name. */
export type LinkSelector = { readonly index: number } | { readonly name: string }

/** The way to what is asked for. */
export interface RouteQuery {
  /** IPv4 or IPv6. */
  readonly dst: string
  /** The outer source address, where it is fixed. */
  readonly src?: string
  /** ifindex of the device by which it is to leave. */
  readonly oif?: number
  /**
   * ifindex of the device by which a packet from `src` arrives: the kernel then answers what it would do with that packet, and refuses with EXDEV
   * (IPv4; since Linux 6.13 with EINVAL) where its reverse-path filter drops it.
   */
  readonly iif?: number
}

/** Which forwarding entry is meant. */
export interface FdbQuery {
  /** ifindex of the vxlan, or of the bridge. */
  readonly index: number
  readonly lladdr: string
  readonly vlan?: number
  /** Of a vxlan that carries many VNIs. */
  readonly srcVni?: number
  /** NTF_SELF for a link's own table, NTF_MASTER for that of its bridge. */
  readonly flags: number
}

/** Requests in their order: an array, or what makes each when it is asked for, which is while the kernel works on those before. */
export interface NeighbourRequests {
  readonly length: number
  at(index: number): NeighbourRequest | undefined
}

/**
 * Asks the kernel of the network namespace in which it was opened. Every verb rejects with KernelError (the kernel refused),
 * TimeoutError, ClosedError, or EncodeError (a value that fits no message). Reading takes no privileges; changing takes
 * CAP_NET_ADMIN.
 */
export class RtnetlinkClient {
  readonly #requests: Requests
  readonly #nameOfLink: (index: number) => string | undefined

  /** @param transport by default a netlink socket of the calling thread's network namespace */
  constructor(transport: Transport = openNetlinkSocket(), { nameOfLink, ...options }: ClientOptions = {}) {
    this.#requests = new Requests(transport, options)
    this.#nameOfLink = nameOfLink ?? (() => undefined)
  }

  /** What this client has asked so far. */
  get counters(): Readonly<RequestCounters> {
    return this.#requests.counters
  }

  /** Whether the kernel has not come back yet from a request: it works on it, or waits for its own lock. */
  get isSending(): boolean {
    return this.#requests.isSending
  }

  /** Closes the socket; the process may end then. */
  close(): void {
    this.#requests.close()
  }

  /**
   * Resolves when the kernel has answered on this socket: an ack to a message that asks for nothing, and so waits for no lock. Source:
   * netlink_rcv_skb(), net/netlink/af_netlink.c.
   */
  ping(): Promise<void> {
    return this.#requests.perform({
      operation: 'reach the kernel',
      type: NLMSG_NOOP,
      encode: () => {},
      isPing: true,
    })
  }

  /** All links; their counters only when asked for, or when the kernel leaves out more with them. */
  async listLinks({ withStats = false }: { readonly withStats?: boolean } = {}): Promise<Link[]> {
    const request = withStats ? {} : { attributes: withoutCounters() }
    const answers = await this.#requests.dump({
      operation: 'list links',
      type: RTM_GETLINK,
      encode: (writer) => link.encode(request, writer),
    })
    return valuesOf(answers, 'link')
  }

  /** One link. Rejects with KernelError ENODEV when there is none. */
  async getLink(selector: LinkSelector): Promise<Link> {
    const answer = await this.#requests.get({
      operation: `look up link ${this.#describe(selector)}`,
      type: RTM_GETLINK,
      encode: (writer) => link.encode(linkRequest(selector, withoutCounters()), writer),
      pathAt: link.pathAt,
    })
    return answer.value as Link
  }

  /** Makes a link that must not exist yet (EEXIST). `attributes.linkinfo` says of what kind. */
  createLink(request: LinkRequest): Promise<void> {
    return this.#changeLink('create', NLM_F_CREATE | NLM_F_EXCL, request)
  }

  /** Changes what the request states of an existing link (ENODEV), chosen by `index`, or by `attributes.ifname` when `index` is 0. */
  changeLink(request: LinkRequest): Promise<void> {
    return this.#changeLink('change', 0, request)
  }

  /** Deletes a link, and with it what stands on it. */
  deleteLink(selector: LinkSelector): Promise<void> {
    return this.#requests.perform({
      operation: `delete link ${this.#describe(selector)}`,
      type: RTM_DELLINK,
      encode: (writer) => link.encode(linkRequest(selector, {}), writer),
      pathAt: link.pathAt,
    })
  }

  /** Deletes all links of a device group (IFLA_GROUP) at once, which takes the kernel hardly longer than deleting one. */
  deleteLinkGroup(group: number): Promise<void> {
    return this.#requests.perform({
      operation: `delete the links of group ${group}`,
      type: RTM_DELLINK,
      encode: (writer) => link.encode({ attributes: { group } }, writer),
      pathAt: link.pathAt,
    })
  }

  /** Gives a link, by its ifindex, more alternative names. Rejects with KernelError EEXIST when one is taken. */
  addAltnames(index: number, names: readonly string[]): Promise<void> {
    return this.#changeAltnames('add', RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, index, names)
  }

  /** Takes alternative names from a link. Rejects with KernelError ENOENT or EINVAL when it does not have one. */
  deleteAltnames(index: number, names: readonly string[]): Promise<void> {
    return this.#changeAltnames('delete', RTM_DELLINKPROP, 0, index, names)
  }

  /** All bridges and their ports as the bridges see them, with their VLANs in ranges. */
  async listBridgeLinks(): Promise<BridgeLink[]> {
    const request = { family: AF_BRIDGE, attributes: { extMask: RTEXT_FILTER_BRVLAN_COMPRESSED } }
    const answers = await this.#requests.dump({
      operation: 'list bridge ports',
      type: RTM_GETLINK,
      encode: (writer) => bridgeLink.encode(request, writer),
    })
    return valuesOf(answers, 'bridgeLink')
  }

  /** Adds VLANs, or VLANs' tunnels, to a port or, with BRIDGE_FLAGS_SELF, to a bridge itself. */
  setBridgeLink(request: BridgeLinkRequest): Promise<void> {
    return this.#changeBridgeLink('set', RTM_SETLINK, request)
  }

  /** Removes VLANs, or VLANs' tunnels. That one is not there is no error to the kernel. */
  unsetBridgeLink(request: BridgeLinkRequest): Promise<void> {
    return this.#changeBridgeLink('remove', RTM_DELLINK, request)
  }

  /** VNIs of all vxlans with `vnifilter`; none on kernels before 5.18, which know no such thing. */
  async listVnis({ withStats = false }: { readonly withStats?: boolean } = {}): Promise<Tunnel[]> {
    try {
      const answers = await this.#requests.dump({
        operation: 'list VNIs',
        type: RTM_GETTUNNEL,
        encode: (writer) => tunnel.encode({ family: AF_BRIDGE, flags: withStats ? TUNNEL_MSG_FLAG_STATS : 0 }, writer),
      })
      return valuesOf(answers, 'tunnel')
    } catch (error) {
      if (error instanceof KernelError && error.code === 'EOPNOTSUPP') {
        return []
      }
      throw error
    }
  }

  /** Adds VNIs to a vxlan with `vnifilter`; of those that are there the destination is changed. */
  addVnis(index: number, entries: readonly VnifilterEntry[]): Promise<void> {
    return this.#changeVnis('add', RTM_NEWTUNNEL, index, entries)
  }

  /** Removes VNIs. */
  deleteVnis(index: number, entries: readonly VnifilterEntry[]): Promise<void> {
    return this.#changeVnis('delete', RTM_DELTUNNEL, index, entries)
  }

  /** All addresses, or one link's. */
  async listAddresses({ index = 0 }: { readonly index?: number } = {}): Promise<Address[]> {
    const answers = await this.#requests.dump({
      operation: 'list addresses',
      type: RTM_GETADDR,
      encode: (writer) => address.encode({ family: AF_UNSPEC, index }, writer),
    })
    return valuesOf(answers, 'address')
  }

  /** Adds an address that must not be there yet (EEXIST). */
  addAddress(request: AddressRequest): Promise<void> {
    return this.#changeAddress('add', RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, request)
  }

  /** Adds an address, or gives the one that is there the flags and lifetimes stated. */
  replaceAddress(request: AddressRequest): Promise<void> {
    return this.#changeAddress('replace', RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, request)
  }

  /** Removes an address (EADDRNOTAVAIL when it is not there). */
  deleteAddress(request: AddressRequest): Promise<void> {
    return this.#changeAddress('delete', RTM_DELADDR, 0, request)
  }

  /** The way by which the kernel would send to an address now. Rejects with KernelError: ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL. */
  async getRoute({ dst, src, oif, iif }: RouteQuery): Promise<Route> {
    const isIpv6 = dst.includes(':')
    const bits = isIpv6 ? 128 : 32
    const request = {
      family: isIpv6 ? AF_INET6 : AF_INET,
      dstLen: bits,
      ...(src !== undefined && { srcLen: bits }),
      attributes: {
        dst,
        ...(src !== undefined && { src }),
        ...(oif !== undefined && { oif }),
        ...(iif !== undefined && { iif }),
      },
    }
    const answer = await this.#requests.get({
      operation: `look up the route to ${dst}`,
      type: RTM_GETROUTE,
      encode: (writer) => route.encode(request, writer),
      pathAt: route.pathAt,
    })
    return answer.value as Route
  }

  /** Routes of one family, of all tables; those by one device only where its ifindex is given. */
  async listRoutes({ family, oif }: { readonly family: number; readonly oif?: number }): Promise<Route[]> {
    const request = { family, ...(oif !== undefined && { attributes: { oif } }) }
    const answers = await this.#requests.dump({
      operation: 'list routes',
      type: RTM_GETROUTE,
      encode: (writer) => route.encode(request, writer),
    })
    return valuesOf(answers, 'route')
  }

  /** Adds a route that must not be there yet (EEXIST). */
  addRoute(request: RouteRequest): Promise<void> {
    return this.#changeRoute('add', NLM_F_CREATE | NLM_F_EXCL, request)
  }

  /** Adds a route, or replaces the one to the same destination with the same priority. */
  replaceRoute(request: RouteRequest): Promise<void> {
    return this.#changeRoute('replace', NLM_F_CREATE | NLM_F_REPLACE, request)
  }

  #changeRoute(verb: string, flags: number, request: RouteRequest): Promise<void> {
    return this.#requests.perform({
      operation: `${verb} the route to ${request.attributes?.dst ?? 'default'}/${request.dstLen ?? 0}`,
      type: RTM_NEWROUTE,
      flags,
      encode: (writer) => route.encode(request, writer),
      pathAt: route.pathAt,
    })
  }

  /** Nexthop objects: all, or those by one device. */
  async listNexthops({ oif }: { readonly oif?: number } = {}): Promise<Nexthop[]> {
    const answers = await this.#requests.dump({
      operation: 'list nexthops',
      type: RTM_GETNEXTHOP,
      encode: (writer) => nexthop.encode({ attributes: oif === undefined ? {} : { oif } }, writer),
    })
    return valuesOf(answers, 'nexthop')
  }

  /** Multicast forwarding entries of all bridges and vxlans. */
  async listMdb(): Promise<{ readonly owner: number; readonly entry: DumpedMdbEntry }[]> {
    const answers = await this.#requests.dump({
      operation: 'list multicast forwarding entries',
      type: RTM_GETMDB,
      // struct br_port_msg.
      encode: (writer) => mdbChange.encode({ family: AF_BRIDGE }, writer),
    })
    return valuesOf(answers, 'mdb').flatMap(({ ifindex, attributes }) =>
      (attributes.groups?.ports ?? []).flatMap(({ entries = [] }) =>
        entries.map((entry) => ({ owner: ifindex, entry })),
      ),
    )
  }

  /** Adds a multicast forwarding entry to a bridge or vxlan; it must not be there yet (EEXIST). */
  addMdbEntry(request: MdbRequest): Promise<void> {
    return this.#requests.perform({
      operation: `add a multicast forwarding entry to link ${this.#describe({ index: request.ifindex ?? 0 })}`,
      type: RTM_NEWMDB,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      encode: (writer) => mdbChange.encode({ family: AF_BRIDGE, ...request }, writer),
      pathAt: mdbChange.pathAt,
    })
  }

  /** Queueing disciplines of all links, those that the kernel gives every link among them. */
  async listQdiscs(): Promise<TrafficControl[]> {
    const answers = await this.#requests.dump({
      operation: 'list qdiscs',
      type: RTM_GETQDISC,
      encode: (writer) => trafficControl.encode({}, writer),
    })
    return valuesOf(answers, 'qdisc')
  }

  /** Filters of one link below one parent: a qdisc's handle, TC_H_MIN_INGRESS or TC_H_MIN_EGRESS. */
  async listFilters({ index, parent }: { readonly index: number; readonly parent: number }): Promise<TrafficControl[]> {
    const answers = await this.#requests.dump({
      operation: `list filters of link ${this.#describe({ index })}`,
      type: RTM_GETTFILTER,
      encode: (writer) => trafficControl.encode({ ifindex: index, parent }, writer),
    })
    return valuesOf(answers, 'filter')
  }

  /** ARP and ND neighbours for which this host answers in their place (`ip neigh add proxy`). Not among those of `listNeighbours`. */
  listProxies(): Promise<Neighbour[]> {
    return this.#listNeighbours('list proxied neighbours', { family: AF_UNSPEC, flags: NTF_PROXY })
  }

  /** ARP and ND neighbours: an IP and its MAC. */
  listNeighbours({ family = AF_UNSPEC }: { readonly family?: number } = {}): Promise<Neighbour[]> {
    return this.#listNeighbours('list neighbours', { family })
  }

  /** Forwarding entries: a MAC and where frames to it go. Of all links, or of one by its ifindex. */
  listFdb({ index = 0 }: { readonly index?: number } = {}): Promise<Neighbour[]> {
    return this.#listNeighbours('list forwarding entries', { family: AF_BRIDGE, ifindex: index })
  }

  /** One forwarding entry of a vxlan, or of a bridge with `vlan`, by its MAC. Rejects with KernelError ENOENT when there is none. */
  async getFdbEntry({ index, lladdr, vlan, srcVni, flags }: FdbQuery): Promise<Neighbour> {
    // The kernel looks a VNI up in NDA_VNI here, and refuses NDA_SRC_VNI. Source: vxlan_fdb_get(), drivers/net/vxlan/vxlan_core.c.
    const attributes = { lladdr, ...(vlan !== undefined && { vlan }), ...(srcVni !== undefined && { vni: srcVni }) }
    const answer = await this.#requests.get({
      operation: `look up forwarding entry ${lladdr} on link ${this.#describe({ index })}`,
      type: RTM_GETNEIGH,
      encode: (writer) => neighbour.encode({ family: AF_BRIDGE, ifindex: index, flags, attributes }, writer),
      pathAt: neighbour.pathAt,
    })
    return answer.value as Neighbour
  }

  /** Adds a neighbour or, with family AF_BRIDGE, a forwarding entry; it must not be there yet (EEXIST). */
  addNeighbour(request: NeighbourRequest): Promise<void> {
    return this.#changeNeighbour('add', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, request)
  }

  /** Adds a neighbour or forwarding entry, or replaces the one with the same key. */
  replaceNeighbour(request: NeighbourRequest): Promise<void> {
    return this.#changeNeighbour('replace', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, request)
  }

  /** One more destination for a forwarding entry: head-end replication on the all-zeros MAC. Does nothing on a unicast MAC. */
  appendNeighbour(request: NeighbourRequest): Promise<void> {
    return this.#changeNeighbour('append', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, request)
  }

  /** As `addNeighbour`, for many: one result for each, in their order; undefined: it succeeded. Rejects only for all of them together. */
  addNeighbours(requests: NeighbourRequests): Promise<BulkResult> {
    return this.#changeNeighbours('add', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, requests)
  }

  /** As `replaceNeighbour`, for many. */
  replaceNeighbours(requests: NeighbourRequests): Promise<BulkResult> {
    return this.#changeNeighbours('replace', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, requests)
  }

  /** As `appendNeighbour`, for many. */
  appendNeighbours(requests: NeighbourRequests): Promise<BulkResult> {
    return this.#changeNeighbours('append', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, requests)
  }

  /** As `deleteNeighbour`, for many. */
  deleteNeighbours(requests: NeighbourRequests): Promise<BulkResult> {
    return this.#changeNeighbours('delete', RTM_DELNEIGH, 0, requests)
  }

  /** Deletes a neighbour or forwarding entry (ENOENT when it is not there). */
  deleteNeighbour(request: NeighbourRequest): Promise<void> {
    return this.#changeNeighbour('delete', RTM_DELNEIGH, 0, request)
  }

  #describe(selector: LinkSelector): string {
    return 'name' in selector ? selector.name : (this.#nameOfLink(selector.index) ?? `${selector.index}`)
  }

  #changeLink(verb: string, flags: number, request: LinkRequest): Promise<void> {
    const { index = 0, attributes: { ifname } = {} } = request
    // With an ifindex the name is what the link is to be called.
    const selector = index !== 0 || ifname === undefined ? { index } : { name: ifname }
    return this.#requests.perform({
      operation: `${verb} link ${this.#describe(selector)}`,
      type: RTM_NEWLINK,
      flags,
      encode: (writer) => link.encode(request, writer),
      pathAt: link.pathAt,
    })
  }

  #changeAltnames(verb: string, type: number, flags: number, index: number, names: readonly string[]): Promise<void> {
    const request = { index, attributes: { propList: { altIfname: names } } }
    return this.#requests.perform({
      operation: `${verb} alternative name ${names.join(', ')} of link ${this.#describe({ index })}`,
      type,
      flags,
      encode: (writer) => link.encode(request, writer),
      pathAt: link.pathAt,
    })
  }

  #changeBridgeLink(verb: string, type: number, request: BridgeLinkRequest): Promise<void> {
    const { vlanInfo = [], vlanTunnelInfo = [] } = request.attributes?.afSpec ?? {}
    const vids = [...vlanInfo, ...vlanTunnelInfo].map(({ vid }) => vid)
    const what = vlanTunnelInfo.length > 0 ? 'tunnels of VLANs' : 'VLANs'
    return this.#requests.perform({
      operation: `${verb} ${what} ${vids.join(', ')} on link ${this.#describe({ index: request.index ?? 0 })}`,
      type,
      encode: (writer) => bridgeLink.encode({ family: AF_BRIDGE, ...request }, writer),
      pathAt: bridgeLink.pathAt,
    })
  }

  #changeVnis(verb: string, type: number, index: number, entries: readonly VnifilterEntry[]): Promise<void> {
    const vnis = entries.map(({ start, end }) => (end === undefined || end === start ? `${start}` : `${start}-${end}`))
    return this.#requests.perform({
      operation: `${verb} VNI ${vnis.join(', ')} of link ${this.#describe({ index })}`,
      type,
      encode: (writer) => tunnel.encode({ family: AF_BRIDGE, ifindex: index, attributes: { entries } }, writer),
      pathAt: tunnel.pathAt,
    })
  }

  #changeAddress(verb: string, type: number, flags: number, request: AddressRequest): Promise<void> {
    const { local, address: prefix } = request.attributes ?? {}
    return this.#requests.perform({
      operation: `${verb} address ${local ?? prefix}/${request.prefixlen ?? 0} on link ${this.#describe({ index: request.index ?? 0 })}`,
      type,
      flags,
      encode: (writer) => address.encode(request, writer),
      pathAt: address.pathAt,
    })
  }

  #changeNeighbour(verb: string, type: number, flags: number, request: NeighbourRequest): Promise<void> {
    return this.#requests.perform({
      operation: this.#describeNeighbour(verb, request),
      type,
      flags,
      encode: (writer) => neighbour.encode(request, writer),
      pathAt: neighbour.pathAt,
    })
  }

  #changeNeighbours(verb: string, type: number, flags: number, requests: NeighbourRequests): Promise<BulkResult> {
    const at = (index: number): NeighbourRequest => requests.at(index) as NeighbourRequest
    return this.#requests.performAll({
      operation: `${verb} ${requests.length} neighbours or forwarding entries`,
      type,
      flags,
      count: requests.length,
      encode: (index, writer) => neighbour.encode(at(index), writer),
      operationOf: (index) => this.#describeNeighbour(verb, at(index)),
      pathAt: neighbour.pathAt,
    })
  }

  #describeNeighbour(
    verb: string,
    { family, ifindex = 0, attributes: { lladdr, dst } = {} }: NeighbourRequest,
  ): string {
    // A deletion may give the key alone.
    const object =
      family === AF_BRIDGE
        ? `forwarding entry ${lladdr}${dst === undefined ? '' : ` dst ${dst}`}`
        : `neighbour ${dst}${lladdr === undefined ? '' : ` lladdr ${lladdr}`}`
    return `${verb} ${object} on link ${this.#describe({ index: ifindex })}`
  }

  async #listNeighbours(operation: string, request: NeighbourRequest): Promise<Neighbour[]> {
    const answers = await this.#requests.dump({
      operation,
      type: RTM_GETNEIGH,
      encode: (writer) => neighbour.encode(request, writer),
    })
    return valuesOf(answers, 'neighbour')
  }
}

type ObjectValue<O extends RouteMessage['object']> = Extract<RouteMessage, { object: O }>['value']

function valuesOf<O extends RouteMessage['object']>(messages: readonly RouteMessage[], object: O): ObjectValue<O>[] {
  const values: ObjectValue<O>[] = []
  for (const message of messages) {
    if (message.object === object) {
      values.push(message.value as ObjectValue<O>)
    }
  }
  return values
}

function linkRequest(selector: LinkSelector, attributes: NonNullable<LinkRequest['attributes']>): LinkRequest {
  return 'name' in selector
    ? { attributes: { ...attributes, ifname: selector.name } }
    : { index: selector.index, attributes }
}
