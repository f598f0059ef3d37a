/** Sections [BridgeVLAN]: the VLANs of a port, or of a bridge itself. */
import type { Overlay } from '../overlay.ts'
import type { Place, Setting } from '../source.ts'
import { type VlanFlags, VlanSet, vlanWanted } from '../vlan-set.ts'
import { each, effective, joined, leaveOutAll, readAssignments, single } from './rows.ts'
import type { Unit } from './unit.ts'

/** What all sections together say goes to the port's options, or to the bridge when `name` is one. */
export function setVlans(overlay: Overlay, name: string, unit: Unit): void {
  const { notes } = overlay
  const assignments = joined(unit.sections, 'BridgeVLAN')
  const [first] = effective(assignments)
  const bridge = overlay.isBridge(name) ? name : overlay.bridgeOf(name)
  if (first === undefined || bridge === undefined) {
    leaveOutAll(assignments, `${name} is not a port of a bridge`, notes)
    return
  }
  const vlans = new VlanSet()
  const places: Place[] = []
  const mark = (setting: Setting, flags: VlanFlags): boolean => {
    const isVlan = vlans.add(setting.text, flags)
    if (isVlan) {
      places.push(setting.at)
    } else {
      notes.leftOut(setting, vlanWanted)
    }
    return isVlan
  }
  const hasPvid = effective(assignments).some(({ key }) => key === 'PVID')
  const rows = {
    VLAN: each((setting) => mark(setting, {})),
    EgressUntagged: each((setting) => mark(setting, { untagged: true })),
    PVID: single((setting) => mark(setting, { pvid: true })),
  }
  readAssignments(assignments, rows, notes)
  // networkd leaves the VLAN that the kernel gives each port; a stated list is the whole list.
  const given = overlay.findBridge(bridge)?.get('vlan_default_pvid') ?? 1
  if (given !== 0) {
    vlans.add(String(given), { untagged: true, ...(!hasPvid && { pvid: true }) })
  }
  const target = overlay.findBridge(name) ?? overlay.port(name)
  for (const entry of vlans.toEntries()) {
    target.add('vlans', entry, { ...first.setting, parts: places })
  }
}
