/** IP addresses as people write them, and the one way in which we write each. */
import ipaddr from 'ipaddr.js'

export type IpFamily = 'IPv4' | 'IPv6'

/** An address as read from text. */
export interface IpAddress {
  /** Canonical: four decimal octets, or RFC 5952. What the kernel reports is written in the same way, so the two compare as text. */
  readonly text: string
  readonly family: IpFamily
  /** `broadcast` is 255.255.255.255 only. */
  readonly kind: 'unicast' | 'multicast' | 'unspecified' | 'broadcast' | 'loopback'
  /** fe80::/10 or a multicast group of link-local scope. False for IPv4: the kernel asks this of IPv6 only. Source: vxlan_config_validate, drivers/net/vxlan/vxlan_core.c. */
  readonly isLinkLocal: boolean
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
/** Hosts of most networks: what is canonical as it stands. The special ranges begin with 0, 127, and 224 and above. */
const plainIpv4 = new RegExp(`^(?!0\\.|127\\.|22[4-9]|2[3-5]\\d\\.)${octet}(?:\\.${octet}){3}$`)

/** Of INET6_ADDRSTRLEN, with room for a zone or a prefix length: those have a message of their own. */
const longestAddress = 100

/** The address, or what keeps `text` from being one, as the rest of the sentence "… must be …". */
export function parseIpAddress(text: string): IpAddress | string {
  if (text.length > longestAddress) {
    return 'an IP address, such as 10.0.2.254 or 2001:db8::fe'
  }
  // 100,000 forwarding entries have as many addresses, and most are these.
  if (plainIpv4.test(text)) {
    return { text, family: 'IPv4', kind: 'unicast', isLinkLocal: false }
  }
  if (text.includes('%')) {
    return 'an address without a zone: `dev` names the interface'
  }
  if (text.includes('/')) {
    return 'an address without a prefix length'
  }
  if (text.includes(':')) {
    return ipaddr.IPv6.isValid(text) ? readIpv6(ipaddr.IPv6.parse(text)) : 'an IP address'
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return readIpv4(ipaddr.IPv4.parse(text))
  }
  // inet_aton() reads 010 as eight and 10.1 as 10.0.0.1; what was meant cannot be known.
  return ipaddr.IPv4.isValid(text)
    ? 'an IPv4 address of four decimal octets without leading zeros'
    : 'an IP address, such as 10.0.2.254 or 2001:db8::fe'
}

/** The family of a canonical address. */
export function familyOf(address: string): IpFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4'
}

/** Whether a canonical address is IPv6 and of link-local scope. */
export function isLinkLocalIpv6(address: string): boolean {
  // Asked of every forwarding entry, and there may be 100,000: most are done with here.
  if (!/^f[ef]/.test(address)) {
    return false
  }
  const parsed = parseIpAddress(address)
  return typeof parsed !== 'string' && parsed.isLinkLocal
}

/** Whether a canonical address is a multicast group: of 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: string): boolean {
  return familyOf(address) === 'IPv6' ? /^ff..:/.test(address) : (Number.parseInt(address, 10) & 0xf0) === 0xe0
}

function readIpv4(address: ipaddr.IPv4): IpAddress {
  const range = address.range()
  const kind = range === 'multicast' || range === 'broadcast' || range === 'loopback' ? range : 'unicast'
  const text = address.toString()
  return { text, family: 'IPv4', kind: text === '0.0.0.0' ? 'unspecified' : kind, isLinkLocal: false }
}

function readIpv6(address: ipaddr.IPv6): IpAddress | string {
  if (address.isIPv4MappedAddress()) {
    return `an IPv4 address in its own notation: ${address.toIPv4Address().toString()}`
  }
  const range = address.range()
  const kind = range === 'multicast' || range === 'unspecified' || range === 'loopback' ? range : 'unicast'
  const scope = (address.parts[0] as number) & 0x000f
  return {
    text: address.toRFC5952String(),
    family: 'IPv6',
    kind,
    // IPV6_ADDR_SCOPE_LINKLOCAL is 2: ff02::1, ff12::1, …
    isLinkLocal: range === 'linkLocal' || (kind === 'multicast' && scope === 2),
  }
}
