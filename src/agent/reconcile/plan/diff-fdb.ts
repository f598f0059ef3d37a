/** A vxlan's declared forwarding entries against the kernel's. */

import { constants, type Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredVxlan } from '../../desired/overlay.ts'
import { parted } from '../../facts/parted.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { fdbKey, macOfFdbKey } from '../../kernel/observed.ts'
import {
  defaultFdbKey,
  isDefaultEntry,
  type OwnDestinations,
  ownDestinationRequest,
} from '../../kernel/own-destination.ts'
import {
  type EntryInWait,
  fdbStateOf,
  hasManyDestinations,
  isLearned,
  type WantedFdbEntry,
  wantedFdb,
} from '../../words/fdb-entry.ts'
import type { VniTable } from '../../words/vlans.ts'
import type { KeyedEntry, Obstacle, Plan } from './action.ts'
import { addEntries, removeEntries, replaceEntries } from './entry-actions.ts'
import { fleetNotices, learnedBehind, withoutDoubles } from './fleet-entries.ts'
import { withoutOwn } from './own-remotes.ts'

/** What a link forwards by now. Of one that is yet to be made: nothing. */
export interface PresentFdb {
  /** Its table, by fdbKey. */
  readonly present?: ReadonlyMap<string, Neighbour> | undefined
  /** Its VNIs, if it filters them. */
  readonly vnis?: VniTable | undefined
  /** Its own `group` or `remote`, for which the kernel makes an entry. */
  readonly remote?: string | undefined
  /** Keys of entries that the kernel made for what was its own destination before, and left behind. */
  readonly leftBehind?: ReadonlySet<string> | undefined
  /** Of `remote`, if the plan takes it from the link. */
  readonly leaving?: string | undefined
  /** Declared entries whose interface does not exist: what there is of them stays as it is. */
  readonly inWait?: readonly EntryInWait[] | undefined
  /** The ifindex of its underlay device, now and after the plan. */
  readonly device?: number | undefined
  readonly deviceToBe?: number | undefined
}

/** So many conflicts are told by name. */
const mostNamed = 3

const noTable: ReadonlyMap<string, Neighbour> = new Map()

/**
 * Entries to add, to replace and to remove. What the record does not have was put there by something else: it stays, unless the
 * link is `fdb_exclusive`. An entry that is as declared is left alone, whoever put it there. Additions come first, so that no
 * VTEP is lost before its successor is there.
 * @param recorded keys of entries that are ours
 * @param leftOut addresses of `remotes` that are this host's own
 */
export function diffFdb(
  desired: DesiredVxlan,
  recorded: ReadonlySet<string>,
  link: PresentFdb,
  names: LinkNames,
  leftOut: ReadonlySet<string> = new Set(),
): Plan {
  const { name, spec, path, fleet } = desired
  const { present = noTable, vnis, remote, leaving, inWait = [], device, deviceToBe } = link
  const all = withoutOwn(wantedFdb(spec, path, names), leftOut)
  const { wanted, doubled } = withoutDoubles(desired, all, recorded, present)
  const notices = fleetNotices(desired, doubled).map((message) => ({ link: name, message }))
  const goesWithLink = leaving === undefined ? undefined : defaultFdbKey(leaving, device)
  const lost = lostDefaultEntry(spec, { present, remote }, names)
  const own = ownDestinations(spec, vnis)
  const isLinksOwn = (entry: Neighbour): boolean =>
    isDefaultEntry(entry, own) && entry.attributes.ifindex === deviceToBe
  const isExclusive = spec.fdb_exclusive === true
  // What is there beside the declared goes from an exclusive link whoever put it there.
  const left = isExclusive
    ? []
    : leftByKernel(link, goesWithLink, (key, entry) => wanted.has(key) || recorded.has(key) || isLinksOwn(entry))
  const isAnyListed = wanted.size + recorded.size + left.length > 0
  if (!(isAnyListed || isExclusive) && lost === undefined) {
    return { actions: [], obstacles: [], notices }
  }
  const missing: KeyedEntry[] = []
  const different: KeyedEntry[] = []
  const inTheWay: WantedFdbEntry[] = []
  const surplus: { key: string; present: Neighbour }[] = []
  for (const [key, entry] of wanted) {
    const there = present.get(key)
    if (there === undefined || key === goesWithLink) {
      missing.push(entry)
    } else if (entry.isThere(there)) {
      // As declared.
    } else if (hasManyDestinations(entry.mac)) {
      // Where it leads is in its key. How long it lives all destinations of the MAC share: stated again, it is changed.
      missing.push(...(recorded.has(key) ? [entry] : []))
    } else if (!recorded.has(key) && !isExclusive && !isLearned(there)) {
      inTheWay.push(entry)
    } else if (takesANewEntry(there, entry)) {
      surplus.push({ key, present: there })
      missing.push(entry)
    } else {
      different.push(entry)
    }
  }
  const changed = new Set(surplus.map(({ key }) => key))
  const isInWait = waitingAmong(inWait)
  // Who is in the fleet is not known yet, and may be who was in it before.
  const stays = (key: string): boolean =>
    (macOfFdbKey(key) === zeroMac ? fleet?.isPending : fleet?.isFdbPending) === true
  for (const key of recorded) {
    const there = wanted.has(key) || stays(key) ? undefined : present.get(key)
    // What was one of `remotes`, and is `remote` now, is the link's own, if it goes by the same device.
    if (there !== undefined && !isLinksOwn(there) && !isInWait(there)) {
      surplus.push({ key, present: there })
    }
  }
  if (isExclusive) {
    const foreign = foreignEntries(wanted, recorded, present, spec, own)
    surplus.push(...[...foreign].filter((each) => !isInWait(each.present)))
  }
  const changesNexthop = nexthopChanges(missing, [...surplus, ...left])
  const isInTheWay = (entry: { key: string; present: Neighbour }): boolean =>
    changed.has(entry.key) || changesNexthop.has(entry.present.attributes.lladdr)
  const goesFirst = [...surplus, ...left].filter(isInTheWay)
  const goesLast = surplus.filter((entry) => !isInTheWay(entry) && entry.key !== goesWithLink)
  const [toSelf, others] = parted(goesLast, ({ present: { attributes } }) => leftOut.has(attributes.dst ?? ''))
  const behind = fleet === undefined ? [] : learnedBehind(surplus, wanted, present)
  const leftLast = left.filter((entry) => !isInTheWay(entry))
  const gone = 'present, not declared'
  return {
    actions: [
      ...removeEntries(name, 'fdb', goesFirst, 'the kernel cannot change it into what is declared'),
      ...addEntries(name, 'fdb', lost === undefined ? [] : [lost], 'its own destination, absent', { isKept: true }),
      ...addEntries(name, 'fdb', missing, 'declared, absent'),
      ...replaceEntries(name, 'fdb', different, 'differs from what is declared'),
      ...removeEntries(name, 'fdb', toSelf, 'it leads to an address of this host'),
      ...removeEntries(name, 'fdb', others, gone),
      ...removeEntries(name, 'fdb', behind, 'learned from a VTEP that is a remote no longer'),
      ...removeEntries(name, 'fdb', leftLast, 'the kernel left it behind when the destination changed'),
    ],
    obstacles: inTheWay.length === 0 ? [] : [conflict(name, inTheWay)],
    notices,
  }
}

/** Whether an entry is what the kernel has yet of one that waits for its interface: of a unicast MAC address it has one entry. */
function waitingAmong(inWait: readonly EntryInWait[]): (entry: Neighbour) => boolean {
  const identity = (mac: string | undefined, dst: string | undefined): string =>
    hasManyDestinations(mac) ? `${mac} ${dst}` : `${mac}`
  const waiting = new Set(inWait.map(({ mac, dst }) => identity(mac, dst)))
  return ({ attributes: { lladdr, dst } }) => waiting.has(identity(lladdr, dst))
}

/** The entry for `group` or `remote`, which the kernel makes with the link, where somebody has taken it away. */
function lostDefaultEntry(
  { group, remote = group, dev, external }: DesiredVxlan['spec'],
  { present = noTable, remote: presentRemote }: PresentFdb,
  names: LinkNames,
): KeyedEntry | undefined {
  // Where the link has another one yet, its entry comes with the change.
  if (remote === undefined || remote !== presentRemote || external === true) {
    return undefined
  }
  const request = ownDestinationRequest(remote, dev === undefined ? undefined : names.indexOf(dev))
  const key = fdbKey(request)
  const isThere = present.has(key) || [...present.values()].some((entry) => isDefaultEntry(entry, { remote }))
  return isThere ? undefined : { key, request }
}

/** MACs of which a nexthop group takes the place of destinations, or the other way round. The kernel has one or the other. */
function nexthopChanges(
  missing: readonly KeyedEntry[],
  surplus: readonly { readonly present: Neighbour }[],
): ReadonlySet<string | undefined> {
  if (surplus.length === 0) {
    return new Set()
  }
  const withNexthop = new Map<string | undefined, boolean>()
  for (const { key, request } of missing) {
    if (hasManyDestinations(macOfFdbKey(key))) {
      withNexthop.set(macOfFdbKey(key), request.attributes?.nhId !== undefined)
    }
  }
  const macs = surplus.flatMap(({ present: { attributes } }) => {
    const isWithNexthop = withNexthop.get(attributes.lladdr)
    const hasNexthop = attributes.nhId !== undefined
    return isWithNexthop !== undefined && (isWithNexthop || hasNexthop) ? [attributes.lladdr] : []
  })
  return new Set(macs)
}

function ownDestinations({ group, remote }: DesiredVxlan['spec'], vnis: VniTable | undefined): OwnDestinations {
  return { ...(group !== undefined && { group }), ...(remote !== undefined && { remote }), vnis }
}

/** What an exclusive link has beside the declared; the kernel's own entry for `group` or `remote` is declared by these. */
function* foreignEntries(
  wanted: ReadonlyMap<string, WantedFdbEntry>,
  recorded: ReadonlySet<string>,
  present: ReadonlyMap<string, Neighbour>,
  { learning }: DesiredVxlan['spec'],
  own: OwnDestinations,
): Generator<{ key: string; present: Neighbour }> {
  for (const [key, entry] of present) {
    const isOwn = wanted.has(key) || recorded.has(key) || isDefaultEntry(entry, own)
    if (!isOwn && (entry.flags & constants.NTF_SELF) !== 0 && !(learning !== false && isLearned(entry))) {
      yield { key, present: entry }
    }
  }
}

/**
 * Entries that the kernel made for destinations which are the link's own no more, and did not remove: those it was seen to leave behind, and
 * those of the destination that the link is about to lose by another device than it has now. It leaves them where somebody changed `dev`
 * (6.18), which may have been before anybody watched. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
 */
function leftByKernel(
  { present = noTable, leftBehind, leaving }: PresentFdb,
  goesWithLink: string | undefined,
  isStated: (key: string, entry: Neighbour) => boolean,
): { key: string; present: Neighbour }[] {
  if (leaving === undefined && (leftBehind === undefined || leftBehind.size === 0)) {
    return []
  }
  const isOfLeaving = (entry: Neighbour): boolean => leaving !== undefined && isDefaultEntry(entry, { remote: leaving })
  return [...present].flatMap(([key, entry]) =>
    (leftBehind?.has(key) === true || isOfLeaving(entry)) && key !== goesWithLink && !isStated(key, entry)
      ? [{ key, present: entry }]
      : [],
  )
}

/**
 * The kernel does not turn a destination into a nexthop group or back. Nor does an entry that is marked as learned by a control
 * plane change what an entry of user space is; it counts all of ours for such. Source: vxlan_fdb_update_existing(),
 * drivers/net/vxlan/vxlan_core.c.
 */
function takesANewEntry(there: Neighbour, entry: WantedFdbEntry): boolean {
  const { flags = 0, attributes = {} } = entry.request
  const isNexthopChange = (there.attributes.nhId === undefined) !== (attributes.nhId === undefined)
  const isExternLearn = (flags & constants.NTF_EXT_LEARNED) !== 0
  return isNexthopChange || (isExternLearn && !entry.isOfKind(there))
}

function conflict(link: string, entries: readonly WantedFdbEntry[]): Obstacle {
  const macs = entries.slice(0, mostNamed).map(({ mac }) => mac)
  const more = entries.length > mostNamed ? ` and ${entries.length - mostNamed} more` : ''
  const what = `${macs.join(', ')}${more}`
  return {
    link,
    kind: 'conflict',
    reason: `something else has put other forwarding entries for ${what} there; remove these, or take them out of the desired state, or state fdb_exclusive: true`,
    ...(entries[0] !== undefined && { path: entries[0].path }),
  }
}

/** Entries of a link that goes, other than the kernel's own and learned ones: the link that comes instead gets them again. */
export function entriesToKeep(present: ReadonlyMap<string, Neighbour> = noTable, own: OwnDestinations): KeyedEntry[] {
  return [...present]
    .filter(
      ([, entry]) =>
        (entry.flags & constants.NTF_SELF) !== 0 &&
        !isDefaultEntry(entry, own) &&
        !(fdbStateOf(entry) === 'dynamic' && isLearned(entry)),
    )
    .map(
      ([
        key,
        {
          family,
          state,
          flags,
          attributes: { cacheinfo: _, ...attributes },
        },
      ]) => ({
        key,
        request: { family, state, flags, attributes },
      }),
    )
}
