/** What a vxlan's lists say: entries, and the word for those of the fleet. An entry of `remotes` may be an address alone. */
import { fleetWord } from './schema/fleet.ts'
import type { FdbListed, FdbSpec, NeighbourListed, NeighbourSpec, RemoteSpec } from './schema/forwarding.ts'

export type RemoteParts = Exclude<RemoteSpec, string>

/** An entry that names a VTEP, and its index in the list. */
export interface StatedRemote {
  readonly index: number
  readonly parts: RemoteParts
}

/** Those that name a VTEP. Whom the fleet has, a file does not say. */
export function statedRemotes(remotes: readonly RemoteSpec[] = []): readonly StatedRemote[] {
  return remotes.flatMap((remote, index) => (remote === fleetWord ? [] : [{ index, parts: remoteParts(remote) }]))
}

/** The lists of a vxlan in which the word for the fleet may stand. */
export const fleetLists = ['remotes', 'fdb', 'neighbours'] as const
export type FleetList = (typeof fleetLists)[number]

interface Lists {
  readonly remotes?: readonly RemoteSpec[]
  readonly fdb?: readonly FdbListed[]
  readonly neighbours?: readonly NeighbourListed[]
}

/** Whether the members of the fleet, or what is behind them, are among what a link states. */
export function asksFleet(spec: Lists): boolean {
  return fleetLists.some((list) => asksFor(spec, list))
}

/** Whether what the fleet has is in this list of a link. */
export function asksFor(spec: Lists, list: FleetList): boolean {
  const entries: readonly unknown[] = spec[list] ?? []
  return entries.includes(fleetWord)
}

/** Whether a link asks for what is behind the members. */
export function asksForMacs(spec: Lists): boolean {
  return asksFor(spec, 'fdb') || asksFor(spec, 'neighbours')
}

/** Entries of `fdb`, or neighbours, that stand in the list themselves. The list itself where that is all of it. */
export function statedEntries(list: readonly FdbListed[] | undefined): readonly FdbSpec[]
export function statedEntries(list: readonly NeighbourListed[] | undefined): readonly NeighbourSpec[]
export function statedEntries<Entry extends object>(list: readonly (Entry | string)[] = []): readonly Entry[] {
  return list.includes(fleetWord)
    ? list.filter((entry): entry is Entry => typeof entry === 'object')
    : (list as readonly Entry[])
}

/** The same with the place of each. */
export function* placedEntries<Entry extends object>(
  list: readonly (Entry | typeof fleetWord)[] | undefined,
): Generator<readonly [index: number, entry: Entry]> {
  for (const [index, entry] of (list ?? []).entries()) {
    if (entry !== fleetWord) {
      yield [index, entry]
    }
  }
}

/** One that names a VTEP, as a mapping. */
function remoteParts(remote: RemoteSpec): RemoteParts {
  return typeof remote === 'string' ? { dst: remote } : remote
}
