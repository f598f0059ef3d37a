/** What planning one link needs to know of the others. */
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Observed } from '../model/observed.ts'
import { isOurs, type Owned } from '../model/owned.ts'
import type { LinkNames } from '../model/vxlan-words.ts'

/** The links around, by name and by ifindex. */
export interface LinkContext {
  readonly byName: ReadonlyMap<string, Link>
  readonly names: LinkNames
  /** Whether a desired file declares a link of that name: it will come, if it is not there. */
  isDesired(name: string): boolean
  /** The name under which vxagent created the link; undefined: it did not. */
  madeAs(link: Link): string | undefined
}

/** Indexes the links once for a whole plan. */
export function linkContext(desired: DesiredState, observed: Observed, owned: Owned): LinkContext {
  const madeAs = ownerIndex(owned)
  const byName = new Map(Array.from(observed.links.values(), (link) => [link.attributes.ifname ?? '', link]))
  return {
    byName,
    names: linkNamesOf(observed, byName),
    isDesired: (name) => Object.hasOwn(desired.vxlans, name),
    madeAs,
  }
}

/** Looks records up by ifindex, so that a plan for thousands of links compares each with one record, not with all. */
function ownerIndex({ links }: Owned): LinkContext['madeAs'] {
  const byIndex = new Map(Object.entries(links).map((entry) => [entry[1].ifindex, entry]))
  const unconfirmed = Object.entries(links).filter(([, { ifindex }]) => ifindex === undefined)
  return (link) => {
    const candidates = [byIndex.get(link.index), ...unconfirmed]
    return candidates.find((candidate) => candidate !== undefined && isOurs(candidate[1], link))?.[0]
  }
}

/** The links as `LinkNames`. */
function linkNamesOf({ links }: Observed, byName: ReadonlyMap<string, Link>): LinkNames {
  return {
    nameOf: (index) => links.get(index)?.attributes.ifname,
    indexOf(name) {
      const link = byName.get(name)
      if (link === undefined) {
        throw new Error(`there is no link ${name}`)
      }
      return link.index
    },
  }
}
