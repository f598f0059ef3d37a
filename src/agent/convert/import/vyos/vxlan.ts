/** A vxlan interface of VyOS 1.2 to 1.5. Source: interfaces_vxlan.xml.in, ifconfig/vxlan.py in vyos-1x. */
import { familyOf } from '../../../facts/ip-text.ts'
import type { Overlay, PortDraft, VxlanDraft } from '../overlay.ts'
import { readCInteger, readDecimal, readHex } from '../read-number.ts'
import type { Setting } from '../source.ts'
import type { ConfigNode } from './config-tree.ts'
import { linkRows } from './link-settings.ts'
import type { VxlanDefaults } from './origin.ts'
import { each, flag, type Leaf, leftOut, type Rows, readSettings, single, valuesOf } from './settings.ts'

/** What can be placed only when all settings have been read. */
interface Pending {
  readonly remotes: Setting[]
  /** VNIs that VLANs are mapped to. */
  readonly vnis: Setting[]
}

export function readVxlan(overlay: Overlay, declared: Setting, node: ConfigNode, defaults: VxlanDefaults): void {
  const name = declared.text
  const draft = overlay.vxlan(name, declared)
  const pending: Pending = { remotes: [], vnis: [] }
  const rows = { ...linkRows(overlay, draft), ...vxlanRows(overlay, name, draft, pending) }
  readSettings(node, `${declared.name} ${name}`, rows, overlay.notes)
  setRemotes(draft, pending.remotes)
  for (const vni of draft.has('vnifilter') ? pending.vnis : []) {
    draft.add('vnis', vni.text, vni)
  }
  // As `ip link` does for every `external` link.
  if (draft.has('external')) {
    draft.setDefault('learning', false)
  }
  draft.setDefault('dstport', defaults.dstport)
  draft.setDefault('ttl', defaults.ttl)
  draft.setDefault('tos', 'inherit')
  if (defaults.mtu !== undefined) {
    draft.setDefault('mtu', defaults.mtu)
  }
}

function vxlanRows(overlay: Overlay, name: string, draft: VxlanDraft, pending: Pending): Rows {
  const port = overlay.port(name)
  return {
    vni: single((setting) => draft.set('id', readDecimal(setting.text), setting)),
    group: single((setting) => draft.set('group', setting.text, setting)),
    remote: each((setting) => pending.remotes.push(setting)),
    'source-interface': single((setting) => draft.set('dev', setting.text, setting)),
    'source-address': single((setting) => draft.set('local', setting.text, setting)),
    port: single((setting) => draft.set('dstport', readDecimal(setting.text), setting)),
    // The name that 1.2 had; none of VyOS's migrations renames it.
    'remote-port': single((setting) => draft.set('dstport', readDecimal(setting.text), setting)),
    // Of a bridge that is not declared here; the others have become members of theirs.
    'bridge-group bridge': single((setting) => overlay.attach(name, setting.text, setting)),
    'bridge-group cost': single((setting) => port.set('cost', readDecimal(setting.text), setting)),
    'bridge-group priority': single((setting) => port.set('priority', readDecimal(setting.text), setting)),
    gpe: flag((setting) => draft.set('gpe', true, setting)),
    'parameters external': flag((setting) => draft.set('external', true, setting)),
    'parameters nolearning': flag((setting) => draft.set('learning', false, setting)),
    'parameters vni-filter': flag((setting) => draft.set('vnifilter', true, setting)),
    'parameters neighbor-suppress': flag((setting) => {
      port.set('neigh_suppress', true, setting)
      port.set('learning', false, setting)
    }),
    'parameters ip df': single((setting) => draft.set('df', setting.text, setting)),
    'parameters ip dont-fragment': flag((setting) => draft.set('df', 'set', setting)),
    // VyOS hands both to `ip link`, which reads a TOS as hexadecimal and a TTL of 0 as "auto".
    'parameters ip tos': single((setting) =>
      draft.set('tos', setting.text === 'inherit' ? 'inherit' : readHex(setting.text), setting),
    ),
    'parameters ip ttl': single((setting) => draft.set('ttl', readDecimal(setting.text), setting)),
    'parameters ipv6 flowlabel': single((setting) =>
      setting.text === 'inherit'
        ? draft.set('labelpolicy', 'inherit', setting)
        : draft.set('flowlabel', readCInteger(setting.text), setting),
    ),
    'vlan-to-vni': (leaf) => readVlanMap(port, pending.vnis, leaf),
    xdp: leftOut('VyOS itself has given it up since'),
  }
}

/** One remote is the link's own. Of several, each gets an entry to flood to; over IPv6 the first also tells the link its family. */
function setRemotes(draft: VxlanDraft, remotes: readonly Setting[]): void {
  const [first, ...others] = remotes
  if (first === undefined) {
    return
  }
  const needsFamily = familyOf(first.text) === 'IPv6' && !draft.has('local')
  const isOwn = others.length === 0 || needsFamily
  if (isOwn) {
    draft.set('remote', first.text, first)
  }
  for (const remote of isOwn ? others : remotes) {
    draft.add('remotes', remote.text, remote)
  }
}

function readVlanMap(port: PortDraft, vnis: Setting[], leaf: Leaf): void {
  const { node, notes } = leaf
  for (const vlan of valuesOf(leaf)) {
    const below = node.children.get(vlan.text) as ConfigNode
    let hasVni = false
    readSettings(
      below,
      `${vlan.name} ${vlan.text}`,
      {
        vni: single((setting) => {
          hasVni = true
          port.add('vlan_to_vni', { vid: vlan.text, vni: setting.text }, setting)
          port.set('vlan_tunnel', true, setting)
          vnis.push(setting)
        }),
        description: leftOut('a mapping of a VLAN has no text of its own; write a comment'),
      },
      notes,
    )
    if (!hasVni) {
      notes.leftOut(vlan, 'it has no VNI')
    }
  }
}
