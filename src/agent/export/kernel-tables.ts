/** Observed → what `links --json` and `fdb --json` print. */
import { linkNames, type Observed } from '../model/observed.ts'
import { fdbAsIproute2, type Iproute2FdbEntry } from './iproute2-fdb.ts'
import { type Iproute2Link, linksAsIproute2 } from './iproute2-link.ts'

/** The kernel's tables in iproute2's form. */
export function kernelTables({ links, fdb }: Observed): {
  readonly links: readonly Iproute2Link[]
  readonly fdb: readonly Iproute2FdbEntry[]
} {
  const entries = Array.from(fdb.values(), (table) => [...table.values()]).flat()
  return { links: linksAsIproute2([...links.values()]), fdb: fdbAsIproute2(entries, linkNames(links.values())) }
}
