/** Which kernel messages may concern what is managed: all others cost no look at the plan. */
import type { Link, RouteMessage } from '../../rtnetlink/index.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Owned } from '../model/owned.ts'

/** What a message may mean. `cures`: an obstacle may be gone, so what failed is tried at once. */
export interface Relevance {
  readonly concerns: boolean
  readonly cures: boolean
}

const nothing: Relevance = { concerns: false, cures: false }

/**
 * A link's message concerns us when it is about a link of ours, of a declared name, of an underlay device, or about any vxlan
 * (which may hold or free a VNI); an address's when it is on a link of ours. Links of ours cure nothing: their messages come of
 * our own attempts. An underlay device's messages cure only when it has changed in a way that counts, since making a vxlan on it
 * already makes the kernel tell of it.
 * @param before what was known of the link until then
 */
export function relevanceOf(
  message: RouteMessage,
  before: Link | undefined,
  desired: DesiredState,
  owned: Owned,
): Relevance {
  switch (message.object) {
    case 'link': {
      const name = message.value.attributes.ifname ?? ''
      const formerName = before?.attributes.ifname
      if (isOwned(message.value.index, owned) || Object.hasOwn(desired.vxlans, name)) {
        return { concerns: true, cures: false }
      }
      const isUnderlay = Object.values(desired.vxlans).some(
        ({ dev }) => dev !== undefined && (dev === name || dev === formerName),
      )
      const isVxlan = message.value.attributes.linkinfo?.kind === 'vxlan'
      if (!isUnderlay && !isVxlan && !(formerName !== undefined && Object.hasOwn(desired.vxlans, formerName))) {
        return nothing
      }
      const counts = message.verb === 'delete' || before === undefined || isDifferent(message.value, before)
      return { concerns: counts, cures: counts }
    }
    case 'address':
      return { concerns: isOwned(message.value.index, owned), cures: false }
    case 'neighbour':
      return nothing
    default:
      return message satisfies never
  }
}

function isOwned(ifindex: number, owned: Owned): boolean {
  return Object.values(owned.links).some((record) => record.ifindex === ifindex)
}

function isDifferent(link: Link, before: Link): boolean {
  const { ifname, mtu, master } = link.attributes
  const then = before.attributes
  return ifname !== then.ifname || mtu !== then.mtu || master !== then.master || link.flags !== before.flags
}
