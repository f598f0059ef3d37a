/** What is special of remotes that the fleet gives: they go as hosts do, and another control plane may serve the same VNI. */
import type { Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredVxlan } from '../../desired/overlay.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import { macOfFdbKey } from '../../kernel/observed.ts'
import { isLearned, type WantedFdbEntry } from '../../words/fdb-entry.ts'

type Table = ReadonlyMap<string, Neighbour>

/** The wanted entries, and the destinations to which something else floods as well. */
export interface WithoutDoubles {
  readonly wanted: ReadonlyMap<string, WantedFdbEntry>
  readonly doubled: readonly string[]
}

/**
 * Leaves out what would send each flood to a member twice: where something else, such as FRR for EVPN, has put an entry to the same
 * VTEP there that differs in its key. One with the same key is the wanted entry, and stays theirs.
 * @param recorded keys of entries that are ours
 */
export function withoutDoubles(
  { spec, fleet }: DesiredVxlan,
  wanted: ReadonlyMap<string, WantedFdbEntry>,
  recorded: ReadonlySet<string>,
  present: Table,
): WithoutDoubles {
  const foreign = fleet === undefined ? new Map<string, string>() : foreignFloods(present, recorded, spec.id)
  if (fleet === undefined || foreign.size === 0) {
    return { wanted, doubled: [] }
  }
  const doubled: string[] = []
  const left = new Map<string, WantedFdbEntry>()
  for (const [key, entry] of wanted) {
    const { dst } = entry
    const theirs = entry.isRemoteFrom(fleet.from) ? foreign.get(dst ?? '') : undefined
    if (theirs !== undefined && dst !== undefined) {
      doubled.push(dst)
    }
    if (theirs === undefined || theirs === key) {
      left.set(key, entry)
    }
  }
  return { wanted: left, doubled }
}

/** Keys of flood entries of this VNI that are not ours, by where they lead. */
function foreignFloods(present: Table, recorded: ReadonlySet<string>, id: number | undefined): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, { attributes }] of present) {
    if (macOfFdbKey(key) === zeroMac && !recorded.has(key)) {
      const { dst, vni = id, srcVni } = attributes
      if (dst !== undefined && vni === id && srcVni === undefined) {
        found.set(dst, key)
      }
    }
  }
  return found
}

/**
 * What the kernel learned behind members that left: it would stay until it ages, and frames would go to nobody meanwhile.
 * @param surplus entries that go
 */
export function learnedBehind(
  surplus: readonly { readonly present: Neighbour }[],
  wanted: ReadonlyMap<string, WantedFdbEntry>,
  present: Table,
): { readonly key: string; readonly present: Neighbour }[] {
  const gone = new Set(
    surplus.flatMap(({ present: { attributes } }) => (attributes.lladdr === zeroMac ? (attributes.dst ?? []) : [])),
  )
  if (gone.size === 0) {
    return []
  }
  for (const { dst } of wanted.values()) {
    gone.delete(dst ?? '')
  }
  return [...present].flatMap(([key, entry]) =>
    gone.has(entry.attributes.dst ?? '') && isLearned(entry) && !wanted.has(key) ? [{ key, present: entry }] : [],
  )
}

/** At most so many are named in a sentence. */
const mostNamed = 3

/** What is to be known of them. */
export function fleetNotices({ fleet }: DesiredVxlan, doubled: readonly string[]): string[] {
  const names = doubled.slice(0, mostNamed).join(', ')
  const more = doubled.length > mostNamed ? ` and ${doubled.length - mostNamed} more` : ''
  return [
    ...(fleet?.notes ?? []),
    ...(doubled.length === 0
      ? []
      : [
          `something else floods to ${names}${more} of the fleet as well, and its entries stay: let one of the two serve this VNI, the fleet or another control plane such as FRR`,
        ]),
  ]
}
