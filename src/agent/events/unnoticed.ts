/** What two looks at the kernel differ in: what happened between them without a word. Pure. */
import type { Observed } from '../model/observed.ts'
import { isVxlan, overlayLinks } from '../model/overlay-links.ts'
import type { LinkNames } from '../model/word.ts'
import type { EventDraft } from './event-log.ts'
import { arrival, departure } from './fdb-event.ts'
import { addressEvents, linkEvents } from './link-events.ts'

/** As many as are told one by one; the rest is told by its number. */
export const mostTold = 1000

/** What went unnoticed between `before` and `now`: how many things, and the first of them. */
export function unnoticed(
  before: Observed,
  now: Observed,
  names: LinkNames,
): { readonly count: number; readonly drafts: readonly EventDraft[] } {
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
  for (const link of now.links.values()) {
    linkEvents(link, before.links.get(link.index), context).forEach(tell)
  }
  for (const link of before.links.values()) {
    if (!now.links.has(link.index) && overlayBefore.has(link.index)) {
      tell({ kind: 'link-deleted', dev: link.attributes.ifname ?? `${link.index}` })
    }
  }
  for (const [index, addresses] of now.addresses) {
    for (const [key, address] of addresses) {
      addressEvents(address, true, before.addresses.get(index)?.has(key) === true, context).forEach(tell)
    }
  }
  for (const [index, addresses] of before.addresses) {
    for (const [key, address] of addresses) {
      if (now.addresses.get(index)?.has(key) !== true) {
        addressEvents(address, false, true, context).forEach(tell)
      }
    }
  }
  for (const [index, table] of now.fdb) {
    const known = before.fdb.get(index)
    // Tables that were not dumped anew are the same.
    if (known === table || !isVxlan(now.links.get(index))) {
      continue
    }
    for (const [key, entry] of table) {
      tell(arrival(entry, known?.get(key), context))
    }
    for (const [key, entry] of known ?? []) {
      if (!table.has(key)) {
        const gone = departure(entry, context)
        tell(gone && { ...gone, kind: 'deleted' })
      }
    }
  }
  return { count, drafts }
}
