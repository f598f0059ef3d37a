/** Which of the fleet's remotes the kernel lacks. Pure. */
import type { Link } from '../../rtnetlink/index.ts'
import { fleetPartOf } from '../desired/filled-state.ts'
import { statedRemotes } from '../desired/remote-parts.ts'
import type { DesiredState } from '../desired/schema.ts'
import { zeroMac } from '../facts/zero-mac.ts'
import { indexIfThere, type LinkNames } from '../kernel/link-names.ts'
import { macOfFdbKey, type Observed } from '../kernel/observed.ts'
import { hostAddresses } from '../kernel/own-addresses.ts'

/** What the kernel has. */
export interface KernelTables {
  readonly observed: Observed
  readonly names: LinkNames
}

/** The link of that name. */
export function linkNamed(name: string, { observed, names }: KernelTables): Link | undefined {
  const index = indexIfThere(names, name)
  return index === undefined ? undefined : observed.links.get(index)
}

/**
 * Of the fleet's remotes of a vxlan, those to which the kernel floods nothing, own addresses left out.
 * @param own addresses that are this host's
 */
export function missingRemotes(
  desired: DesiredState,
  name: string,
  tables: KernelTables,
  own: ReadonlySet<string>,
): string[] {
  const part = fleetPartOf(desired, name)
  if (part === undefined) {
    return []
  }
  const ofFleet = statedRemotes(desired.vxlans[name]?.remotes?.slice(part.from)).map(({ parts }) => parts.dst)
  const link = linkNamed(name, tables)
  const present = new Set<string | undefined>()
  for (const [key, { attributes }] of (link && tables.observed.fdb.get(link.index)) ?? []) {
    if (macOfFdbKey(key) === zeroMac) {
      present.add(attributes.dst)
    }
  }
  return ofFleet.filter((dst) => !present.has(dst) && !own.has(dst))
}

/** How many each vxlan lacks; those that lack none are not there. */
export function missingByLink(desired: DesiredState, tables: KernelTables): Record<string, number> {
  const own = hostAddresses(tables.observed)
  const counts = Object.keys(desired.vxlans).map(
    (name) => [name, missingRemotes(desired, name, tables, own).length] as const,
  )
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}
