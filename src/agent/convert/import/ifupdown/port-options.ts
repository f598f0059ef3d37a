/** Options of an interface as a port of a bridge. Source: bridge.py of ifupdown2, interfaces-bridge(5) of ifupdown-ng. */
import type { Overlay, PortDraft, PortFlag } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { VlanSet, vlanWanted } from '../vlan-set.ts'
import type { Option } from './interfaces-file.ts'
import { boolean, leftOut, type Row, type Rows, single, wordsOf } from './rows.ts'

/** Options that say which VLANs a port has; on a bridge, those of its ports that state none. */
export const vlanOptions: readonly string[] = [
  'bridge-vids',
  'bridge-trunk',
  'bridge-pvid',
  'bridge-access',
  'bridge-allow-untagged',
]

export function portRows(port: PortDraft): Rows {
  const flag = (key: PortFlag): Row => boolean((value, setting) => port.set(key, value, setting))
  return {
    'bridge-learning': flag('learning'),
    'bridge-arp-nd-suppress': flag('neigh_suppress'),
    'bridge-unicast-flood': flag('flood'),
    'bridge-multicast-flood': flag('mcast_flood'),
    'bridge-broadcast-flood': flag('bcast_flood'),
    'bridge-portmcfl': flag('fast_leave'),
    'bridge-pathcosts': single((setting) => port.set('cost', readDecimal(setting.text), setting)),
    'bridge-portprios': single((setting) => port.set('priority', readDecimal(setting.text), setting)),
    'bridge-portmcrouter': leftOut('vxagent has no key for it; use `bridge link set dev LINK mcast_router NUMBER`'),
    'bridge-l2protocol-tunnel': leftOut('vxagent has no key for it'),
  }
}

/** The VLANs of a port in a VLAN-aware bridge: its own, or those that the bridge states for its ports. Source: _apply_bridge_vlan_aware_port_settings_all(). */
export function setPortVlans(
  { notes }: Overlay,
  port: PortDraft,
  own: readonly Option[],
  ofBridge: readonly Option[],
  at: Setting,
): void {
  const find = (options: readonly Option[], ...keys: readonly string[]): Setting | undefined =>
    options.find(({ key }) => keys.includes(key))?.setting
  const access = find(own, 'bridge-access')
  const vids =
    access === undefined
      ? (find(own, 'bridge-vids', 'bridge-trunk') ?? find(ofBridge, 'bridge-vids', 'bridge-trunk'))
      : undefined
  const pvid = access ?? find(own, 'bridge-pvid') ?? find(ofBridge, 'bridge-pvid')
  const untagged = find(own, 'bridge-allow-untagged')
  const vlans = new VlanSet()
  const used = [vids, pvid, untagged].filter((setting) => setting !== undefined)
  for (const word of vids === undefined ? [] : wordsOf(vids)) {
    if (!vlans.add(word)) {
      notes.leftOut(vids as Setting, `${word}: ${vlanWanted}`)
    }
  }
  const isTagged = access === undefined && untagged !== undefined && /^(no|off|0)$/i.test(untagged.text)
  if (!isTagged && !vlans.add(pvid?.text ?? '1', { pvid: true, untagged: true })) {
    notes.leftOut(pvid as Setting, vlanWanted)
  }
  port.set('vlans', vlans.toEntries(), { ...(used[0] ?? at), parts: used.map((setting) => setting.at) })
  for (const { setting } of own.filter(
    (option) => vlanOptions.includes(option.key) && !used.includes(option.setting),
  )) {
    notes.withoutEffect(setting, 'another setting of the VLANs of this port counts')
  }
}
