/** A forwarding entry as `remotes` or `fdb` state it, what it is called, and where it stands. */
import { zeroMac } from '../../facts/zero-mac.ts'
import { pathOf, type VxlanDeclaration } from '../declaration.ts'
import type { Path } from '../finding.ts'
import { placedEntries, statedRemotes } from '../remote-parts.ts'
import type { FdbSpec } from '../schema/forwarding.ts'

/** An entry, and where it is stated. */
export interface Entry {
  readonly link: VxlanDeclaration
  readonly list: 'remotes' | 'fdb'
  readonly index: number
  readonly spec: FdbSpec
}

/** Those of `remotes` that name a VTEP, then those of `fdb`. */
export function entriesOf(link: VxlanDeclaration): Entry[] {
  const { remotes, fdb } = link.spec
  return [
    ...statedRemotes(remotes).map(({ index, parts }): Entry => {
      return { link, list: 'remotes', index, spec: { mac: zeroMac, ...parts } }
    }),
    ...Array.from(placedEntries(fdb), ([index, spec]): Entry => ({ link, list: 'fdb', index, spec })),
  ]
}

/** `entry 3 of fdb of vxlan0`. */
export function wordsOf({ link, list, index }: Entry): string {
  return `entry ${index + 1} of ${list} of ${link.name}`
}

/** The path to it, or to something in it. */
export function placeOf({ link, list, index }: Entry, ...key: Path): Path {
  return pathOf(link, list, index, ...key)
}

/** Where its destination stands: an entry of `remotes` may be the address alone. */
export function placeOfDst(entry: Entry): Path {
  const isText = entry.list === 'remotes' && typeof entry.link.spec.remotes?.[entry.index] === 'string'
  return isText ? placeOf(entry) : placeOf(entry, 'dst')
}
