/** Follows a frame one way: how it leaves the host of one end, and what becomes of it at the other. */
import type { Arrival } from '../../agent/answers/arrival.ts'
import type { OuterPacket } from '../../agent/answers/explanation.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import { familyOf, isMulticast } from '../../agent/facts/ip-text.ts'
import {
  arrivalKind,
  type Departure,
  type DepartureAsk,
  departureKind,
  mostPackets,
} from '../records/explain-questions.ts'
import type { Direction, End, Hop } from './answer.ts'
import { addressesOf, type FleetEyes, ownerOf } from './eyes.ts'

const broadcastMac = 'ff:ff:ff:ff:ff:ff'

/** One direction, and what the hosts could not see of it. */
export interface Followed {
  readonly direction: Direction
  readonly unseen: readonly string[]
}

/** How a direction ends, before its hops are told. */
type Verdict = Pick<Direction, 'outcome' | 'verdict' | 'diesAt'>

/** Never rejects for a host that is silent: the direction says so. */
export async function follow(from: End, to: End, vni: number, eyes: FleetEyes): Promise<Followed> {
  const way = new Way(from, to)
  const ask = departureAsk(from, to, vni, eyes)
  if (ask === undefined) {
    return way.dies(from.node, `${from.node} has nothing of VNI ${vni}, so no frame to ${to.asked} begins there`)
  }
  const left = await eyes.ask(from.node, departureKind, ask)
  if ('noAnswer' in left) {
    return way.unknown(`how the frame leaves ${from.node} is not known: ${left.noAnswer.message}`)
  }
  const departure = left.answer
  way.tell(from.node, departure.steps)
  if (departure.fate === 'local' && from.node === to.node) {
    return way.ends({
      outcome: 'arrives',
      verdict: `both are on ${from.node}, and no tunnel is needed. ${departure.answer}`,
    })
  }
  const packet = packetTo(to, vni, departure, eyes)
  if (packet === undefined) {
    return way.dies(from.node, whyNoPacket(from, to, departure))
  }
  way.otherCopies = Math.max(0, departure.copies - 1)
  if (departure.fate === 'dropped' || packet.problem !== undefined) {
    return way.dies(from.node, `${from.node} cannot send it: ${packet.problem ?? departure.answer}`)
  }
  const owner = isMulticast(packet.remote) ? to.node : ownerOf(packet, eyes)
  if (owner === undefined) {
    return way.unknown(
      `${from.node} sends it to the VTEP ${packet.remote}, which is of no member: nobody can be asked what becomes of it`,
    )
  }
  return await arrive({ from, to, owner, packet, departure }, way, eyes)
}

/** How to ask for the way out; undefined where nothing can begin. */
function departureAsk(from: End, to: End, vni: number, eyes: FleetEyes): DepartureAsk | undefined {
  const place = from.place?.vni === vni ? from.place : undefined
  const target = to.place?.vni === vni ? to.place : undefined
  const toward = [...addressesOf(to.node, eyes)].slice(0, mostPackets)
  const { ip } = to
  const isOwn = from.place === undefined || from.place.kind === 'own'
  const hasFamily = from.place?.addresses.some((each) => ip !== undefined && familyOf(each) === familyOf(ip)) === true
  if (ip !== undefined && isOwn && hasFamily) {
    // The host itself sends it: by its own route, and to the MAC address that it knows.
    return { to: ip, vni, toward }
  }
  return place === undefined
    ? undefined
    : {
        ...{ to: target?.mac ?? broadcastMac, dev: place.dev, vni, toward },
        // An interface for a VLAN puts its frames into it by itself.
        ...(place.kind === 'port' && place.vlan !== undefined && { vlan: place.vlan }),
      }
}

/** The packet that is followed: the one to the other end's host, one to a group, or the one that there is. */
function packetTo(to: End, vni: number, { packets }: Departure, eyes: FleetEyes): OuterPacket | undefined {
  const own = addressesOf(to.node, eyes)
  const [only, ...others] = packets
  const ofHost = packets.filter(({ remote }) => own.has(remote))
  return (
    ofHost.find((packet) => packet.vni === vni && ownerOf(packet, eyes) === to.node) ??
    ofHost[0] ??
    packets.find(({ remote }) => isMulticast(remote)) ??
    (others.length === 0 ? only : undefined)
  )
}

function whyNoPacket(from: End, to: End, { fate, copies, answer }: Departure): string {
  if (fate === 'flood' && copies > 0) {
    return `${from.node} floods it to ${countOf(copies, 'VTEP')}, and none of them is of ${to.node}`
  }
  return `${from.node}: ${answer}`
}

interface Arriving {
  readonly from: End
  readonly to: End
  /** Whose VTEP it is sent to. */
  readonly owner: string
  readonly packet: OuterPacket
  readonly departure: Departure
}

async function arrive({ from, to, owner, packet, departure }: Arriving, way: Way, eyes: FleetEyes): Promise<Followed> {
  const { frame } = departure
  const source = translatedSource(from.node, packet, eyes)
  if (frame === undefined || source === undefined) {
    return way.unknown(`${from.node} does not say from which address it sends, so that ${owner} cannot be asked`)
  }
  const sent = translatedTarget(owner, packet, eyes)
  if (sent !== packet.remote || source !== packet.source) {
    way.unseen.push(`the address translation between ${from.node} and ${owner}`)
  }
  const arrived = await eyes.ask(owner, arrivalKind, {
    ...{
      source,
      to: sent,
      port: packet.dstport,
      vni: packet.vni,
      mac: frame.mac,
      features: frame.features,
      mtu: frame.mtu,
    },
    ...(from.place !== undefined && from.unconfirmed === undefined && { from: from.place.mac }),
    ...(frame.vlan !== undefined && { vlan: frame.vlan }),
    ...(frame.asks !== undefined && { asks: frame.asks }),
    ...(packet.mtu !== undefined && { outerMtu: packet.mtu }),
  })
  if ('noAnswer' in arrived) {
    return way.unknown(`what becomes of the frame at ${owner} is not known: ${arrived.noAnswer.message}`)
  }
  const arrival = arrived.answer
  way.tell(owner, arrival.steps)
  way.unseen.push(...arrival.unseen.map((each) => `at ${owner}: ${each}`))
  return way.ends(verdictOf(arrival, to, owner))
}

function verdictOf(arrival: Arrival, to: End, owner: string): Verdict {
  const said = `${owner} ${arrival.answer}`
  if (arrival.fate === 'dropped') {
    return { outcome: 'dies', diesAt: owner, verdict: said }
  }
  if (arrival.fate === 'unseen') {
    return { outcome: 'unknown', verdict: said }
  }
  if (owner !== to.node) {
    return { outcome: 'dies', diesAt: owner, verdict: `it goes to ${owner} and not to ${to.node}: ${said}` }
  }
  const { place } = to
  const isThere =
    place?.kind === 'port'
      ? arrival.ports.includes(place.dev)
      : arrival.isForHost || (place === undefined && arrival.ports.length > 0)
  const where = place?.kind === 'port' ? `the port ${place.dev}` : 'the host itself'
  return isThere
    ? { outcome: 'arrives', verdict: said }
    : { outcome: 'dies', diesAt: owner, verdict: `${said}, and not to ${where}, where ${to.asked} is` }
}

/** The source address as the other end sees it: that which the host advertises, where it is behind an address translation. */
function translatedSource(
  node: string,
  { source, vni, remote }: OuterPacket,
  { records }: FleetEyes,
): string | undefined {
  const family = familyOf(remote)
  const own = records.get(node)?.vteps.filter(({ local }) => familyOf(local) === family) ?? []
  const vtep = own.find((each) => each.vni === vni && (source === undefined || each.local === source))
  return vtep?.advertise ?? source ?? own.find((each) => each.vni === vni)?.local
}

/** The destination as it is behind an address translation. */
function translatedTarget(node: string, { remote, vni }: OuterPacket, { records }: FleetEyes): string {
  const translated = records.get(node)?.vteps.filter(({ advertise }) => advertise === remote) ?? []
  return (translated.find((each) => each.vni === vni) ?? translated[0])?.local ?? remote
}

/** What is gathered on the way. */
class Way {
  readonly #from: End
  readonly #to: End
  readonly #hops: Hop[] = []
  readonly unseen: string[] = []
  otherCopies = 0

  constructor(from: End, to: End) {
    this.#from = from
    this.#to = to
  }

  tell(node: string, steps: readonly Omit<Hop, 'node'>[]): void {
    this.#hops.push(...steps.map((step) => ({ node, ...step })))
  }

  dies(node: string, verdict: string): Followed {
    return this.ends({ outcome: 'dies', diesAt: node, verdict })
  }

  unknown(verdict: string): Followed {
    return this.ends({ outcome: 'unknown', verdict })
  }

  ends(verdict: Verdict): Followed {
    const [from, to] = [this.#from.asked, this.#to.asked]
    return {
      direction: { from, to, hops: this.#hops, ...verdict, otherCopies: this.otherCopies },
      unseen: this.unseen,
    }
  }
}
