/**
 * Brings a VyOS configuration of an earlier syntax into the present one, as VyOS itself does when it starts a later release. The old forms have
 * no other meaning in later syntax, so no version is needed to recognise them. Defaults that have changed are in origin.ts, and settings that
 * lost their value (`stp true`) among the rows of bridge.ts. Source: src/migration-scripts/interfaces in vyos-1x.
 */
import type { Notes } from '../source.ts'
import { type ConfigNode, nodeAt, placesIn } from './config-tree.ts'
import { instancesOf, withVlanInterfaces } from './interfaces.ts'

/** Changes the tree in place. Nodes keep the places of what they were made from. */
export function migrate(root: ConfigNode, notes: Notes): void {
  // `show interfaces`, as typed in configuration mode, prints what is below the section.
  move(root, ['vxlan'], root, ['interfaces', 'vxlan'])
  move(root, ['bridge'], root, ['interfaces', 'bridge'])
  for (const kind of nodeAt(root, 'interfaces')?.children.keys() ?? []) {
    for (const { name, node } of withVlanInterfaces(root, kind)) {
      moveIntoBridge(root, name, node, notes)
    }
  }
  for (const { node } of instancesOf(root, 'vxlan')) {
    // 8 to 9, and 31 to 32.
    move(node, ['link'], node, ['source-interface'])
    move(node, ['external'], node, ['parameters', 'external'])
  }
}

/** 0 to 1: `bridge-group` of an interface becomes a member of that bridge, if the bridge is there. */
function moveIntoBridge(root: ConfigNode, name: string, node: ConfigNode, notes: Notes): void {
  const group = nodeAt(node, 'bridge-group')
  const names = [...(nodeAt(node, 'bridge-group', 'bridge')?.children ?? [])]
  const [bridgeName, bridgeNode] = names.at(-1) ?? []
  const bridge = bridgeName === undefined ? undefined : nodeAt(root, 'interfaces', 'bridge', bridgeName)
  if (group === undefined || bridgeNode === undefined || bridge === undefined) {
    return
  }
  const path = `${name} bridge-group bridge`
  for (const [text, other] of names.slice(0, -1)) {
    notes.withoutEffect({ name: path, text, at: other.at, parts: placesIn(other) }, `${bridgeName} is set after it`)
  }
  for (const [text, extra] of bridgeNode.children) {
    const setting = { name: `${path} ${bridgeName}`, text, at: extra.at, parts: placesIn(extra) }
    notes.leftOut(setting, 'nothing is expected behind the value')
  }
  take(node, ['bridge-group'])
  group.children.delete('bridge')
  put(bridge, ['member', 'interface', name], { ...group, ends: [...group.ends, ...bridgeNode.ends] })
}

/** Moves a setting that is not also there under its new name. */
function move(from: ConfigNode, path: readonly string[], to: ConfigNode, newPath: readonly string[]): void {
  if (nodeAt(from, ...path) !== undefined && nodeAt(to, ...newPath) === undefined) {
    put(to, newPath, take(from, path) as ConfigNode)
  }
}

function take(node: ConfigNode, path: readonly string[]): ConfigNode | undefined {
  const parent = nodeAt(node, ...path.slice(0, -1))
  const name = path.at(-1) as string
  const taken = parent?.children.get(name)
  parent?.children.delete(name)
  return taken
}

function put(node: ConfigNode, path: readonly string[], value: ConfigNode): void {
  let parent = node
  for (const word of path.slice(0, -1)) {
    const next = parent.children.get(word) ?? { at: value.at, children: new Map(), ends: [] }
    parent.children.set(word, next)
    parent = next
  }
  const name = path.at(-1) as string
  const known = parent.children.get(name)
  parent.children.set(name, known === undefined ? value : merge(known, value))
}

/** Both nodes as one: what only the second has is added. */
function merge(first: ConfigNode, second: ConfigNode): ConfigNode {
  const children = new Map(first.children)
  for (const [word, child] of second.children) {
    const known = children.get(word)
    children.set(word, known === undefined ? child : merge(known, child))
  }
  return { at: first.at, children, ends: [...first.ends, ...second.ends] }
}
