/** What a vxlan does with a frame: its forwarding entry, or where it floods to. */
import { constants, type Link, type Neighbour, type RouteQuery } from '../../../rtnetlink/index.ts'
import { isMulticast } from '../../facts/ip-text.ts'
import { nexthopGroupName } from '../../facts/nexthop-group.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import { agesByUpdated } from '../../host/kernel-release.ts'
import { bridgeData } from '../../kernel/bridge-link.ts'
import { nexthopMembers } from '../../kernel/nexthop-members.ts'
import { isGroupMac, macOfFdbKey } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { fdbStateOf, isLearned } from '../../words/fdb-entry.ts'
import type { Frame, TunnelEntrance } from './bridge.ts'
import { nameOf } from './departure-point.ts'
import { answeredByProxy } from './local-answer.ts'
import type { Sources } from './sources.ts'
import type { Ending, StepLog } from './step-log.ts'

/** One destination of the frame. */
export interface Destination {
  readonly vni: number
  readonly address: string
  readonly port: number
  readonly query: RouteQuery
}

/** How the vxlan sends the frame. */
export interface Dispatch {
  readonly vxlan: Link
  readonly vni: number
  /** The entry of the MAC address itself; undefined: it is flooded. */
  readonly entry: Neighbour | undefined
  readonly destinations: readonly Destination[]
  /** The nexthop group that the destinations are the members of: the kernel picks one of them for each flow. */
  readonly nexthopGroup?: number
  /** Seconds until the entry ages out. */
  readonly agesOutIn?: number
  readonly changes: readonly string[]
}

const ticksPerSecond = 100

/** Where the vxlan sends a frame to `mac`. */
export async function dispatch(
  { vxlan, vni: mappedVni }: TunnelEntrance,
  { mac, asks }: Pick<Frame, 'mac' | 'asks'>,
  sources: Sources,
  log: StepLog,
): Promise<Dispatch | Ending> {
  const name = nameOf(vxlan)
  const data = vxlanData(vxlan) ?? {}
  if ((vxlan.flags & constants.IFF_UP) === 0) {
    return log.stop('vxlan', `${name} is down`)
  }
  const vni = data.collectMetadata === true ? mappedVni : data.id
  if (vni === undefined) {
    return log.stop('vxlan', `${name} carries many VNIs, and ${whyNoVni(vxlan, sources)}`)
  }
  if (data.vnifilter === true && sources.observed.vnis.get(vxlan.index)?.has(vni) !== true) {
    log.warn('vxlan', `VNI ${vni} is not in the filter of ${name}: what comes back in it is dropped`)
  }
  if (vxlan.attributes.address === mac) {
    return log.keep('vxlan', `${mac} is ${name}'s own address`)
  }
  log.note('vxlan', `it enters ${name}, VNI ${vni}, UDP port ${data.port}`)
  if (data.proxy === true && asks !== undefined) {
    return answeredByProxy(vxlan, asks, sources, log)
  }
  const srcVni = data.collectMetadata === true ? vni : undefined
  const context: Context = { vxlan, vni, sources, name }
  if (isGroupMac(mac)) {
    if (data.proxy === true) {
      log.note('vxlan', `${name} has proxy on: ARP and ND questions do not leave; it answers them itself or drops them`)
    }
    return flood(mac, srcVni, context, log)
  }
  const entry = await sources.entry({
    index: vxlan.index,
    lladdr: mac,
    flags: constants.NTF_SELF,
    ...(srcVni !== undefined && { srcVni }),
  })
  return entry === undefined ? flood(mac, srcVni, context, log) : unicast(entry, context, log)
}

/** Why it is not known which VNI a frame gets on a vxlan that carries many. */
function whyNoVni({ attributes: { master = 0 } }: Link, { observed }: Sources): string {
  const bridge = bridgeData(observed.links.get(master))
  if (bridge === undefined) {
    return 'it is in no bridge that maps VLANs to them: a route, tc or Open vSwitch tells each frame’s VNI, and is not followed here'
  }
  return bridge.vlanFiltering
    ? 'no VLAN of its bridge maps this frame to one of them; say which VLAN it is in, with --vlan'
    : 'its bridge does not filter VLANs, so that no VLAN maps to one of them: set vlan_filtering, and vlan_tunnel on the port'
}

interface Context {
  readonly vxlan: Link
  readonly vni: number
  readonly sources: Sources
  readonly name: string
}

function unicast(entry: Neighbour, { vxlan, vni, sources, name }: Context, log: StepLog): Dispatch | Ending {
  const { lladdr, nhId, dst } = entry.attributes
  const data = vxlanData(vxlan) ?? {}
  if (nhId !== undefined) {
    return toNexthopGroup(`${name} has an entry for ${lladdr}`, entry, { vxlan, vni, sources, name }, log)
  }
  if (dst === undefined) {
    return log.stop('forwarding', `the entry of ${name} for ${lladdr} has no destination`)
  }
  const isDynamic = isLearned(entry)
  const isExternal = (entry.flags & constants.NTF_EXT_LEARNED) !== 0
  const state = isExternal ? 'extern_learn' : isDynamic ? 'learned' : fdbStateOf(entry)
  const { used = 0, updated = 0 } = entry.attributes.cacheinfo ?? {}
  const isByUpdated = agesByUpdated(sources.release)
  const idle = (isByUpdated ? updated : Math.min(used, updated)) / ticksPerSecond
  const ageing = data.ageing ?? 0
  const agesOutIn = isDynamic && ageing > 0 ? Math.max(0, Math.round(ageing - idle)) : undefined
  const frames = isByUpdated ? 'from it' : 'from it or to it'
  const last = isDynamic ? `, last frame ${frames} ${Math.round(idle)} s ago` : ''
  log.note('forwarding', `${name} has an entry for ${lladdr}: ${dst} (${state}${last})`)
  const ends = [`a frame of ${lladdr} that comes from another VTEP moves it there`, `${name} going down forgets it`]
  const changes = isDynamic
    ? [`without a frame ${frames} it ages out in about ${agesOutIn} s: frames to ${lladdr} are flooded then`, ...ends]
    : [
        isExternal
          ? 'the control plane that put it there (FRR, say) changes or withdraws it'
          : 'it stays until somebody changes or removes it: vxagent by its files, or a person',
      ]
  return {
    vxlan,
    vni,
    entry,
    destinations: [destinationOf(entry, vxlan, vni)],
    ...(agesOutIn !== undefined && { agesOutIn }),
    changes,
  }
}

/** An entry that leads to a nexthop group: to one of its members, whichever the flow falls to. */
function toNexthopGroup(
  why: string,
  entry: Neighbour,
  { vxlan, vni, sources, name }: Context,
  log: StepLog,
): Dispatch | Ending {
  const { nhId = 0 } = entry.attributes
  const group = nexthopGroupName(nhId)
  const members = nexthopMembers(nhId, sources.nexthops ?? new Map())
  if (members === undefined) {
    log.note('forwarding', `${why}: to ${group}, whose members are not known here`)
    return {
      fate: 'unicast',
      answer: `The frame leaves through ${name} (VNI ${vni}) to one VTEP of ${group}; which there are was not looked at.`,
    }
  }
  if (members.length === 0) {
    return log.stop('forwarding', `${why}: to ${group}, which has no members`)
  }
  log.note('forwarding', `${why}: to ${group}, to whichever of its members the flow falls: ${listed(members)}`)
  const destinations = members.map((dst) =>
    destinationOf({ ...entry, attributes: { ...entry.attributes, dst } }, vxlan, vni),
  )
  return { vxlan, vni, entry, destinations, nexthopGroup: nhId, changes: [`whoever made ${group} changes its members`] }
}

function flood(
  mac: string,
  srcVni: number | undefined,
  { vxlan, vni, sources, name }: Context,
  log: StepLog,
): Dispatch | Ending {
  const data = vxlanData(vxlan) ?? {}
  const ofAddress = isGroupMac(mac) ? entriesFor(mac, srcVni, vxlan, sources) : []
  // The kernel takes the entries of the very address first, of a group too. Source: vxlan_xmit, drivers/net/vxlan/vxlan_core.c.
  const entries = ofAddress.length > 0 ? ofAddress : entriesFor(zeroMac, srcVni, vxlan, sources)
  const usable = entries.filter(({ attributes }) => attributes.dst !== undefined)
  const why =
    ofAddress.length > 0
      ? `${name} has ${ofAddress.length === 1 ? 'an entry' : `${ofAddress.length} entries`} for ${mac} itself, and goes by nothing else`
      : isGroupMac(mac)
        ? `${mac} is for all`
        : `${name} has no entry for ${mac}`
  const toGroup = entries.find(({ attributes }) => attributes.nhId !== undefined)
  if (usable.length === 0 && toGroup !== undefined) {
    return toNexthopGroup(why, toGroup, { vxlan, vni, sources, name }, log)
  }
  if (usable.length === 0) {
    return log.stop('forwarding', `${why}, and none for frames without an entry: it floods to nobody`)
  }
  const destinations = usable.map((entry) => destinationOf(entry, vxlan, vni))
  const groups = destinations.filter(({ address }) => isMulticast(address))
  log.note(
    'forwarding',
    groups.length > 0
      ? `${why}: it is flooded to the multicast group ${groups.map(({ address }) => address).join(', ')}`
      : `${why}: it is flooded to ${destinations.length === 1 ? 'the one VTEP' : `each of ${destinations.length} VTEPs, one copy each`}: ${listed(destinations.map(({ address }) => address))}`,
  )
  const changes = isGroupMac(mac)
    ? [
        ofAddress.length > 0
          ? `without entries of its own ${mac} is sent to all that frames without an entry are sent to`
          : 'nothing: frames for all are always flooded',
      ]
    : [
        data.learning === false
          ? `${name} does not learn: only an entry that a person, vxagent or a control plane puts there changes it`
          : `the first frame from ${mac} that comes through ${name} teaches where it is: from then on frames go to that VTEP alone`,
      ]
  return { vxlan, vni, entry: undefined, destinations, changes }
}

/** The entries of a vxlan for a MAC address; of one that carries many VNIs, those of the VNI. */
function entriesFor(mac: string, srcVni: number | undefined, vxlan: Link, { observed }: Sources): Neighbour[] {
  const table = observed.fdb.get(vxlan.index) ?? new Map<string, Neighbour>()
  return [...table]
    .filter(
      ([key, { attributes }]) =>
        macOfFdbKey(key) === mac && (srcVni === undefined || (attributes.srcVni ?? 0) === srcVni),
    )
    .map(([, entry]) => entry)
}

function destinationOf({ attributes }: Neighbour, vxlan: Link, vni: number): Destination {
  const data = vxlanData(vxlan) ?? {}
  const { dst = '', port = data.port ?? 0, vni: ownVni = vni, ifindex } = attributes
  const src = data.local ?? data.local6
  return {
    vni: ownVni,
    address: dst,
    port,
    query: { dst, ...(src !== undefined && { src }), ...(ifindex !== undefined && { oif: ifindex }) },
  }
}

/** Up to eight of them. */
export function listed(words: readonly string[]): string {
  const shown = words.slice(0, 8).join(', ')
  return words.length > 8 ? `${shown} and ${words.length - 8} more` : shown
}
