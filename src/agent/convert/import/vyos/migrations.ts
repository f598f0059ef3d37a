/**
 * Brings a VyOS configuration of an earlier syntax into the present one, as VyOS itself does when it starts a later release. The old forms have
 * no other meaning in later syntax, so no version is needed to recognise them. Defaults that have changed are in origin.ts, and settings that
 * lost their value (`stp true`) among the rows of bridge.ts. Source: src/migration-scripts/interfaces in vyos-1x.
 */
import { type ConfigNode, nodeAt } from './config-tree.ts'
import { instancesOf, withVlanInterfaces } from './interfaces.ts'

/** Changes the tree in place. Nodes keep the places of what they were made from. */
export function migrate(root: ConfigNode): void {
  // `show interfaces`, as typed in configuration mode, prints what is below the section.
  move(root, ['vxlan'], root, ['interfaces', 'vxlan'])
  move(root, ['bridge'], root, ['interfaces', 'bridge'])
  for (const kind of nodeAt(root, 'interfaces')?.children.keys() ?? []) {
    for (const { name, node } of withVlanInterfaces(root, kind)) {
      moveIntoBridge(root, name, node)
    }
  }
  for (const { node } of instancesOf(root, 'vxlan')) {
    // 8 to 9, and 31 to 32.
    move(node, ['link'], node, ['source-interface'])
    move(node, ['external'], node, ['parameters', 'external'])
  }
}

/** 0 to 1: `bridge-group` of an interface becomes a member of that bridge, if the bridge is there. */
function moveIntoBridge(root: ConfigNode, name: string, node: ConfigNode): void {
  const group = nodeAt(node, 'bridge-group')
  const bridgeName = [...(nodeAt(node, 'bridge-group', 'bridge')?.children.keys() ?? [])].at(-1)
  const bridge = bridgeName === undefined ? undefined : nodeAt(root, 'interfaces', 'bridge', bridgeName)
  if (group === undefined || bridge === undefined) {
    return
  }
  take(node, ['bridge-group'])
  group.children.delete('bridge')
  const path = ['member', 'interface', name]
  const member = nodeAt(bridge, ...path)
  if (member === undefined) {
    put(bridge, path, group)
  } else {
    merge(member, group)
  }
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
    const next = parent.children.get(word) ?? { at: value.at, children: new Map() }
    parent.children.set(word, next)
    parent = next
  }
  parent.children.set(path.at(-1) as string, value)
}

/** Adds all that is below `other` to `node`; of a setting with a value on both sides, both values are there then. */
function merge(node: ConfigNode, other: ConfigNode): void {
  for (const [word, child] of other.children) {
    const known = node.children.get(word)
    if (known === undefined) {
      node.children.set(word, child)
    } else {
      merge(known, child)
    }
  }
}
