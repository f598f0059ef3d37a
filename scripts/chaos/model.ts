/** What other people's links are to be like: as the mutator made and left them, whatever vxagent does. */

import { zeroMac } from './names.ts'

/** Bytes, over IPv4. */
const encapsulation = 50

/** A link that is not vxagent's. */
export interface ForeignLink {
  readonly kind: 'bridge' | 'vxlan' | 'veth'
  name: string
  ifindex: number
  isAway: boolean
  isUp: boolean
  mtu: number
  mac: string
  txqlen: number
  devgroup: number
  /** Of a vxlan. */
  ttl: number
  learning: boolean
  ageing: number
  remote: string | undefined
  /** ifindex of a vxlan's underlay device: when that goes, it goes with it. */
  dev: number | undefined
  readonly addresses: Set<string>
  /** Stated forwarding entries, `MAC dst IP via IFINDEX`. */
  readonly entries: Set<string>
}

/** Who last put a link into a bridge by hand, or took it out. */
export interface HandMembership {
  /** ifindex of the bridge; undefined: taken out. */
  readonly master: number | undefined
}

/** An entry that was put on a link of vxagent's by hand. */
export interface HandEntryOnOurs {
  readonly ifindex: number
  readonly text: string
}

/** The mutator's knowledge. Links by ifindex within the host's network namespace. */
export class Model {
  readonly links = new Map<number, ForeignLink>()
  readonly memberships = new Map<number, HandMembership>()
  /** By ifindex of the link: entries that are there by hand, unless the link was replaced since. */
  readonly entries = new Map<number, Set<string>>()
  /** Every entry that was ever put anywhere by hand. */
  readonly everEntered = new Set<string>()
  /** ifindexes of links that are not foreign and that came back from elsewhere. */
  readonly returned = new Set<number>()

  get away(): ForeignLink[] {
    return [...this.links.values()].filter(({ isAway }) => isAway)
  }

  /** A link is gone, and with it foreign vxlans that stood on it. */
  forget(ifindex: number): void {
    this.links.delete(ifindex)
    this.memberships.delete(ifindex)
    this.entries.delete(ifindex)
    for (const [index, { dev }] of this.links) {
      if (dev === ifindex) {
        this.forget(index)
      }
    }
    for (const [index, { master }] of this.memberships) {
      if (master === ifindex) {
        this.memberships.set(index, { master: undefined })
      }
    }
  }

  /**
   * Somebody added, appended or replaced an entry. Where that only changed an entry that vxagent had put there, it stays vxagent's, which
   * restores it, or removes it when no file states it any more: the kernel has one entry for a MAC address, and vxagent's record has it.
   * @param there entries that the link had for the MAC address before
   */
  enter(ifindex: number, text: string, there: readonly string[]): void {
    const isFlood = text.startsWith(zeroMac)
    const foreign = this.links.get(ifindex)
    const known = foreign?.entries ?? this.entries.get(ifindex) ?? new Set<string>()
    // A MAC address leads to one place, the all-zeros one to many.
    const same = (entry: string): boolean => (isFlood ? entry === text : macOf(entry) === macOf(text))
    const isOfVxagent = foreign === undefined && there.some(same) && ![...known].some(same)
    if (isOfVxagent) {
      this.everEntered.add(text)
      return
    }
    for (const entry of [...known].filter(same)) {
      this.noteEntry(ifindex, entry, false)
    }
    this.noteEntry(ifindex, text, true)
  }

  noteEntry(ifindex: number, text: string, isThere: boolean): void {
    const foreign = this.links.get(ifindex)
    const table = foreign?.entries ?? this.entries.get(ifindex) ?? new Set<string>()
    if (isThere) {
      table.add(text)
      this.everEntered.add(text)
    } else {
      table.delete(text)
    }
    if (foreign === undefined) {
      this.entries.set(ifindex, table)
    }
  }
}

function macOf(entry: string): string {
  return entry.slice(0, zeroMac.length)
}

/** As the model and the comparison write an entry. */
export function entryText(mac: string, dst: string, via: number | undefined): string {
  return via === undefined ? `${mac} dst ${dst}` : `${mac} dst ${dst} via ${via}`
}

/** Somebody set a link up or down. The kernel removes IPv6 addresses from one that goes down, not from one that is down already. */
export function noteUp(link: Pick<ForeignLink, 'isUp' | 'addresses'>, isUp: boolean): void {
  if (link.isUp && !isUp) {
    for (const address of link.addresses) {
      if (address.includes(':')) {
        link.addresses.delete(address)
      }
    }
  }
  link.isUp = isUp
}

/**
 * Somebody set a vxlan's underlay device, of that MTU. The kernel lowers the vxlan's MTU to what the device carries if it is another device
 * than before; no other change of a vxlan does. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
 */
export function noteDevice(link: Pick<ForeignLink, 'dev' | 'mtu'>, dev: number, mtuOfDevice: number): void {
  if (dev !== link.dev) {
    link.mtu = Math.min(link.mtu, mtuOfDevice - encapsulation)
  }
  link.dev = dev
}
