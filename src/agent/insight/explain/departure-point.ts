/** Where a frame to an address begins its way, and to which MAC address: the host's own routes and its ARP and ND entries. */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { neighbourWord, resolutionProtocol } from '../underlay/path.ts'
import type { Sources } from './sources.ts'
import { type Ending, isEnding, type StepLog } from './step-log.ts'

/** A frame that is about to be sent by a device. */
export interface DeparturePoint {
  readonly link: Link
  readonly mac: string
  /** The frame asks who has this address: the MAC address of the target is not known yet. */
  readonly asks?: string
}

/** What is asked about. */
export interface Question {
  /** As written, in the kernel's form. */
  readonly target: string
  readonly isMac: boolean
  /** Where the frame is sent: a vxlan, a bridge, or a port of one. */
  readonly dev?: string
  readonly vlan?: number
}

/** The question cannot be answered as it was put. */
export class AmbiguousQuestion extends Error {
  override readonly name = 'AmbiguousQuestion'
}

export const broadcastMac = 'ff:ff:ff:ff:ff:ff'

/** The way to an IP address: by which device, and to which MAC address. */
export async function byAddress(
  ip: string,
  dev: string | undefined,
  sources: Sources,
  log: StepLog,
): Promise<DeparturePoint | Ending> {
  const onDevice = dev === undefined ? await byRoute(ip, sources, log) : { link: linkNamed(dev, sources), hop: ip }
  if (isEnding(onDevice)) {
    return onDevice
  }
  if ('isBroadcast' in onDevice) {
    return { link: onDevice.link, mac: broadcastMac }
  }
  const { link, hop } = onDevice
  const name = nameOf(link)
  const entry = sources.observed.neighbours.get(link.index)?.get(hop)
  const word = neighbourWord(entry)
  const mac = entry?.attributes.lladdr
  const protocol = resolutionProtocol(hop)
  if ((link.flags & constants.IFF_NOARP) !== 0 && vxlanData(link) === undefined) {
    return {
      fate: 'not overlay',
      answer: `${ip} is reached by ${name}, which is no Ethernet device: no tunnel of the overlay.`,
    }
  }
  if (mac !== undefined && word !== 'failed' && word !== 'incomplete') {
    log.note('neighbour', `${hop} on ${name} is ${mac} (${word})`)
    return { link, mac }
  }
  const why =
    word === 'none' ? `there is no entry for ${hop} on ${name}` : `${hop} on ${name} is ${word}: nobody answered yet`
  const question = protocol === 'ND' ? solicitedNodeMac(hop) : broadcastMac
  const text = `${why}; the first frame is the ${protocol} question who has it, to ${question}`
  if (word === 'none') {
    log.note('neighbour', text)
  } else {
    log.warn('neighbour', text)
  }
  return { link, mac: question, asks: hop }
}

async function byRoute(
  ip: string,
  sources: Sources,
  log: StepLog,
): Promise<{ link: Link; hop: string } | { link: Link; isBroadcast: true } | Ending> {
  const route = await sources.route(ip)
  if (typeof route === 'string') {
    return onSegment(ip, route, sources, log)
  }
  const { oif = 0, gateway, via, prefsrc } = route.attributes
  const link = sources.observed.links.get(oif)
  if (route.type === constants.RTN_LOCAL) {
    return log.keep('route', `${ip} is an address of this host itself`)
  }
  if (link === undefined) {
    return log.stop('route', `the route to ${ip} leads by a link that is gone`)
  }
  if (route.type === constants.RTN_BROADCAST) {
    log.note(
      'route',
      `${ip} is the broadcast address of the segment of ${nameOf(link)}: it is sent to ${broadcastMac}, without a question`,
    )
    return { link, isBroadcast: true }
  }
  const hop = gateway ?? via
  const source = prefsrc === undefined ? '' : `, from ${prefsrc}`
  log.note(
    'route',
    hop === undefined
      ? `${ip} is on the segment of ${nameOf(link)}${source}`
      : `${ip} is reached by ${hop} on ${nameOf(link)}${source}`,
  )
  return { link, hop: hop ?? ip }
}

/**
 * Without a route the host itself sends nothing to the address; a machine behind a port may. The one segment that knows the address is
 * taken; where none or several do, they are offered.
 */
function onSegment(ip: string, why: string, sources: Sources, log: StepLog): { link: Link; hop: string } | Ending {
  const { links, neighbours } = sources.observed
  const vxlans = [...links.values()].filter((link) => vxlanData(link) !== undefined)
  const segments = [...new Set(vxlans.map((link) => links.get(link.attributes.master ?? 0) ?? link))]
  if (segments.length === 0) {
    return log.stop('route', why)
  }
  const knowing = segments.filter(({ index }) => neighbours.get(index)?.has(ip) === true)
  const [only, ...others] = knowing
  if (only !== undefined && others.length === 0) {
    log.note(
      'route',
      `${why} from this host itself; ${nameOf(only)} knows the address, so the frame is taken to start there`,
    )
    return { link: only, hop: ip }
  }
  const names = [...knowing, ...segments.filter((each) => !knowing.includes(each))].map(nameOf)
  const { fate } = log.stop('route', `${why} from this host itself`)
  const offer = `For a machine behind one of its segments, ask with --dev and the segment: ${shortened(names)}`
  return { fate, answer: `The frame does not leave: ${why} from this host itself. ${offer}.` }
}

/** Up to ten of them. */
function shortened(names: readonly string[]): string {
  const more = names.length > 10 ? ` and ${names.length - 10} more` : ''
  return `${names.slice(0, 10).join(', ')}${more}`
}

/** Where a frame to a MAC address starts: the device stated, or the one segment that there is, or that knows it. Throws AmbiguousQuestion. */
export function byMac({ target: mac, dev }: Question, sources: Sources): DeparturePoint {
  const { links, fdb } = sources.observed
  if (dev !== undefined) {
    return { link: linkNamed(dev, sources), mac }
  }
  const vxlans = [...links.values()].filter((link) => vxlanData(link) !== undefined)
  if (vxlans.length === 0) {
    throw new AmbiguousQuestion('there is no vxlan link on this host')
  }
  const knows = (index: number | undefined): boolean =>
    index !== undefined && [...(fdb.get(index)?.keys() ?? [])].some((key) => key.startsWith(mac))
  const segments = new Map(vxlans.map((link) => [link.attributes.master ?? link.index, link]))
  const knowing = new Map([...segments].filter(([index, link]) => knows(link.index) || knows(index)))
  const candidates = knowing.size > 0 ? knowing : segments
  const [[index, link] = [0, undefined]] = candidates
  if (candidates.size > 1 || link === undefined) {
    const names = [...candidates.values()].map(nameOf)
    const why = knowing.size > 1 ? `${mac} is known on several segments` : 'there are several segments'
    throw new AmbiguousQuestion(`${why}; state which is meant with --dev: ${shortened(names)}`)
  }
  return { link: links.get(index) ?? link, mac }
}

function linkNamed(dev: string, { observed }: Sources): Link {
  for (const link of observed.links.values()) {
    if (link.attributes.ifname === dev || link.attributes.propList?.altIfname?.includes(dev) === true) {
      return link
    }
  }
  throw new AmbiguousQuestion(`there is no link ${dev}`)
}

export function nameOf(link: Link): string {
  return link.attributes.ifname ?? `${link.index}`
}

/** Where a question for an IPv6 address goes. Source: RFC 4291 §2.7.1, RFC 2464 §7. */
function solicitedNodeMac(ip: string): string {
  const [high = '', low = ''] = ip.split(':').slice(-2)
  const last = `${high.padStart(4, '0')}${low.padStart(4, '0')}`.slice(-6)
  return `33:33:ff:${last.slice(0, 2)}:${last.slice(2, 4)}:${last.slice(4, 6)}`
}
