/** Where on this host an address of the overlay is: the host's own, or behind a port of a bridge. Pure. */
import type { Link, Neighbour } from '../../../rtnetlink/index.ts'
import { constants } from '../../../rtnetlink/index.ts'
import type { Place } from '../../answers/arrival.ts'
import { bridgeData } from '../../kernel/bridge-link.ts'
import { localAddress, macOfFdbKey, type Observed } from '../../kernel/observed.ts'
import { isVxlan, vxlanData } from '../../kernel/vxlan-link.ts'
import { vlanMapOf, vlansOf } from '../../words/bridge-vlans.ts'
import { vlanOf } from '../explain/bridge-port.ts'
import { nameOf } from '../explain/departure-point.ts'

/** What is looked for. Without an address: where this host itself is. */
export interface Sought {
  readonly address?: string
  readonly isMac: boolean
  readonly vni?: number
}

/** As many places are given. */
export const mostPlaces = 64

/** One VNI on this host: its vxlan, and the bridge and VLAN that it goes with. */
interface Segment {
  readonly vni: number
  readonly vxlan: Link
  readonly bridge?: Link
  /** VLANs of the bridge whose frames go by the vxlan; undefined where the bridge does not filter. */
  readonly vlans?: ReadonlySet<number>
}

/** The places, and the VNIs that were looked at. */
export function whereIs({ address, isMac, vni }: Sought, observed: Observed): Place[] {
  const segments = segmentsOf(observed).filter((segment) => vni === undefined || segment.vni === vni)
  const places = segments.flatMap((segment) => {
    const own = ownPlaces(segment, observed)
    if (address === undefined) {
      return own
    }
    const mac = isMac ? address : undefined
    const ofHost = own.filter((place) =>
      mac === undefined ? place.addresses.includes(address) : place.mac === mac || hasOwnMac(segment, mac, observed),
    )
    return ofHost.length > 0 ? ofHost.slice(0, 1) : behindPorts(segment, mac ?? address, isMac, observed)
  })
  return places.slice(0, mostPlaces)
}

function segmentsOf({ links, bridgeLinks }: Observed): Segment[] {
  return [...links.values()].flatMap((vxlan): Segment[] => {
    const data = vxlanData(vxlan)
    if (data === undefined) {
      return []
    }
    const master = links.get(vxlan.attributes.master ?? 0)
    const bridge = master?.attributes.linkinfo?.kind === 'bridge' ? master : undefined
    const filters = bridge !== undefined && Boolean(bridgeData(bridge)?.vlanFiltering)
    const port = bridgeLinks.get(vxlan.index)
    if (data.collectMetadata === true) {
      // Which VNI a frame gets is told by the VLAN alone.
      return [...vlanMapOf(port)].flatMap(([vlan, vni]) =>
        bridge === undefined ? [] : [{ vni, vxlan, bridge, vlans: new Set([vlan]) }],
      )
    }
    return [
      {
        vni: data.id ?? 0,
        vxlan,
        ...(bridge !== undefined && { bridge }),
        ...(filters && { vlans: new Set(vlansOf(port).keys()) }),
      },
    ]
  })
}

/** The host itself: by the vxlan, by the bridge, or by interfaces for VLANs on either. */
function ownPlaces({ vni, vxlan, bridge, vlans }: Segment, observed: Observed): Place[] {
  const base = bridge ?? vxlan
  const uppers = [...observed.links.values()].filter((link) => {
    const vlan = vlanOf(link)
    return link.attributes.link === base.index && vlan !== undefined && (vlans === undefined || vlans.has(vlan))
  })
  const places = [base, ...uppers].map((device): Place => {
    const vlan = vlanOf(device)
    return {
      kind: 'own',
      vni,
      vxlan: nameOf(vxlan),
      dev: nameOf(device),
      mac: device.attributes.address ?? '',
      addresses: addressesOf(device, observed),
      ...(vlan !== undefined && { vlan }),
    }
  })
  // Those with addresses first: there the host takes part in the segment.
  return places.toSorted((one, other) => Number(other.addresses.length > 0) - Number(one.addresses.length > 0))
}

/** Link-local ones, which every device has, left out. */
function addressesOf({ index }: Link, { addresses }: Observed): string[] {
  return [...(addresses.get(index)?.values() ?? [])]
    .filter(({ scope }) => scope !== constants.RT_SCOPE_LINK)
    .flatMap((each) => localAddress(each) ?? [])
    .slice(0, mostPlaces)
}

/** Whether a MAC address is that of a port of the bridge, which is the host's own too. */
function hasOwnMac({ vxlan, bridge }: Segment, mac: string, { links }: Observed): boolean {
  return [...links.values()].some(
    (link) =>
      (link.index === vxlan.index || (bridge !== undefined && link.attributes.master === bridge.index)) &&
      link.attributes.address === mac,
  )
}

function behindPorts(segment: Segment, address: string, isMac: boolean, observed: Observed): Place[] {
  const { bridge, vlans } = segment
  if (bridge === undefined) {
    return []
  }
  const devices = [bridge, ...[...observed.links.values()].filter(({ attributes }) => attributes.link === bridge.index)]
  const macs = isMac
    ? [address]
    : devices.flatMap(({ index }) => observed.neighbours.get(index)?.get(address)?.attributes.lladdr ?? [])
  return [...(observed.fdb.get(bridge.index) ?? [])].flatMap(([key, entry]): Place[] => {
    const { vlan } = entry.attributes
    const isMeant = macs.includes(macOfFdbKey(key)) && (vlans === undefined || vlan === undefined || vlans.has(vlan))
    const port = isMeant ? portOf(entry, observed) : undefined
    return port === undefined
      ? []
      : [
          {
            kind: 'port',
            vni: segment.vni,
            vxlan: nameOf(segment.vxlan),
            dev: nameOf(port),
            mac: macOfFdbKey(key),
            addresses: isMac ? addressesBehind(macOfFdbKey(key), devices, observed) : [address],
            ...(vlan !== undefined && { vlan }),
          },
        ]
  })
}

/** The port of an entry that leads to a machine on this side of the tunnel. */
function portOf({ ifindex, state }: Neighbour, { links }: Observed): Link | undefined {
  const port = links.get(ifindex)
  const isOwn = (state & constants.NUD_PERMANENT) !== 0
  return port === undefined || isVxlan(port) || isOwn ? undefined : port
}

function addressesBehind(mac: string, devices: readonly Link[], { neighbours }: Observed): string[] {
  return devices
    .flatMap(({ index }) =>
      [...(neighbours.get(index) ?? [])].flatMap(([address, { attributes }]) =>
        attributes.lladdr === mac && !address.startsWith('fe80:') ? [address] : [],
      ),
    )
    .slice(0, mostPlaces)
}
