/** What two looks at the kernel differ in: what happened between them without a word. */
import type { Neighbour } from '../../../rtnetlink/index.ts'
import { eachStep, type Steps } from '../../facts/steps.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { fdbKey, fdbOwner, type Observed } from '../../kernel/observed.ts'
import { overlayLinks } from '../../kernel/overlay-links.ts'
import { isVxlan } from '../../kernel/vxlan-link.ts'
import type { EventDraft } from './event-log.ts'
import { arrival, departure } from './fdb-event.ts'
import { addressEvents, linkEvents } from './link-events.ts'

/** As many as are told one by one; the rest is told by its number. */
export const mostTold = 1000

/** How many things went unnoticed, and the first of them. */
export interface MissedChanges {
  readonly count: number
  readonly drafts: readonly EventDraft[]
}

/**
 * What went unnoticed between `before` and `now`. Of the tables in `now` those of forwarding entries may go on changing between two
 * steps, as `since` is told; the others may not, see {@link copyOf}. A table of forwarding entries that both share was not dumped
 * again, and is passed over.
 */
export function* missedChanges(
  before: Observed,
  now: Observed,
  since: EntriesSince,
  names: LinkNames,
): Steps<MissedChanges> {
  const drafts: EventDraft[] = []
  let count = 0
  const tell = (draft: EventDraft | undefined): void => {
    if (draft !== undefined) {
      count += 1
      if (drafts.length < mostTold) {
        drafts.push({ ...draft, cause: 'seen at a resync' })
      }
    }
  }
  const context = { observed: now, names, overlay: overlayLinks(now.links) }
  const overlayBefore = overlayLinks(before.links)
  yield* eachStep(now.links.values(), (link) => {
    linkEvents(link, before.links.get(link.index), context).forEach(tell)
  })
  for (const link of before.links.values()) {
    if (!now.links.has(link.index) && overlayBefore.has(link.index)) {
      tell({ kind: 'link-deleted', dev: link.attributes.ifname ?? `${link.index}` })
    }
  }
  yield* eachStep(entriesOf(now.addresses), ([index, key, address]) => {
    addressEvents(address, true, before.addresses.get(index)?.has(key) === true, context).forEach(tell)
  })
  yield* eachStep(entriesOf(before.addresses), ([index, key, address]) => {
    if (now.addresses.get(index)?.has(key) !== true) {
      addressEvents(address, false, true, context).forEach(tell)
    }
  })
  for (const [index, table] of now.fdb) {
    const known = before.fdb.get(index)
    // Tables that were not dumped anew are the same.
    if (known === table || !isVxlan(now.links.get(index))) {
      continue
    }
    yield* eachStep(table, ([key, entry]) => {
      const then = since.valueThen(index, key, entry)
      tell(then && arrival(then, known?.get(key), context))
    })
    yield* eachStep(known ?? [], ([key, entry]) => {
      if (since.valueThen(index, key, table.get(key)) === undefined) {
        const gone = departure(entry, context)
        tell(gone && { ...gone, kind: 'deleted' })
      }
    })
  }
  return { count, drafts }
}

/** Entries of tables by ifindex, one after the other. */
function* entriesOf<T>(
  tables: ReadonlyMap<number, ReadonlyMap<string, T>>,
): Generator<[index: number, key: string, value: T]> {
  for (const [index, table] of tables) {
    for (const [key, value] of table) {
      yield [index, key, value]
    }
  }
}

/**
 * The tables that {@link missedChanges} compares, as they are at this moment, but for the forwarding entries: to copy 300,000 of these
 * takes half a second.
 */
export function copyOf(now: Observed): Observed {
  return {
    ...now,
    links: new Map(now.links),
    addresses: new Map(Array.from(now.addresses, ([index, table]) => [index, new Map(table)])),
    fdb: new Map(now.fdb),
  }
}

/** What forwarding entries were at a moment, though they have changed since: each change is told as it comes, and no second time. */
export class EntriesSince {
  /** What those that changed were before, by table and key. */
  readonly #before = new Map<string, Neighbour | undefined>()

  /** An entry has changed, come or gone; `before` is what it was until then. */
  note(entry: Neighbour, before: Neighbour | undefined): void {
    const place = placeOf(fdbOwner(entry), fdbKey(entry))
    if (!this.#before.has(place)) {
      this.#before.set(place, before)
    }
  }

  /** The entry as it was at that moment: undefined for one that was not there. */
  valueThen(owner: number, key: string, now: Neighbour | undefined): Neighbour | undefined {
    const place = this.#before.size === 0 ? '' : placeOf(owner, key)
    return this.#before.has(place) ? this.#before.get(place) : now
  }
}

function placeOf(owner: number, key: string): string {
  return `${owner} ${key}`
}
