/** Nexthop objects: RTM_NEWNEXTHOP, RTM_GETNEXTHOP. Source: struct nhmsg and NHA_*, linux/nexthop.h. */

import { DecodeError } from '../errors.ts'
import { attr, attributes } from '../wire/attributes.ts'
import { type Codec, ip, u32 } from '../wire/codec.ts'
import { type StructValue, struct } from '../wire/struct.ts'
import { type RouteObject, routeObject } from './route-object.ts'

/** struct nhmsg. */
const nhmsg = struct('struct nhmsg', (next) => ({
  family: next.u8(),
  scope: next.u8(), // not in requests
  protocol: next.u8(), // RTPROT_*
  flags: next.skip(1).u32(), // RTNH_F_*
}))

/** struct nexthop_grp. */
const nexthopGrp = struct('struct nexthop_grp', (next) => ({
  id: next.u32(),
  weight: next.u8(), // less 1
  weightHigh: next.u8(), // of the weight, since Linux 6.12
  reserved: next.u16(),
}))

/** NHA_GROUP: a run of struct nexthop_grp. */
const members: Codec<readonly StructValue<typeof nexthopGrp>[]> = {
  decode(bytes, start, end) {
    const { size } = nexthopGrp
    if ((end - start) % size !== 0) {
      throw new DecodeError([], `a multiple of ${size} bytes`, `${end - start}`)
    }
    return Array.from({ length: (end - start) / size }, (_, at) =>
      nexthopGrp.decode(bytes, start + at * size, start + (at + 1) * size),
    )
  },
  encode(groups, writer) {
    for (const each of groups) {
      nexthopGrp.encode(each, writer)
    }
  },
}

const nexthopAttributes = attributes({
  id: attr(1, 'NHA_ID', u32),
  group: attr(2, 'NHA_GROUP', members), // of a group: nexthops by their ids
  oif: attr(5, 'NHA_OIF', u32), // ifindex
  gateway: attr(6, 'NHA_GATEWAY', ip),
})

/** A nexthop, or a group of them. */
export const nexthop = routeObject(nhmsg, nexthopAttributes)
export type Nexthop = RouteObject<typeof nexthop>
