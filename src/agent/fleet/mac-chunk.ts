/** The text of a chunk of MAC addresses, read as the words of a stranger. Pure. */
import { createHash } from 'node:crypto'
import type { FleetMac } from '../answers/fleet.ts'
import { namePattern } from '../desired/schema/fleet.ts'
import { isHostMac } from '../facts/host-mac.ts'
import { parseIpAddress } from '../facts/ip-text.ts'

/** IP addresses of one line. */
const mostIps = 16

/** The hash by which a chunk is known. */
export function hashOfChunk(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Its lines; or why it cannot be used, as the end of a sentence. */
export function readChunk(text: string): readonly FleetMac[] | string {
  const macs: FleetMac[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const mac = readLine(line)
    if (mac === undefined) {
      return `its line ${index + 1} is not MAC NODE ADDRESS PORT IP…`
    }
    macs.push(mac)
  }
  return macs
}

function readLine(line: string): FleetMac | undefined {
  const [mac = '', node = '', dst = '', port = '', ...ips] = line.split(' ')
  const isPort = port === '-' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)
  const isFine = isHostMac(mac) && namePattern.test(node) && isUnicast(dst) && isPort
  if (!isFine || ips.length > mostIps || !ips.every(isUnicast)) {
    return undefined
  }
  return { mac, node, dst, ...(port !== '-' && { port: Number(port) }), ips }
}

/** Whether it is an address of one host, written as the kernel writes it. */
function isUnicast(text: string): boolean {
  const parsed = text.length > 45 ? 'too long' : parseIpAddress(text)
  return typeof parsed !== 'string' && parsed.kind === 'unicast' && parsed.text === text
}
