/** Nexthop objects: RTM_NEWNEXTHOP, RTM_GETNEXTHOP. Source: struct nhmsg and NHA_*, linux/nexthop.h. */
import { attr, attributes } from '../wire/attributes.ts'
import { ip, raw, u32 } from '../wire/codec.ts'
import { struct } from '../wire/struct.ts'
import { type RouteObject, routeObject } from './route-object.ts'

/** struct nhmsg. */
const nhmsg = struct('struct nhmsg', (next) => ({
  family: next.u8(),
  scope: next.u8(), // not in requests
  protocol: next.u8(), // RTPROT_*
  flags: next.skip(1).u32(), // RTNH_F_*
}))

const nexthopAttributes = attributes({
  id: attr(1, 'NHA_ID', u32),
  group: attr(2, 'NHA_GROUP', raw),
  oif: attr(5, 'NHA_OIF', u32), // ifindex
  gateway: attr(6, 'NHA_GATEWAY', ip),
})

/** A nexthop, or a group of them. */
export const nexthop = routeObject(nhmsg, nexthopAttributes)
export type Nexthop = RouteObject<typeof nexthop>
