/** What planning one object needs to know of the others. */
import type { Link } from '../../../rtnetlink/index.ts'
import { type DesiredOverlay, overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import type { ReplacePolicy } from '../../facts/replace-policy.ts'
import { isAtLeast, type KernelRelease } from '../../host/kernel-release.ts'
import type { Attachments } from '../../kernel/attachments.ts'
import { type LinkNames, NoSuchLink } from '../../kernel/link-names.ts'
import type { Observed } from '../../kernel/observed.ts'
import { isOurs, type Owned } from '../../record/owned.ts'
import { LinkIndex } from './link-index.ts'

/** The world as a plan sees it. */
export interface PlanContext {
  readonly observed: Observed
  readonly owned: Owned
  readonly overlay: DesiredOverlay
  /** Whatever has a name now. */
  readonly bearers: ReadonlyMap<string, Link>
  /** The links that names stand for: a declared name for the link that vxagent made under it, and for no stranger that has it. */
  readonly byName: ReadonlyMap<string, Link>
  readonly names: LinkNames
  /** Links and entries by what they refer to. */
  readonly index: LinkIndex
  /** What hangs on links, by ifindex, as far as it was looked up. */
  readonly attached: ReadonlyMap<number, Attachments>
  /** Of links for which no file says so. */
  readonly replace: ReplacePolicy
  /** Of the running kernel. */
  readonly release: KernelRelease
  /** Whether the running kernel is of that release or a later one. */
  isKernelAtLeast(major: number, minor: number): boolean
  /** Whether a desired file declares a link of that name: it will come, if it is not there. */
  isDesired(name: string): boolean
  /** The name under which vxagent created the link; undefined: it did not. */
  madeAs(link: Link): string | undefined
}

/** Indexes the links once for a whole plan. */
export function planContext(
  desired: DesiredState,
  observed: Observed,
  owned: Owned,
  release: KernelRelease,
  { attached = new Map(), replace = 'always' }: Partial<Pick<PlanContext, 'attached' | 'replace'>> = {},
): PlanContext {
  const madeAs = ownerIndex(owned)
  const bearers = new Map(Array.from(observed.links.values(), (link) => [link.attributes.ifname ?? '', link]))
  const overlay = overlayOf(desired)
  const byName = new Map([...bearers].filter(([name, link]) => !overlay.links.has(name) || madeAs(link) === name))
  return {
    observed,
    owned,
    overlay,
    bearers,
    byName,
    names: linkNamesOf(observed, byName),
    index: new LinkIndex(observed, overlay, owned),
    attached,
    replace,
    release,
    isKernelAtLeast: (major, minor) => isAtLeast(release, major, minor),
    isDesired: (name) => overlay.links.has(name),
    madeAs,
  }
}

/** Looks records up by ifindex, so that a plan for thousands of links compares each with one record, not with all. */
function ownerIndex({ links }: Owned): PlanContext['madeAs'] {
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
        throw new NoSuchLink(name)
      }
      return link.index
    },
  }
}
