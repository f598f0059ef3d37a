/** Which of the fleet's remotes the kernel lacks. Pure. */
import type { Link } from '../../rtnetlink/index.ts'
import { fleetPartOf } from '../desired/filled-state.ts'
import { statedEntries, statedRemotes } from '../desired/remote-parts.ts'
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
  const present = floodedTo(name, tables)
  return ofFleet.filter((dst) => !present.has(dst) && !own.has(dst))
}

/** Destinations to which the kernel floods frames of a vxlan, and that neither the files nor the fleet name. */
export function unexplainedRemotes(desired: DesiredState, name: string, tables: KernelTables): string[] {
  const { remotes, remote, group, fdb } = desired.vxlans[name] ?? {}
  const wanted = new Set([
    ...statedRemotes(remotes).map(({ parts }) => parts.dst),
    ...statedEntries(fdb).flatMap(({ mac, dst }) => (mac === zeroMac ? (dst ?? []) : [])),
    remote,
    group,
  ])
  return [...floodedTo(name, tables)].filter((dst) => !wanted.has(dst))
}

function floodedTo(name: string, tables: KernelTables): Set<string> {
  const link = linkNamed(name, tables)
  const destinations = new Set<string>()
  for (const [key, { attributes }] of (link && tables.observed.fdb.get(link.index)) ?? []) {
    if (macOfFdbKey(key) === zeroMac && attributes.dst !== undefined) {
      destinations.add(attributes.dst)
    }
  }
  return destinations
}

/** How many each vxlan lacks; those that lack none are not there. */
export function missingByLink(desired: DesiredState, tables: KernelTables): Record<string, number> {
  const own = hostAddresses(tables.observed)
  const counts = Object.keys(desired.vxlans).map(
    (name) => [name, missingRemotes(desired, name, tables, own).length] as const,
  )
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}
