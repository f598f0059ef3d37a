/** A link in a network engineer's words. */
import type { Iproute2Link } from '../../agent/publish/iproute2/iproute2-link.ts'
import type { Iproute2Vxlan } from '../../agent/publish/iproute2/iproute2-link-vxlan.ts'

/** The link's kind: `vxlan`, `bridge`; for a link without one its type, such as `ether`. */
export function kindOf(link: Iproute2Link): string {
  return link.linkinfo?.info_kind ?? link.link_type
}

/** Its name, and the other names by which it can be called. */
export function namesOf({ ifname, altnames = [] }: Iproute2Link): string[] {
  return ifname === undefined ? [...altnames] : [ifname, ...altnames]
}

/** What only a vxlan link has; undefined for other links. */
export function vxlanOf(link: Iproute2Link): Iproute2Vxlan | undefined {
  return link.linkinfo?.info_kind === 'vxlan' ? (link.linkinfo.info_data as Iproute2Vxlan | undefined) : undefined
}

/** The VNI; `external` when each packet brings its own. */
export function vniOf(vxlan: Iproute2Vxlan): string | undefined {
  return vxlan.external ? 'external' : vxlan.id?.toString()
}

/** Where frames for unknown MAC addresses go by the link itself; undefined when forwarding entries alone decide. */
export function peerOf({ group, group6, remote, remote6 }: Iproute2Vxlan): string | undefined {
  const multicast = group ?? group6
  const unicast = remote ?? remote6
  return multicast === undefined ? unicast && `remote ${unicast}` : `group ${multicast}`
}

/** `auto` for the host's default, `inherit`, or hops. */
export function ttlOf({ ttl }: Iproute2Vxlan): string {
  return ttl === undefined ? 'inherit' : ttl === 0 ? 'auto' : `${ttl}`
}

/** Whether the link passes frames. A vxlan's operstate is UNKNOWN as long as it works, so flags tell more. */
export function stateOf({ flags }: Iproute2Link): string {
  if (!flags.includes('UP')) {
    return 'down'
  }
  return flags.includes('NO-CARRIER') ? 'no carrier' : flags.includes('M-DOWN') ? 'lower device down' : 'up'
}
