/** MAC addresses as text. */
import { zeroMac } from './zero-mac.ts'

const pattern = /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/

/** Whether a text is the MAC address of one host, as the kernel prints it: no group's, and not all zeros. */
export function isHostMac(text: string): boolean {
  return pattern.test(text) && text !== zeroMac
}

/** A number of 32 bits by which MAC addresses are spread evenly, the same everywhere: FNV-1a of the text. */
export function hashOfMac(mac: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < mac.length; index += 1) {
    hash = Math.imul(hash ^ mac.charCodeAt(index), 0x01000193)
  }
  // FNV mixes its lowest bits little, and those decide.
  return (hash ^ (hash >>> 15)) >>> 0
}
