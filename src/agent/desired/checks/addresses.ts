/** Rules on the addresses and neighbours of one link: options that do not fit the family, lifetimes, repeated entries. */
import { familyOf, type IpFamily } from '../../facts/ip-text.ts'
import { type Declaration, hostOf, pathOf } from '../declaration.ts'
import { errorAt, type Finding, warningAt } from '../finding.ts'
import { placedEntries, statedEntries } from '../remote-parts.ts'
import type { AddressOptions, AddressSpec } from '../schema/address.ts'

/** What is wrong with the IP addresses of a link. */
export function* checkAddresses(link: Declaration): Generator<Finding> {
  const { addresses = [] } = link.spec
  for (const [index, entry] of addresses.entries()) {
    yield* typeof entry === 'string' ? [] : checkOptions(link, entry, index)
  }
  yield* repeatedAddresses(link, addresses)
  for (const [index, { ip, router }] of placedEntries(link.spec.neighbours)) {
    if (router === true && familyOf(ip) === 'IPv4') {
      yield routerOnIpv4(link, ip, index)
    }
  }
  yield* repeatedNeighbours(link)
  yield* withoutIpv6(link)
}

/** Options that the kernel takes for one family and, of the other, drops without a word (6.18). */
const familyOfOption: Readonly<Partial<Record<keyof AddressOptions, IpFamily>>> = {
  label: 'IPv4',
  broadcast: 'IPv4',
  scope: 'IPv4',
  nodad: 'IPv6',
  home: 'IPv6',
  mngtmpaddr: 'IPv6',
}

function checkOptions(link: Declaration, entry: AddressOptions, index: number): Finding[] {
  const { address, peer, label, mngtmpaddr, noprefixroute, metric } = entry
  const family = familyOf(address)
  const at = (key: string) => pathOf(link, 'addresses', index, key)
  const findings: Finding[] = []
  for (const [key, only] of Object.entries(familyOfOption)) {
    if (only !== family && isStated(entry[key as keyof AddressOptions])) {
      const message = `${key} of ${address} on ${link.name} is for ${only} only: the kernel would drop it without a word`
      findings.push(errorAt('wrong-family-option', at(key), 'key', message, `remove ${key}`))
    }
  }
  if (peer !== undefined && familyOf(peer) !== family) {
    const message = `peer of ${address} on ${link.name} is ${familyOf(peer)} (${peer}), and the address ${family}`
    findings.push(errorAt('mixed-families', at('peer'), 'value', message, `state an ${family} address`))
  }
  // "ipv6: address with "mngtmpaddr" flag must have a prefix length of 64" (6.18).
  if (mngtmpaddr === true && family === 'IPv6' && !address.endsWith('/64')) {
    const message = `mngtmpaddr of ${address} on ${link.name} takes a prefix length of 64: temporary addresses fill the other half`
    findings.push(errorAt('mngtmpaddr-prefix', at('mngtmpaddr'), 'key', message, `${hostOf(address)}/64`))
  }
  // The kernel takes any label; programs that know interfaces by their names, ifconfig among them, do not find such an address.
  if (label !== undefined && family === 'IPv4' && label !== link.name && !label.startsWith(`${link.name}:`)) {
    const message = `label of ${address} is "${label}", which does not begin with the name of its link, ${link.name}`
    const suggestion = `${link.name}:${label}`
    const fits = Buffer.byteLength(suggestion) <= 15
    const advice = fits ? suggestion : `${link.name} and a colon before it, 15 bytes in all`
    findings.push(warningAt('label-not-of-link', at('label'), 'value', message, advice))
  }
  if (noprefixroute === true && metric !== undefined) {
    const message = `metric of ${address} on ${link.name} has no effect: it is that of the route which noprefixroute leaves out`
    findings.push(warningAt('no-effect', at('metric'), 'key', message, 'remove metric, or noprefixroute'))
  }
  return [...findings, ...checkLifetimes(link, entry, index)]
}

/** `false`, and the scope that every address has unless something else is said, ask for nothing. */
function isStated(value: unknown): boolean {
  return value !== undefined && value !== false && value !== 'global'
}

/** "address lifetime invalid" (6.18), for 0 as well as for a preferred one that is longer than the valid one; unstated is for ever. */
function checkLifetimes(link: Declaration, entry: AddressOptions, index: number): Finding[] {
  const { address, valid_lft: valid = 'forever', preferred_lft: preferred = 'forever' } = entry
  const at = (key: string) => pathOf(link, 'addresses', index, key)
  if (valid === 0) {
    const message = `valid_lft of ${address} on ${link.name} is 0: the kernel takes no address that is over at once`
    return [errorAt('bad-lifetimes', at('valid_lft'), 'value', message, 'remove the address from the list')]
  }
  if (valid === 'forever' || (preferred !== 'forever' && preferred <= valid)) {
    return []
  }
  const key = entry.preferred_lft === undefined ? 'valid_lft' : 'preferred_lft'
  const unstated = entry.preferred_lft === undefined ? ', as it is where it is not stated,' : ''
  const message = `preferred_lft of ${address} on ${link.name}${unstated} is ${preferred}, longer than valid_lft, which is ${valid}`
  return [errorAt('bad-lifetimes', at(key), 'value', message, `preferred_lft: ${valid}, or less`)]
}

/**
 * For IPv6 the kernel refuses an address that is there with another prefix length; for IPv4 one of the two would be of no use,
 * unless they have different peers.
 */
function* repeatedAddresses(link: Declaration, addresses: readonly AddressSpec[]): Generator<Finding> {
  const seen = new Map<string, number>()
  for (const [index, entry] of addresses.entries()) {
    const host = hostOf(entry)
    const peer = typeof entry === 'object' && familyOf(host) === 'IPv4' ? (entry.peer ?? '') : ''
    const first = seen.get(`${host} ${peer}`)
    if (first === undefined) {
      seen.set(`${host} ${peer}`, index)
      continue
    }
    const message = `${host} stands twice in addresses of ${link.name}: entries ${first + 1} and ${index + 1}`
    yield errorAt('address-twice', pathOf(link, 'addresses', index), 'value', message, 'remove one of the two')
  }
}

/** The kernel keeps the flag (6.18), and looks at it for IPv6 only. */
function routerOnIpv4(link: Declaration, ip: string, index: number): Finding {
  const message = `router of neighbour ${ip} on ${link.name} has no effect: it is for IPv6 only`
  return warningAt('no-effect', pathOf(link, 'neighbours', index, 'router'), 'key', message, 'remove router')
}

function* repeatedNeighbours(link: Declaration): Generator<Finding> {
  const seen = new Map<string, number>()
  for (const [index, { ip }] of placedEntries(link.spec.neighbours)) {
    const first = seen.get(ip)
    if (first === undefined) {
      seen.set(ip, index)
      continue
    }
    const message = `${ip} stands twice in neighbours of ${link.name}: entries ${first + 1} and ${index + 1}`
    const path = pathOf(link, 'neighbours', index, 'ip')
    yield errorAt('neighbour-twice', path, 'value', message, 'remove one of the two')
  }
}

/** Below IPV6_MIN_MTU, and with disable_ipv6, the kernel takes IPv6 off the link: EINVAL and "IPv6 is disabled on this device" (6.18). */
function withoutIpv6(link: Declaration): Finding[] {
  const { addresses = [], mtu, sysctl } = link.spec
  const address = addresses.map(hostOf).find((host) => familyOf(host) === 'IPv6')
  const neighbour = statedEntries(link.spec.neighbours).find(({ ip }) => familyOf(ip) === 'IPv6')?.ip
  if (address === undefined && neighbour === undefined) {
    return []
  }
  const whose = address === undefined ? `neighbour (${neighbour})` : `address (${address})`
  const findings: Finding[] = []
  if (mtu !== undefined && mtu < 1280) {
    const message = `mtu of ${link.name} is below 1280, with which no link can have an IPv6 ${whose}`
    findings.push(errorAt('mtu-too-small', pathOf(link, 'mtu'), 'value', message, 'at least 1280'))
  }
  if (sysctl?.ipv6?.disable_ipv6 === 1) {
    const message = `disable_ipv6 of ${link.name} is 1, with which it can have no IPv6 ${whose}`
    const path = pathOf(link, 'sysctl', 'ipv6', 'disable_ipv6')
    findings.push(errorAt('ipv6-disabled', path, 'value', message, 'disable_ipv6: 0, or no IPv6 on the link'))
  }
  return findings
}
