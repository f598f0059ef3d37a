/** Which MTU a vxlan link is to have. */
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredLink } from '../desired/overlay.ts'
import type { VxlanSpec } from '../desired/schema.ts'
import { encapsulationOverhead, underlayFamily } from '../facts/vxlan.ts'
import { defaultMtu } from './link-words.ts'

/** The least that the kernel takes for an Ethernet device. Source: ETH_MIN_MTU, linux/if_ether.h. */
const leastMtu = 68

/** The least with which a link has IPv6. Source: IPV6_MIN_MTU, linux/in6.h. */
const leastIpv6Mtu = 1280

/** The links that names stand for. */
export interface LinksByName {
  readonly byName: ReadonlyMap<string, Link>
}

/** The MTU to ask for; undefined: leave it to the kernel. */
export interface WantedMtu {
  readonly mtu?: number
  /** What a person should know of it. */
  readonly notice?: string
}

/**
 * A stated MTU as far as the underlay device carries it; unstated, what the underlay leaves after encapsulation. Without an
 * underlay device the kernel knows no limit.
 */
export function wantedMtu({ mtu, ...spec }: VxlanSpec, { byName }: LinksByName): WantedMtu {
  const lower = spec.dev === undefined ? undefined : byName.get(spec.dev)?.attributes.mtu
  if (lower === undefined) {
    return mtu === undefined ? {} : { mtu }
  }
  const overhead = encapsulationOverhead(underlayFamily(spec))
  const most = Math.max(leastMtu, lower - overhead)
  if (mtu !== undefined && mtu > most) {
    const notice = `mtu ${mtu} is more than ${spec.dev} carries: its ${lower} less ${overhead} of encapsulation leave ${most}, which is used; raise the MTU of ${spec.dev}, or state at most ${most}`
    return { mtu: most, notice }
  }
  return { mtu: mtu ?? most }
}

/**
 * Whether a link has IPv6 once it is as desired. Below the least MTU the kernel takes all of IPv6 off it, with the settings that
 * are kept there. Source: addrconf_notify(), net/ipv6/addrconf.c.
 */
export function willHaveIpv6({ kind, spec }: DesiredLink, link: Link | undefined, { byName }: LinksByName): boolean {
  const wanted = kind === 'vxlan' ? wantedMtu(spec, { byName }).mtu : spec.mtu
  return (wanted ?? link?.attributes.mtu ?? defaultMtu) >= leastIpv6Mtu
}

/** What a file states for a link beside what the kernel keeps with its IPv6. */
export function withoutIpv6<Desired extends DesiredLink>(desired: Desired): Desired {
  const { addrgenmode: _, sysctl, ...spec } = desired.spec
  const { ipv4 } = sysctl ?? {}
  return { ...desired, spec: { ...spec, ...(ipv4 !== undefined && { sysctl: { ipv4 } }) } }
}
