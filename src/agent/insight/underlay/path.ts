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

/** The tables that a path is read from. Ages of `neighbours` count back from `neighboursAtMs`, milliseconds since 1970. */
export interface PathTables extends Pick<Observed, 'links' | 'neighbours'> {
  readonly neighboursAtMs: number
}

/** The path by a route that the kernel gave for `dst`. */
export function pathBy(route: Route, dst: string, { links, neighbours, neighboursAtMs }: PathTables): UnderlayPath {
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
  if (isMulticast(dst)) {
    const problem = whyGroupIsUnheard(dst, link, links)
    return { ...base, isResolved: true, ...(problem !== undefined && { problem }) }
  }
  if (link !== undefined && (link.flags & constants.IFF_NOARP) !== 0) {
    return { ...base, isResolved: true, neighbour: 'noarp' }
  }
  const next = hop ?? dst
  const entry = oif === undefined ? undefined : neighbours.get(oif)?.get(next)
  const neighbour = neighbourWord(entry)
  const nextHopMac = entry?.attributes.lladdr
  const isSilent = neighbour === 'failed' || neighbour === 'incomplete'
  const confirmedTicks = confirmedTicksOf(neighbour, entry)
  const failedTicks = neighbour === 'failed' ? entry?.attributes.cacheinfo?.updated : undefined
  const askedMs = failedTicks === undefined ? undefined : failedTicks * 10
  return {
    ...base,
    neighbour,
    ...(nextHopMac !== undefined && { nextHopMac }),
    ...(confirmedTicks !== undefined && { confirmedAt: new Date(neighboursAtMs - confirmedTicks * 10).toISOString() }),
    isResolved: !isSilent,
    ...(isSilent && { problem: whySilent(next, dev, askedMs) }),
    ...(askedMs !== undefined && { askedAt: new Date(neighboursAtMs - askedMs).toISOString() }),
  }
}

/** States of an entry in which its last confirmation means something. */
const canBeConfirmed: ReadonlySet<string> = new Set(['reachable', 'stale', 'delay', 'probe'])

/**
 * The kernel dates the confirmation of a new entry back by twice `base_reachable_time` (30 s), though nobody has confirmed anything. One that was
 * confirmed becomes stale after at most one and a half times that. Source: neigh_alloc() and neigh_rand_reach_time(), net/core/neighbour.c.
 */
const mostTicksToStale = 5000

/** For so long, in milliseconds, a question without an answer says how things are: whether it would be answered now, nobody knows. */
export const askedLatelyMs = 60_000

function whySilent(hop: string, dev: string | undefined, askedMs: number | undefined): string {
  const what = `${resolutionProtocol(hop)} on ${dev}`
  return askedMs === undefined || askedMs <= askedLatelyMs
    ? `${hop} does not answer ${what}`
    : `${hop} did not answer ${what} when it was last asked, more than a minute ago`
}

/** Clock ticks since the next hop last proved to be there; undefined when it did not, or nobody can tell. */
function confirmedTicksOf(neighbour: string, entry: Neighbour | undefined): number | undefined {
  const { confirmed, updated } = entry?.attributes.cacheinfo ?? {}
  return confirmed === undefined ||
    updated === undefined ||
    !canBeConfirmed.has(neighbour) ||
    (neighbour !== 'reachable' && confirmed - updated > mostTicksToStale)
    ? undefined
    : confirmed
}

/** Kinds of links that take what arrives at their ports. */
const takers: ReadonlySet<string> = new Set(['bridge', 'bond', 'team', 'openvswitch'])

/** The link that takes what arrives at this one, such as the bridge that it is a port of. */
export function takerOf(link: Link | undefined, links: ReadonlyMap<number, Link>): Link | undefined {
  const master = links.get(link?.attributes.master ?? 0)
  return takers.has(master?.attributes.linkinfo?.kind ?? '') ? master : undefined
}

/** A group is joined on one device, and packets to it count as received on the device that takes them. */
function whyGroupIsUnheard(group: string, link: Link | undefined, links: Observed['links']): string | undefined {
  const taker = takerOf(link, links)
  return taker === undefined
    ? undefined
    : `${link?.attributes.ifname} is a port of ${taker.attributes.ifname}, which takes what arrives there: nothing sent to ${group} is received; use dev: ${taker.attributes.ifname}`
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

/**
 * The path when the kernel refuses to give a route. Throws what is no such refusal.
 * @param foreignSource the outer source address that the link states, if the host lacks it: the kernel refuses every route from there
 */
export function noPath(error: unknown, dst: string, foreignSource?: string): UnderlayPath {
  const problem = whyNoRoute(error, dst)
  return {
    isResolved: false,
    problem:
      foreignSource === undefined ? problem : `${foreignSource} (local) is not an address of this host: nothing leaves`,
  }
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
