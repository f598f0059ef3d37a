/** Links that other programs had put into a bridge, which lost their place with it, as an action that puts them back. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { DesiredBridge } from '../../desired/overlay.ts'
import { defaultPvidOf } from '../../words/observed-spec.ts'
import type { ActionOf } from './action.ts'
import { diffPort } from './diff-port.ts'
import type { PlanContext } from './plan-context.ts'

/** Those that were in a bridge of this name before this one, and that are nowhere else now. */
export function returnGuests(
  { name, path }: DesiredBridge,
  bridge: Link,
  { observed, owned, overlay, names }: PlanContext,
): ActionOf<'putBack'>[] {
  const returning = (owned.guests ?? []).filter((guest) => {
    const link = observed.links.get(guest.ifindex)
    const isFree = link !== undefined && (link.attributes.master ?? 0) === 0
    const isDeclared = overlay.ports.has(link?.attributes.ifname ?? '')
    return guest.bridge === name && guest.bridgeIfindex !== bridge.index && isFree && !isDeclared
  })
  const [first] = returning
  if (first === undefined) {
    return []
  }
  const defaultPvid = defaultPvidOf(bridge)
  const guests = returning.map((guest) => ({
    name: observed.links.get(guest.ifindex)?.attributes.ifname ?? guest.name,
    ifindex: guest.ifindex,
    options: diffPort(guest.name, guest.spec, [], { defaultPvid }, names),
  }))
  const reason = `in it before it went, and vxagent made it again`
  return [{ kind: 'putBack', link: name, from: first.bridgeIfindex, what: { object: 'guests', guests }, reason, path }]
}
