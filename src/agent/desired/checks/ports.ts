/** Rules on what a link is as a port of a bridge: its VLANs, and their map to VNIs. */
import { type BridgeDeclaration, pathOf } from '../declaration.ts'
import { errorAt, type Finding, type Path, warningAt } from '../finding.ts'
import type { StatedPort } from '../membership.ts'
import { lengthOf, overlapsOf } from '../ranges.ts'
import type { VlanSpec, VlanToVniSpec } from '../schema/port.ts'
import { isPlain } from './metadata.ts'

/** What is wrong with the options of one port. */
export function* checkPort(port: StatedPort): Generator<Finding> {
  const { spec, path, link: name } = port
  const map = spec.vlan_to_vni ?? []
  yield* checkVlans(spec.vlans ?? [], [...path, 'vlans'], name)
  for (const [index, entry] of map.entries()) {
    yield* differentLengths(entry, [...path, 'vlan_to_vni', index], name)
  }
  yield* mappedTwice(map, 'vid', [...path, 'vlan_to_vni'], name)
  yield* mappedTwice(map, 'vni', [...path, 'vlan_to_vni'], name)
  yield* mapWithoutTunnel(port)
  yield* mapWithoutExternal(port)
  yield* withoutFiltering(port)
}

/** The VLANs of a bridge itself. */
export function* checkBridgeVlans(bridge: BridgeDeclaration): Generator<Finding> {
  const { vlans = [], vlan_filtering: filtering } = bridge.spec
  const path = pathOf(bridge, 'vlans')
  const isIdle = vlans.length > 0 && filtering !== true && !bridge.unusable.has('vlan_filtering')
  yield* checkVlans(vlans, path, bridge.name)
  if (isIdle) {
    const message = `vlans of ${bridge.name} has no effect: ${bridge.name} does not keep VLANs apart`
    yield warningAt('vlan-filtering-off', path, 'key', message, `state vlan_filtering: true on ${bridge.name}`)
  }
}

function* checkVlans(vlans: readonly VlanSpec[], path: Path, of: string): Generator<Finding> {
  const ranges = vlans.map((vlan) => (typeof vlan === 'object' ? vlan.vid : vlan))
  const pvids = vlans.flatMap((vlan, index) => (typeof vlan === 'object' && vlan.pvid === true ? [index] : []))
  for (const { index, earlier, number } of overlapsOf(ranges)) {
    const message = `VLAN ${number} stands twice in vlans of ${of}: entries ${earlier + 1} and ${index + 1}`
    yield errorAt('vlan-twice', [...path, index], 'value', message, 'remove it from one of the two')
  }
  for (const [nth, index] of pvids.entries()) {
    // EINVAL. Source: br_process_vlan_info, net/bridge/br_netlink.c.
    if (lengthOf(ranges[index] ?? 0) > 1) {
      const message = `pvid of VLANs ${ranges[index]} of ${of}: untagged frames can belong to one VLAN only`
      yield errorAt('pvid-range', [...path, index, 'pvid'], 'key', message, 'state that one VLAN by itself')
    }
    // The kernel keeps the one that it is told last. Source: __vlan_add_pvid, net/bridge/br_vlan.c.
    if (nth > 0) {
      const message = `VLAN ${ranges[index]} of ${of} is pvid, and so is VLAN ${ranges[pvids[0] ?? 0]}: untagged frames can belong to one VLAN only`
      yield errorAt('pvid-twice', [...path, index, 'pvid'], 'key', message, 'remove pvid from one of the two')
    }
  }
}

/** EINVAL. Source: br_process_vlan_tunnel_info, net/bridge/br_netlink_tunnel.c. */
function differentLengths({ vid, vni }: VlanToVniSpec, path: Path, name: string): Finding[] {
  const [vids, vnis] = [lengthOf(vid), lengthOf(vni)]
  return vids === vnis
    ? []
    : [
        errorAt(
          'map-lengths-differ',
          [...path, 'vni'],
          'value',
          `${count(vids, 'VLAN')} (${vid}) of ${name} cannot be mapped to ${count(vnis, 'VNI')} (${vni})`,
          `state ${vids === 1 ? 'one VNI' : `a range of ${vids} VNIs`}`,
        ),
      ]
}

/** A VLAN has one VNI, and frames of a VNI one VLAN. "tunnel_id already in use" to the kernel: EEXIST. Source: __vlan_tunnel_info_add, net/bridge/br_vlan_tunnel.c. */
function* mappedTwice(map: readonly VlanToVniSpec[], key: 'vid' | 'vni', path: Path, name: string): Generator<Finding> {
  for (const { index, earlier, number } of overlapsOf(map.map((entry) => entry[key]))) {
    const code = key === 'vid' ? 'vlan-mapped-twice' : 'vni-mapped-twice'
    const message = `${key === 'vid' ? 'VLAN' : 'VNI'} ${number} stands twice in vlan_to_vni of ${name}: entries ${earlier + 1} and ${index + 1}`
    yield errorAt(code, [...path, index, key], 'value', message, 'remove it from one of the two')
  }
}

/** EINVAL. Source: br_process_vlan_tunnel_info, net/bridge/br_netlink_tunnel.c, by way of br_afspec. */
function mapWithoutTunnel({ spec, path, link: name }: StatedPort): Finding[] {
  return spec.vlan_to_vni !== undefined && spec.vlan_to_vni.length > 0 && spec.vlan_tunnel !== true
    ? [
        errorAt(
          'map-without-tunnel',
          [...path, 'vlan_to_vni'],
          'key',
          `vlan_to_vni of ${name} needs vlan_tunnel: the kernel takes no map for a port without`,
          'state vlan_tunnel: true beside it',
        ),
      ]
    : []
}

/** The kernel takes the map, and the link sends the frames of all VLANs with its own VNI. Source: vxlan_xmit, drivers/net/vxlan/vxlan_core.c. */
function mapWithoutExternal({ spec, path, link: name, vxlan }: StatedPort): Finding[] {
  return vxlan !== undefined && isPlain(vxlan) && (spec.vlan_to_vni ?? []).length > 0
    ? [
        errorAt(
          'map-without-external',
          [...path, 'vlan_to_vni'],
          'key',
          `vlan_to_vni of ${name} needs an external link: ${name} sends the frames of all VLANs with its one VNI`,
          `state external: true on ${name} instead of an id`,
        ),
      ]
    : []
}

/** The kernel keeps VLANs and maps of a bridge without VLAN filtering, and does not look at them. Source: br_handle_vlan, net/bridge/br_vlan.c. */
function withoutFiltering({ spec, path, link: name, bridge }: StatedPort): Finding[] {
  const key = (['vlan_to_vni', 'vlans'] as const).find((each) => (spec[each] ?? []).length > 0)
  const isOff = bridge?.spec.vlan_filtering !== true && !bridge?.unusable.has('vlan_filtering')
  return key !== undefined && bridge !== undefined && isOff
    ? [
        warningAt(
          'vlan-filtering-off',
          [...path, key],
          'key',
          `${key} of ${name} has no effect: its bridge ${bridge.name} does not keep VLANs apart`,
          `state vlan_filtering: true on ${bridge.name}`,
        ),
      ]
    : []
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
