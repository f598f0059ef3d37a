/** The interfaces of a VyOS configuration, and the VLAN interfaces on them. */
import type { Setting } from '../source.ts'
import { type ConfigNode, nodeAt } from './config-tree.ts'

export interface Interface {
  /** On the router: `eth1`, `eth1.100`, `eth1.200.7`. */
  readonly name: string
  /** Where it is declared. */
  readonly setting: Setting
  readonly node: ConfigNode
}

/** The interfaces of one kind: `vxlan`, `bridge`, `ethernet`. */
export function instancesOf(root: ConfigNode, kind: string): Interface[] {
  return interfacesIn(nodeAt(root, 'interfaces', kind), `interfaces ${kind}`, '')
}

/** The interfaces of one kind, and the VLAN interfaces on them: `vif`, `vif-s`, and `vif-c` on these. */
export function withVlanInterfaces(root: ConfigNode, kind: string): Interface[] {
  return instancesOf(root, kind).flatMap(withThoseOn)
}

function withThoseOn(parent: Interface): Interface[] {
  const path = `${parent.setting.name} ${parent.setting.text}`
  const children = ['vif', 'vif-s', 'vif-c'].flatMap((tag) =>
    interfacesIn(nodeAt(parent.node, tag), `${path} ${tag}`, `${parent.name}.`),
  )
  return [parent, ...children.flatMap(withThoseOn)]
}

function interfacesIn(parent: ConfigNode | undefined, path: string, prefix: string): Interface[] {
  return [...(parent?.children ?? [])].map(([text, node]) => ({
    name: `${prefix}${text}`,
    setting: { name: path, text, at: node.at, parts: node.ends },
    node,
  }))
}
