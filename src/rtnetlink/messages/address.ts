/** Addresses on links: RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR. Source: linux/if_addr.h. */
import { attr, attributes } from '../wire/attributes.ts'
import { cstring, ip, u8, u32 } from '../wire/codec.ts'
import { struct } from '../wire/struct.ts'
import { type RouteObject, type RouteRequest, routeObject } from './route-object.ts'

/** struct ifaddrmsg. */
const ifaddrmsg = struct('struct ifaddrmsg', (next) => ({
  family: next.u8(), // AF_INET or AF_INET6
  prefixlen: next.u8(),
  flags: next.u8(), // the low 8 bits of IFA_FLAGS
  scope: next.u8(), // RT_SCOPE_*
  index: next.u32(), // ifindex
}))

/** struct ifa_cacheinfo: lifetimes in seconds, 2³²-1 for ever; times in hundredths of a second since boot. */
const cacheinfo = struct('struct ifa_cacheinfo', (next) => ({
  preferred: next.u32(),
  valid: next.u32(),
  created: next.u32(),
  updated: next.u32(),
}))

const addressAttributes = attributes({
  address: attr(1, 'IFA_ADDRESS', ip), // the prefix's address; a point-to-point link's peer
  local: attr(2, 'IFA_LOCAL', ip), // IPv6 has it only beside a peer
  label: attr(3, 'IFA_LABEL', cstring), // IPv4 only
  broadcast: attr(4, 'IFA_BROADCAST', ip),
  cacheinfo: attr(6, 'IFA_CACHEINFO', cacheinfo),
  flags: attr(8, 'IFA_FLAGS', u32), // IFA_F_*
  rtPriority: attr(9, 'IFA_RT_PRIORITY', u32),
  proto: attr(11, 'IFA_PROTO', u8), // IFAPROT_*; since Linux 5.18
})

/** An address of a link. */
export const address = routeObject(ifaddrmsg, addressAttributes)
export type Address = RouteObject<typeof address>
export type AddressRequest = RouteRequest<typeof address>
