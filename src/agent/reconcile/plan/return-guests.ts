/** Links that other programs had put into a bridge, which lost their place with it, as an action that puts them back. */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import type { DesiredBridge, DesiredOverlay } from '../../desired/overlay.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { Observed } from '../../kernel/observed.ts'
import { type Guest, isGuest } from '../../record/owned.ts'
import { defaultPvidOf } from '../../words/observed-spec.ts'
import type { Action, ActionOf, ReturningGuest } from './action.ts'
import { diffPort } from './diff-port.ts'
import type { PlanContext } from './plan-context.ts'

/** Those that were in a bridge of this name before this one, and are nowhere else now; and those that are back, but without all of their options. */
export function returnGuests({ name, path }: DesiredBridge, bridge: Link, context: PlanContext): ActionOf<'putBack'>[] {
  const { observed, owned, overlay, names, madeAs } = context
  const onRecord = (owned.guests ?? []).filter((guest) => guest.bridge === name)
  const guests = onRecord.flatMap((guest): ReturningGuest[] => {
    const link = observed.links.get(guest.ifindex)
    if (link === undefined || !isGuest(guest, link)) {
      return []
    }
    const { master = 0, ifname = '' } = link.attributes
    const isUsed = overlay.ports.has(ifname) || madeAs(link) !== undefined || isUsedByItself(link, overlay, observed)
    const isAway = guest.bridgeIfindex !== bridge.index && master === 0 && !isUsed
    const options = isAway || isReturning(guest, link, bridge) ? optionsLeft(guest, link, bridge, observed, names) : []
    return isAway || options.length > 0 ? [{ name: ifname, ifindex: guest.ifindex, options }] : []
  })
  const [first] = onRecord
  if (first === undefined || guests.length === 0) {
    return []
  }
  const reason = `in it before it went, and vxagent made it again`
  return [{ kind: 'putBack', link: name, from: first.bridgeIfindex, what: { object: 'guests', guests }, reason, path }]
}

/** Whether vxagent has begun to put it back, and it is there. */
function isReturning({ attempts }: Guest, { attributes: { master } }: Link, bridge: Link): boolean {
  return attempts !== undefined && master === bridge.index
}

/** What the record has of a guest as a port of this bridge, and the port has not, or would not have once it is one. */
export function optionsLeft(
  { name, spec }: Guest,
  link: Link,
  bridge: Link,
  observed: Pick<Observed, 'bridgeLinks'>,
  names: LinkNames,
): readonly Action[] {
  const bridgeLink = observed.bridgeLinks.get(link.index)
  const isPort = link.attributes.master === bridge.index
  const present = isPort ? { link, ...(bridgeLink !== undefined && { bridgeLink }) } : {}
  return diffPort(name, spec, [], { ...present, defaultPvid: defaultPvidOf(bridge) }, names)
}

/** Whether a link has become something that a bridge's port is not: with an address of its own, or under a vxlan, it would fall off the network. */
export function isUsedByItself(
  { index, attributes: { ifname = '' } }: Link,
  { links, dependents }: DesiredOverlay,
  { addresses }: Pick<Observed, 'addresses'>,
): boolean {
  const isUnderlay = (name: string): boolean => {
    const link = links.get(name)
    return link?.kind === 'vxlan' && link.spec.dev === ifname
  }
  const hasAddress = [...(addresses.get(index)?.values() ?? [])].some(
    ({ scope }) => scope === constants.RT_SCOPE_UNIVERSE,
  )
  return hasAddress || links.has(ifname) || (dependents.get(ifname) ?? []).some(isUnderlay)
}
