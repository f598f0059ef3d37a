/** ifi_flags as `ip link show` of iproute2 6.1 prints them. */
import { constants } from '../../../rtnetlink/index.ts'
import { bits } from './iproute2-forms.ts'

/** ifi_flags in the order in which iproute2 prints them. IFF_RUNNING is not among them: its absence shows as NO-CARRIER. */
const flagRows = [
  [constants.IFF_LOOPBACK, 'LOOPBACK'],
  [constants.IFF_BROADCAST, 'BROADCAST'],
  [constants.IFF_POINTOPOINT, 'POINTOPOINT'],
  [constants.IFF_MULTICAST, 'MULTICAST'],
  [constants.IFF_NOARP, 'NOARP'],
  [constants.IFF_ALLMULTI, 'ALLMULTI'],
  [constants.IFF_PROMISC, 'PROMISC'],
  [constants.IFF_MASTER, 'MASTER'],
  [constants.IFF_SLAVE, 'SLAVE'],
  [constants.IFF_DEBUG, 'DEBUG'],
  [constants.IFF_DYNAMIC, 'DYNAMIC'],
  [constants.IFF_AUTOMEDIA, 'AUTOMEDIA'],
  [constants.IFF_PORTSEL, 'PORTSEL'],
  [constants.IFF_NOTRAILERS, 'NOTRAILERS'],
  [constants.IFF_UP, 'UP'],
  [constants.IFF_LOWER_UP, 'LOWER_UP'],
  [constants.IFF_DORMANT, 'DORMANT'],
  [constants.IFF_ECHO, 'ECHO'],
] as const

/**
 * A link's flags by name. `NO-CARRIER` comes first for a link that is up but not running, bits without a name in hexadecimal
 * after those with one, and `M-DOWN` last when the lower device is down.
 * @param lowerFlags the lower device's ifi_flags; undefined when there is none, or none in this network namespace
 */
export function linkFlags(flags: number, lowerFlags: number | undefined): string[] {
  const hasNoCarrier = (flags & constants.IFF_UP) !== 0 && !(flags & constants.IFF_RUNNING)
  const { names, rest } = bits(flagRows, flags & ~constants.IFF_RUNNING)
  const isLowerDown = lowerFlags !== undefined && !(lowerFlags & constants.IFF_UP)
  return [
    ...(hasNoCarrier ? ['NO-CARRIER'] : []),
    ...names,
    ...(rest ? [rest.toString(16)] : []),
    ...(isLowerDown ? ['M-DOWN'] : []),
  ]
}
