/** Addresses of links: from the desired file's words to the kernel's. */
import { type Address, type AddressRequest, constants } from '../../rtnetlink/index.ts'
import type { AddressOptions, AddressSpec } from '../desired/schema/address.ts'
import { addressText } from '../kernel/observed.ts'
import { addressProtocol } from '../record/owned.ts'

/** INFINITY_LIFE_TIME, linux/if_addr.h: for ever. */
const forever = 0xffffffff

/** Words for RT_SCOPE_*, linux/rtnetlink.h. */
const scopes = { global: 0, site: 200, link: 253, host: 254 } as const

const { IFA_F_NODAD, IFA_F_NOPREFIXROUTE, IFA_F_HOMEADDRESS, IFA_F_MANAGETEMPADDR, IFA_F_DEPRECATED, IFA_F_PERMANENT } =
  constants

/** An entry of `addresses` with its options, whichever way it is written. */
export function addressOptions(spec: AddressSpec): AddressOptions {
  return typeof spec === 'string' ? { address: spec } : spec
}

/** What tells an address from others of its link: `10.0.1.1/24`, or `10.0.1.1/24 peer 10.0.1.2`. */
export function addressIdentity({ address, peer }: Pick<AddressOptions, 'address' | 'peer'>): string {
  return peer === undefined ? address : `${address} peer ${peer}`
}

/** The same of the kernel's address. */
export function presentIdentity(address: Address): string {
  const peer = peerOf(address)
  return addressIdentity({ address: addressText(address), ...(peer !== undefined && { peer }) })
}

/** The other end of a point-to-point address. */
export function peerOf({ attributes }: Address): string | undefined {
  const { local, address } = attributes
  return local !== undefined && address !== local ? address : undefined
}

/** IFA_FLAGS, on kernels that have them, else the 8 bits of the header. */
export function flagsOf({ flags, attributes }: Address): number {
  return attributes.flags ?? flags
}

/** The request that adds the address to a link, or removes it. */
export function addressRequest(options: AddressOptions, index: number): AddressRequest {
  const { address, peer, broadcast, label, scope = 'global', metric } = options
  const { preferred_lft: preferred = 'forever', valid_lft: valid = 'forever' } = options
  const [ip = '', prefixlen] = address.split('/')
  const flags =
    (options.nodad ? IFA_F_NODAD : 0) |
    (options.noprefixroute ? IFA_F_NOPREFIXROUTE : 0) |
    (options.home ? IFA_F_HOMEADDRESS : 0) |
    (options.mngtmpaddr ? IFA_F_MANAGETEMPADDR : 0)
  const isForever = preferred === 'forever' && valid === 'forever'
  return {
    family: isIpv6(address) ? constants.AF_INET6 : constants.AF_INET,
    prefixlen: Number(prefixlen),
    scope: typeof scope === 'number' ? scope : scopes[scope],
    index,
    attributes: {
      local: ip,
      address: peer ?? ip,
      ...(broadcast !== undefined && { broadcast }),
      ...(label !== undefined && { label }),
      ...(flags !== 0 && { flags }),
      ...(metric !== undefined && { rtPriority: metric }),
      ...(!isForever && {
        cacheinfo: { preferred: lifetime(preferred), valid: lifetime(valid), created: 0, updated: 0 },
      }),
      proto: addressProtocol,
    },
  }
}

function lifetime(seconds: number | 'forever'): number {
  return seconds === 'forever' ? forever : seconds
}

function isIpv6(address: string): boolean {
  return address.includes(':')
}

/** How the kernel's address differs from what is stated: not at all, in what it can change in place, or in what takes making it anew. */
export type AddressDifference = 'none' | 'changeable' | 'fixed'

/** What the kernel gives an address for which nothing else is stated. */
function withDefaults(options: AddressOptions, link: string): AddressOptions {
  const common = { metric: 0, preferred_lft: 'forever', valid_lft: 'forever', noprefixroute: false } as const
  return isIpv6(options.address)
    ? { ...common, home: false, mngtmpaddr: false, ...options }
    : { ...common, label: link, scope: 'global', ...options }
}

/**
 * Compares what is stated, and of an address that vxagent added all the rest with the kernel's defaults, since that rest may have
 * been stated before. Lifetimes count down, so of those it counts only whether they are limited, and whether the address is
 * still preferred. What can be changed in place: inet_rtm_newaddr(), net/ipv4/devinet.c; inet6_addr_modify(), net/ipv6/addrconf.c.
 */
export function addressDifference(stated: AddressOptions, present: Address, link: string): AddressDifference {
  const { attributes, scope } = present
  const isOurs = attributes.proto === addressProtocol
  const options = isOurs ? withDefaults(stated, link) : stated
  const flags = flagsOf(present)
  const ipv6 = isIpv6(options.address)
  const isFixedDifferent =
    differs(options.label, attributes.label) ||
    (isOurs ? options.broadcast !== attributes.broadcast : differs(options.broadcast, attributes.broadcast)) ||
    (!ipv6 && options.scope !== undefined && addressRequest(options, 0).scope !== scope) ||
    (!ipv6 && isFlagDifferent(options.noprefixroute, flags, IFA_F_NOPREFIXROUTE)) ||
    // Of IPv6 the kernel changes one metric into another, and never back to its own.
    (ipv6 && options.metric === 0 && (attributes.rtPriority ?? 0) !== 0)
  if (isFixedDifferent) {
    return 'fixed'
  }
  const isLimited = typeof options.valid_lft === 'number'
  const isLifetimeStated = options.valid_lft !== undefined || options.preferred_lft !== undefined
  const isChangeableDifferent =
    differs(options.metric, attributes.rtPriority ?? 0) ||
    (isLifetimeStated && isLimited === ((flags & IFA_F_PERMANENT) !== 0)) ||
    (options.preferred_lft !== undefined && (options.preferred_lft === 0) !== ((flags & IFA_F_DEPRECATED) !== 0)) ||
    (ipv6 &&
      (isFlagDifferent(options.noprefixroute, flags, IFA_F_NOPREFIXROUTE) ||
        isFlagDifferent(options.home, flags, IFA_F_HOMEADDRESS) ||
        isFlagDifferent(options.mngtmpaddr, flags, IFA_F_MANAGETEMPADDR)))
  return isChangeableDifferent ? 'changeable' : 'none'
}

function differs<T>(stated: T | undefined, present: T | undefined): boolean {
  return stated !== undefined && stated !== present
}

function isFlagDifferent(stated: boolean | undefined, flags: number, bit: number): boolean {
  return stated !== undefined && stated !== ((flags & bit) !== 0)
}
