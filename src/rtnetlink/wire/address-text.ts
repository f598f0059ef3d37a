/** Addresses between bytes and text: IPv4, IPv6 and link-layer ones. Hot in dumps, so the common forms go without a library. */
import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { EncodeError } from '../errors.ts'

/** Character codes. */
const digits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const colon = ':'.charCodeAt(0)

/** The text of the 4 (IPv4) or 16 (IPv6) bytes between `start` and `end`, as inet_ntop(3) writes it: RFC 5952 §4 and §5. */
export function formatIp(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 4) {
    return formatIpv4(bytes, start)
  }
  const address = new ipaddr.IPv6(Array.from(bytes.subarray(start, end)))
  return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address()}` : address.toRFC5952String()
}

/** A large forwarding table names few VTEPs: told once, their texts take neither time nor memory again. */
const ipv4Texts = new Map<number, string>()
const mostIpv4Texts = 4096

function formatIpv4(bytes: Uint8Array, start: number): string {
  const octet = (index: number): number => bytes[start + index] as number
  const key = (octet(0) << 24) | (octet(1) << 16) | (octet(2) << 8) | octet(3)
  let text = ipv4Texts.get(key)
  if (text === undefined) {
    text = `${octet(0)}.${octet(1)}.${octet(2)}.${octet(3)}`
    if (ipv4Texts.size === mostIpv4Texts) {
      ipv4Texts.clear()
    }
    ipv4Texts.set(key, text)
  }
  return text
}

/** As `ipv4Texts`, for writing many entries. */
const ipv4Bytes = new Map<string, Readonly<Uint8Array>>()

function parseIpv4(text: string): Readonly<Uint8Array> | undefined {
  let bytes = ipv4Bytes.get(text)
  if (bytes === undefined && isIPv4(text)) {
    bytes = Uint8Array.from(text.split('.'), Number)
    if (ipv4Bytes.size === mostIpv4Texts) {
      ipv4Bytes.clear()
    }
    ipv4Bytes.set(text, bytes)
  }
  return bytes
}

/** The 4 or 16 bytes of an address, which are not to be changed. Throws EncodeError for anything that inet_pton(3) would not take. */
export function parseIp(text: string): Readonly<Uint8Array> {
  const ipv4 = parseIpv4(text)
  if (ipv4 !== undefined) {
    return ipv4
  }
  // A zone, as in `fe80::1%eth1`, is none of the 16 bytes.
  if (!isIP(text) || text.includes('%')) {
    throw new EncodeError(`${JSON.stringify(text)} is no IP address`)
  }
  // ipaddr.js 2.5 takes the IPv4-compatible `::10.0.2.254` for the IPv4-mapped `::ffff:10.0.2.254`.
  const unmistakable = text.replace(/^::(?=\d+\.)/, '::0:')
  return Uint8Array.from(ipaddr.parse(unmistakable).toByteArray())
}

/** Lower-case hex bytes with colons between them. */
export function formatLinkLayerAddress(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 6) {
    const high = (index: number): number => digits[(bytes[start + index] as number) >> 4] as number
    const low = (index: number): number => digits[(bytes[start + index] as number) & 0xf] as number
    // One call makes one string. Of texts joined by `+` V8 keeps every longer step, several times the memory.
    // biome-ignore format: an octet a line
    return String.fromCharCode(
      high(0), low(0), colon,
      high(1), low(1), colon,
      high(2), low(2), colon,
      high(3), low(3), colon,
      high(4), low(4), colon,
      high(5), low(5),
    )
  }
  return Array.from(bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, '0')).join(':')
}

/** What each character is worth as a hex digit, by its code; of those that are none, -1. */
const digitValues = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase()),
)

function digitAt(text: string, at: number): number {
  return digitValues[text.charCodeAt(at)] ?? -1
}

/** The bytes of `52:54:00:12:34:56`. Throws EncodeError for any other form. */
export function parseLinkLayerAddress(text: string): Uint8Array {
  // Of an octet that is cut off the second digit, at least, is missing below.
  const size = text === '' ? 0 : Math.ceil((text.length + 1) / 3)
  const bytes = new Uint8Array(size)
  let isWrong = false
  for (let index = 0; index < size; index += 1) {
    const [high, low] = [digitAt(text, index * 3), digitAt(text, index * 3 + 1)]
    isWrong ||= high < 0 || low < 0 || (index > 0 && text.charCodeAt(index * 3 - 1) !== colon)
    bytes[index] = (high << 4) | low
  }
  if (isWrong) {
    throw new EncodeError(
      `${JSON.stringify(text)} is no link-layer address: expected hex bytes with colons between them`,
    )
  }
  return bytes
}
