/** Routes: RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE. Source: struct rtmsg, RTA_* and RTAX_*, linux/rtnetlink.h. */
import { DecodeError } from '../errors.ts'
import { attr, attributes, type ValueOf } from '../wire/attributes.ts'
import { type Codec, ip, raw, s32, u8, u16, u16be, u32, writeU16 } from '../wire/codec.ts'
import { struct } from '../wire/struct.ts'
import { align } from '../wire/writer.ts'
import { AF_INET, AF_INET6 } from './constants.ts'
import { type RouteRequest as RequestOf, type RouteObject, routeObject } from './route-object.ts'

/** struct rtmsg. */
const rtmsg = struct('struct rtmsg', (next) => ({
  family: next.u8(), // AF_INET or AF_INET6
  dstLen: next.u8(), // bits of the destination's prefix
  srcLen: next.u8(),
  tos: next.u8(),
  table: next.u8(), // RT_TABLE_*; above 255 in RTA_TABLE alone
  protocol: next.u8(), // RTPROT_*
  scope: next.u8(), // RT_SCOPE_*
  type: next.u8(), // RTN_*
  flags: next.u32(), // RTM_F_*, RTNH_F_*
}))

/** struct rtvia: a gateway of another address family than the route's, after its family. */
const via: Codec<string> = {
  decode: (bytes, start, end) => ip.decode(bytes, start + 2, end),
  encode(value, writer) {
    u16.encode(value.includes(':') ? AF_INET6 : AF_INET, writer)
    ip.encode(value, writer)
  },
}

/** RTA_METRICS. */
const metrics = attributes({
  lock: attr(1, 'RTAX_LOCK', u32),
  mtu: attr(2, 'RTAX_MTU', u32),
  advmss: attr(8, 'RTAX_ADVMSS', u32),
  hoplimit: attr(10, 'RTAX_HOPLIMIT', u32),
})

/** struct rtnexthop. */
const rtnexthop = struct('struct rtnexthop', (next) => ({
  length: next.u16(), // with its attributes, its own padding left out
  flags: next.u8(), // RTNH_F_*
  hops: next.u8(), // its weight, less 1
  ifindex: next.s32(),
}))

const nexthopAttributes = attributes({
  gateway: attr(5, 'RTA_GATEWAY', ip),
  via: attr(18, 'RTA_VIA', via),
})

/** One of several ways of a route. */
export interface RouteNexthop {
  readonly flags: number
  readonly hops: number
  readonly ifindex: number
  readonly attributes: ValueOf<typeof nexthopAttributes>
}

/** RTA_MULTIPATH: a run of struct rtnexthop, each with attributes. */
const multipath: Codec<readonly RouteNexthop[]> = {
  decode(bytes, start, end) {
    const nexthops: RouteNexthop[] = []
    for (let at = start; at < end; ) {
      const { length, ...nexthop } = rtnexthop.decode(bytes, at, end)
      if (length < rtnexthop.size || at + length > end) {
        throw new DecodeError([], `a nexthop of ${rtnexthop.size} to ${end - at} bytes`, `${length}`)
      }
      nexthops.push({ ...nexthop, attributes: nexthopAttributes.decode(bytes, at + rtnexthop.size, at + length) })
      at += align(length)
    }
    return nexthops
  },
  encode(nexthops, writer) {
    for (const { attributes: own, ...nexthop } of nexthops) {
      const at = writer.length
      rtnexthop.encodePartial(nexthop, writer)
      nexthopAttributes.encode(own, writer)
      writeU16(writer.bytes, writer.length - at, at)
    }
  },
}

const routeAttributes = attributes({
  dst: attr(1, 'RTA_DST', ip),
  src: attr(2, 'RTA_SRC', ip),
  iif: attr(3, 'RTA_IIF', s32), // ifindex
  oif: attr(4, 'RTA_OIF', s32), // ifindex
  gateway: attr(5, 'RTA_GATEWAY', ip),
  priority: attr(6, 'RTA_PRIORITY', u32),
  prefsrc: attr(7, 'RTA_PREFSRC', ip),
  metrics: attr(8, 'RTA_METRICS', metrics),
  multipath: attr(9, 'RTA_MULTIPATH', multipath),
  cacheinfo: attr(12, 'RTA_CACHEINFO', raw),
  table: attr(15, 'RTA_TABLE', u32),
  mark: attr(16, 'RTA_MARK', u32),
  via: attr(18, 'RTA_VIA', via),
  pref: attr(20, 'RTA_PREF', u8),
  expires: attr(23, 'RTA_EXPIRES', u32),
  uid: attr(25, 'RTA_UID', u32),
  ipProto: attr(27, 'RTA_IP_PROTO', u8), // IPPROTO_*
  sport: attr(28, 'RTA_SPORT', u16be),
  dport: attr(29, 'RTA_DPORT', u16be),
  nhId: attr(30, 'RTA_NH_ID', u32),
})

/** A route, or what the kernel answers when it is asked for the way to an address. */
export const route = routeObject(rtmsg, routeAttributes)
export type Route = RouteObject<typeof route>
export type RouteRequest = RequestOf<typeof route>
