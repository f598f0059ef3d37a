/** Netplan's YAML files → an overlay: tunnels with the mode vxlan, bridges, and VRFs that name them. */
import { Overlay } from '../overlay.ts'
import type { SourceText } from '../source.ts'
import { readBridge } from './bridge.ts'
import { interfaceOf } from './names.ts'
import { interfaceNameOf } from './network-manager.ts'
import { portRows } from './port-keys.ts'
import { rendererOf } from './renderer.ts'
import { readKeys } from './rows.ts'
import { headOf, isNothing, type NetplanNode, readNetplan, settingOf } from './tree.ts'
import { readVxlan } from './vxlan.ts'

/** Throws ImportError. Later files amend earlier ones, as netplan reads a directory. */
export function gatherNetplan(sources: readonly SourceText[]): Overlay {
  const overlay = new Overlay()
  const network = readNetplan(sources, overlay.notes)
  if (network === undefined) {
    return overlay
  }
  for (const { section, id, name, definition } of definitionsIn(network, 'tunnels')) {
    const mode = definition.map?.get('mode')?.text
    if (mode === 'vxlan') {
      readVxlan(overlay, name, definition, rendererOf(network, section, definition), network)
    } else {
      const message = `the tunnel ${id} is passed over: its mode is ${mode ?? 'not stated'}`
      overlay.notes.remark(definition.at(), message, [settingOf(definition)])
    }
  }
  for (const { section, name, definition } of definitionsIn(network, 'bridges')) {
    readBridge(overlay, name, definition, rendererOf(network, section, definition), network)
  }
  readVrfs(overlay, network)
  readOtherSections(overlay, network)
  readForeignPorts(overlay, network)
  hideBridgedLinks(overlay)
  return overlay
}

interface Definition {
  readonly section: NetplanNode
  readonly id: string
  /** Of the interface. */
  readonly name: string
  readonly definition: NetplanNode
}

function definitionsIn(network: NetplanNode, sectionName: string): Definition[] {
  const section = network.map?.get(sectionName)
  return section === undefined
    ? []
    : [...(section.map ?? [])]
        .filter(([name]) => name !== 'renderer')
        .map(([id, definition]) => ({ section, id, name: interfaceNameOf(id, definition), definition }))
}

/** A link of ours in a VRF; the VRF itself is not ours to make. */
function readVrfs(overlay: Overlay, network: NetplanNode): void {
  for (const { name, definition } of definitionsIn(network, 'vrfs')) {
    const entries = definition.map?.get('interfaces')?.list ?? []
    const members = entries.flatMap((entry) => {
      const found = interfaceOf(entry.text ?? '', network)
      const link = 'why' in found ? undefined : overlay.link(found.name)
      return link === undefined ? [] : [{ entry, link }]
    })
    for (const { entry, link } of members) {
      link.set('master', name, settingOf(entry))
    }
    const [first] = members
    const message =
      first === undefined
        ? `the VRF ${name} is passed over: none of these vxlans and bridges is in it`
        : `vxagent makes no VRFs: ${name} has to exist on this host`
    overlay.notes.remark((first?.entry ?? definition).at(), message, [settingOf(definition)])
  }
}

const readSections: readonly string[] = ['tunnels', 'bridges', 'vrfs']

/** Sections of links that are there already, or that something else has to make, in a line a section. */
function readOtherSections(overlay: Overlay, network: NetplanNode): void {
  for (const [key, node] of network.map ?? []) {
    if (key === 'version' || key === 'renderer') {
      overlay.notes.accountFor(settingOf(node))
    } else if (!readSections.includes(key)) {
      const names = [...(node.map?.keys() ?? [])].join(', ')
      const message = `${key} (${names}) are passed over: what the overlay needs of them has to exist`
      overlay.notes.remark(node.at(), message, [settingOf(node)])
    } else if (node.map === undefined && !isNothing(node)) {
      overlay.notes.leftOut(settingOf(node), 'it must be a mapping')
    } else {
      overlay.notes.accountFor(
        headOf(node),
        ...[...(node.map ?? [])].filter(([id]) => id === 'renderer').map(([, own]) => settingOf(own)),
      )
    }
  }
}

/** Links of other kinds that are ports of these bridges: their options as ports are ours to carry. */
function readForeignPorts(overlay: Overlay, network: NetplanNode): void {
  const sections = [...(network.map?.keys() ?? [])].filter((key) => key !== 'bridges')
  for (const { id, definition } of sections.flatMap((section) => definitionsIn(network, section))) {
    const found = interfaceOf(id, network)
    if ('why' in found || overlay.has(found.name) || overlay.bridgeOf(found.name) === undefined) {
      continue
    }
    const rows = portRows(overlay.port(found.name))
    const options = [...(definition.map ?? [])].filter(([key]) => Object.hasOwn(rows, key))
    readKeys({ ...definition, map: new Map(options) }, rows, overlay.notes)
  }
}

/** Ports of a bridge get no link-local address from netplan. */
function hideBridgedLinks(overlay: Overlay): void {
  for (const [name, draft] of overlay.vxlans) {
    if (overlay.bridgeOf(name) !== undefined) {
      draft.setDefault('addrgenmode', 'none')
    }
  }
}
