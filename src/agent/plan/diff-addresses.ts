/** A link's declared addresses against the kernel's. */
import ipaddr from 'ipaddr.js'
import { type Address, constants } from '../../rtnetlink/index.ts'
import type { VxlanSpec } from '../desired/schema.ts'
import { addressText } from '../model/observed.ts'
import type { OwnedLink } from '../model/owned.ts'
import type { Action } from './action.ts'

/**
 * Additions come first, so that an address that stays reachable has its successor beside it, except where the surplus address
 * would take the new one along or keep it out: see {@link isInTheWay}. A list that is stated is the whole list, and so is
 * the empty one when the list is no longer stated.
 * @param record undefined for a link that is yet to be made
 * @param mac the link's, by which the kernel's own link-local address is told on kernels before 5.18
 */
export function diffAddresses(
  link: string,
  spec: VxlanSpec,
  record: OwnedLink | undefined,
  present: readonly Address[],
  mac: string | undefined,
): Action[] {
  if (!areStated(spec, record)) {
    return []
  }
  const wanted = spec.addresses ?? []
  const found = new Set(present.filter((address) => peerOf(address) === undefined).map(addressText))
  const missing = wanted.filter((address) => !found.has(address))
  const surplus = present.filter(
    (address) =>
      (!wanted.includes(addressText(address)) || peerOf(address) !== undefined) && !isKernelMade(address, mac),
  )
  const add = missing.map((address): Action => ({ kind: 'addAddress', link, address, reason: 'declared, absent' }))
  const remove = surplus.map((address): Action => {
    const peer = peerOf(address)
    const reason = 'present, not declared'
    return { kind: 'removeAddress', link, address: addressText(address), ...(peer !== undefined && { peer }), reason }
  })
  const goesFirst = (action: Action): boolean =>
    action.kind === 'removeAddress' && missing.some((address) => isInTheWay(action.address, address))
  return [...remove.filter(goesFirst), ...add, ...remove.filter((action) => !goesFirst(action))]
}

/**
 * A link whose addresses no file states has what somebody else gave it. A replacement takes that away with the link, and these
 * actions put it back.
 */
export function keepAddresses(
  link: string,
  spec: VxlanSpec,
  record: OwnedLink,
  present: readonly Address[],
  mac: string | undefined,
): Action[] {
  if (areStated(spec, record)) {
    return []
  }
  return present
    .filter((address) => peerOf(address) === undefined && !isKernelMade(address, mac))
    .map((address) => ({
      kind: 'addAddress',
      link,
      address: addressText(address),
      reason: 'kept across the replacement',
    }))
}

function areStated(spec: VxlanSpec, record: OwnedLink | undefined): boolean {
  return spec.addresses !== undefined || record?.stated.includes('addresses') === true
}

/** The other end of a point-to-point address. */
function peerOf({ attributes }: Address): string | undefined {
  const { local, address } = attributes
  return local !== undefined && address !== local ? address : undefined
}

/**
 * Whether `surplus` must go before `missing` is added. To the kernel an IPv6 address is the same whatever its prefix length; and
 * an IPv4 address of the same subnet would be secondary to the surplus one, and be removed with it unless the sysctl
 * promote_secondaries is set, which it is not by default. Source: __inet_del_ifa(), net/ipv4/devinet.c.
 */
function isInTheWay(surplus: string, missing: string): boolean {
  if (missing.includes(':')) {
    return missing.split('/')[0] === surplus.split('/')[0]
  }
  return !surplus.includes(':') && ipv4Subnet(missing) === ipv4Subnet(surplus)
}

function ipv4Subnet(text: string): string {
  return `${ipaddr.IPv4.networkAddressFromCIDR(text)}/${text.split('/')[1]}`
}

/** Link-local addresses of the kernel's making, and those with a lifetime (from router advertisements, say), which end by themselves. */
function isKernelMade({ family, prefixlen, scope, attributes, ...message }: Address, mac: string | undefined): boolean {
  const flags = attributes.flags ?? message.flags
  if ((flags & constants.IFA_F_PERMANENT) === 0) {
    return true
  }
  if (family !== constants.AF_INET6 || scope !== constants.RT_SCOPE_LINK) {
    return false
  }
  const isStablePrivacy = (flags & constants.IFA_F_STABLE_PRIVACY) !== 0
  return (
    attributes.proto === constants.IFAPROT_KERNEL_LL ||
    isStablePrivacy ||
    (prefixlen === 64 && mac !== undefined && attributes.address === eui64LinkLocal(mac))
  )
}

/** fe80::/64 with the interface identifier made of a MAC. Source: RFC 4291 appendix A. */
function eui64LinkLocal(mac: string): string {
  const octets = mac.split(':').map((octet) => Number.parseInt(octet, 16))
  const [first = 0, second = 0, third = 0, ...rest] = octets
  const identifier = [first ^ 2, second, third, 0xff, 0xfe, ...rest]
  const groups = [0, 2, 4, 6].map((at) => (((identifier[at] ?? 0) << 8) | (identifier[at + 1] ?? 0)).toString(16))
  return ipaddr.parse(`fe80:0:0:0:${groups.join(':')}`).toString()
}
