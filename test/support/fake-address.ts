/** Addresses as the fake kernel keeps and shows them. */
import { isIP } from 'node:net'
import { type Address, constants } from '../../src/rtnetlink/index.ts'
import { formatIp, parseIp } from '../../src/rtnetlink/wire/address-text.ts'

/** An address of a link. */
export interface FakeAddress {
  readonly ip: string
  readonly prefix: number
  /** IFA_PROTO: IFAPROT_KERNEL_LL for the kernel's own link-local one. */
  readonly proto: number | undefined
}

/** `IP/PREFIX` apart, the address in the kernel's spelling. */
export function parseAddress(text: string): { readonly ip: string; readonly prefix: number } {
  const [ip = '', prefix] = text.split('/')
  const bytes = parseIp(ip)
  return { ip: formatIp(bytes, 0, bytes.length), prefix: Number(prefix) }
}

/** An address that user space adds. */
export function newAddress(text: string, proto?: number): FakeAddress {
  return { ...parseAddress(text), proto }
}

/** What the kernel gives a link that comes up: fe80::/64 and the interface identifier of its MAC (RFC 4291 appendix A). */
export function kernelLinkLocal(mac: string): FakeAddress {
  const [a = 0, b = 0, c = 0, ...rest] = mac.split(':').map((octet) => Number.parseInt(octet, 16))
  const bytes = Buffer.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, ...rest])
  return { ip: formatIp(bytes, 0, bytes.length), prefix: 64, proto: constants.IFAPROT_KERNEL_LL }
}

/** The address as the kernel describes it. IPv6 has IFA_LOCAL only beside a peer. */
export function shownAddress(
  { ip, prefix, proto }: FakeAddress,
  { index, name }: { readonly index: number; readonly name: string },
): Address {
  const isV6 = isIP(ip) === 6
  const flags = constants.IFA_F_PERMANENT
  return {
    family: isV6 ? constants.AF_INET6 : constants.AF_INET,
    prefixlen: prefix,
    flags,
    scope: ip.startsWith('fe80') ? constants.RT_SCOPE_LINK : constants.RT_SCOPE_UNIVERSE,
    index,
    attributes: {
      address: ip,
      ...(!isV6 && { local: ip, label: name }),
      flags,
      ...(proto !== undefined && { proto }),
    },
  }
}

/** The addresses that stand behind `address`, if it is its IPv4 subnet's first: the kernel's secondary ones. */
export function secondariesOf(address: FakeAddress, all: readonly FakeAddress[]): FakeAddress[] {
  const ofSubnet = all.filter((other) => subnet(other) === subnet(address))
  return isIP(address.ip) === 4 && ofSubnet[0] === address ? ofSubnet.slice(1) : []
}

function subnet({ ip, prefix }: FakeAddress): string {
  const bits = Array.from(parseIp(ip), (octet) => octet.toString(2).padStart(8, '0')).join('')
  return `${bits.slice(0, prefix)}/${prefix}`
}
