/** networkd's .netdev and .network files → an overlay: vxlans and bridges, what runs below them, and what is a port of them. */
import { Overlay } from '../overlay.ts'
import type { Setting, SourceText } from '../source.ts'
import { addFdbEntry } from './bridge-fdb.ts'
import { setVlans } from './bridge-vlan.ts'
import { readLinkFiles } from './link-file.ts'
import { fitOf, onlyNameOf } from './match.ts'
import { readBridgeNetdev, readVxlanNetdev } from './netdev.ts'
import { readNetwork } from './network.ts'
import { portRows } from './port.ts'
import { joined, readAssignments } from './rows.ts'
import { lastOf, readUnits, settingsIn, type Unit } from './unit.ts'
import { readBoolean } from './values.ts'

/** Throws ImportError. */
export function gatherNetworkd(sources: readonly SourceText[]): Overlay {
  const overlay = new Overlay()
  const units = readUnits(sources)
  const independent = new Set<string>()
  for (const unit of units.filter(({ kind }) => kind === 'netdev')) {
    readNetdev(overlay, unit, independent)
  }
  const networks = units.filter(({ kind }) => kind === 'network')
  const used = readNetworksOfOurs(overlay, networks)
  for (const unit of networks) {
    readLinksAbove(overlay, unit)
    if (!used.has(unit)) {
      readForeignPort(overlay, unit)
      const name = onlyNameOf(unit) ?? 'links that are no vxlan or bridge of these files'
      overlay.notes.remark(
        start(unit),
        `${unit.name} is for ${name}; of it only VXLAN, Bridge and what goes with a port are read`,
        settingsIn(unit),
      )
    }
  }
  const passedOver = new Set([
    ...readLinkFiles(
      overlay,
      units.filter(({ kind }) => kind === 'link'),
    ),
    ...units.filter(({ kind }) => kind === 'other'),
  ])
  for (const unit of passedOver) {
    const message = `${unit.name} is passed over: it is neither a .netdev nor a .network file`
    overlay.notes.remark(start(unit), message, settingsIn(unit))
  }
  nameMissingDevs(overlay, independent, units)
  return overlay
}

function readNetdev(overlay: Overlay, unit: Unit, independent: Set<string>): void {
  const name = lastOf(unit, 'NetDev', 'Name')
  const kind = lastOf(unit, 'NetDev', 'Kind')
  if (name === undefined || kind === undefined) {
    const parts = settingsIn(unit).map(({ at }) => at)
    const setting = { name: '[NetDev]', text: '', at: start(unit), parts }
    overlay.notes.leftOut(
      setting,
      `${unit.name} has no ${name === undefined ? 'Name' : 'Kind'}, and networkd passes it over`,
    )
  } else if (overlay.has(name.text)) {
    const setting = { ...name, parts: settingsIn(unit).map(({ at }) => at) }
    overlay.notes.leftOut(setting, 'a file before this one declares it already, and networkd takes that')
  } else if (kind.text === 'vxlan') {
    readVxlanNetdev(overlay, name, unit)
    if (readBoolean(lastOf(unit, 'VXLAN', 'Independent')?.text ?? '') === true) {
      independent.add(name.text)
    }
  } else if (kind.text === 'bridge') {
    readBridgeNetdev(overlay, name, unit)
  } else {
    overlay.notes.remark(
      name.at,
      `${name.text} is passed over: a ${kind.text} has to exist already, where the overlay needs it`,
      settingsIn(unit),
    )
  }
}

/** Each vxlan and bridge gets what its first fitting .network file says. Gives the files that fitted one. */
function readNetworksOfOurs(overlay: Overlay, networks: readonly Unit[]): ReadonlySet<Unit> {
  const used = new Set<Unit>()
  const told = new Set<Setting>()
  const links = [
    ...[...overlay.bridges].map(([name]) => ({ name, kind: 'bridge' })),
    ...[...overlay.vxlans].map(([name]) => ({ name, kind: 'vxlan' })),
  ]
  for (const { name, kind } of links) {
    for (const unit of networks) {
      const fit = fitOf(unit, name, kind)
      const draft = overlay.link(name)
      if (fit === 'yes' && draft !== undefined) {
        readNetwork(overlay, name, draft, unit)
        used.add(unit)
        break
      }
      if (typeof fit === 'object' && !told.has(fit)) {
        told.add(fit)
        overlay.notes.leftOut(fit, `nothing here can tell whether ${unit.name} fits ${name}; it is taken not to`)
      }
    }
  }
  return used
}

/** `VXLAN=`: the vxlans that run over the link that the file is for. */
function readLinksAbove(overlay: Overlay, unit: Unit): void {
  const dev = onlyNameOf(unit)
  const read = (setting: Setting): void => {
    const draft = overlay.findVxlan(setting.text)
    if (draft === undefined) {
      overlay.notes.remark(
        setting.at,
        `${setting.text} is passed over: no .netdev file here declares a vxlan of this name`,
      )
    } else if (dev === undefined) {
      overlay.notes.leftOut(
        setting,
        `[Match] does not name one interface; write its name yourself, as \`dev\` of ${setting.text}`,
      )
    } else if (draft.has('dev') && draft.get('dev') !== dev) {
      overlay.notes.leftOut(setting, `${setting.text} runs over ${draft.get('dev')} already`)
    } else {
      draft.set('dev', dev, setting)
    }
  }
  readAssignments(
    joined(unit.sections, 'Network').filter(({ key }) => key === 'VXLAN'),
    { VXLAN: (values) => values.forEach(read) },
    overlay.notes,
  )
}

/** A link of another kind that is a port of a bridge of ours. */
function readForeignPort(overlay: Overlay, unit: Unit): void {
  const bridge = lastOf(unit, 'Network', 'Bridge')
  const name = onlyNameOf(unit)
  if (bridge === undefined || !overlay.isBridge(bridge.text)) {
    return
  }
  if (name === undefined) {
    overlay.notes.leftOut(
      bridge,
      `[Match] does not name one interface; write the names yourself, as \`ports\` of ${bridge.text}`,
    )
    return
  }
  if (!overlay.attach(name, bridge.text, bridge)) {
    return
  }
  readAssignments(joined(unit.sections, 'Bridge'), portRows(overlay.port(name)), overlay.notes)
  setVlans(overlay, name, unit)
  for (const { name: section, assignments } of unit.sections) {
    if (section === 'BridgeFDB') {
      addFdbEntry(overlay, name, assignments)
    }
  }
}

/** networkd makes a vxlan that is not independent only when a .network file asks for it. */
function nameMissingDevs(overlay: Overlay, independent: ReadonlySet<string>, units: readonly Unit[]): void {
  for (const [name, draft] of overlay.vxlans) {
    const declared = units.map((unit) => lastOf(unit, 'NetDev', 'Name')).find((setting) => setting?.text === name)
    if (!draft.has('dev') && !independent.has(name) && declared !== undefined) {
      const why = `no .network file here has VXLAN=${name}, so its underlay is not known; give that file too, or state \`dev\``
      overlay.notes.leftOut(declared, why)
    }
  }
}

function start(unit: Unit): Setting['at'] {
  return unit.sections[0]?.at ?? { file: unit.source.file, line: 1, column: 1 }
}
