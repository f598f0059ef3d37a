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

/** An address and a port to listen on: `9101`, `192.0.2.1:9101`, `[2001:db8::1]:9101`. Loopback where no address is given. Throws UsageError. */
export function readListenAddress(text: string, source: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain ?? '127.0.0.1'
  if (port === undefined || isIP(host) === 0 || Number(port) < 1 || Number(port) > 65_535) {
    throw new UsageError(
      `${source} must be a port from 1 to 65535, an IP address before it if it is not to be 127.0.0.1: 9101, 192.0.2.1:9101 or [2001:db8::1]:9101, not ${JSON.stringify(text)}`,
    )
  }
  return { host, port: Number(port) }
}
