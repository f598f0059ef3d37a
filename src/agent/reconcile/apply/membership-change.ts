/** A running vxlan's membership of its multicast group when `group` or `dev` change, on kernels where it does not follow. */
import { doesMembershipFollow } from '../../host/kernel-release.ts'
import type { LinkValues } from '../../words/link-values.ts'
import { changedFrom } from '../../words/values.ts'
import type { ActionOf } from '../plan/action.ts'
import type { Kernel } from './kernel.ts'

/**
 * Whether the link must be down while `group` or `dev` change, so that it leaves the old group and joins the new one: before Linux 6.15.
 *
 * Not where somebody else has changed them on the running link. It is still a member of the group that it was made with: to give it
 * that group back makes all well. To set it down is not possible: its socket leaves the group that the link has now, closes with the other one
 * still joined, waits in ip_mc_drop_socket() for the RTNL lock, and has that lock itself. From then on nobody can change or list any link
 * (seen on 5.10). Source: vxlan_stop(), drivers/net/vxlan/vxlan_core.c; ip_mc_drop_socket(), net/ipv4/igmp.c.
 */
export function mustBeSetDown(
  { release, names, readMemberships }: Pick<Kernel, 'release' | 'names' | 'readMemberships'>,
  { wanted, changes }: Pick<ActionOf<'changeLink'>, 'wanted' | 'changes'>,
): boolean {
  const isMoved = changes.some(({ attribute }) => attribute === 'group' || attribute === 'dev')
  if (doesMembershipFollow(release) || !isMoved || wanted.spec.up === false) {
    return false
  }
  const memberships = readMemberships()
  // Where no file states the device, it is whichever somebody else gave the link together with the group.
  const joinedBy = (dev: string | undefined) =>
    dev === undefined ? [...memberships.values()] : [memberships.get(deviceName(dev))]
  const isJoined = (group: string, dev: string | undefined): boolean =>
    joinedBy(dev).some((groups) => groups?.has(group) === true)
  const deviceName = (dev: string): string => {
    try {
      // It may be stated by another of its names.
      return names.nameOf(names.indexOf(dev)) ?? dev
    } catch {
      return dev
    }
  }
  const next: LinkValues = wanted.spec
  const now: LinkValues = { ...next, ...changedFrom<LinkValues>(changes) }
  return now.group === undefined
    ? !(next.group !== undefined && isJoined(next.group, next.dev))
    : isJoined(now.group, now.dev)
}
