/** A link's declared addresses against the kernel's. */
import ipaddr from 'ipaddr.js'
import { type Address, constants, type Link } from '../../../rtnetlink/index.ts'
import type { DesiredLink } from '../../desired/overlay.ts'
import type { AddressOptions } from '../../desired/schema/address.ts'
import { ipv4Sysctls } from '../../desired/schema/sysctl.ts'
import { addressText } from '../../kernel/observed.ts'
import { isKernelProtocol, type OwnedLink } from '../../record/owned.ts'
import {
  addressDifference,
  addressIdentity,
  addressOptions,
  flagsOf,
  peerOf,
  presentIdentity,
} from '../../words/address-entry.ts'
import type { Action, Obstacle, Plan } from './action.ts'

/**
 * Additions come first, so that an address that goes has its successor beside it; except where the kernel takes both for one
 * (IPv6 with another prefix length). A list that is stated is the whole list, and so is the empty one when the list is no longer
 * stated.
 * @param link undefined for one that is yet to be made
 */
export function diffAddresses(
  { name, spec, path }: DesiredLink,
  record: OwnedLink | undefined,
  link: Link | undefined,
  present: readonly Address[],
): Plan {
  if (spec.addresses === undefined && record?.stated.includes('addresses') !== true) {
    return { actions: [], obstacles: [], notices: [] }
  }
  const found = new Map(present.map((address) => [presentIdentity(address), address]))
  const wanted = new Set<string>()
  const add: Action[] = []
  const first: Action[] = []
  const obstacles: Obstacle[] = []
  for (const [index, entry] of (spec.addresses ?? []).entries()) {
    const options = addressOptions(entry)
    const place = { link: name, path: [...path, 'addresses', index] }
    const identity = addressIdentity(options)
    const there = found.get(identity)
    wanted.add(identity)
    if (there === undefined) {
      add.push({ ...place, kind: 'addAddress', address: options, reason: 'declared, absent' })
      continue
    }
    switch (addressDifference(options, there, name)) {
      case 'changeable':
        add.push({ ...place, kind: 'changeAddress', address: options, reason: 'its options differ' })
        break
      case 'fixed':
        first.push(removal(name, there, present, link, 'the kernel cannot change its options in place'))
        add.push({ ...place, kind: 'addAddress', address: options, reason: 'with the options declared' })
        break
      default:
        obstacles.push(
          ...duplicateOf(options, there).map((reason) => ({ ...place, kind: 'conflict' as const, reason })),
        )
    }
  }
  const surplus = present.filter((address) => !wanted.has(presentIdentity(address)) && !isKernelMade(address))
  const remove = surplus.map((address) =>
    removal(name, address, [...present, ...newcomers(add)], link, 'present, not declared'),
  )
  const goesFirst = (action: Action): boolean =>
    action.kind === 'removeAddress' &&
    add.some((other) => other.kind === 'addAddress' && isInTheWay(action.address, other.address))
  return {
    actions: [...first, ...remove.filter(goesFirst), ...add, ...remove.filter((action) => !goesFirst(action))],
    obstacles,
    notices: [],
  }
}

function newcomers(add: readonly Action[]): AddressOptions[] {
  return add.flatMap((action) => (action.kind === 'addAddress' ? [action.address] : []))
}

function removal(
  link: string,
  address: Address,
  others: readonly (Address | AddressOptions)[],
  { attributes }: Pick<Link, 'attributes'> = { attributes: {} },
  reason: string,
): Action {
  const subnet = ipv4Subnet(addressText(address))
  const hasCompany =
    subnet !== undefined &&
    others.some(
      (other) => other !== address && ipv4Subnet('family' in other ? addressText(other) : other.address) === subnet,
    )
  const isPromoting = attributes.afSpec?.inet?.conf?.[ipv4Sysctls.promote_secondaries.position] === 1
  return { kind: 'removeAddress', link, address, keepsOthers: hasCompany && !isPromoting, reason }
}

/**
 * Whether the kernel takes both for one: an IPv6 address is the same whatever its prefix length, an IPv4 address if its peer is in
 * the same subnet. Source: __inet_insert_ifa(), net/ipv4/devinet.c.
 */
function isInTheWay(surplus: Address, missing: AddressOptions): boolean {
  const [host, prefix] = missing.address.split('/')
  if (addressText(surplus).split('/')[0] !== host) {
    return false
  }
  if (surplus.family === constants.AF_INET6) {
    return true
  }
  const far = `${surplus.attributes.address}/${surplus.prefixlen}`
  const wantedFar = missing.peer ?? host
  return `${surplus.prefixlen}` === prefix && ipv4Subnet(far) === ipv4Subnet(`${wantedFar?.split('/')[0]}/${prefix}`)
}

/** Addresses of one subnet are first and seconds: the seconds go with the first. Source: __inet_del_ifa(), net/ipv4/devinet.c. */
function ipv4Subnet(text: string): string | undefined {
  return text.includes(':') ? undefined : `${ipaddr.IPv4.networkAddressFromCIDR(text)}/${text.split('/')[1]}`
}

function duplicateOf({ address }: AddressOptions, present: Address): string[] {
  return (flagsOf(present) & constants.IFA_F_DADFAILED) === 0
    ? []
    : [
        `another host on the segment has ${address.split('/')[0]} (duplicate address detection failed), so the kernel does not use it; change one of the two, then remove the address by hand or restart the link`,
      ]
}

/** Link-local addresses of the kernel's making, and those with a lifetime (from router advertisements, say), which end by themselves. */
function isKernelMade({ family, prefixlen, scope, attributes, ...message }: Address): boolean {
  const flags = attributes.flags ?? message.flags
  if ((flags & constants.IFA_F_PERMANENT) === 0 && isForeign(attributes.proto)) {
    return true
  }
  if (family !== constants.AF_INET6 || scope !== constants.RT_SCOPE_LINK) {
    return false
  }
  const isStablePrivacy = (flags & constants.IFA_F_STABLE_PRIVACY) !== 0
  return (
    attributes.proto === constants.IFAPROT_KERNEL_LL ||
    isStablePrivacy ||
    (prefixlen === 64 && isMadeOfMac(attributes.address))
  )
}

/** Not added by this agent, which marks its own where the kernel can keep the mark. */
function isForeign(proto: number | undefined): boolean {
  return proto === undefined || isKernelProtocol(proto)
}

/**
 * Whether it is in fe80::/64 with an interface identifier made of a MAC, of whichever: the link may have had another one when the address came.
 * Linux 5.18 and later say that they made it. Source: RFC 4291 appendix A.
 */
function isMadeOfMac(address: string | undefined): boolean {
  const bytes = address === undefined ? [] : ipaddr.parse(address).toByteArray()
  return (
    [0xfe, 0x80, 0, 0, 0, 0, 0, 0].every((byte, at) => bytes[at] === byte) && bytes[11] === 0xff && bytes[12] === 0xfe
  )
}

/** Addresses that somebody else gave a link, as options with which they can be put back. */
export function addressesToKeep(link: Link, present: readonly Address[]): AddressOptions[] {
  return present
    .filter((address) => !isKernelMade(address))
    .map((address): AddressOptions => {
      const peer = peerOf(address)
      const { label, broadcast, rtPriority } = address.attributes
      const flags = flagsOf(address)
      return {
        address: addressText(address),
        ...(peer !== undefined && { peer }),
        ...(label !== undefined && label !== link.attributes.ifname && { label }),
        ...(broadcast !== undefined && { broadcast }),
        ...(rtPriority !== undefined && rtPriority !== 0 && { metric: rtPriority }),
        ...(address.family === constants.AF_INET && address.scope !== 0 && { scope: address.scope }),
        ...((flags & constants.IFA_F_NOPREFIXROUTE) !== 0 && { noprefixroute: true }),
        ...((flags & constants.IFA_F_NODAD) !== 0 && { nodad: true }),
        ...((flags & constants.IFA_F_HOMEADDRESS) !== 0 && { home: true }),
        ...((flags & constants.IFA_F_MANAGETEMPADDR) !== 0 && { mngtmpaddr: true }),
        ...lifetimesOf(address),
      }
    })
}

/** What is left of them, in seconds. */
function lifetimesOf(address: Address): Pick<AddressOptions, 'valid_lft' | 'preferred_lft'> {
  const flags = flagsOf(address)
  const isDeprecated = (flags & constants.IFA_F_DEPRECATED) !== 0
  const { valid, preferred } = address.attributes.cacheinfo ?? {}
  if ((flags & constants.IFA_F_PERMANENT) !== 0 || valid === undefined || preferred === undefined) {
    return isDeprecated ? { preferred_lft: 0 } : {}
  }
  return { valid_lft: Math.max(1, valid), preferred_lft: isDeprecated ? 0 : Math.min(preferred, valid) }
}
