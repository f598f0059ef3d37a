/** Links that were claimed get their ifindexes into the record: right after their creation, or after a crash in between. */
import type { Observer } from '../../kernel/observer.ts'
import { isOurs } from '../../record/owned.ts'
import type { Ownership } from '../../record/ownership.ts'

/** Looks for the links of all records that have no ifindex yet, by the MAC that nobody else knows. */
export function confirmCreated(ownership: Ownership, { observed }: Pick<Observer, 'observed'>): void {
  const waiting = Object.entries(ownership.links).filter(([, record]) => record.ifindex === undefined)
  if (waiting.length === 0) {
    return
  }
  const byName = new Map(Array.from(observed.links.values(), (link) => [link.attributes.ifname, link]))
  const created = waiting.flatMap(([name, record]) => {
    const link = byName.get(name)
    return link !== undefined && isOurs(record, link) ? [{ name, ifindex: link.index }] : []
  })
  ownership.confirm(created)
}
