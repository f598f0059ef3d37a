/** Where a socket in the overlay of a link may stand, so that what it sends goes through that vxlan. Pure. */
import { type Address, constants, type Link } from '../../rtnetlink/index.ts'
import type { ProbePlace } from '../answers/probes.ts'
import { isLinkLocalIpv6 } from '../facts/ip-text.ts'
import { bridgeData } from '../kernel/bridge-link.ts'
import { localAddress } from '../kernel/observed.ts'
import { isVxlan } from '../kernel/vxlan-link.ts'
import type { KernelTables } from './missing.ts'

/** As many addresses are named. */
const mostAddresses = 4

/** Addresses from which the kernel would not send. */
const unfit = constants.IFA_F_DEPRECATED | constants.IFA_F_TENTATIVE | constants.IFA_F_DADFAILED

/** The place, or why there is none. */
export function probePlaceOf(link: Link, tables: KernelTables): ProbePlace | { readonly why: string } {
  const name = link.attributes.ifname ?? `${link.index}`
  const device = deviceOf(link, tables)
  if ('why' in device) {
    return device
  }
  const ifname = device.attributes.ifname ?? ''
  const addresses = addressesOn(device, tables)
  return addresses.length > 0
    ? { device: ifname, index: device.index, mtu: device.attributes.mtu ?? 0, addresses }
    : {
        why: `${ifname === name ? name : `${ifname}, the bridge that ${name} is a port of,`} has neither an IPv6 link-local nor another address`,
      }
}

/** What comes out of a port is the bridge's: its own addresses hear nothing. */
function deviceOf(link: Link, { observed, names }: KernelTables): Link | { readonly why: string } {
  const { master, ifname, linkinfo } = link.attributes
  if (master === undefined || linkinfo?.slaveKind === 'vrf') {
    return link
  }
  const bridge = observed.links.get(master)
  const kind = bridge?.attributes.linkinfo?.kind
  if (bridge === undefined || kind !== 'bridge') {
    return { why: `${ifname} is a port of ${names.nameOf(master)}, which is no bridge` }
  }
  const bridgeName = bridge.attributes.ifname
  if ((bridge.flags & constants.IFF_UP) === 0) {
    return { why: `${bridgeName}, the bridge that ${ifname} is a port of, is down` }
  }
  if (bridgeData(bridge)?.vlanFiltering === 1) {
    return { why: `${bridgeName}, the bridge that ${ifname} is a port of, has VLANs: its addresses are of one of them` }
  }
  for (const other of observed.links.values()) {
    if (other.index !== link.index && other.attributes.master === master && isVxlan(other)) {
      return { why: `${bridgeName}, the bridge that ${ifname} is a port of, has ${other.attributes.ifname} as well` }
    }
  }
  return bridge
}

function addressesOn(device: Link, { observed }: KernelTables): string[] {
  const flagsOf = ({ flags, attributes }: Address): number => attributes.flags ?? flags
  const fit = [...(observed.addresses.get(device.index)?.values() ?? [])].flatMap((address) => {
    const text = localAddress(address)
    return text === undefined || (flagsOf(address) & unfit) !== 0 ? [] : [text]
  })
  const linkLocal = fit.filter(isLinkLocalIpv6)
  return [...linkLocal.slice(0, 1), ...fit.filter((text) => !isLinkLocalIpv6(text))].slice(0, mostAddresses)
}
