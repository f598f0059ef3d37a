/** A link that is about to be created → its record, which tells it from any other once it is there. */
import { randomBytes } from 'node:crypto'
import type { DesiredLink } from '../desired/overlay.ts'
import { type OwnedLink, unshownAmong } from './owned.ts'

/** A link that is about to be created. */
export interface LinkClaim {
  /** The name that it is created with. */
  readonly name: string
  readonly wanted: DesiredLink
  /** The keys that a file states of it. */
  readonly stated: readonly string[]
  /** The MAC wished for; without one a random one is chosen. */
  readonly mac?: string
}

/** Without an ifindex, which only the kernel can give. */
export function claimedRecord({ wanted, stated, mac = randomMac() }: LinkClaim): OwnedLink {
  const unshown = unshownAmong(wanted.kind === 'vxlan' ? wanted.spec : {})
  const hasUnshown = Object.keys(unshown).length > 0
  return { kind: wanted.kind, id: vniOfSpec(wanted), mac, stated, ...(hasUnshown && { unshown }) }
}

function vniOfSpec(wanted: DesiredLink): number {
  return wanted.kind === 'vxlan' ? (wanted.spec.id ?? 0) : 0
}

/** Locally administered, unicast: what the kernel would choose too. Source: eth_random_addr(), linux/etherdevice.h. */
function randomMac(): string {
  const octets = randomBytes(6)
  octets[0] = ((octets[0] as number) & 0xfc) | 0x02
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(':')
}
