/** Whether the outer packet gets to the UDP socket: an address of this host, on a device that is up, past the reverse-path filter. */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import { familyOf, isMulticast } from '../../facts/ip-text.ts'
import { localAddress, type Observed } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { nameOf } from '../explain/departure-point.ts'
import type { ArrivalEnd, ArrivalLog } from './arrival-log.ts'
import type { ArrivalSources, ArrivingFrame } from './arriving-frame.ts'

/** Kinds of links on which addresses are kept that packets reach by any device. */
const holders: ReadonlySet<string | undefined> = new Set(['dummy', 'vrf'])

/** The end of the way, or undefined if the packet gets through. */
export async function throughUnderlay(
  frame: ArrivingFrame,
  sources: ArrivalSources,
  log: ArrivalLog,
): Promise<ArrivalEnd | undefined> {
  log.unseen.push('packet filters (nftables, iptables, tc, XDP)')
  return isMulticast(frame.to) ? toGroup(frame, sources, log) : await toAddress(frame, sources, log)
}

function toGroup({ to }: ArrivingFrame, { memberships }: ArrivalSources, log: ArrivalLog): ArrivalEnd | undefined {
  const devices = [...memberships].filter(([, groups]) => groups.has(to)).map(([device]) => device)
  if (devices.length === 0) {
    return log.drop('underlay', `this host has joined the group ${to} on no device`)
  }
  log.note('underlay', `${to} is joined on ${devices.join(', ')}`)
  log.unseen.push(`whether switches and routers bring ${to} to this host`)
  return undefined
}

async function toAddress(
  { to, source, outerMtu }: ArrivingFrame,
  sources: ArrivalSources,
  log: ArrivalLog,
): Promise<ArrivalEnd | undefined> {
  const holder = linkWith(to, sources.observed)
  if (holder === undefined) {
    return log.drop('underlay', `${to} is no address of this host`)
  }
  const back = await sources.path({ dst: source, src: to })
  const isAnywhere = (holder.flags & constants.IFF_LOOPBACK) !== 0 || holders.has(holder.attributes.linkinfo?.kind)
  const device = isAnywhere ? linkNamed(back.dev, sources.observed) : holder
  log.note('underlay', `${to} is an address of ${nameOf(holder)}`)
  if (device !== undefined && (device.flags & constants.IFF_UP) === 0) {
    return log.drop('underlay', `${nameOf(device)}, by which it comes, is down`)
  }
  if (device !== undefined && (device.flags & constants.IFF_LOWER_UP) === 0) {
    return log.drop('underlay', `${nameOf(device)}, by which it comes, has no carrier`)
  }
  if (back.dev !== undefined && device !== undefined && back.dev !== nameOf(device)) {
    log.warn(
      'underlay',
      `packets to ${source} leave by ${back.dev}, and its own are taken to arrive on ${nameOf(device)}`,
    )
  }
  // The reverse-path filter of IPv6 is a rule of the packet filter.
  if (device !== undefined && familyOf(to) === 'IPv4') {
    const isTaken = await sources.isTaken({ from: source, to, iif: device.index })
    if (!isTaken) {
      return log.drop(
        'underlay',
        `the reverse-path filter of ${nameOf(device)} drops what comes from ${source}: its route leads by ${back.dev ?? 'no device'}`,
      )
    }
  }
  const mtu = device?.attributes.mtu
  if (mtu !== undefined && outerMtu !== undefined && outerMtu > mtu) {
    log.warn(
      'mtu',
      `${device === undefined ? '' : nameOf(device)} has an MTU of ${mtu}, and packets of up to ${outerMtu} bytes are sent: larger ones than ${mtu} may be lost`,
    )
  }
  return undefined
}

/** What the vxlan itself says of the address and of the device that the packet comes by. The socket of one in a VRF is bound to it. */
export function socketTakes(
  vxlan: Link,
  { to, source }: ArrivingFrame,
  { observed }: Pick<ArrivalSources, 'observed'>,
  log: ArrivalLog,
): ArrivalEnd | undefined {
  const data = vxlanData(vxlan) ?? {}
  const local = data.local ?? data.local6
  const name = nameOf(vxlan)
  if (local !== undefined && local !== to && !isMulticast(to)) {
    log.warn(
      'vxlan',
      `${name} sends from ${local} (local), and the frame comes to ${to}: the kernel takes it, but answers come to ${source} from another address than it sends to`,
    )
  }
  const holder = linkWith(to, observed)
  const [bound, comesBy] = [vrfOf(observed.links.get(data.link ?? 0), observed), vrfOf(holder, observed)]
  if (bound !== undefined && holder !== undefined && bound !== comesBy) {
    return log.drop(
      'vxlan',
      `${name} takes packets of the VRF ${nameOf(bound)} only, in which ${nameOf(holder)} is not`,
    )
  }
  if (bound === undefined && comesBy !== undefined) {
    log.warn(
      'vxlan',
      `the frame comes by the VRF ${nameOf(comesBy)}, and ${name} is in none: it is taken only if net.ipv4.udp_l3mdev_accept is 1`,
    )
  }
  return undefined
}

function vrfOf(link: Link | undefined, { links }: Observed): Link | undefined {
  const master = links.get(link?.attributes.master ?? 0)
  return [link, master].find((each) => each?.attributes.linkinfo?.kind === 'vrf')
}

function linkWith(address: string, { addresses, links }: Observed): Link | undefined {
  for (const [index, table] of addresses) {
    for (const each of table.values()) {
      if (localAddress(each) === address) {
        return links.get(index)
      }
    }
  }
  return undefined
}

function linkNamed(name: string | undefined, { links }: Observed): Link | undefined {
  return [...links.values()].find(({ attributes }) => attributes.ifname === name)
}
