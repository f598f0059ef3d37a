/** A list of a prefix by pages of one revision. */
import type { Message } from './messages.ts'
import { type Entry, type Listing, type Position, StoreError } from './store.ts'
import { endOfPrefix, entryOf } from './values.ts'

/** One page as etcd answered it. */
export interface Page {
  readonly at: Position
  readonly pairs: readonly Message<'KeyValue'>[]
  readonly hasMore: boolean
}

/**
 * Lists all keys under a prefix. A page that is larger than may be sent is asked for again in parts.
 * @param revision of the store to read at; the newest unless given
 * @param ask asks for one page
 */
export async function listByPages(
  prefix: string,
  { revision, pageSize }: { readonly revision: number | undefined; readonly pageSize: number },
  ask: (request: Message<'RangeRequest'>) => Promise<Page>,
): Promise<Listing> {
  const end = endOfPrefix(prefix)
  const entries: Entry[] = []
  let unreadable = 0
  let limit = pageSize
  let key = Buffer.from(prefix)
  let at: Position | undefined
  for (;;) {
    const pinned = revision ?? at?.revision
    const page = await askSmaller(ask, {
      key,
      range_end: end,
      limit,
      ...(pinned !== undefined && { revision: pinned }),
    })
    if (page === undefined) {
      limit = Math.ceil(limit / 4)
      continue
    }
    at ??= { ...page.at, revision: revision ?? page.at.revision }
    for (const entry of page.pairs.map(entryOf)) {
      if (entry === undefined) {
        unreadable += 1
      } else {
        entries.push(entry)
      }
    }
    const last = page.pairs.at(-1)?.key
    if (!page.hasMore || last === undefined) {
      return { ...at, entries, unreadable }
    }
    key = Buffer.concat([last, Buffer.of(0)])
  }
}

/** The page, or undefined if it is too large and could be smaller. */
async function askSmaller(
  ask: (request: Message<'RangeRequest'>) => Promise<Page>,
  request: Message<'RangeRequest'>,
): Promise<Page | undefined> {
  try {
    return await ask(request)
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'too-large' && Number(request.limit) > 1) {
      return undefined
    }
    throw error
  }
}
