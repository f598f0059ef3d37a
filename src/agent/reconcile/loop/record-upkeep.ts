/** Brings the record of what is ours up to date with how a cycle ended: keys in effect, entries, links and ports that are gone. */
import { type DesiredBridgeEntry, type DesiredLink, overlayOf } from '../../desired/overlay.ts'
import { statedEntries } from '../../desired/remote-parts.ts'
import type { DesiredState } from '../../desired/schema.ts'
import type { Steps } from '../../facts/steps.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { Ownership } from '../../record/ownership.ts'
import { bridgeFdbKey } from '../../words/bridge-fdb-entry.ts'
import { areViasThere, wantedFdb } from '../../words/fdb-entry.ts'
import type { ApplyContext } from '../apply/apply.ts'
import type { CycleEnd } from './cycle.ts'

/**
 * Gives the names of links that are forgotten.
 * @param isSettled whether an object has been as this desired state wants it
 */
export function* keepRecord(
  { ownership, observer: { names, observed } }: Pick<ApplyContext, 'ownership' | 'observer'>,
  desired: DesiredState,
  { scope, plan, unfinished }: CycleEnd,
  isSettled: (name: string) => boolean,
): Steps<readonly string[]> {
  const { links, ports, bridgeEntries } = overlayOf(desired)
  const hindered = new Set(plan.obstacles.map(({ link }) => link))
  const isDone = (name: string): boolean => scope.has(name) && !unfinished.has(name)
  const isAsDesired = (name: string): boolean => isDone(name) && isSettled(name)
  ownership.noteStated(
    [...links.values()].filter(({ name }) => isAsDesired(name)),
    [...ports.values()].filter(({ link }) => isAsDesired(link)),
  )
  for (const link of links.values()) {
    if (isAsDesired(link.name) && !hindered.has(link.name)) {
      forgetUnwanted(ownership, link, names, bridgeEntries.get(link.name))
      yield
    }
  }
  const isThere = (ifindex: number | undefined): boolean => ifindex !== undefined && observed.links.has(ifindex)
  const gone = Object.keys(ownership.links).filter(
    (name) => !links.has(name) && !isThere(ownership.links[name]?.ifindex),
  )
  ownership.release(gone)
  ownership.releasePorts(
    Object.keys(ownership.ports).filter(
      (name) => (isDone(name) && !ports.has(name)) || !isThere(ownership.ports[name]?.ifindex),
    ),
  )
  return gone
}

/**
 * Takes entries out of the record that no file states any more. They are gone, by other hands, or the link's own now; and who puts
 * the same there later does it for himself.
 */
function forgetUnwanted(
  ownership: Ownership,
  link: DesiredLink,
  names: LinkNames,
  bridgeEntries: readonly DesiredBridgeEntry[] = [],
): void {
  const { fdb, neighbours } = ownership.entriesOf(link.name)
  // Interfaces may go while a long cycle comes to its end.
  const isPending = link.kind === 'vxlan' && link.fleet?.isPending === true
  if (
    fdb.size > 0 &&
    link.kind === 'vxlan' &&
    !isPending &&
    link.fleet?.isFdbPending !== true &&
    areViasThere(link.spec, names)
  ) {
    const wanted = wantedFdb(link.spec, link.path, names)
    ownership.retainEntries(link.name, 'fdb', (key) => wanted.has(key))
  }
  if (fdb.size > 0 && link.kind === 'bridge' && link.fleet?.isFdbPending !== true) {
    const wanted = new Set(bridgeEntries.map(({ mac, vlan }) => bridgeFdbKey(mac, vlan)))
    ownership.retainEntries(link.name, 'fdb', (key) => wanted.has(key))
  }
  if (neighbours.size > 0 && link.fleet?.areNeighboursPending !== true) {
    const wanted = new Set(statedEntries(link.spec.neighbours).map(({ ip }) => ip))
    ownership.retainEntries(link.name, 'neighbours', (key) => wanted.has(key))
  }
}
