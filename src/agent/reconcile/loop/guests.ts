/**
 * Guests: links of other programs, such as the taps of virtual machines, in bridges that vxagent made. They lose their place when the bridge
 * goes, and nothing in the kernel remembers it, so the record does as long as they are in no other bridge.
 */
import { type BridgeLink, KernelError, type Link } from '../../../rtnetlink/index.ts'
import { overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { parted } from '../../facts/parted.ts'
import type { Steps } from '../../facts/steps.ts'
import { inSlices } from '../../host/slices.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { Observed } from '../../kernel/observed.ts'
import { type Guest, isGuest, type Owned } from '../../record/owned.ts'
import { defaultPvidOf, observedPort } from '../../words/observed-spec.ts'
import type { ApplyContext } from '../apply/apply.ts'
import { errorOf } from '../apply/kernel.ts'
import type { Action } from '../plan/action.ts'
import { isUsedByItself, optionsLeft } from '../plan/return-guests.ts'

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
  /** Set when it has become something else meanwhile, and is not put back. */
  readonly isForgotten?: true
}

/** Said of one that is. */
export const whyForgotten =
  'it does not come back, as it has an address of its own by now, or a file names it otherwise'

/** What was found when guests were recorded. */
export interface GuestsRecorded {
  readonly lost: readonly LostGuest[]
  /** Why the record could not be written, which keeps nothing else from being done. */
  readonly error: Error | undefined
}

/** So many times, within half a minute, vxagent begins to put a guest back. What was refused as often is not taken. */
export const maxAttempts = 8

/**
 * Brings the record of guests up to date, and gives those that lost their place since that was done last. The kernel tells that a port left
 * before it tells that the bridge goes, so it is asked whether the bridge is there: it answers when the deletion under way is over.
 */
export async function recordGuests(
  desired: DesiredState,
  { ownership, observer, client }: Pick<ApplyContext, 'ownership' | 'observer' | 'client'>,
): Promise<GuestsRecorded> {
  await inSlices(readPorts(ownership, observer))
  const { links } = observer.observed
  const isGone = new Map<number, boolean>()
  for (const index of new Set(leaving(ownership, links).map(({ bridgeIfindex }) => bridgeIfindex))) {
    isGone.set(index, !links.has(index) || (await isNotThere(client, index)))
  }
  const { guests, lost } = guestsNow(desired, ownership, observer, isGone)
  return { lost, error: ownership.noteGuests(guests) }
}

/** Records which guests are about to be put back, before the first is: until their options are there, the kernel does not have them. */
export function noteReturning(ownership: ApplyContext['ownership'], actions: readonly Action[]): void {
  const returning = new Set(
    actions.flatMap((action) =>
      action.kind === 'putBack' && action.what.object === 'guests'
        ? action.what.guests.map(({ ifindex }) => ifindex)
        : [],
    ),
  )
  if (returning.size > 0) {
    ownership.noteGuests(
      ownership.guests.map((guest) =>
        returning.has(guest.ifindex) ? { ...guest, attempts: (guest.attempts ?? 0) + 1 } : guest,
      ),
    )
  }
}

/** Not to know is to take it for there: the guest is looked at again when its bridge is told to be gone. */
async function isNotThere(client: ApplyContext['client'], index: number): Promise<boolean> {
  const error = await errorOf(client.getLink({ index }))
  return error instanceof KernelError && error.code === 'ENODEV'
}

/** Those on record that are in no bridge now. */
function leaving(owned: Owned, links: ReadonlyMap<number, Link>): readonly Guest[] {
  return (owned.guests ?? []).filter((guest) => {
    const link = links.get(guest.ifindex)
    return link !== undefined && isGuest(guest, link) && (link.attributes.master ?? 0) === 0
  })
}

/**
 * The guests as they are to be on record now, and those that lost their place since. One that left a bridge which is there was taken out by
 * somebody, and one that is in another was put there.
 * @param isGone whether the bridge with that ifindex is not there any more. One that left a bridge of which that is not known stays on record.
 */
export function guestsNow(
  desired: DesiredState,
  owned: Owned,
  surroundings: GuestSurroundings,
  isGone: ReadonlyMap<number, boolean>,
): { readonly guests: readonly Guest[]; readonly lost: readonly LostGuest[] } {
  const { observed } = surroundings
  const overlay = overlayOf(desired)
  const ours = ownLinks(owned)
  const [unclear, known] = parted(leaving(owned, observed.links), ({ bridgeIfindex }) => !isGone.has(bridgeIfindex))
  const left = known.filter(({ bridgeIfindex }) => isGone.get(bridgeIfindex) === true)
  const [forgotten, kept] = parted(left, ({ ifindex, attempts = 0, isLost }) => {
    const link = observed.links.get(ifindex)
    const isGivenUp = isLost === true && attempts >= maxAttempts
    return isGivenUp || link === undefined || ours.has(ifindex) || isUsedByItself(link, overlay, observed)
  })
  const lostOf = (guests: readonly Guest[], more: Pick<LostGuest, 'isForgotten'>): LostGuest[] =>
    guests.filter(({ isLost }) => isLost !== true).map(({ name, bridge }) => ({ name, bridge, ...more }))
  const present = presentGuests(desired, owned, surroundings)
  return {
    guests: [...present, ...unclear, ...kept.map(asLost)],
    lost: [...lostOf(kept, {}), ...lostOf(forgotten, { isForgotten: true })],
  }
}

function asLost(guest: Guest): Guest {
  const { attempts: _, ...others } = guest
  return guest.isLost === true ? guest : { ...others, isLost: true }
}

/** Guests of the bridges that are there. */
function presentGuests(desired: DesiredState, owned: Owned, surroundings: GuestSurroundings): Guest[] {
  const { observed, names } = surroundings
  const bridges = ownBridges(owned, observed)
  if (bridges.size === 0) {
    return []
  }
  const { ports } = overlayOf(desired)
  const ours = ownLinks(owned)
  const returning = new Map(
    (owned.guests ?? []).flatMap((guest) => (guest.attempts === undefined ? [] : [[guest.ifindex, guest] as const])),
  )
  return [...observed.links.values()].flatMap((link): Guest[] => {
    const { master = 0, ifname = '' } = link.attributes
    const bridge = bridges.get(master)
    if (bridge === undefined || ours.has(link.index) || ports.has(ifname)) {
      return []
    }
    const before = returning.get(link.index)
    const bridgeLink = observed.links.get(master)
    const isComplete =
      before === undefined ||
      bridgeLink === undefined ||
      before.bridge !== bridge ||
      (before.attempts ?? 0) >= maxAttempts ||
      !isGuest(before, link) ||
      optionsLeft(before, link, bridgeLink, observed, names).length === 0
    return [isComplete ? guestOf(link, bridge, surroundings) : inPlace(before, master)]
  })
}

/** It has its place, and not all of its options yet: these stay on record. */
function inPlace(guest: Guest, bridgeIfindex: number): Guest {
  const { isLost: _, ...others } = guest
  return guest.isLost === undefined && guest.bridgeIfindex === bridgeIfindex ? guest : { ...others, bridgeIfindex }
}

/** Bridges of ours that are there: names by ifindex. */
function ownBridges(owned: Owned, { links }: Observed): ReadonlyMap<number, string> {
  return new Map(
    Object.entries(owned.links).flatMap(([name, { kind, ifindex }]) =>
      kind === 'bridge' && ifindex !== undefined && links.has(ifindex) ? [[ifindex, name] as const] : [],
    ),
  )
}

function ownLinks(owned: Owned): ReadonlySet<number | undefined> {
  return new Set([...Object.values(owned.links), ...Object.values(owned.ports)].map(({ ifindex }) => ifindex))
}

/** What was read of a port, and from what. */
interface ReadGuest {
  readonly guest: Guest
  readonly bridgeLink: BridgeLink | undefined
  readonly defaultPvid: number
}

/** By the link as the kernel told of it last, which is a new object each time: a port with all VLANs takes milliseconds to read. */
const readGuests = new WeakMap<Link, ReadGuest>()

/** Reads the ports that have changed, so that to list all guests takes no time. It lists the links first; one that changes meanwhile is read again. */
function* readPorts(owned: Owned, surroundings: GuestSurroundings): Steps<void> {
  const bridges = ownBridges(owned, surroundings.observed)
  const ports = [...surroundings.observed.links.values()].filter(({ attributes }) =>
    bridges.has(attributes.master ?? 0),
  )
  for (const port of ports) {
    guestOf(port, bridges.get(port.attributes.master ?? 0) ?? '', surroundings)
    yield
  }
}

function guestOf(link: Link, bridge: string, { observed, names }: GuestSurroundings): Guest {
  const { ifname = '', address, master = 0, linkinfo } = link.attributes
  const bridgeLink = observed.bridgeLinks.get(link.index)
  const defaultPvid = defaultPvidOf(observed.links.get(master))
  const known = readGuests.get(link)
  if (known?.bridgeLink === bridgeLink && known?.defaultPvid === defaultPvid && known.guest.bridge === bridge) {
    return known.guest
  }
  const guest: Guest = {
    name: ifname,
    ifindex: link.index,
    ...(linkinfo?.kind !== undefined && { kind: linkinfo.kind }),
    ...(address !== undefined && { mac: address }),
    bridge,
    bridgeIfindex: master,
    spec: observedPort(link, { observed, names }) ?? {},
  }
  readGuests.set(link, { guest, bridgeLink, defaultPvid })
  return guest
}
