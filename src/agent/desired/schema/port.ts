/** Keys that a link has as a port of a bridge: what `bridge link` and `bridge vlan` set. */
import * as z from 'zod'
import { flag, numberRange, wholeNumber } from '../values.ts'

const vid = () => numberRange('a VLAN ID from 1 to 4094, or a range such as 20-30', 1, 4094)

const vlanObject = z.strictObject(
  {
    vid: vid().meta({ description: 'A VLAN ID, or a range of them. Required.', examples: [10, '20-30'] }),
    pvid: flag()
      .exactOptional()
      .meta({
        description: 'Frames that come untagged belong to this VLAN; one of a port. Default: false.',
        examples: [true],
      }),
    untagged: flag()
      .exactOptional()
      .meta({ description: 'Frames of the VLAN leave untagged. Default: false.', examples: [true] }),
  },
  { error: 'be a VLAN ID, a range, or a mapping with the key vid' },
)

const vlanEntry = z
  .union([vid(), vlanObject.readonly()], {
    error: 'be a VLAN ID from 1 to 4094, a range such as 20-30, or a mapping with the key vid',
  })
  .overwrite((entry) => (typeof entry === 'object' && Object.keys(entry).length === 1 ? entry.vid : entry))

export type VlanSpec = z.output<typeof vlanEntry>

/** The VLANs of a port, or of a bridge itself. */
export function vlanList() {
  return z
    .array(vlanEntry, { error: 'be a list of VLANs and ranges, such as [10, 20-30]' })
    .readonly()
    .meta({
      description:
        'VLANs, each tagged unless it says otherwise. A stated list is the whole list. `bridge vlan` to iproute2. Kernel default: the `vlan_default_pvid` of the bridge, untagged.',
      examples: [[10, '20-30', { vid: 1, pvid: true, untagged: true }]],
    })
}

const mapEntry = z
  .strictObject(
    {
      vid: vid().meta({ description: 'A VLAN ID, or a range of them. Required.', examples: [10, '40-43'] }),
      // The kernel does not show a map to VNI 0. Source: br_fill_vlan_tunnel_info(), net/bridge/br_netlink_tunnel.c.
      vni: numberRange('a VNI from 1 to 16777215, or a range such as 10040-10043', 1, 0xffffff).meta({
        description: 'The VNI of the VLAN; of a range of VLANs a range as long. Required.',
        examples: [10010, '10040-10043'],
      }),
    },
    { error: 'be a mapping with vid and vni' },
  )
  .readonly()

export type VlanToVniSpec = z.output<typeof mapEntry>

function portFlag(description: string, fallback: boolean) {
  return flag()
    .exactOptional()
    .meta({ description: `${description} Kernel default: ${fallback}.`, examples: [!fallback] })
}

export const portKeys = {
  learning: portFlag('Learn on which port a MAC address is from the frames that come by this one.', true),
  neigh_suppress: portFlag(
    "Answer ARP and ND from the bridge's own neighbours instead of flooding them here. The bridge needs a forwarding entry for the neighbour's MAC address as well: one that it learns, or `fdb` of the bridge, or `master: true` on an entry of a vxlan's `fdb`.",
    false,
  ),
  isolated: portFlag(
    'Forward nothing between this port and other isolated ones. Can drop frames: between two isolated ports, all of them.',
    false,
  ),
  flood: portFlag(
    'Flood frames for unknown unicast MAC addresses here. Can drop frames: off, those to MAC addresses that the bridge has not learned.',
    true,
  ),
  mcast_flood: portFlag(
    'Flood multicast frames here. Can drop frames: off, IPv6 neighbour discovery among them.',
    true,
  ),
  bcast_flood: portFlag('Flood broadcast frames here. Can drop frames: off, ARP requests among them.', true),
  vlan_tunnel: portFlag('Turn VLANs into VNIs and back, as `vlan_to_vni` says.', false),
  hairpin: portFlag('Send frames back by the port that they came by.', false),
  guard: portFlag('Refuse STP packets here (BPDU guard).', false),
  root_block: portFlag('Never take this port for the way to the STP root.', false),
  fast_leave: portFlag('Leave a multicast group at once when the one host behind the port does.', false),
  locked: portFlag(
    'Take frames from known MAC addresses only. Can drop frames: from every MAC address without an entry.',
    false,
  ),
  cost: wholeNumber(1, 65535)
    .exactOptional()
    .meta({ description: 'STP path cost. Kernel default: 100 for a vxlan, by speed for a NIC.', examples: [100] }),
  priority: wholeNumber(0, 63)
    .exactOptional()
    .meta({ description: 'STP port priority. Kernel default: 32.', examples: [32] }),
  vlans: vlanList().exactOptional(),
  vlan_to_vni: z
    .array(mapEntry, { error: 'be a list of mappings, such as [{vid: 10, vni: 10010}]' })
    .readonly()
    .exactOptional()
    .meta({
      description:
        'Which VNI each VLAN is sent with, on a vxlan with `external` and a port with `vlan_tunnel`. Mapped VLANs are VLANs of the port. A stated list is the whole list. `bridge vlan … tunnel_info` to iproute2. Kernel default: none.',
      examples: [
        [
          { vid: 10, vni: 10010 },
          { vid: '40-43', vni: '10040-10043' },
        ],
      ],
    }),
}

export type PortKey = keyof typeof portKeys

export const portSchema = z
  .strictObject(portKeys, { error: 'be a mapping of keys to values' })
  .readonly()
  .meta({ title: 'A bridge port', description: 'Options of a link as a port of a bridge.' })

export type PortSpec = z.output<typeof portSchema>
