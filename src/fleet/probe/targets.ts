/** Whom this host may probe, and whose probes it answers: members that publish an address for it. Pure. */
import ipaddr from 'ipaddr.js'
import type { FleetHandover, FleetLink, FleetVtep } from '../../agent/answers/fleet.ts'
import type { ProbePlace } from '../../agent/answers/probes.ts'
import { grouped } from '../../agent/facts/grouped.ts'
import { familyOf, isLinkLocalIpv6 } from '../../agent/facts/ip-text.ts'
import { encapsulationOverhead } from '../../agent/facts/vxlan.ts'
import { addressOf, type Member, type PublishedVtep } from '../records/node-record.ts'
import { smallSize } from './packet.ts'

/** A link on which this host probes. */
export interface ProbeLink {
  readonly name: string
  readonly vni: number
  readonly vtep: FleetVtep
  readonly place: ProbePlace
}

/** A member, as one link reaches it. */
export interface ProbeTarget {
  readonly link: ProbeLink
  readonly vni: number
  readonly node: string
  /** The address of this host that is probed from, and that of the member with its port. */
  readonly local: string
  readonly address: string
  readonly port: number
  /** Bytes of the largest inner packet that both links have room for. */
  readonly size: number
  readonly theirs: PublishedVtep
}

/** The links on which it can be done, one for each VNI, and why on others it cannot. */
export function probeLinksOf(links: readonly FleetLink[]): {
  readonly links: ProbeLink[]
  readonly without: { readonly link: string; readonly vni: number; readonly why: string }[]
} {
  const found = new Map<number, ProbeLink>()
  const without: { readonly link: string; readonly vni: number; readonly why: string }[] = []
  for (const { name, vni, vtep, obstacle } of links.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const place = vtep?.probe
    const first = found.get(vni)
    if (first !== undefined) {
      without.push({ link: name, vni, why: `${first.name} has the same VNI, and is the one that is probed on` })
    } else if (vtep === undefined || place === undefined) {
      without.push({ link: name, vni, why: obstacle ?? 'the agent does not say where a socket may stand' })
    } else if ('why' in place) {
      without.push({ link: name, vni, why: place.why })
    } else {
      found.set(vni, { name, vni, vtep, place })
    }
  }
  return { links: [...found.values()], without }
}

/** A VTEP that frames of a link are sent to, and the member whose it is. */
export interface Counterpart {
  readonly node: string
  readonly theirs: PublishedVtep
}

/** The VTEPs of members that are there and that frames of a link are sent to. */
export function counterpartsOn(
  { name, vni }: Pick<ProbeLink, 'name' | 'vni'>,
  derived: FleetHandover['links'],
  members: ReadonlyMap<string, Member>,
): Counterpart[] {
  const remotes = Object.hasOwn(derived, name) ? (derived[name]?.remotes ?? []) : []
  const seen = new Set<string>()
  return remotes.flatMap(({ node, dst, state }): Counterpart[] => {
    const record = members.get(node)?.record
    const theirs = record?.vteps.find((vtep) => vtep.vni === vni && addressOf(vtep) === dst)
    if (theirs === undefined || state !== 'present' || record?.leaving === true || seen.has(node)) {
      return []
    }
    seen.add(node)
    return [{ node, theirs }]
  })
}

/** Those of them that can be probed from a link. */
export function targetsOn(link: ProbeLink, counterparts: readonly Counterpart[]): ProbeTarget[] {
  return counterparts.flatMap(({ node, theirs }): ProbeTarget[] => {
    const pair = addressesFor(link, theirs)
    const size = Math.min(link.vtep.mtu, link.place.mtu, theirs.mtu, 65_535)
    return pair === undefined || size < smallSize ? [] : [{ link, vni: link.vni, node, ...pair, size, theirs }]
  })
}

/** The first address of theirs that one of ours is on a network with: a record may say anything, and nothing is sent elsewhere. */
function addressesFor(
  { place, vtep }: ProbeLink,
  { probe }: PublishedVtep,
): Pick<ProbeTarget, 'local' | 'address' | 'port'> | undefined {
  for (const address of probe?.addresses ?? []) {
    const local = place.addresses.find((own) => own !== address && isOnNetwork(own, address, vtep.addresses))
    if (probe !== undefined && local !== undefined) {
      return { local, address, port: probe.port }
    }
  }
  return undefined
}

function isOnNetwork(own: string, other: string, prefixes: readonly string[]): boolean {
  if (isLinkLocalIpv6(own) || isLinkLocalIpv6(other)) {
    return isLinkLocalIpv6(own) && isLinkLocalIpv6(other)
  }
  if (familyOf(own) !== familyOf(other)) {
    return false
  }
  const prefix = prefixes.find((each) => each.split('/')[0] === own)
  if (prefix === undefined) {
    return false
  }
  const [network, length] = ipaddr.parseCIDR(prefix)
  const parsed = ipaddr.parse(other)
  return parsed.kind() === network.kind() && parsed.match(network, length)
}

/** By VNI and address: the member whose it is. What two members claim is nobody's. */
export function sendersOf(targets: readonly ProbeTarget[]): ReadonlyMap<string, string> {
  const claims = targets.flatMap(({ vni, node, theirs }) =>
    (theirs.probe?.addresses ?? []).map((address) => ({ key: senderKey(vni, address), node })),
  )
  const senders = new Map<string, string>()
  for (const [key, named] of grouped(claims, (claim) => claim.key)) {
    const [first, ...more] = named
    if (first !== undefined && more.every(({ node }) => node === first.node)) {
      senders.set(key, first.node)
    }
  }
  return senders
}

export function senderKey(vni: number, address: string): string {
  return `${vni} ${address}`
}

/** What the records of both ends say that would explain that frames do not pass, or not all of them. */
export function hintsFor({ link, node, theirs }: ProbeTarget): string[] {
  const { vtep } = link
  const smallest = Math.min(
    theirs.underlayMtu ?? Number.POSITIVE_INFINITY,
    vtep.underlayMtu ?? Number.POSITIVE_INFINITY,
  )
  const overhead = encapsulationOverhead(familyOf(addressOf(theirs)))
  return [
    ...(theirs.dstport === vtep.dstport
      ? []
      : [`${node} listens on UDP port ${theirs.dstport} and ${link.name} on ${vtep.dstport}`]),
    ...(['gbp', 'gpe'] as const)
      .filter((flag) => theirs.flags.includes(flag) !== vtep[flag])
      .map((flag) => `only one of both has ${flag}`),
    ...(Number.isFinite(smallest) && link.vtep.mtu + overhead > smallest
      ? [
          `a frame of ${link.vtep.mtu} bytes takes ${link.vtep.mtu + overhead} in the underlay, and the device of one end has an MTU of ${smallest}`,
        ]
      : []),
  ]
}
