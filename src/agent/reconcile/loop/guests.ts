/**
 * Guests: links of other programs, such as the taps of virtual machines, in bridges that vxagent made. They lose their place when the bridge
 * goes, and nothing in the kernel remembers it, so the record does as long as they are in no other bridge.
 */
import { KernelError, type Link } from '../../../rtnetlink/index.ts'
import { overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { Observed } from '../../kernel/observed.ts'
import type { Guest, Owned } from '../../record/owned.ts'
import { observedPort } from '../../words/observed-spec.ts'
import type { ApplyContext } from '../apply/apply.ts'
import { errorOf } from '../apply/kernel.ts'

/** What is known of the host. */
export interface GuestSurroundings {
  readonly observed: Observed
  readonly names: LinkNames
}

/** A guest whose bridge went. */
export interface LostGuest {
  readonly name: string
  /** The bridge, by name. */
  readonly bridge: string
}

/**
 * Brings the record of guests up to date, and gives those that lost their place since that was done last. The kernel tells that a port left
 * before it tells that the bridge goes, so it is asked whether the bridge is there: it answers when the deletion under way is over.
 */
export async function recordGuests(
  desired: DesiredState,
  { ownership, observer, client }: Pick<ApplyContext, 'ownership' | 'observer' | 'client'>,
): Promise<readonly LostGuest[]> {
  const { links } = observer.observed
  const gone = new Set<number>()
  for (const index of new Set(leaving(ownership, links).map(({ bridgeIfindex }) => bridgeIfindex))) {
    if (!links.has(index) || (await isGone(client, index))) {
      gone.add(index)
    }
  }
  const { guests, lost } = guestsNow(desired, ownership, observer, gone)
  ownership.noteGuests(guests)
  return lost
}

/** Not to know is to take it for there: the guest is looked at again when its bridge is told to be gone. */
async function isGone(client: ApplyContext['client'], index: number): Promise<boolean> {
  const error = await errorOf(client.getLink({ index }))
  return error instanceof KernelError && error.code === 'ENODEV'
}

/** Those on record that are in no bridge now. */
function leaving(owned: Owned, links: ReadonlyMap<number, Link>): readonly Guest[] {
  return (owned.guests ?? []).filter(({ ifindex }) => {
    const link = links.get(ifindex)
    return link !== undefined && (link.attributes.master ?? 0) === 0
  })
}

/**
 * The guests as they are to be on record now, and those that lost their place since. One that left a bridge which is there was taken out by
 * somebody, and one that is in another was put there.
 * @param gone ifindexes of bridges that are not there any more
 */
export function guestsNow(
  desired: DesiredState,
  owned: Owned,
  surroundings: GuestSurroundings,
  gone: ReadonlySet<number>,
): { readonly guests: readonly Guest[]; readonly lost: readonly LostGuest[] } {
  const left = leaving(owned, surroundings.observed.links).filter(({ bridgeIfindex }) => gone.has(bridgeIfindex))
  const lost = left.filter(({ isLost }) => isLost !== true).map(({ name, bridge }) => ({ name, bridge }))
  const present = presentGuests(desired, owned, surroundings)
  return { guests: [...present, ...left.map((guest) => ({ ...guest, isLost: true as const }))], lost }
}

/** Guests of the bridges that are there. */
function presentGuests(desired: DesiredState, owned: Owned, { observed, names }: GuestSurroundings): Guest[] {
  const bridges = new Map(
    Object.entries(owned.links).flatMap(([name, { kind, ifindex }]) =>
      kind === 'bridge' && ifindex !== undefined && observed.links.has(ifindex) ? [[ifindex, name] as const] : [],
    ),
  )
  if (bridges.size === 0) {
    return []
  }
  const { ports } = overlayOf(desired)
  const ours = new Set([...Object.values(owned.links), ...Object.values(owned.ports)].map(({ ifindex }) => ifindex))
  return [...observed.links.values()].flatMap((link): Guest[] => {
    const { master = 0, ifname = '' } = link.attributes
    const bridge = bridges.get(master)
    return bridge === undefined || ours.has(link.index) || ports.has(ifname)
      ? []
      : [
          {
            name: ifname,
            ifindex: link.index,
            bridge,
            bridgeIfindex: master,
            spec: observedPort(link, { observed, names }) ?? {},
          },
        ]
  })
}
