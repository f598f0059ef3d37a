/** A vxlan of ifupdown2 or ifupdown-ng. Source: addons/vxlan.py, executors/linux/vxlan. */
import { parseIpAddress } from '../../../facts/ip-text.ts'
import type { Overlay, PortDraft, VxlanDraft } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { boolean, decisive, each, leftOut, type Row, type Rows, single, wordsOf } from './rows.ts'

/** UDP port of both tools for a vxlan that states none. */
const defaultDstport = 4789

export function vxlanRows({ notes }: Overlay, draft: VxlanDraft, port: PortDraft): Rows {
  const remotes = each((setting) => {
    for (const address of wordsOf(setting)) {
      draft.add('remotes', address, setting)
    }
  })
  // ifupdown-ng makes a single peer the link's own.
  const peers = single((setting) => {
    const [first, ...others] = wordsOf(setting)
    if (first !== undefined && others.length === 0) {
      draft.set('remote', first, setting)
    } else {
      remotes([setting], notes)
    }
  })
  const number = (key: 'id' | 'dstport' | 'tos'): Row =>
    single((setting) => draft.set(key, setting.text === 'inherit' ? 'inherit' : readDecimal(setting.text), setting))
  const group = single((setting) => draft.set(isMulticast(setting.text) ? 'group' : 'remote', setting.text, setting))
  const local = single((setting) => draft.set('local', setting.text.replace(/\/\d+$/, ''), setting))
  return {
    'vxlan-id': number('id'),
    'vxlan-local-tunnelip': local,
    'vxlan-local-ip': local,
    'vxlan-remoteip': remotes,
    'vxlan-remote-ip': peers,
    'vxlan-peer-ips': peers,
    'vxlan-svcnodeip': group,
    'vxlan-svcnodeip6': group,
    'vxlan-mcastgrp': group,
    'vxlan-mcastgrp6': group,
    'vxlan-peer-group': group,
    'vxlan-remote-group': group,
    'vxlan-physdev': single((setting) => draft.set('dev', setting.text, setting)),
    'vxlan-port': number('dstport'),
    'vxlan-dstport': number('dstport'),
    'vxlan-learning': boolean((value, setting) => draft.set('learning', value, setting)),
    'vxlan-ageing': single((setting) =>
      // ifupdown2 leaves 0 to the kernel.
      setting.text === '0' ? notes.accountFor(setting) : draft.set('ageing', readDecimal(setting.text), setting),
    ),
    'vxlan-ttl': single((setting) =>
      /^(auto|0)$/i.test(setting.text)
        ? notes.accountFor(setting)
        : draft.set('ttl', readDecimal(setting.text), setting),
    ),
    'vxlan-tos': number('tos'),
    'vxlan-udp-csum': boolean((value, setting) => draft.set('udpcsum', value, setting)),
    'vxlan-vnifilter': boolean((value, setting) => draft.set('vnifilter', value, setting)),
    'vxlan-evpn': boolean((value, setting) => {
      if (value) {
        draft.set('addrgenmode', 'none', setting)
        port.set('neigh_suppress', true, setting)
        port.set('learning', false, setting)
      } else {
        notes.accountFor(setting)
      }
    }),
    'bridge-vlan-vni-map': each((setting) => {
      draft.set('external', true, setting)
      port.set('vlan_tunnel', true, setting)
      for (const pair of wordsOf(setting)) {
        const [vid, vni] = pair.split('=')
        port.add('vlan_to_vni', { vid, vni }, setting)
      }
    }),
    'vxlan-purge-remotes': decisive,
    'vxlan-remoteip-map': leftOut(
      'write the addresses as `fdb` entries with `src_vni`, or as `vnis` with a group each',
    ),
    'vxlan-mcastgrp-map': leftOut('write the groups as `vnis`, each with its group'),
    'vxlan-vni': leftOut(
      'it is for a device that serves several VNIs; write them as `vnis` with `external` and `vnifilter`',
    ),
  }
}

/** What ifupdown2 does unasked. */
export function setVxlanDefaults(
  draft: VxlanDraft,
  port: PortDraft,
  /** The first local address in the files, which counts for vxlans that state none. */
  sharedLocal: Setting | undefined,
  isPort: boolean,
): void {
  // It lets ports of a bridge have no IPv6: handle_ipv6() in bridge.py.
  if (isPort) {
    draft.setDefault('sysctl', { ipv6: { disable_ipv6: 1 } })
  }
  draft.setDefault('dstport', defaultDstport)
  if (sharedLocal !== undefined && !draft.has('local')) {
    draft.set('local', sharedLocal.text.replace(/\/\d+$/, ''), sharedLocal)
  }
  // Learning of the link follows that of the port: sync_bridge_learning_to_vxlan_brport().
  if (port.has('learning')) {
    draft.setDefault('learning', port.get('learning'))
  }
}

function isMulticast(text: string): boolean {
  const address = parseIpAddress(text)
  return typeof address !== 'string' && address.kind === 'multicast'
}
