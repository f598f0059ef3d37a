/**
 * Who on this host answers an ARP or ND question, so that it does not leave. Source: br_do_proxy_suppress_arp and br_do_suppress_nd,
 * net/bridge/br_arp_nd_proxy.c; arp_reduce and neigh_reduce, drivers/net/vxlan/vxlan_core.c.
 */
import { constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import { localAddress } from '../../kernel/observed.ts'
import { resolutionProtocol } from '../underlay/path.ts'
import { bridgeEntry, slaveData, vlanOf } from './bridge-port.ts'
import { nameOf } from './departure-point.ts'
import type { Sources } from './sources.ts'
import type { Ending, StepLog } from './step-log.ts'

const { NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE, NUD_PROBE, NUD_STALE, NUD_DELAY } = constants
/** NUD_CONNECTED and NUD_VALID of include/net/neighbour.h. */
const connected = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE
const valid = connected | NUD_PROBE | NUD_STALE | NUD_DELAY

/** A question on its way through a bridge. */
export interface AskedOfBridge {
  readonly bridge: Link
  /** Where it came in: a port, or the bridge itself. */
  readonly ingress: Link
  readonly vlan: number | undefined
  /** The address that is asked for. */
  readonly ip: string
}

/** Those of the ports that get the question all the same: one with `neigh_suppress` gets none that the bridge can answer. */
export function unsuppressed(
  ports: readonly Link[],
  asked: AskedOfBridge,
  sources: Sources,
  log: StepLog,
): Link[] | Ending {
  const guarded = ports.filter((port) => slaveData(port).neighSuppress === true)
  if (guarded.length === 0) {
    return [...ports]
  }
  const name = nameOf(asked.bridge)
  const question = `the ${resolutionProtocol(asked.ip)} question for ${asked.ip}`
  const names = guarded.map(nameOf).join(', ')
  const { isKnown, isAnswered, text } = knownTo(asked, sources)
  if (!isKnown) {
    log.note('bridge', `${names} has neigh_suppress on, but ${text}: ${question} is flooded`)
    return [...ports]
  }
  log.note('bridge', `${names} has neigh_suppress on, and ${text}: ${question} does not go there`)
  const others = ports.filter((port) => !guarded.includes(port))
  const why = isAnswered
    ? `${name} answers for ${asked.ip} itself, since ${text}`
    : `${text}, which is not behind a vxlan`
  return others.length > 0 ? others : { fate: 'local', answer: `No question leaves: ${why}.` }
}

/** Whether a bridge knows an address well enough to keep the question from ports with `neigh_suppress`, and whether it answers itself. */
interface Knowledge {
  readonly isKnown: boolean
  readonly isAnswered?: boolean
  readonly text: string
}

function knownTo({ bridge, ingress, vlan, ip }: AskedOfBridge, sources: Sources): Knowledge {
  if (slaveData(ingress).neighSuppress === true) {
    return { isKnown: false, text: `${nameOf(ingress)}, where the question comes from, has it on too` }
  }
  // The kernel looks among the neighbours of the VLAN interface on the bridge, where the frame has a VLAN.
  const device = vlan === undefined ? bridge : vlanInterface(bridge, vlan, sources)
  if (device === undefined) {
    return {
      isKnown: false,
      text: `${nameOf(bridge)} has no interface for VLAN ${vlan}, whose neighbours would be asked`,
    }
  }
  const name = nameOf(device)
  const addresses = [...(sources.observed.addresses.get(device.index)?.values() ?? [])]
  if (addresses.some((each) => localAddress(each) === ip)) {
    return { isKnown: true, text: `${ip} is an address of ${name}` }
  }
  const neighbour = neighbourOn(device, ip, valid, sources)
  if (neighbour === undefined) {
    return { isKnown: false, text: `${name} has no neighbour entry for ${ip}` }
  }
  const mac = neighbour.attributes.lladdr ?? ''
  const entry = bridgeEntry(bridge, mac, vlan, sources)
  if (entry === undefined) {
    return {
      isKnown: false,
      text: `${nameOf(bridge)} has no forwarding entry for ${mac}, which ${name} knows for ${ip}`,
    }
  }
  // It answers in the place of what is behind a port with neigh_suppress only; others hear the question and answer themselves.
  const port = sources.observed.links.get(entry.ifindex)
  return {
    isKnown: true,
    isAnswered: port !== undefined && slaveData(port).neighSuppress === true,
    text: `${name} knows ${ip} as ${mac}, which ${nameOf(bridge)} has behind its port ${port === undefined ? entry.ifindex : nameOf(port)}`,
  }
}

function vlanInterface(bridge: Link, vlan: number, { observed }: Sources): Link | undefined {
  return [...observed.links.values()].find((link) => link.attributes.link === bridge.index && vlanOf(link) === vlan)
}

function neighbourOn(device: Link, ip: string, states: number, { observed }: Sources): Neighbour | undefined {
  const entry = observed.neighbours.get(device.index)?.get(ip)
  return entry !== undefined && (entry.state & states) !== 0 && entry.attributes.lladdr !== undefined
    ? entry
    : undefined
}

/** With `proxy` no question leaves a vxlan: it answers from its own neighbours, and drops the rest. */
export function answeredByProxy(vxlan: Link, ip: string, sources: Sources, log: StepLog): Ending {
  const name = nameOf(vxlan)
  const protocol = resolutionProtocol(ip)
  const neighbour = neighbourOn(vxlan, ip, connected, sources)
  if (neighbour !== undefined) {
    const text = `${name} has proxy on and knows ${ip} as ${neighbour.attributes.lladdr}: it answers itself`
    log.note('vxlan', text)
    return { fate: 'local', answer: `No ${protocol} question leaves: ${text}.` }
  }
  const text = `${name} has proxy on and no valid neighbour entry for ${ip}: it drops the ${protocol} question`
  log.warn('vxlan', text)
  return { fate: 'dropped', answer: `No ${protocol} question leaves: ${text}.` }
}
