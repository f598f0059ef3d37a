/** What a bridge does with a frame: its VLAN, its forwarding entry, or a flood to its ports. Pure. */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import { bridgeData } from '../../kernel/bridge-link.ts'
import { isGroupMac } from '../../kernel/observed.ts'
import { isVxlan, vxlanData } from '../../kernel/vxlan-link.ts'
import { vlanMapOf, vlansOf } from '../../words/bridge-vlans.ts'
import { bridgeEntry, slaveData, vlanOf } from './bridge-port.ts'
import { broadcastMac, nameOf } from './departure-point.ts'
import { unsuppressed } from './local-answer.ts'
import { tagOn } from './sent-frame.ts'
import type { Sources } from './sources.ts'
import { type Ending, isEnding, type StepLog } from './step-log.ts'

/** A vxlan that a frame enters. */
export interface TunnelEntrance {
  readonly vxlan: Link
  /** Of a vxlan that carries many VNIs: that of the frame. */
  readonly vni?: number
  /** The VLAN tag that the frame carries. */
  readonly tag?: number
}

/** A frame on its way. */
export interface Frame {
  readonly mac: string
  readonly vlan: number | undefined
  /** The address that it asks for, if it is an ARP or ND question. */
  readonly asks?: string | undefined
}

/** STP states in which a port passes frames. Source: BR_STATE_*, linux/if_bridge.h. */
const forwarding = 3

/** Where a frame goes that enters by `link`: the vxlans to which its bridge passes it, or itself when it is one. */
export function throughBridge(
  { link, mac, vlan, asks }: Frame & { readonly link: Link },
  sources: Sources,
  log: StepLog,
): TunnelEntrance[] | Ending {
  const { links } = sources.observed
  const { linkinfo, master, link: lower = 0 } = link.attributes
  if (linkinfo?.kind === 'vlan') {
    const id = vlanOf(link)
    const below = links.get(lower)
    if (below === undefined) {
      return log.stop('vlan', `what ${nameOf(link)} stands on is not in this network namespace`)
    }
    log.note('vlan', `${nameOf(link)} puts it into VLAN ${id} of ${nameOf(below)}`)
    return throughBridge({ link: below, mac, vlan: id, asks }, sources, log)
  }
  const bridge = linkinfo?.kind === 'bridge' ? link : master === undefined ? undefined : links.get(master)
  if (isVxlan(link) && bridge?.attributes.linkinfo?.kind === 'bridge' && link !== bridge) {
    log.note('bridge', `asked of ${nameOf(link)} itself; the other ports of ${nameOf(bridge)} are left aside`)
    return [enters(link, { vlan, filters: bridgeData(bridge)?.vlanFiltering === 1 }, sources)]
  }
  if (isVxlan(link)) {
    return [{ vxlan: link, ...(vlan !== undefined && { tag: vlan }) }]
  }
  if (bridge?.attributes.linkinfo?.kind !== 'bridge') {
    const text = `${nameOf(link)} is no vxlan and leads to none`
    log.note('link', text)
    return { fate: 'not overlay', answer: `The frame leaves by ${nameOf(link)}, not through a tunnel: ${text}.` }
  }
  return acrossBridge(bridge, link, { mac, vlan, asks }, sources, log)
}

function acrossBridge(
  bridge: Link,
  ingress: Link,
  { mac, vlan: stated, asks }: Frame,
  sources: Sources,
  log: StepLog,
): TunnelEntrance[] | Ending {
  const { links, bridgeLinks } = sources.observed
  const name = nameOf(bridge)
  if ((bridge.flags & constants.IFF_UP) === 0) {
    return log.stop('bridge', `${name} is down`)
  }
  const filters = bridgeData(bridge)?.vlanFiltering
  const vlan = filters ? (stated ?? pvidOf(bridge, sources)) : undefined
  if (filters && vlan === undefined) {
    return log.stop('vlan', `${name} filters VLANs and has none for untagged frames; say which VLAN it is in`)
  }
  if (!filters && stated !== undefined) {
    log.warn('vlan', `${name} does not filter VLANs: VLAN ${stated} makes no difference to where it passes frames`)
  }
  if (vlan !== undefined) {
    log.note('vlan', `the frame is in VLAN ${vlan} of ${name}${stated === undefined ? ' (its PVID)' : ''}`)
  }
  const tagging = { vlan: vlan ?? stated, filters: vlan !== undefined }
  const inVlan = (port: Link): boolean => vlan === undefined || vlansOf(bridgeLinks.get(port.index)).has(vlan)
  const found = isGroupMac(mac) ? undefined : bridgeEntry(bridge, mac, vlan, sources)
  const port = found === undefined ? undefined : links.get(found.ifindex)
  if (bridge.attributes.address === mac || (port !== undefined && (found?.state ?? 0) & constants.NUD_PERMANENT)) {
    return log.keep('bridge', `${mac} is ${port === undefined ? name : nameOf(port)}'s own address on this host`)
  }
  if (port !== undefined) {
    if (!isVxlan(port)) {
      return log.keep('bridge', `${name} knows ${mac} behind its port ${nameOf(port)} on this side`)
    }
    log.note('bridge', `${name} knows ${mac} behind its port ${nameOf(port)}`)
    return passes(port, name, log) ?? [enters(port, tagging, sources)]
  }
  const ports = [...links.values()].filter(({ attributes }) => attributes.master === bridge.index)
  const takes = ports.filter((each) => inVlan(each) && floodsTo(each, mac))
  const names = takes.map(nameOf).join(', ')
  const why = isGroupMac(mac) ? `${mac} is for all` : `${name} does not know ${mac}`
  const vxlans = takes.filter(isVxlan)
  if (vxlans.length === 0) {
    return log.stop('bridge', `${why}, and no vxlan is among the ports that it floods to (${names || 'none'})`)
  }
  log.note('bridge', `${why}: it goes to all ports${vlan === undefined ? '' : ` of VLAN ${vlan}`}: ${names}`)
  if (isGroupMac(mac) && mac !== broadcastMac && bridgeData(bridge)?.mcastSnooping !== 0) {
    const narrower = 'where a querier is heard, only ports that joined the group, or lead to routers, get it'
    log.note('bridge', `${name} snoops multicast: ${narrower} (its multicast table was not looked at)`)
  }
  for (const port of asks === undefined && isGroupMac(mac) ? vxlans : []) {
    if (slaveData(port).neighSuppress === true) {
      const held = 'an ARP or ND question that the bridge can answer itself does not leave'
      log.note('bridge', `the port ${nameOf(port)} has neigh_suppress on: ${held}`)
    }
  }
  const asked = asks === undefined ? vxlans : unsuppressed(vxlans, { bridge, ingress, vlan, ip: asks }, sources, log)
  if (isEnding(asked)) {
    return asked
  }
  const open = asked.filter((each) => passes(each, name, log) === undefined)
  return open.length === 0
    ? { fate: 'dropped', answer: `The frame does not leave: ${name} passes nothing to its vxlan port now.` }
    : open.map((vxlan) => enters(vxlan, tagging, sources))
}

function floodsTo(port: Link, mac: string): boolean {
  const { unicastFlood, bcastFlood, mcastFlood } = slaveData(port)
  const flag = mac === broadcastMac ? bcastFlood : isGroupMac(mac) ? mcastFlood : unicastFlood
  return flag !== false
}

function passes(port: Link, bridge: string, log: StepLog): Ending | undefined {
  const { state = forwarding } = slaveData(port)
  return state === forwarding
    ? undefined
    : log.stop('bridge', `${bridge} passes nothing to ${nameOf(port)}: the port is not forwarding`)
}

function pvidOf(bridge: Link, { observed }: Sources): number | undefined {
  return [...vlansOf(observed.bridgeLinks.get(bridge.index))].find(([, { pvid }]) => pvid)?.[0]
}

function enters(
  vxlan: Link,
  tagging: { readonly vlan: number | undefined; readonly filters: boolean },
  sources: Sources,
): TunnelEntrance {
  return { vxlan, ...vniOfVlan(vxlan, tagging.vlan, sources), ...tagOn(vxlan, tagging, sources) }
}

function vniOfVlan(vxlan: Link, vlan: number | undefined, { observed }: Sources): { readonly vni?: number } {
  if (vxlanData(vxlan)?.collectMetadata !== true || vlan === undefined) {
    return {}
  }
  const vni = vlanMapOf(observed.bridgeLinks.get(vxlan.index)).get(vlan)
  return vni === undefined ? {} : { vni }
}
