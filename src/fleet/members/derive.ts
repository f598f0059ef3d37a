/** From the members of the fleet to what each link of this host is to have. Pure: the same members give the same entries, on every host. */
import type { FleetLinkState, FleetRemote } from '../../agent/answers/fleet.ts'
import { familyOf, type IpFamily } from '../../agent/facts/ip-text.ts'
import type { Claims, CountedClaim } from './claims.ts'

/** A link of this host that says `fleet`. */
export interface DerivedLink {
  readonly name: string
  readonly vni: number
  /** Family of its VTEP; undefined while the kernel has no such link: what it was to have then stays. */
  readonly family?: IpFamily
  /** Its UDP port. */
  readonly dstport?: number
  /** What was derived for it before. */
  readonly before?: FleetLinkState
}

/** The most destinations of all links: the agent takes no more. */
const mostInAll = 250_000

/** The most destinations of one link: each frame that is flooded is copied to every one of them. */
export const mostRemotes = 16_384

export interface Derived {
  readonly links: Readonly<Record<string, FleetLinkState>>
  /** VNIs with more members than a link may have destinations, and how many. */
  readonly tooMany: ReadonlyMap<number, number>
  /** VNIs with members none of which has a VTEP of the family of the link here, by the link. */
  readonly noCommonFamily: ReadonlyMap<string, number>
}

/**
 * @param self id of this host
 * @param graceMs after so long the entries of a host that is gone are removed; undefined: nothing is removed for now
 */
export function derive(
  { counted }: Claims,
  self: string,
  links: readonly DerivedLink[],
  graceMs: number | undefined,
): Derived {
  const tooMany = new Map<number, number>()
  const noCommonFamily = new Map<string, number>()
  let left = mostInAll
  const entries = links.map((link): [string, FleetLinkState] => {
    const { name, vni, family, before } = link
    if (family === undefined && before?.vni === vni) {
      return [name, before]
    }
    const others = (counted.get(vni) ?? []).filter(({ standing }) => standing.node !== self)
    const reachable = others.filter(({ address }) => family === undefined || familyOf(address) === family)
    if (others.length > 0 && reachable.length === 0) {
      noCommonFamily.set(name, vni)
    }
    const most = Math.min(mostRemotes, left)
    if (reachable.length > most) {
      tooMany.set(vni, reachable.length)
    }
    // The oldest first, so that a newcomer too many takes nobody's place.
    const remotes = reachable.slice(0, most).map((claim) => remoteOf(claim, link, graceMs))
    left -= remotes.length
    return [name, { vni, remotes: remotes.sort(byDestination) }]
  })
  return { links: Object.fromEntries(entries), tooMany, noCommonFamily }
}

function remoteOf(
  { standing, address, dstport, gone }: CountedClaim,
  link: DerivedLink,
  graceMs: number | undefined,
): FleetRemote {
  const { node } = standing
  return {
    dst: address,
    ...(dstport !== undefined && dstport !== link.dstport && { port: dstport }),
    node,
    ...(gone === undefined
      ? { state: 'present' }
      : {
          state: 'gone',
          goneSince: gone.at.toISOString(),
          ...(graceMs !== undefined && { removedAt: new Date(gone.at.getTime() + graceMs).toISOString() }),
        }),
  }
}

function byDestination(one: FleetRemote, other: FleetRemote): number {
  return one.dst < other.dst ? -1 : one.dst > other.dst ? 1 : (one.port ?? 0) - (other.port ?? 0)
}
