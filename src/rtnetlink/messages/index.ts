/** Which message type carries which object. */
import type { Codec } from '../wire/codec.ts'
import type { MessageHeader } from '../wire/message.ts'
import { type Address, address } from './address.ts'
import { type BridgeLink, bridgeLink } from './bridge-link.ts'
import * as constants from './constants.ts'
import { type Link, link } from './link.ts'
import { type Mdb, mdb } from './mdb.ts'
import { type Neighbour, neighbour } from './neighbour.ts'
import { type Nexthop, nexthop } from './nexthop.ts'
import { type Route, route } from './route.ts'
import { type TrafficControl, trafficControl } from './traffic-control.ts'
import { type Tunnel, tunnel } from './tunnel.ts'

/** A decoded message about one kernel object: it is there now (`new`: made or changed), or it is gone (`delete`). */
export type RouteMessage =
  | { readonly object: 'link'; readonly verb: 'new' | 'delete'; readonly value: Link }
  | { readonly object: 'bridgeLink'; readonly verb: 'new' | 'delete'; readonly value: BridgeLink }
  | { readonly object: 'tunnel'; readonly verb: 'new' | 'delete'; readonly value: Tunnel }
  | { readonly object: 'address'; readonly verb: 'new' | 'delete'; readonly value: Address }
  | { readonly object: 'neighbour'; readonly verb: 'new' | 'delete'; readonly value: Neighbour }
  | { readonly object: 'route'; readonly verb: 'new' | 'delete'; readonly value: Route }
  | { readonly object: 'mdb'; readonly verb: 'new' | 'delete'; readonly value: Mdb }
  | { readonly object: 'nexthop'; readonly verb: 'new' | 'delete'; readonly value: Nexthop }
  | { readonly object: 'qdisc'; readonly verb: 'new' | 'delete'; readonly value: TrafficControl }
  | { readonly object: 'filter'; readonly verb: 'new' | 'delete'; readonly value: TrafficControl }

const objects = [
  { object: 'link', codec: link, added: constants.RTM_NEWLINK, deleted: constants.RTM_DELLINK },
  { object: 'address', codec: address, added: constants.RTM_NEWADDR, deleted: constants.RTM_DELADDR },
  { object: 'tunnel', codec: tunnel, added: constants.RTM_NEWTUNNEL, deleted: constants.RTM_DELTUNNEL },
  { object: 'neighbour', codec: neighbour, added: constants.RTM_NEWNEIGH, deleted: constants.RTM_DELNEIGH },
  { object: 'route', codec: route, added: constants.RTM_NEWROUTE, deleted: constants.RTM_DELROUTE },
  { object: 'mdb', codec: mdb, added: constants.RTM_NEWMDB, deleted: constants.RTM_DELMDB },
  { object: 'nexthop', codec: nexthop, added: constants.RTM_NEWNEXTHOP, deleted: constants.RTM_DELNEXTHOP },
  { object: 'qdisc', codec: trafficControl, added: constants.RTM_NEWQDISC, deleted: constants.RTM_DELQDISC },
  { object: 'filter', codec: trafficControl, added: constants.RTM_NEWTFILTER, deleted: constants.RTM_DELTFILTER },
] as const

type Decode = (bytes: Buffer, start: number, end: number) => RouteMessage

function decoderOf(
  object: RouteMessage['object'],
  verb: 'new' | 'delete',
  codec: Pick<Codec<unknown>, 'decode'>,
): Decode {
  return (bytes, start, end) => ({ object, verb, value: codec.decode(bytes, start, end) }) as RouteMessage
}

const byType = new Map<number, Decode>([
  ...objects.flatMap(({ object, codec, added, deleted }): [number, Decode][] => [
    [added, decoderOf(object, 'new', codec)],
    [deleted, decoderOf(object, 'delete', codec)],
  ]),
  // A bridge answers a dump of its multicast entries in messages of the request's own type. Source: br_mdb_dump(), net/bridge/br_mdb.c.
  [constants.RTM_GETMDB, decoderOf('mdb', 'new', mdb)],
])

/** A bridge tells of its ports, and of itself, by the same message types, with its own family and other attributes. */
const bridgeLinksByType = new Map<number, Decode>([
  [constants.RTM_NEWLINK, decoderOf('bridgeLink', 'new', bridgeLink)],
  [constants.RTM_DELLINK, decoderOf('bridgeLink', 'delete', bridgeLink)],
])

/** The object that a message describes; undefined for types that this library does not know. Throws DecodeError. */
export function decodeRouteMessage(
  header: Pick<MessageHeader, 'type'>,
  bytes: Buffer,
  start: number,
  end: number,
): RouteMessage | undefined {
  const isOfBridge = end > start && bytes[start] === constants.AF_BRIDGE
  const decode = (isOfBridge ? bridgeLinksByType.get(header.type) : undefined) ?? byType.get(header.type)
  return decode?.(bytes, start, end)
}
