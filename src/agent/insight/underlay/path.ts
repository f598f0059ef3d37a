/** How the underlay reaches an address: the kernel's route to it, and what is known of the next hop. Pure. */
import { constants, KernelError, type Link, type Neighbour, type Route } from '../../../rtnetlink/index.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import { familyOf, isMulticast } from '../../facts/ip-text.ts'
import type { Observed } from '../../kernel/observed.ts'

/** What the kernel's neighbour table says, in iproute2's words. */
const neighbourWords: readonly (readonly [bit: number, word: string])[] = [
  [constants.NUD_PERMANENT, 'permanent'],
  [constants.NUD_NOARP, 'noarp'],
  [constants.NUD_REACHABLE, 'reachable'],
  [constants.NUD_STALE, 'stale'],
  [constants.NUD_DELAY, 'delay'],
  [constants.NUD_PROBE, 'probe'],
  [constants.NUD_INCOMPLETE, 'incomplete'],
  [constants.NUD_FAILED, 'failed'],
]

/** `reachable`, `stale`, `failed`, ...; `none` when the kernel has no entry. */
export function neighbourWord(entry: Neighbour | undefined): string {
  return neighbourWords.find(([bit]) => ((entry?.state ?? 0) & bit) !== 0)?.[1] ?? 'none'
}

/** What asks for the MAC address that goes with an IP address. */
export function resolutionProtocol(address: string): 'ARP' | 'ND' {
  return familyOf(address) === 'IPv6' ? 'ND' : 'ARP'
}

/** The path by a route that the kernel gave for `dst`. */
export function pathBy(
  route: Route,
  dst: string,
  { links, neighbours }: Pick<Observed, 'links' | 'neighbours'>,
): UnderlayPath {
  const { oif, gateway, via, prefsrc, metrics } = route.attributes
  const link = oif === undefined ? undefined : links.get(oif)
  const dev = link?.attributes.ifname
  const hop = gateway ?? via
  const mtu = metrics?.mtu ?? link?.attributes.mtu
  const base = {
    ...(dev !== undefined && { dev }),
    ...(hop !== undefined && { gateway: hop }),
    ...(prefsrc !== undefined && { source: prefsrc }),
    ...(mtu !== undefined && { mtu }),
  }
  if (route.type === constants.RTN_LOCAL) {
    return { ...base, isResolved: false, problem: `${dst} is an address of this host itself` }
  }
  const down = problemOf(link)
  if (down !== undefined) {
    return { ...base, isResolved: false, problem: down }
  }
  if (isMulticast(dst) || (link !== undefined && (link.flags & constants.IFF_NOARP) !== 0)) {
    return { ...base, isResolved: true }
  }
  const next = hop ?? dst
  const entry = oif === undefined ? undefined : neighbours.get(oif)?.get(next)
  const neighbour = neighbourWord(entry)
  const nextHopMac = entry?.attributes.lladdr
  const isSilent = neighbour === 'failed' || neighbour === 'incomplete'
  return {
    ...base,
    neighbour,
    ...(nextHopMac !== undefined && { nextHopMac }),
    isResolved: !isSilent,
    ...(isSilent && { problem: `${next} does not answer ${resolutionProtocol(next)} on ${dev}` }),
  }
}

/** What the kernel means when it has no route to give. */
const refusals: Readonly<Record<string, string>> = {
  ENETUNREACH: 'there is no route',
  EHOSTUNREACH: 'an unreachable route leads',
  EACCES: 'a prohibit route leads',
  EINVAL: 'a blackhole route, or a device that is gone, leads',
}

/** Why the kernel refuses to give a route. Throws what is no such refusal. */
export function whyNoRoute(error: unknown, dst: string): string {
  if (!(error instanceof KernelError)) {
    throw error
  }
  const why = refusals[error.code]
  // The error's own message names the destination already.
  return why === undefined ? error.message : `${why} to ${dst}`
}

/** The path when the kernel refuses to give a route. Throws what is no such refusal. */
export function noPath(error: unknown, dst: string): UnderlayPath {
  return { isResolved: false, problem: whyNoRoute(error, dst) }
}

function problemOf(link: Link | undefined): string | undefined {
  if (link === undefined) {
    return undefined
  }
  const { ifname } = link.attributes
  if ((link.flags & constants.IFF_UP) === 0) {
    return `${ifname} is down`
  }
  return (link.flags & constants.IFF_LOWER_UP) === 0 ? `${ifname} has no carrier` : undefined
}
