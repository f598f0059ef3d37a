/** Addresses between bytes and text: IPv4, IPv6 and link-layer ones. Hot in dumps, so the common forms go without a library. */
import ipaddr from 'ipaddr.js'
import { EncodeError } from '../errors.ts'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The text of the 4 (IPv4) or 16 (IPv6) bytes between `start` and `end`, as inet_ntop(3) writes it: RFC 5952 §4 and §5. */
export function formatIp(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 4) {
    return `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}`
  }
  const address = new ipaddr.IPv6(Array.from(bytes.subarray(start, end)))
  return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address()}` : address.toRFC5952String()
}

/** The 4 or 16 bytes of an address. Throws EncodeError for anything but four decimal octets or IPv6 text. */
export function parseIp(text: string): Uint8Array {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValid(text))
  if (!isAddress || text.includes('%')) {
    throw new EncodeError(`${JSON.stringify(text)} is no IP address`)
  }
  return Uint8Array.from(ipaddr.parse(text).toByteArray())
}

/** Lower-case hex bytes with colons between them. */
export function formatLinkLayerAddress(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 6) {
    const octet = (index: number): string => hex[bytes[start + index] as number] as string
    return `${octet(0)}:${octet(1)}:${octet(2)}:${octet(3)}:${octet(4)}:${octet(5)}`
  }
  return Array.from(bytes.subarray(start, end), (byte) => hex[byte]).join(':')
}

/** The bytes of `52:54:00:12:34:56`. Throws EncodeError for any other form. */
export function parseLinkLayerAddress(text: string): Uint8Array {
  if (!/^([0-9a-f]{2}(:[0-9a-f]{2})*)?$/i.test(text)) {
    throw new EncodeError(
      `${JSON.stringify(text)} is no link-layer address: expected hex bytes with colons between them`,
    )
  }
  return Uint8Array.from(text === '' ? [] : text.split(':'), (octet) => Number.parseInt(octet, 16))
}
