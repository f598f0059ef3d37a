/** What the agent shows the fleet process of its links: what the kernel has, not what a file says. Pure. */
import { type Address, constants, type Link } from '../../rtnetlink/index.ts'
import type { FleetHandover, FleetLink, FleetPicture, FleetVtep } from '../answers/fleet.ts'
import type { ObjectStatus } from '../answers/status.ts'
import { fleetPartOf } from '../desired/filled-state.ts'
import { asksFor, asksForMacs, statedEntries } from '../desired/remote-parts.ts'
import type { DesiredState, VxlanSpec } from '../desired/schema.ts'
import { familyOf, type IpFamily, isLinkLocalIpv6 } from '../facts/ip-text.ts'
import { underlayFamily } from '../facts/vxlan.ts'
import { addressText, localAddress } from '../kernel/observed.ts'
import { hostAddresses } from '../kernel/own-addresses.ts'
import { remoteOf, vxlanData } from '../kernel/vxlan-link.ts'
import { bridgeOf } from './local-macs.ts'
import { type KernelTables, linkNamed, missingRemotes, unexplainedRemotes } from './missing.ts'
import { probePlaceOf } from './probe-place.ts'
import { askingLinks } from './with-fleet.ts'

/** As many destinations are named of those that are missing, or unexplained. */
const mostNamed = 16

/** What the picture is made of. */
export interface PictureFacts {
  /** The state in force; undefined: there is none yet. */
  readonly state: DesiredState | undefined
  /** The same with the fleet's remotes in it. */
  readonly desired: DesiredState | undefined
  readonly tables: KernelTables
  readonly objects: readonly ObjectStatus[]
  readonly handover: FleetHandover | undefined
  readonly heardMsAgo: number | undefined
  readonly unused: string | undefined
}

export function fleetPicture(facts: PictureFacts): FleetPicture {
  const { state, desired, tables, objects, handover, heardMsAgo, unused } = facts
  const own = hostAddresses(tables.observed)
  const byName = new Map(objects.map((object) => [object.name, object]))
  const links = (state === undefined ? [] : askingLinks(state)).map((name): FleetLink => {
    const missing = desired === undefined ? [] : missingRemotes(desired, name, tables, own)
    return {
      name,
      asksForRemotes: asksFor(state?.vxlans[name] ?? {}, 'remotes'),
      asksForMacs: asksForMacs(state?.vxlans[name] ?? {}),
      vni: state?.vxlans[name]?.id ?? 0,
      state: byName.get(name)?.state ?? 'waiting',
      ...vtepOf(name, state?.vxlans[name] ?? {}, tables),
      missing: missing.slice(0, mostNamed),
      missingCount: missing.length,
      unexplained: (desired === undefined ? [] : unexplainedRemotes(desired, name, tables)).slice(0, mostNamed),
      ...macsOf(desired, name, tables),
    }
  })
  return {
    ...(state?.fleet !== undefined && { settings: state.fleet }),
    links,
    ...(handover !== undefined && { handover }),
    ...(heardMsAgo !== undefined && { heardMsAgo: Math.round(heardMsAgo) }),
    ...(unused !== undefined && { unused }),
  }
}

/** Of the MAC addresses that the fleet gave, how many are wanted, and how many of them the kernel lacks. */
function macsOf(desired: DesiredState | undefined, name: string, tables: KernelTables): Pick<FleetLink, 'macs'> {
  const from = desired === undefined ? undefined : fleetPartOf(desired, name)?.fdbFrom
  if (from === undefined) {
    return {}
  }
  const wanted = statedEntries(desired?.vxlans[name]?.fdb).slice(from)
  const link = linkNamed(name, tables)
  const present = (link && tables.observed.fdb.get(link.index)) ?? new Map<string, unknown>()
  const missing = wanted.reduce((count, { mac }) => count + (present.has(mac) ? 0 : 1), 0)
  return { macs: { wanted: wanted.length, missing } }
}

function vtepOf(name: string, spec: VxlanSpec, tables: KernelTables): Pick<FleetLink, 'vtep' | 'obstacle'> {
  const link = linkNamed(name, tables)
  const data = vxlanData(link)
  if (link === undefined || data === undefined) {
    return { obstacle: link === undefined ? `there is no ${name}` : `${name} is no vxlan` }
  }
  if (data.id !== spec.id) {
    return { obstacle: `${name} has VNI ${data.id}, and its file says ${spec.id}` }
  }
  if ((link.flags & constants.IFF_UP) === 0) {
    return { obstacle: `${name} is down` }
  }
  const { observed, names } = tables
  const { learning = false, gbp = false, gpe = false } = data
  const group = remoteOf(data)
  const local = data.local ?? data.local6
  const device = data.link === undefined ? undefined : observed.links.get(data.link)
  const family = underlayFamily({ group, local })
  const address = local ?? (device && sourceOn(device, family, tables))
  if (address === undefined) {
    const dev = device?.attributes.ifname
    const obstacle =
      dev === undefined
        ? `${name} has neither local nor dev, so its source address is not known`
        : `${dev}, which ${name} goes by, has no ${family} address that others can reach`
    return { obstacle }
  }
  const dev = data.link === undefined ? undefined : names.nameOf(data.link)
  const vtep: FleetVtep = {
    address,
    ...(dev !== undefined && { dev }),
    dstport: data.port ?? 0,
    mtu: link.attributes.mtu ?? 0,
    ...(device?.attributes.mtu !== undefined && { underlayMtu: device.attributes.mtu }),
    mac: link.attributes.address ?? '',
    ...{ learning, gbp, gpe },
    ...(group !== undefined && { group }),
    addresses: [...addressesOf(link, tables), ...addressesOf(bridgeOf(link, tables), tables)],
    probe: probePlaceOf(link, tables),
  }
  return { vtep }
}

/** Addresses that the kernel would not send from, or of which it is not sure yet. */
const unfit = constants.IFA_F_DEPRECATED | constants.IFA_F_TENTATIVE | constants.IFA_F_DADFAILED
/** IPv4: of a subnet that has another one already. IPv6: one that is there for some days. */
const passing = constants.IFA_F_SECONDARY | constants.IFA_F_TEMPORARY

/** The address that packets by a device are sent from: the first one of global scope, lasting ones before others. */
function sourceOn(device: Link, family: IpFamily, { observed }: KernelTables): string | undefined {
  const flagsOf = ({ flags, attributes }: Address): number => attributes.flags ?? flags
  const fit = [...(observed.addresses.get(device.index)?.values() ?? [])].filter((address) => {
    const text = localAddress(address)
    const isGlobal = address.scope === constants.RT_SCOPE_UNIVERSE
    return text !== undefined && familyOf(text) === family && isGlobal && (flagsOf(address) & unfit) === 0
  })
  const best = fit.find((address) => (flagsOf(address) & passing) === 0) ?? fit[0]
  return best && localAddress(best)
}

/** Link-local ones, which every host makes for itself, left out. */
function addressesOf(link: Link | undefined, { observed }: KernelTables): string[] {
  const addresses = link === undefined ? undefined : observed.addresses.get(link.index)?.values()
  return [...(addresses ?? [])].filter((each) => !isLinkLocalIpv6(localAddress(each) ?? '')).map(addressText)
}
