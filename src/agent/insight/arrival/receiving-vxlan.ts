/**
 * Which vxlan takes a packet: the one that has its VNI on the UDP port and family that it comes to. Source: vxlan_sock_add() and
 * vxlan_vs_find_vni(), drivers/net/vxlan/vxlan_core.c: the socket is bound to a port, not to an address.
 */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import { countOf, someOf } from '../../facts/count-of.ts'
import { familyOf, type IpFamily } from '../../facts/ip-text.ts'
import { underlayFamily } from '../../facts/vxlan.ts'
import type { Observed } from '../../kernel/observed.ts'
import { remoteOf, vxlanData } from '../../kernel/vxlan-link.ts'
import { nameOf } from '../explain/departure-point.ts'
import type { ArrivalEnd, ArrivalLog } from './arrival-log.ts'
import type { ArrivingFrame } from './arriving-frame.ts'

/** The vxlan, or why none takes it. */
export function receivingVxlan(frame: ArrivingFrame, observed: Observed, log: ArrivalLog): Link | ArrivalEnd {
  const { port, vni, to } = frame
  const family = familyOf(to)
  const vxlans = [...observed.links.values()].filter((link) => vxlanData(link) !== undefined)
  const carrying = vxlans.filter((link) => carries(link, vni, observed))
  const listening = vxlans.filter((link) => listens(link, { port, family }))
  const taker = carrying.find((link) => listening.includes(link))
  if (taker !== undefined) {
    log.note('vxlan', `${nameOf(taker)} has VNI ${vni} on UDP port ${port}`)
    return taker
  }
  const why = whyNone(frame, { family, vxlans, carrying, observed })
  return log.drop('vxlan', `${why}${whatThePortDoes(port, listening)}`)
}

/** Whether frames of a VNI may come out of a link. */
function carries(link: Link, vni: number, { vnis }: Observed): boolean {
  const { id, collectMetadata, vnifilter } = vxlanData(link) ?? {}
  if (collectMetadata !== true) {
    return (id ?? 0) === vni
  }
  return vnifilter !== true || vnis.get(link.index)?.has(vni) === true
}

function listens(link: Link, at: { readonly port: number; readonly family: IpFamily }): boolean {
  return isUp(link) && vxlanData(link)?.port === at.port && hasFamily(link, at.family)
}

/** A vxlan that is external has a socket of each family. */
function hasFamily(link: Link, family: IpFamily): boolean {
  const data = vxlanData(link) ?? {}
  const own = underlayFamily({ group: remoteOf(data), local: data.local ?? data.local6 })
  return data.collectMetadata === true || own === family
}

function isUp({ flags }: Link): boolean {
  return (flags & constants.IFF_UP) !== 0
}

interface Candidates {
  readonly family: IpFamily
  readonly vxlans: readonly Link[]
  /** Those that carry the VNI. */
  readonly carrying: readonly Link[]
  readonly observed: Observed
}

function whyNone({ vni, port }: ArrivingFrame, { family, vxlans, carrying, observed }: Candidates): string {
  const onPort = carrying.filter((link) => vxlanData(link)?.port === port)
  const down = onPort.find((link) => hasFamily(link, family))
  if (down !== undefined) {
    return `${nameOf(down)} has VNI ${vni} on UDP port ${port}, and is down`
  }
  const [otherFamily] = onPort
  if (otherFamily !== undefined) {
    const has = family === 'IPv6' ? 'IPv4' : 'IPv6'
    return `${nameOf(otherFamily)} has VNI ${vni} on UDP port ${port} over ${has} only, and the frame comes over ${family}`
  }
  const [otherPort] = carrying
  if (otherPort !== undefined) {
    return `${nameOf(otherPort)} has VNI ${vni} on UDP port ${vxlanData(otherPort)?.port}, and the frame comes to ${port}`
  }
  const filtering = vxlans.find((link) => {
    const data = vxlanData(link)
    return data?.vnifilter === true && data.port === port && observed.vnis.get(link.index)?.has(vni) !== true
  })
  if (filtering !== undefined) {
    return `VNI ${vni} is not in the filter of ${nameOf(filtering)}, which has UDP port ${port}`
  }
  const others = vxlans.map((link) => `${nameOf(link)} (VNI ${vxlanData(link)?.id ?? 'any'})`)
  const has = others.length === 0 ? 'no vxlan at all' : `${countOf(others.length, 'other vxlan')}: ${someOf(others)}`
  return `no vxlan here has VNI ${vni}; there is ${has}`
}

/** What the sender hears: nothing, or that the port is closed. */
function whatThePortDoes(port: number, listening: readonly Link[]): string {
  return listening.length > 0
    ? `; ${nameOf(listening[0] as Link)} has the port for other VNIs, so the sender hears nothing`
    : `; no vxlan that is up listens on UDP port ${port}, so the kernel answers that it is closed, unless another program has it`
}
