/** A bridge of VyOS 1.2 to 1.5. Source: interfaces_bridge.xml.in, ifconfig/bridge.py in vyos-1x. */
import type { BridgeDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import { type Place, placesOf, type Setting } from '../source.ts'
import { type VlanFlags, VlanSet, vlanWanted } from '../vlan-set.ts'
import { type ConfigNode, nodeAt } from './config-tree.ts'
import { linkRows } from './link-settings.ts'
import {
  each,
  flag,
  formerlyValued,
  type Leaf,
  leftOut,
  type Row,
  type Rows,
  readSettings,
  single,
  valuesOf,
} from './settings.ts'

/** What VyOS does with the bridge as a whole, which bears on each member. */
interface BridgeMode {
  readonly isVlanAware: boolean
  readonly hasStp: boolean
}

export function readBridge(overlay: Overlay, declared: Setting, node: ConfigNode): void {
  const draft = overlay.bridge(declared.text, declared)
  const mode: BridgeMode = {
    isVlanAware: nodeAt(node, 'enable-vlan') !== undefined,
    hasStp: nodeAt(node, 'stp') !== undefined && nodeAt(node, 'stp', 'false') === undefined,
  }
  if (mode.isVlanAware) {
    draft.add('vlans', { vid: 1, pvid: true, untagged: true }, declared)
  }
  const rows = { ...linkRows(overlay, draft), ...bridgeRows(overlay, declared.text, draft, mode) }
  readSettings(node, `${declared.name} ${declared.text}`, rows, overlay.notes)
  // What VyOS sets unasked, and the kernel would not.
  draft.setDefault('forward_delay', 14)
  draft.setDefault('mcast_snooping', false)
}

function bridgeRows(overlay: Overlay, name: string, draft: BridgeDraft, mode: BridgeMode): Rows {
  const number = (key: 'ageing_time' | 'forward_delay' | 'hello_time' | 'max_age' | 'priority'): Row =>
    single((setting) => draft.set(key, readDecimal(setting.text), setting))
  return {
    aging: number('ageing_time'),
    'forwarding-delay': number('forward_delay'),
    'hello-time': number('hello_time'),
    'max-age': number('max_age'),
    priority: number('priority'),
    stp: formerlyValued({ true: true, false: false }, (isOn, setting) => draft.set('stp', isOn, setting)),
    'enable-vlan': flag((setting) => draft.set('vlan_filtering', true, setting)),
    protocol: single((setting) => draft.set('vlan_protocol', setting.text.replace('802.1q', '802.1Q'), setting)),
    'igmp querier': flag((setting) => draft.set('mcast_querier', true, setting)),
    'igmp-snooping querier': formerlyValued({ enable: true, disable: false }, (isOn, setting) =>
      draft.set('mcast_querier', isOn, setting),
    ),
    'igmp snooping': flag((setting) => draft.set('mcast_snooping', true, setting)),
    'member interface': (leaf) => readMembers(overlay, name, mode, leaf),
    vif: (leaf) => readVlanInterfaces(draft, mode, leaf),
    'vif-s': leftOut('vxagent makes no VLAN interfaces'),
  }
}

function readMembers(overlay: Overlay, bridge: string, mode: BridgeMode, leaf: Leaf): void {
  const { node, notes } = leaf
  for (const member of valuesOf(leaf)) {
    const memberNode = node.children.get(member.text) as ConfigNode
    const memberName = `${member.name} ${member.text}`
    if (!overlay.attach(member.text, bridge, member)) {
      readSettings(memberNode, memberName, {}, notes, leftOut(`${member.text} is not made a port of ${bridge}`))
      continue
    }
    const port = overlay.port(member.text)
    const vlans = new VlanSet()
    const places: Place[] = []
    const addVlan = (setting: Setting, flags: VlanFlags): void => {
      if (!mode.isVlanAware) {
        notes.leftOut(setting, 'it has an effect with enable-vlan only')
      } else if (vlans.add(setting.text, flags)) {
        places.push(...placesOf(setting))
      } else {
        notes.leftOut(setting, vlanWanted)
      }
    }
    const rows: Rows = {
      'native-vlan': single((setting) => addVlan(setting, { pvid: true, untagged: true })),
      'allowed-vlan': each((setting) => addVlan(setting, {})),
      cost: single((setting) => port.set('cost', readDecimal(setting.text), setting)),
      priority: single((setting) => port.set('priority', readDecimal(setting.text), setting)),
      isolated: flag((setting) => port.set('isolated', true, setting)),
      'bpdu-guard': flag((setting) => port.set('guard', true, setting)),
      'root-guard': flag((setting) => port.set('root_block', true, setting)),
    }
    readSettings(memberNode, memberName, rows, notes)
    if (mode.isVlanAware) {
      // Even when there are none: VyOS takes the VLAN 1 away that the kernel gives a port.
      port.set('vlans', vlans.toEntries(), { ...member, parts: places })
    }
    if (mode.hasStp) {
      port.setDefault('cost', 100)
    }
  }
}

/** A VLAN interface on the bridge: the VLAN becomes one of the bridge itself, the interface is none of ours. */
function readVlanInterfaces(draft: BridgeDraft, { isVlanAware }: BridgeMode, leaf: Leaf): void {
  const { node, notes } = leaf
  for (const vlan of valuesOf(leaf)) {
    if (isVlanAware) {
      draft.add('vlans', vlan.text, vlan)
    } else {
      notes.leftOut(vlan, 'it has an effect with enable-vlan only')
    }
    const why = `vxagent makes no VLAN interfaces; let networkd or ifupdown make ${vlan.name.split(' ').at(-2)}.${vlan.text}`
    readSettings(node.children.get(vlan.text) as ConfigNode, `${vlan.name} ${vlan.text}`, {}, notes, leftOut(why))
  }
}
