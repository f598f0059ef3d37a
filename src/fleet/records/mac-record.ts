/** MAC addresses that a host has behind it in one VNI, for the others: one chunk of them. Kept in the store on the host's lease. */
import * as z from 'zod'
import { isHostMac } from '../../agent/facts/host-mac.ts'
import { parseIpAddress } from '../../agent/facts/ip-text.ts'
import { readValue } from './values.ts'

/** The most lines of one chunk, and addresses of one line. */
export const mostLines = 100
export const mostIps = 16

/** No line has a greater sequence number. */
export const greatestSequence = 0xffffffff

/** One MAC address. */
export interface MacLine {
  readonly mac: string
  /** How often it has moved, as far as its owner knows: RFC 7432, section 15. Of two claims the one with the greater number counts. */
  readonly sequence: number
  /** IP addresses that are known to be at it, canonical. */
  readonly ips: readonly string[]
}

const noIps: readonly string[] = []

/** `02:00:00:00:00:01 0 10.0.1.1 2001:db8::1` */
const line = z
  .string()
  .max(1024)
  .transform((text, context): MacLine => {
    const [mac = '', sequence = '', ...ips] = text.split(' ')
    const canonical = ips.map(hostAddress)
    const isFine =
      isHostMac(mac) &&
      /^\d{1,10}$/.test(sequence) &&
      Number(sequence) <= greatestSequence &&
      ips.length <= mostIps &&
      !canonical.includes(undefined)
    if (!isFine) {
      context.addIssue({ code: 'custom', message: 'no line of a MAC address' })
      return z.NEVER
    }
    return { mac, sequence: Number(sequence), ips: ips.length === 0 ? noIps : (canonical as string[]) }
  })

const recordSchema = z.object({ v: z.int().min(1), macs: z.array(line).max(mostLines) })

/** The lines of a chunk. Throws UnreadableValue. */
export function readMacs(value: Buffer): readonly MacLine[] {
  return readValue(value, recordSchema).macs
}

export function writeMacs(lines: readonly MacLine[]): Buffer {
  return Buffer.from(
    JSON.stringify({ v: 1, macs: lines.map(({ mac, sequence, ips }) => [mac, sequence, ...ips].join(' ')) }),
  )
}

function hostAddress(text: string): string | undefined {
  const parsed = text.length > 45 ? 'too long' : parseIpAddress(text)
  return typeof parsed === 'string' || parsed.kind !== 'unicast' ? undefined : parsed.text
}
