/** Forwarding entries that the kernel made for a vxlan's own destination, and left behind when that changed. */
import type { Link } from '../../rtnetlink/index.ts'
import type { Observed } from './observed.ts'
import { ownDestinationKey } from './own-destination.ts'

/** The kernel tells of entries before it tells of the link: one that is still there then stays. */
export function noteLeftBehind({ fdb, leftBehind }: Observed, before: Link, now: Link): void {
  const [old, own] = [ownDestinationKey(before), ownDestinationKey(now)]
  if (old === own) {
    return
  }
  if (old !== undefined && fdb.get(now.index)?.has(old) === true) {
    leftBehind.set(now.index, (leftBehind.get(now.index) ?? new Set()).add(old))
  }
  if (own !== undefined) {
    leftBehind.get(now.index)?.delete(own)
  }
}

/**
 * The marks that hold after a dump, which does not say who made an entry: those whose entry is still there. The tables that were followed
 * meanwhile have them all.
 * @param fdb as dumped
 */
export function stillLeftBehind(leftBehind: Observed['leftBehind'], fdb: Observed['fdb']): Observed['leftBehind'] {
  return new Map(
    Array.from(leftBehind, ([index, keys]) => [
      index,
      new Set([...keys].filter((key) => fdb.get(index)?.has(key) === true)),
    ]),
  )
}
