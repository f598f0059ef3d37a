/** VyOS's configuration, as config.boot or as `set` commands → an overlay. */
import { Overlay } from '../overlay.ts'
import type { Setting, SourceText } from '../source.ts'
import { parseBootFile } from './boot-file.ts'
import { readBridge } from './bridge.ts'
import { type ConfigNode, nodeAt, placesIn, placesOfHeadings } from './config-tree.ts'
import { type Interface, instancesOf, withVlanInterfaces } from './interfaces.ts'
import { migrate } from './migrations.ts'
import { defaultsOf, originOf, versionOfRecentDefaults } from './origin.ts'
import { isSetCommands, parseSetCommands } from './set-commands.ts'
import { readVxlan } from './vxlan.ts'

/** Throws ImportError. Each file is one router's, or a part of one: the links of all are gathered. */
export function gatherVyos(sources: readonly SourceText[]): Overlay {
  const overlay = new Overlay()
  for (const source of sources) {
    const root = isSetCommands(source) ? parseSetCommands(source, overlay.notes) : parseBootFile(source)
    readRouter(overlay, root, source)
  }
  return overlay
}

function readRouter(overlay: Overlay, root: ConfigNode, source: SourceText): void {
  nameHeadings(overlay, root)
  migrate(root, overlay.notes)
  // What was empty may have got something in it.
  nameHeadings(overlay, root)
  const origin = originOf(source.text)
  const defaults = defaultsOf(origin)
  const vxlans = instancesOf(root, 'vxlan')
  for (const { setting, node } of vxlans.filter((vxlan) => isNew(overlay, vxlan))) {
    readVxlan(overlay, setting, node, defaults)
  }
  const bridges = instancesOf(root, 'bridge')
  for (const { setting, node } of bridges.filter((bridge) => isNew(overlay, bridge))) {
    readBridge(overlay, setting, node)
  }
  const [first] = vxlans
  if (origin.interfacesVersion === undefined && origin.release === undefined && first !== undefined) {
    overlay.notes.remark(
      first.setting.at,
      `nothing tells which VyOS this is; what is unstated is taken to be that of 1.4: dstport ${defaults.dstport}, ttl ${defaults.ttl}. ` +
        `Before interfaces@${versionOfRecentDefaults} (VyOS 1.4) VyOS has dstport 8472, and since 2026.04 ttl is 64`,
    )
  }
  remarkOthers(overlay, root)
  nameDisabledMembers(
    overlay,
    root,
    bridges.flatMap(({ node }) => membersOf(node)),
  )
}

function membersOf(bridge: ConfigNode): string[] {
  return [...(nodeAt(bridge, 'member', 'interface')?.children.keys() ?? [])]
}

/** Whether no file before this one has a link of this name. */
function isNew(overlay: Overlay, { setting, node }: Interface): boolean {
  const isKnown = overlay.has(setting.text)
  if (isKnown) {
    const whole = { ...setting, parts: placesIn(node) }
    overlay.notes.leftOut(whole, 'a file before this one has it; import the files of each router by themselves')
  }
  return !isKnown
}

/** What else there is, in a line a kind: links of other kinds are there on the host, or are something else's to make. */
function remarkOthers(overlay: Overlay, root: ConfigNode): void {
  for (const [kind, node] of nodeAt(root, 'interfaces')?.children ?? []) {
    if (kind !== 'vxlan' && kind !== 'bridge') {
      const names = [...node.children.keys()].join(', ')
      overlay.notes.remark(
        node.at,
        `interfaces ${kind} (${names}) are passed over: what the overlay needs of them has to exist`,
        [allOf(kind, node)],
      )
    }
  }
  const sections = [...root.children].filter(([word]) => word !== 'interfaces')
  const [first] = sections
  if (first !== undefined) {
    const words = sections.map(([word]) => word).join(', ')
    overlay.notes.remark(
      first[1].at,
      `only interfaces are read; passed over: ${words}`,
      sections.map(([word, node]) => allOf(word, node)),
    )
  }
}

/** A node and all below it. */
function allOf(name: string, node: ConfigNode): Setting {
  return { name, text: '', at: node.at, parts: placesIn(node) }
}

/** The heading of a block says nothing of its own; neither does an empty section. */
function nameHeadings({ notes }: Overlay, root: ConfigNode): void {
  const sections = [
    nodeAt(root, 'interfaces'),
    nodeAt(root, 'interfaces', 'vxlan'),
    nodeAt(root, 'interfaces', 'bridge'),
  ]
  for (const parts of [placesOfHeadings(root), ...sections.map((section) => section?.ends ?? [])]) {
    notes.accountFor({ name: '', text: '', at: root.at, parts })
  }
}

/** A member that is down on VyOS would be used here: vxagent attaches links of other kinds, and leaves them up or down. */
function nameDisabledMembers(overlay: Overlay, root: ConfigNode, members: readonly string[]): void {
  for (const kind of nodeAt(root, 'interfaces')?.children.keys() ?? []) {
    const others = kind === 'vxlan' || kind === 'bridge' ? [] : withVlanInterfaces(root, kind)
    for (const { name, setting, node } of others) {
      const disable = nodeAt(node, 'disable')
      if (disable !== undefined && members.includes(name)) {
        const path = `${setting.name} ${setting.text} disable`
        const why = `vxagent attaches ${name} and leaves it up or down as it is; take it out of the bridge's ports, or set it down`
        overlay.notes.leftOut({ name: path, text: '', at: disable.at }, why)
      }
    }
  }
}
