/**
 * What the vxlan does with the packet before the frame comes out: header flags, the sender's MAC address, what it learns. Source: vxlan_rcv(),
 * vxlan_set_mac() and vxlan_snoop(), drivers/net/vxlan/vxlan_core.c.
 */
import { constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import { familyOf, isLinkLocalIpv6 } from '../../facts/ip-text.ts'
import { isGroupMac, macOfFdbKey } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { isLearned } from '../../words/fdb-entry.ts'
import { nameOf } from '../explain/departure-point.ts'
import type { ArrivalEnd, ArrivalLog } from './arrival-log.ts'
import type { ArrivalSources, ArrivingFrame } from './arriving-frame.ts'

/** The end of the way, or undefined if the frame comes out. */
export function decapsulated(
  vxlan: Link,
  frame: ArrivingFrame,
  { observed }: Pick<ArrivalSources, 'observed'>,
  log: ArrivalLog,
): ArrivalEnd | undefined {
  return takesHeader(vxlan, frame, log) ?? takesSender(vxlan, frame, observed.fdb.get(vxlan.index), log)
}

function takesHeader(vxlan: Link, { features, to }: ArrivingFrame, log: ArrivalLog): ArrivalEnd | undefined {
  const name = nameOf(vxlan)
  const { gbp = false, gpe = false, remcsumRx = false, udpZeroCsum6Rx = false } = vxlanData(vxlan) ?? {}
  const isSent = (feature: ArrivingFrame['features'][number]): boolean => features.includes(feature)
  if (isSent('udp6zerocsumtx') && !udpZeroCsum6Rx && familyOf(to) === 'IPv6') {
    return log.drop('vxlan', `the packet has no UDP checksum (udp6zerocsumtx), and ${name} has udp6zerocsumrx off`)
  }
  if (isSent('gpe') !== gpe) {
    const [sends, takes] = gpe ? ['plain VXLAN', 'GPE'] : ['GPE', 'plain VXLAN']
    return log.drop('vxlan', `the other end sends ${sends}, and ${name} takes ${takes} only`)
  }
  if (isSent('gbp') && !gbp) {
    log.warn(
      'vxlan',
      `the other end has gbp, and ${name} has not: frames that carry a policy (a firewall mark) are dropped`,
    )
  }
  if (isSent('remcsumtx') && !remcsumRx) {
    log.warn(
      'vxlan',
      `the other end has remcsumtx, and ${name} has remcsumrx off: frames whose checksum is left to the receiver are dropped`,
    )
  }
  return undefined
}

function takesSender(
  vxlan: Link,
  { from, source }: ArrivingFrame,
  table: ReadonlyMap<string, Neighbour> | undefined,
  log: ArrivalLog,
): ArrivalEnd | undefined {
  const name = nameOf(vxlan)
  if (from === undefined) {
    log.unseen.push('whether the MAC address of the sender is taken: it is not known')
    return undefined
  }
  if (from === vxlan.attributes.address) {
    return log.drop(
      'vxlan',
      `the frame comes from ${from}, which is ${name}'s own MAC address too: the kernel takes it for a loop`,
    )
  }
  if (vxlanData(vxlan)?.learning !== true) {
    log.note('vxlan', `${name} does not learn from it where ${from} is`)
    return undefined
  }
  const [, entry] = [...(table ?? [])].find(([key]) => !isGroupMac(from) && macOfFdbKey(key) === from) ?? []
  const { dst, ifindex, nhId } = entry?.attributes ?? {}
  const isSamePlace = dst === source && ((ifindex ?? 0) === 0 || isLinkLocalIpv6(source))
  if (entry === undefined) {
    log.note('vxlan', `${name} learns from it that ${from} is behind ${source}`)
  } else if (nhId !== undefined) {
    return log.drop(
      'vxlan',
      `${name} has an entry for the sender ${from} that leads to a nexthop group, and takes no frames from it`,
    )
  } else if (!isSamePlace && (entry.state & (constants.NUD_PERMANENT | constants.NUD_NOARP)) !== 0) {
    const has = dst === source ? `${dst} by a stated device (via)` : dst
    return log.drop(
      'vxlan',
      `${name} has a static entry for the sender ${from} at ${has}, learns, and so drops what comes from it at ${source}`,
    )
  } else if (!isSamePlace && isLearned(entry)) {
    log.warn('vxlan', `${name} knows the sender ${from} behind ${dst}, and moves it to ${source} by this frame`)
  }
  return undefined
}
