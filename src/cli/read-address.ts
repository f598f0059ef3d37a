/** Addresses from the command line, in the form in which the kernel's are printed, so that the two compare as text. */
import { isIP, SocketAddress } from 'node:net'
import { UsageError } from './usage-error.ts'

/** An IP address. Throws UsageError. */
export function readIp(text: string, source: string): string {
  const family = isIP(text)
  if (family === 0 || text.includes('%')) {
    throw new UsageError(
      `${source} must be an IP address, such as 10.0.2.254 or 2001:db8::fe, not ${JSON.stringify(text)}`,
    )
  }
  return new SocketAddress({ address: text, family: family === 4 ? 'ipv4' : 'ipv6' }).address
}

/** A MAC address. Throws UsageError. */
export function readMac(text: string, source: string): string {
  if (!/^[\da-f]{1,2}(:[\da-f]{1,2}){5}$/i.test(text)) {
    throw new UsageError(`${source} must be a MAC address, such as 02:00:00:00:00:fe, not ${JSON.stringify(text)}`)
  }
  return text
    .toLowerCase()
    .split(':')
    .map((byte) => byte.padStart(2, '0'))
    .join(':')
}
