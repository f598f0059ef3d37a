/** Observed → the JSON text that `links --json` and `fdb --json` print, piece by piece: 100,000 entries are 15 MB. */
import { linkNames, type Observed } from '../../kernel/observed.ts'
import { type Iproute2FdbEntry, printFdbEntry } from './iproute2-fdb.ts'
import { type Iproute2Link, iproute2LinkContext, printLink } from './iproute2-link.ts'

declare const value: unique symbol

/** Marks, for the compiler alone, JSON text by what it is the text of. */
export interface TextOf<T> {
  readonly [value]?: T
}

/** The JSON text of a T, in pieces that are made while it is being read. */
export type JsonPieces<T> = Iterable<string> & TextOf<T>

/** The links in iproute2's form, as they are now, however long the reading takes. */
export function linkPieces({ links }: Pick<Observed, 'links'>): JsonPieces<Iproute2Link[]> {
  const present = [...links.values()]
  const context = iproute2LinkContext(present)
  return listPieces(present, (link) => printLink(link, context))
}

/** The forwarding entries in iproute2's form, as they are now, however long the reading takes. */
export function fdbPieces({ links, fdb }: Pick<Observed, 'links' | 'fdb'>): JsonPieces<Iproute2FdbEntry[]> {
  const names = linkNames(links.values())
  const entries = Array.from(fdb.values(), (table) => [...table.values()]).flat()
  return listPieces(entries, (entry) => printFdbEntry(entry, names))
}

/** As many elements are made into text in one go. */
const batch = 500

function* listPieces<T, Element>(items: readonly T[], toElement: (item: T) => Element): JsonPieces<Element[]> {
  yield '['
  for (let start = 0; start < items.length; start += batch) {
    const text = items
      .slice(start, start + batch)
      .map((item) => JSON.stringify(toElement(item)))
      .join(',')
    yield start === 0 ? text : `,${text}`
  }
  yield ']\n'
}
