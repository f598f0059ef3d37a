/** A link's or address's message → what happened. Pure. */
import { type Address, constants, type Link } from '../../../rtnetlink/index.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { addressText, type Observed } from '../../kernel/observed.ts'
import { vniOf } from '../../kernel/vxlan-link.ts'
import { keysOf, type LinkValues, presentValues } from '../../words/link-values.ts'
import { changesBetween, type Value } from '../../words/values.ts'
import type { EventDraft } from './event-log.ts'

/** What is known now. */
export interface LinkEventContext {
  readonly observed: Observed
  readonly names: LinkNames
  /** ifindexes of the overlay's links. */
  readonly overlay: ReadonlySet<number>
}

/** What one message about a link tells: nothing for links beside the overlay. */
export function linkEvents(link: Link, before: Link | undefined, context: LinkEventContext): EventDraft[] {
  if (!context.overlay.has(link.index)) {
    return []
  }
  const base = linkBase(link)
  if (before === undefined) {
    return [{ kind: 'link-added', ...base }]
  }
  const drafts: EventDraft[] = []
  const changes = linkChanges(before, link, context)
  if (changes.length > 0) {
    drafts.push({ kind: 'link-changed', ...base, changes })
  }
  const [was, is] = [upness(before), upness(link)]
  if (was !== is) {
    const isUp = is === 'up'
    drafts.push({ kind: isUp ? 'link-up' : 'link-down', ...base, ...(is === 'no carrier' && { cause: 'no carrier' }) })
  }
  return drafts
}

/** That a link went. It is no longer in `observed`, so whether it was of the overlay is told by what it was. */
export function linkGone(link: Link, wasOfOverlay: boolean): EventDraft[] {
  return wasOfOverlay ? [{ kind: 'link-deleted', ...linkBase(link) }] : []
}

/** That a link of the overlay got or lost an address, those of the kernel's own making apart. */
export function addressEvents(
  address: Address,
  isNew: boolean,
  isKnown: boolean,
  { observed, overlay }: Pick<LinkEventContext, 'observed' | 'overlay'>,
): EventDraft[] {
  const link = observed.links.get(address.index)
  const isNews = isNew ? !isKnown : true
  if (link === undefined || !isNews || address.scope === constants.RT_SCOPE_LINK || !overlay.has(address.index)) {
    return []
  }
  return [{ kind: isNew ? 'address-added' : 'address-deleted', ...linkBase(link), address: addressText(address) }]
}

function linkBase(link: Link): Omit<EventDraft, 'kind'> {
  const vni = vniOf(link)
  return { dev: link.attributes.ifname ?? `${link.index}`, ...(vni !== undefined && { vni }) }
}

function upness({ flags }: Link): 'up' | 'down' | 'no carrier' {
  if ((flags & constants.IFF_UP) === 0) {
    return 'down'
  }
  return (flags & constants.IFF_LOWER_UP) === 0 ? 'no carrier' : 'up'
}

/** Values whose changes are events. */
interface ToldValues extends LinkValues {
  readonly name?: string | undefined
}

/** Of links that are neither vxlans nor bridges. */
const keysOfAny = ['name', 'mtu', 'mac', 'alias', 'master'] as const satisfies readonly (keyof ToldValues)[]

/** In the desired file's words, as `mtu 1450 -> 1400`. */
function linkChanges(before: Link, link: Link, { observed, names }: LinkEventContext): string[] {
  const nameOf = (index: number | undefined): string | undefined =>
    index === undefined ? undefined : (observed.links.get(index)?.attributes.ifname ?? `${index}`)
  const { kind } = link.attributes.linkinfo ?? {}
  const ours = kind === 'vxlan' || kind === 'bridge' ? kind : undefined
  const valuesOf = (of: Link): ToldValues => {
    const { ifname: name, mtu, address: mac, ifalias: alias, master } = of.attributes
    const own = ours === undefined ? {} : presentValues(of, ours, undefined, names)
    return { ...own, name, mtu, mac, alias, master: nameOf(master) }
  }
  const told = ours === undefined ? keysOfAny : [...keysOf(ours), 'name' as const]
  return changesBetween(
    told.filter((key) => key !== 'up'),
    valuesOf(before),
    valuesOf(link),
  ).map(({ attribute, from, to }) => `${attribute} ${wordOf(from)} -> ${wordOf(to)}`)
}

function wordOf(value: Value): string {
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)
}
