/**
 * Which claims to VTEP addresses count. Every host comes to the same answer from the same records, without asking anybody and without
 * comparing clocks: of two claims to one address the older record's counts.
 */
import type { Claim, Gone, Standing } from './standing.ts'

/** An address of the underlay with the UDP port, as claimed in a record now or until a while ago. */
export interface CountedClaim extends Claim {
  readonly standing: Standing
  /** Absent while the record of the host is in the store and has it. */
  readonly gone?: Gone
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
  whyRefused: (node: string, claim: Claim) => string | undefined,
): Claims {
  const holders = new Map<string, CountedClaim[]>()
  const refused = new Map<string, RefusedClaim>()
  const counted = new Map<number, CountedClaim[]>()
  for (const entry of [...standings].flatMap(allClaims).sort(byAge)) {
    const { standing, vni, address, gone } = entry
    const { node } = standing
    const why = whyRefused(node, entry)
    if (why !== undefined) {
      refused.set(`${node} ${why}`, { node, code: 'not-on-roster', why })
      continue
    }
    const known = holders.get(address) ?? []
    const holder = known.find((each) => each.standing.node !== node && isContested(each, entry))
    if (holder !== undefined) {
      // An entry of one that is gone leads to the same place: there is nothing to tell.
      if (gone === undefined && holder.gone === undefined) {
        const because = `its VTEP address ${address} is that of ${holder.standing.node}, which was there first`
        refused.set(`${node} ${address}`, { node, code: 'duplicate-vtep', why: because, other: holder.standing.node })
      }
      continue
    }
    holders.set(address, [...known, entry])
    const ofVni = counted.get(vni)
    if (ofVni === undefined) {
      counted.set(vni, [entry])
    } else {
      ofVni.push(entry)
    }
  }
  return { counted, refused: [...refused.values()] }
}

function allClaims(standing: Standing): CountedClaim[] {
  const { claims, withdrawn, gone } = standing
  return [
    ...claims.map((claim) => ({ ...claim, standing, ...(gone !== undefined && { gone }) })),
    ...withdrawn.map((each) => ({ ...each.claim, standing, gone: each.gone })),
  ]
}

/** Behind one address translation several hosts are told apart by the port; any other address is that of one host. */
function isContested(one: Claim, other: Claim): boolean {
  return !(one.isAdvertised === true && other.isAdvertised === true && one.dstport !== other.dstport)
}

/** Those that are there before those that are gone, then the oldest; two of one transaction by their ids. */
function byAge(one: CountedClaim, other: CountedClaim): number {
  return (
    Number(one.gone !== undefined) - Number(other.gone !== undefined) ||
    one.standing.createRevision - other.standing.createRevision ||
    (one.standing.node < other.standing.node ? -1 : one.standing.node > other.standing.node ? 1 : 0)
  )
}
