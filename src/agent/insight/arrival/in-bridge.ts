/**
 * What a bridge does with a frame that comes in by its vxlan port. Source: br_handle_frame_finish(), net/bridge/br_input.c; should_deliver(),
 * net/bridge/br_forward.c; br_allowed_ingress(), net/bridge/br_vlan.c.
 */
import { constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import { bridgeData } from '../../kernel/bridge-link.ts'
import { isGroupMac, macOfFdbKey, type Observed } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { vlanMapOf, vlansOf } from '../../words/bridge-vlans.ts'
import { slaveData } from '../explain/bridge-port.ts'
import { broadcastMac, nameOf } from '../explain/departure-point.ts'
import type { ArrivalEnd, ArrivalLog } from './arrival-log.ts'
import type { ArrivingFrame } from './arriving-frame.ts'
import { tellQuestion } from './own-question.ts'

/** STP states. Source: BR_STATE_*, linux/if_bridge.h. */
const states = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const
const forwarding = 3

/** A frame inside a bridge. */
interface Inside {
  readonly bridge: Link
  /** The vxlan port that it came by. */
  readonly ingress: Link
  readonly frame: ArrivingFrame
  /** Of a bridge that filters. */
  readonly vlan: number | undefined
  readonly observed: Observed
  readonly log: ArrivalLog
}

/** The end of the way. */
export function acrossBridge(
  bridge: Link,
  ingress: Link,
  frame: ArrivingFrame,
  observed: Observed,
  log: ArrivalLog,
): ArrivalEnd {
  const [name, port] = [nameOf(bridge), nameOf(ingress)]
  if ((bridge.flags & constants.IFF_UP) === 0) {
    return log.drop('bridge', `${port} is a port of ${name}, which is down`)
  }
  const { state = forwarding } = slaveData(ingress)
  if (state !== forwarding) {
    return log.drop('bridge', `the port ${port} of ${name} is ${states[state] ?? state}, and takes no frames`)
  }
  const vlan = vlanIn(bridge, ingress, frame, observed, log)
  if (typeof vlan === 'object') {
    return vlan
  }
  const inside = { bridge, ingress, frame, vlan, observed, log }
  return takenBy(inside) ?? whither(inside)
}

/** The VLAN in which the frame is; undefined where the bridge does not filter. */
function vlanIn(
  bridge: Link,
  ingress: Link,
  { vlan: tag, vni }: ArrivingFrame,
  { bridgeLinks }: Observed,
  log: ArrivalLog,
): number | undefined | ArrivalEnd {
  if (!bridgeData(bridge)?.vlanFiltering) {
    return undefined
  }
  const [name, port] = [nameOf(bridge), nameOf(ingress)]
  const table = vlansOf(bridgeLinks.get(ingress.index))
  const mapped =
    vxlanData(ingress)?.collectMetadata === true && slaveData(ingress).vlanTunnel === true
      ? [...vlanMapOf(bridgeLinks.get(ingress.index))].find(([, each]) => each === vni)?.[0]
      : undefined
  const vlan = mapped ?? tag ?? [...table].find(([, { pvid }]) => pvid)?.[0]
  if (vlan === undefined) {
    return log.drop('vlan', `${name} filters VLANs, and its port ${port} has none for untagged frames (no PVID)`)
  }
  if (!table.has(vlan)) {
    return log.drop('vlan', `${name} filters VLANs, and its port ${port} is not in VLAN ${vlan}, in which the frame is`)
  }
  const because =
    mapped === undefined ? (tag === undefined ? ' (the PVID of the port)' : '') : ` (VNI ${vni} is mapped to it)`
  log.note('vlan', `the frame is in VLAN ${vlan} of ${name}${because}`)
  return vlan
}

/** The end, if the port does not take frames of this sender. */
function takenBy(inside: Inside): ArrivalEnd | undefined {
  const { bridge, ingress, frame, log } = inside
  const [name, port, { from }] = [nameOf(bridge), nameOf(ingress), frame]
  const { locked = false, learning = true } = slaveData(ingress)
  if (from === undefined) {
    return undefined
  }
  const known = entryFor(from, inside)
  if (locked && (known === undefined || known.ifindex !== ingress.index || isOwn(known))) {
    return log.drop('bridge', `the port ${port} of ${name} is locked, and ${from} is not among those that it admits`)
  }
  if (learning && known !== undefined && !isOwn(known) && known.ifindex !== ingress.index) {
    const before = inside.observed.links.get(known.ifindex)
    log.note(
      'bridge',
      `${name} has known ${from} behind ${before === undefined ? known.ifindex : nameOf(before)}, and moves it to ${port} by this frame`,
    )
  }
  return undefined
}

/** Whom the bridge gives it to. */
function whither(inside: Inside): ArrivalEnd {
  const { bridge, frame, observed, log } = inside
  const [name, { mac }] = [nameOf(bridge), frame]
  if (isGroupMac(mac)) {
    return flooded(`${mac} is for all`, true, inside)
  }
  const entry = entryFor(mac, inside)
  if (bridge.attributes.address === mac || (entry !== undefined && isOwn(entry))) {
    return toHost(inside)
  }
  if (entry === undefined) {
    return flooded(`${name} does not know ${mac}`, false, inside)
  }
  const port = observed.links.get(entry.ifindex)
  if (port === undefined) {
    return log.drop('bridge', `${name} knows ${mac} behind a port that is gone`)
  }
  const why = whyNotBy(port, inside)
  if (why !== undefined) {
    return log.drop(
      'bridge',
      `${name} knows ${mac} behind its port ${nameOf(port)}, and does not send it there: ${why}`,
    )
  }
  log.note('bridge', `${name} knows ${mac} behind its port ${nameOf(port)}`)
  tellMtu([port], inside)
  return {
    fate: 'port',
    answer: `sends the frame out by the port ${nameOf(port)} of ${name}`,
    ports: [nameOf(port)],
    isForHost: false,
  }
}

function toHost({ bridge, frame: { mac }, vlan, observed, log }: Inside): ArrivalEnd {
  const name = nameOf(bridge)
  const isMember = vlan === undefined || vlansOf(observed.bridgeLinks.get(bridge.index)).has(vlan)
  return isMember
    ? log.deliver('bridge', `${mac} is an address of ${name}, that is of this host`)
    : log.drop('vlan', `${mac} is an address of ${name}, and ${name} itself is not in VLAN ${vlan}`)
}

function flooded(why: string, isForAll: boolean, inside: Inside): ArrivalEnd {
  const { bridge, ingress, frame, vlan, observed, log } = inside
  const name = nameOf(bridge)
  const others = [...observed.links.values()].filter(
    (link) => link.attributes.master === bridge.index && link.index !== ingress.index,
  )
  const takes = others.filter((port) => floodsTo(port, frame.mac) && whyNotBy(port, inside) === undefined)
  const isForHost = isForAll && (vlan === undefined || vlansOf(observed.bridgeLinks.get(bridge.index)).has(vlan))
  const ports = takes.map(nameOf)
  const whom = [...(isForHost ? [`${name} itself`] : []), ...ports]
  if (whom.length === 0) {
    const none =
      others.length === 0
        ? 'it has no other port'
        : `none of its other ports takes it: ${others.map((port) => `${nameOf(port)} (${whyNotBy(port, inside) ?? 'flooding is off'})`).join(', ')}`
    return log.drop('bridge', `${why}, and ${none}`)
  }
  log.note('bridge', `${why}: it goes to ${whom.join(', ')}`)
  if (isForAll && frame.mac !== broadcastMac && bridgeData(bridge)?.mcastSnooping !== 0) {
    log.unseen.push(`the multicast table of ${name}: where a querier is heard, only ports that joined the group get it`)
  }
  tellMtu(takes, inside)
  tellQuestion(frame.asks, bridge, observed, log)
  return { fate: 'flood', answer: `sends the frame to ${whom.join(', ')}: ${why}`, ports, isForHost }
}

/** Why a frame does not leave by a port, as the end of a sentence. */
function whyNotBy(port: Link, { ingress, vlan, observed }: Inside): string | undefined {
  const { state = forwarding, isolated = false, hairpin = false } = slaveData(port)
  if (port.index === ingress.index && !hairpin) {
    return 'it came in there'
  }
  if (state !== forwarding) {
    return `that port is ${states[state] ?? state}`
  }
  if (vlan !== undefined && !vlansOf(observed.bridgeLinks.get(port.index)).has(vlan)) {
    return `that port is not in VLAN ${vlan}`
  }
  return isolated && slaveData(ingress).isolated === true ? `both ports are isolated` : undefined
}

function floodsTo(port: Link, mac: string): boolean {
  const { unicastFlood, bcastFlood, mcastFlood } = slaveData(port)
  const flag = mac === broadcastMac ? bcastFlood : isGroupMac(mac) ? mcastFlood : unicastFlood
  return flag !== false
}

/** A bridge drops what is larger than the MTU of the port. Source: is_skb_forwardable(), net/core/dev.c. */
function tellMtu(ports: readonly Link[], { frame: { mtu }, log }: Inside): void {
  for (const { attributes } of ports) {
    if (mtu !== undefined && attributes.mtu !== undefined && attributes.mtu < mtu) {
      log.warn(
        'mtu',
        `the port ${attributes.ifname} has an MTU of ${attributes.mtu}, and packets of up to ${mtu} bytes come: larger ones than ${attributes.mtu} are dropped`,
      )
    }
  }
}

function entryFor(mac: string, { bridge, vlan, observed }: Inside): Neighbour | undefined {
  return [...(observed.fdb.get(bridge.index) ?? [])].find(
    ([key, entry]) => macOfFdbKey(key) === mac && entry.attributes.vlan === vlan,
  )?.[1]
}

/** Whether the entry is of an address of the bridge or of a port itself: what is for it is for this host. Source: BR_FDB_LOCAL. */
function isOwn({ state }: Neighbour): boolean {
  return (state & constants.NUD_PERMANENT) !== 0
}
