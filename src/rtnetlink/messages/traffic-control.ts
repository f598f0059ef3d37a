/**
 * Traffic control: queueing disciplines (RTM_NEWQDISC, RTM_GETQDISC) and filters (RTM_NEWTFILTER, RTM_GETTFILTER). Only what is needed to
 * list them. Source: struct tcmsg and TCA_*, linux/rtnetlink.h.
 */
import { attr, attributes } from '../wire/attributes.ts'
import { cstring, raw, u32 } from '../wire/codec.ts'
import { struct } from '../wire/struct.ts'
import { type RouteObject, routeObject } from './route-object.ts'

/** struct tcmsg. */
const tcmsg = struct('struct tcmsg', (next) => ({
  family: next.u8(),
  ifindex: next.skip(3).s32(),
  handle: next.u32(), // of a qdisc major:0, upper half and lower half; of a filter as its kind has it
  parent: next.u32(),
  info: next.u32(), // of a filter its preference and, in network byte order, its protocol
}))

const trafficAttributes = attributes({
  kind: attr(1, 'TCA_KIND', cstring),
  options: attr(2, 'TCA_OPTIONS', raw),
  chain: attr(11, 'TCA_CHAIN', u32),
})

/** A queueing discipline of a link, or a filter on one. */
export const trafficControl = routeObject(tcmsg, trafficAttributes)
export type TrafficControl = RouteObject<typeof trafficControl>
