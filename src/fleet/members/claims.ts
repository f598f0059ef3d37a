/**
 * Which claims to VTEP addresses count. Every host comes to the same answer from the same records, without asking anybody and without
 * comparing clocks: of two claims to one address the older record's counts.
 */
import type { Standing } from './standing.ts'

/** An address of the underlay with the UDP port, as claimed in records. */
export interface CountedClaim {
  readonly standing: Standing
  readonly vni: number
  readonly address: string
  readonly dstport?: number
}

/** A claim that does not count, and why: the end of a sentence that begins with the host. */
export interface RefusedClaim {
  readonly node: string
  readonly code: 'duplicate-vtep' | 'not-on-roster'
  readonly why: string
  /** The host whose claim counts instead. */
  readonly other?: string
}

export interface Claims {
  /** By VNI. */
  readonly counted: ReadonlyMap<number, readonly CountedClaim[]>
  readonly refused: readonly RefusedClaim[]
}

/**
 * @param standings all hosts, this one among them
 * @param whyRefused why the roster does not let a host have a claim
 */
export function resolveClaims(
  standings: Iterable<Standing>,
  whyRefused: (node: string, claim: Standing['claims'][number]) => string | undefined,
): Claims {
  const holders = new Map<string, Standing>()
  const refused = new Map<string, RefusedClaim>()
  const counted = new Map<number, CountedClaim[]>()
  for (const standing of [...standings].sort(byAge)) {
    const { node } = standing
    for (const claim of standing.claims) {
      const why = whyRefused(node, claim)
      if (why !== undefined) {
        refused.set(`${node} ${why}`, { node, code: 'not-on-roster', why })
        continue
      }
      // Behind one address translation several hosts are told apart by the port.
      const place = `${claim.address} ${claim.dstport ?? ''}`
      const holder = holders.get(place)
      if (holder !== undefined && holder.node !== node) {
        // An entry of one that is gone leads to the same place: there is nothing to tell.
        if (standing.gone === undefined && holder.gone === undefined) {
          const why = `its VTEP address ${claim.address} is that of ${holder.node}, which was there first`
          refused.set(`${node} ${place}`, { node, code: 'duplicate-vtep', why, other: holder.node })
        }
        continue
      }
      holders.set(place, standing)
      const ofVni = counted.get(claim.vni)
      const entry = { standing, ...claim }
      if (ofVni === undefined) {
        counted.set(claim.vni, [entry])
      } else {
        ofVni.push(entry)
      }
    }
  }
  return { counted, refused: [...refused.values()] }
}

/** Those who are there before those who are gone, then the oldest; two of one transaction by their ids. */
function byAge(one: Standing, other: Standing): number {
  return (
    Number(one.gone !== undefined) - Number(other.gone !== undefined) ||
    one.createRevision - other.createRevision ||
    (one.node < other.node ? -1 : 1)
  )
}
