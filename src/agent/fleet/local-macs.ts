/**
 * The MAC addresses that this host has behind it in the VNI of a link, as the kernel has them: those of the link and of its bridge, and those that
 * the bridge has at its other ports; and the IP addresses that are known at them. Pure.
 */
import { constants, type Link, type Neighbour } from '../../rtnetlink/index.ts'
import { isHostMac } from '../facts/host-mac.ts'
import { bridgeData } from '../kernel/bridge-link.ts'
import { localAddress } from '../kernel/observed.ts'
import { vxlanData } from '../kernel/vxlan-link.ts'
import { vlansOf } from '../words/bridge-vlans.ts'
import { fdbStateOf } from '../words/fdb-entry.ts'
import type { KernelTables } from './missing.ts'

/** One of them. */
export interface LocalMac {
  readonly mac: string
  readonly isOwn: boolean
  /** Whether the bridge learned it, and may do so by mistake for a moment. */
  readonly isLearned: boolean
  readonly ips: readonly string[]
}

const { NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE } = constants

/** States in which an ARP or ND entry says where an address is. */
const known = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE

/** IP addresses of one MAC address that are told. */
const mostIps = 16

export function localMacs(link: Link, tables: KernelTables): LocalMac[] {
  const { observed } = tables
  const bridge = bridgeOf(link, tables)
  const own = [link, ...(bridge === undefined ? [] : [bridge])]
  const found = new Map<string, { isOwn: boolean; isLearned: boolean }>()
  for (const { attributes } of own) {
    if (isHostMac(attributes.address ?? '')) {
      found.set(attributes.address ?? '', { isOwn: true, isLearned: false })
    }
  }
  if (bridge !== undefined) {
    const isOfVni = vlanFilter(link, bridge, tables)
    for (const entry of observed.fdb.get(bridge.index)?.values() ?? []) {
      const { lladdr = '' } = entry.attributes
      if (!found.has(lladdr) && isBehind(entry, tables) && isOfVni(entry) && isHostMac(lladdr)) {
        found.set(lladdr, { isOwn: false, isLearned: fdbStateOf(entry) === 'dynamic' })
      }
    }
  }
  const ips = addressesAt(own, found, tables)
  return Array.from(found, ([mac, marks]) => ({
    mac,
    ...marks,
    ips: [...(ips.get(mac) ?? [])].sort().slice(0, mostIps),
  }))
}

/** The bridge that a link is a port of. */
export function bridgeOf({ attributes: { master, linkinfo } }: Link, { observed }: KernelTables): Link | undefined {
  return master === undefined || linkinfo?.slaveKind !== 'bridge' ? undefined : observed.links.get(master)
}

/**
 * Whether an entry of a bridge leads to a port of this host: not to a tunnel, behind which are others, who say so themselves; nor is it the address
 * of a port, which is a permanent one.
 */
export function isBehind(entry: Neighbour, { observed }: KernelTables): boolean {
  const port = observed.links.get(entry.ifindex)
  return (
    (entry.flags & constants.NTF_SELF) === 0 &&
    port !== undefined &&
    vxlanData(port) === undefined &&
    entry.ifindex !== entry.attributes.master &&
    fdbStateOf(entry) !== 'permanent'
  )
}

/** In a bridge with VLANs, those of the VNI are of the VLAN that frames without a tag belong to at the link. */
function vlanFilter(link: Link, bridge: Link, { observed }: KernelTables): (entry: Neighbour) => boolean {
  if (bridgeData(bridge)?.vlanFiltering !== 1) {
    return ({ attributes: { vlan } }) => vlan === undefined
  }
  const pvid = [...vlansOf(observed.bridgeLinks.get(link.index))].find(([, { pvid: isPvid }]) => isPvid)?.[0]
  return ({ attributes: { vlan } }) => pvid !== undefined && vlan === pvid
}

function addressesAt(
  own: readonly Link[],
  macs: ReadonlyMap<string, unknown>,
  { observed }: KernelTables,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  const add = (mac: string | undefined, ip: string | undefined): void => {
    if (mac !== undefined && ip !== undefined && macs.has(mac)) {
      const ips = found.get(mac) ?? new Set()
      found.set(mac, ips.add(ip))
    }
  }
  for (const { index, attributes } of own) {
    for (const address of observed.addresses.get(index)?.values() ?? []) {
      add(attributes.address, localAddress(address))
    }
    for (const { state, flags, attributes: neighbour } of observed.neighbours.get(index)?.values() ?? []) {
      if ((state & known) !== 0 && (flags & constants.NTF_PROXY) === 0) {
        add(neighbour.lladdr, neighbour.dst)
      }
    }
  }
  return found
}
