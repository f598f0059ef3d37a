/** Which link an action means by a name: vxagent's own where there is a record, whatever has got that name since it was planned. */
import { type LinkNames, NoSuchLink } from '../../kernel/link-names.ts'
import type { Observer } from '../../kernel/observer.ts'
import { isOurs } from '../../record/owned.ts'
import type { Ownership } from '../../record/ownership.ts'

/** Names of the links of the record by their ifindexes, all others as last heard. */
export function meantNames(
  observer: Pick<Observer, 'names' | 'observed'>,
  ownership: Pick<Ownership, 'links'>,
): LinkNames {
  return {
    nameOf: (index) => observer.names.nameOf(index),
    indexOf(name) {
      const record = ownership.links[name]
      const index = record?.ifindex ?? observer.names.indexOf(name)
      const link = observer.observed.links.get(index)
      if (link === undefined || (record !== undefined && !isOurs(record, link))) {
        throw new NoSuchLink(name)
      }
      return index
    },
  }
}
