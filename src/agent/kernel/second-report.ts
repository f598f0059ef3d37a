/**
 * The second report of a forwarding entry. Before Linux 6.13 the kernel reports an entry that is added or deleted through netlink twice: the
 * device's driver does, with all that it knows, and then the generic code, with MAC address, VLAN, state and link only, whatever the entry is.
 * Source: rtnl_fdb_add(), rtnl_fdb_del() and nlmsg_populate_fdb_fill(), net/core/rtnetlink.c; docs/maintainers/kernel-messages.md.
 */
import { constants, type Link, type RouteMessage } from '../../rtnetlink/index.ts'

/** Kinds of links whose driver reports its entries itself. Of every other link's entries the generic report is the only one. */
const reportingKinds: ReadonlySet<string | undefined> = new Set(['vxlan', 'bridge'])

/**
 * Whether a notification is the second report of a change that the driver has reported: it says nothing new, and less. Drivers always tell
 * the age of an entry (NDA_CACHEINFO), the generic code never does.
 *
 * Holds for notifications, not for dumps: a dump of a bridge has entries without an age that are real (its multicast filter).
 * @param links by ifindex, as known when the notification is taken in
 */
export function isSecondReport(message: RouteMessage, links: ReadonlyMap<number, Link>): boolean {
  if (message.object !== 'neighbour') {
    return false
  }
  const { family, flags, ifindex, attributes } = message.value
  return (
    family === constants.AF_BRIDGE &&
    (flags & constants.NTF_SELF) !== 0 &&
    attributes.cacheinfo === undefined &&
    reportingKinds.has(links.get(ifindex)?.attributes.linkinfo?.kind)
  )
}
