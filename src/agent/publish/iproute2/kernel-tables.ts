/** Observed → the JSON text that `links --json` and `fdb --json` print, piece by piece: 100,000 entries are 15 MB. */
import { linkNames, type Observed } from '../../kernel/observed.ts'
import { fdbAsIproute2 } from './iproute2-fdb.ts'
import { linkContext, printLink } from './iproute2-link.ts'
import { jsonListPieces } from './json-list.ts'

/** The links in iproute2's form, as they are now, however long the reading takes. */
export function linkPieces({ links }: Pick<Observed, 'links'>): Generator<string> {
  const present = [...links.values()]
  const context = linkContext(present)
  return jsonListPieces(present, (link) => printLink(link, context))
}

/** The forwarding entries in iproute2's form, as they are now, however long the reading takes. */
export function fdbPieces({ links, fdb }: Pick<Observed, 'links' | 'fdb'>): Generator<string> {
  const names = linkNames(links.values())
  const entries = Array.from(fdb.values(), (table) => [...table.values()]).flat()
  return jsonListPieces(entries, (entry) => fdbAsIproute2([entry], names)[0])
}
