/**
 * Who has an entry for whom: two members of a VNI, in both directions, as far as each says so. Pure. It is about entries in kernels as their
 * owners reported them: whether frames arrive is not looked at.
 */
import { familyOf, type IpFamily } from '../../agent/facts/ip-text.ts'
import type { NodeRecord } from '../records/node-record.ts'
import type { StateRecord } from '../records/state-record.ts'
import { DestinationSet } from './destinations.ts'

/** One host, as the report has it. */
export interface PairedNode {
  readonly node: string
  readonly state: string
  readonly record?: NodeRecord
  /** Revision of the last change of the record. */
  readonly revision?: number
  readonly says?: StateRecord
  /** Where the others send frames to it. */
  readonly claims: readonly { readonly vni: number; readonly address: string }[]
}

/** Whether the kernel of one host has the entry of another. */
export interface Direction {
  /**
   * `yes` and `missing`: its owner said so after it had taken in the record of the other. `unknown`: it did not say, or says something that
   * cannot be judged.
   */
  readonly entry: 'yes' | 'missing' | 'unknown'
  /** Where the entry leads; absent where the other has no address that counts. */
  readonly to?: string
  /** The revision of the store that its owner has applied, where it says. */
  readonly applied?: number
  /** Why it is not `yes`. */
  readonly why?: string
}

/** Two hosts of one VNI. */
export interface Pair {
  readonly vni: number
  readonly a: string
  readonly b: string
  readonly aToB: Direction
  readonly bToA: Direction
}

/** Which pairs are wanted: those with this host, those of this VNI. */
export interface WantedPairs {
  readonly node?: string | undefined
  readonly vni?: number | undefined
}

/** The pairs of hosts that are present, by VNI and names. */
export function* pairsOf(nodes: readonly PairedNode[], wanted: WantedPairs = {}): Generator<Pair> {
  for (const [vni, ends] of endsByVni(nodes, wanted.vni)) {
    for (const [index, a] of ends.entries()) {
      for (const b of ends.slice(index + 1)) {
        if (wanted.node === undefined || wanted.node === a.node || wanted.node === b.node) {
          yield { vni, a: a.node, b: b.node, aToB: direction(a, b), bToA: direction(b, a) }
        }
      }
    }
  }
}

/** The hosts of one VNI that are present, and each direction between two of them. */
export interface Directions {
  /** By name. */
  readonly nodes: readonly string[]
  /** From one to another, by their places in `nodes`: made when it is asked for, since there are as many as the square of the hosts. */
  at(from: number, to: number): Direction
}

/** The directions of one VNI, without making all of them. */
export function directionsIn(nodes: readonly PairedNode[], vni: number): Directions {
  const [[, ends] = [vni, []]] = endsByVni(nodes, vni)
  return {
    nodes: ends.map(({ node }) => node),
    at(from, to) {
      const [a, b] = [ends[from], ends[to]]
      if (a === undefined || b === undefined || from === to) {
        throw new RangeError(`there is no direction from ${from} to ${to} among ${ends.length} hosts`)
      }
      return direction(a, b)
    },
  }
}

/** What a host says of its entries in one VNI. */
type Said =
  | { readonly why: string }
  | { readonly missing: ReadonlySet<string>; readonly isWholeList: boolean; readonly why?: undefined }

/** A host in one VNI. */
interface End {
  readonly node: string
  readonly revision: number
  /** Families of its VTEPs: it has entries of those alone. */
  readonly families: readonly IpFamily[]
  readonly addresses: readonly string[]
  readonly says?: StateRecord
  readonly said: Said
}

function endsByVni(nodes: readonly PairedNode[], only: number | undefined): [number, End[]][] {
  const present = nodes.filter(({ state }) => state === 'present')
  const vnis = new Set(present.flatMap(({ record }) => record?.vteps.map(({ vni }) => vni) ?? []))
  return [...vnis]
    .filter((vni) => only === undefined || vni === only)
    .sort((one, other) => one - other)
    .map((vni) => [vni, endsOf(vni, nodes, present)])
}

function endsOf(vni: number, nodes: readonly PairedNode[], present: readonly PairedNode[]): End[] {
  const addressesOf = ({ claims }: PairedNode): string[] =>
    claims.filter((claim) => claim.vni === vni).map(({ address }) => address)
  // One that is gone is still among the entries of some, and no longer among those of others.
  const isUndecided = nodes.some((node) => node.state !== 'present' && addressesOf(node).length > 0)
  const latest = Math.max(0, ...nodes.map(({ revision = 0 }) => revision))
  const sets = { IPv4: new DestinationSet(), IPv6: new DestinationSet() }
  for (const address of nodes.flatMap(addressesOf)) {
    sets[familyOf(address)].add(address)
  }
  return present
    .flatMap((each): End[] => {
      const { node, record, revision = 0, says } = each
      const vteps = record?.vteps.filter((vtep) => vtep.vni === vni) ?? []
      const [first, ...more] = vteps.map(({ local }) => familyOf(local))
      if (first === undefined) {
        return []
      }
      const addresses = addressesOf(each)
      // The hash is of one link, and of all that had been published by then.
      const isComparable = !isUndecided && more.length === 0 && says !== undefined && says.applied >= latest
      const hashWith = isComparable
        ? (missing: readonly string[]) => sets[first].hashWithout([...addresses, ...missing])
        : undefined
      const said = saidOf(vni, says, hashWith)
      return [{ node, revision, families: [first, ...more], addresses, said, ...(says !== undefined && { says }) }]
    })
    .sort((one, other) => (one.node < other.node ? -1 : 1))
}

/** @param hashWith the hash of what follows from the store, without these; undefined where that cannot be told now */
function saidOf(
  vni: number,
  says: StateRecord | undefined,
  hashWith: ((missing: readonly string[]) => string) | undefined,
): Said {
  if (says === undefined) {
    return { why: 'it does not say how far it is' }
  }
  if (says.mode === 'stale') {
    return { why: 'it does not hear the store' }
  }
  const states = says.vnis.filter((each) => each.vni === vni)
  const [state, ...more] = states
  if (state === undefined) {
    return { why: 'it says nothing of this VNI' }
  }
  const isWholeList = states.every(({ missing, missingCount }) => missing.length === missingCount)
  const isOther = more.length === 0 && isWholeList && hashWith !== undefined && hashWith(state.missing) !== state.hash
  return isOther
    ? { why: 'its entries are not those that follow from the store' }
    : { missing: new Set(states.flatMap(({ missing }) => missing)), isWholeList }
}

function direction(from: End, to: End): Direction {
  const address = to.addresses.find((each) => from.families.includes(familyOf(each)))
  if (address === undefined) {
    const why =
      to.addresses.length === 0
        ? `no address of ${to.node} counts in this VNI`
        : `${to.node} has no ${from.families.join(' or ')} address in this VNI`
    return { entry: 'missing', ...(from.says !== undefined && { applied: from.says.applied }), why }
  }
  const { said, says } = from
  if (says === undefined || said.why !== undefined) {
    return unknown(address, says, said.why ?? '')
  }
  const { applied } = says
  if (applied < to.revision) {
    return unknown(
      address,
      says,
      `it has applied revision ${applied}, and the record of ${to.node} is of ${to.revision}`,
    )
  }
  if (said.missing.has(address)) {
    return { entry: 'missing', to: address, applied, why: `its kernel lacks the entry for ${address}` }
  }
  return said.isWholeList
    ? { entry: 'yes', to: address, applied }
    : unknown(address, says, 'its kernel lacks more entries than it names')
}

function unknown(to: string, says: StateRecord | undefined, why: string): Direction {
  return { entry: 'unknown', to, ...(says !== undefined && { applied: says.applied }), why }
}
