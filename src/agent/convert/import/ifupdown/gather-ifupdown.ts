/** /etc/network/interfaces and the files that it sources, Proxmox's interfaces.d/sdn among them → an overlay. */
import { Overlay } from '../overlay.ts'
import type { SourceText } from '../source.ts'
import { bridgeRows } from './bridge.ts'
import { type Option, parseInterfaces, type Stanza } from './interfaces-file.ts'
import { linkRows, readAddresses } from './link-options.ts'
import { portRows, setPortVlans, vlanOptions } from './port-options.ts'
import { leftOut, type Rows, readOptions, readSwitch } from './rows.ts'
import { setVxlanDefaults, vxlanRows } from './vxlan.ts'

/** All stanzas of one name. */
interface Interface {
  readonly name: string
  readonly stanzas: readonly [Stanza, ...Stanza[]]
  readonly options: readonly Option[]
}

const byMstpd =
  'mstpd runs the spanning tree on such a host, and vxagent sets that of the kernel; `guard: true` of a port is its BPDU guard'

/** Throws ImportError. */
export function gatherIfupdown(sources: readonly SourceText[]): Overlay {
  const overlay = new Overlay()
  const interfaces = byName(sources.flatMap((source) => parseInterfaces(source, overlay.notes)))
  const vxlans = interfaces.filter(isVxlan)
  const bridges = interfaces.filter((each) => !isVxlan(each) && isBridge(each))
  const others = interfaces.filter((each) => !isVxlan(each) && !isBridge(each))
  for (const each of vxlans) {
    readVxlan(overlay, each)
  }
  for (const each of bridges) {
    readBridge(overlay, each)
  }
  for (const each of others) {
    readOther(overlay, each)
  }
  setVlans(overlay, interfaces, bridges)
  const sharedLocal = interfaces.flatMap(({ options }) => options).find(({ key }) => key === 'vxlan-local-tunnelip')
  for (const [name, draft] of overlay.vxlans) {
    setVxlanDefaults(draft, overlay.port(name), sharedLocal?.setting, overlay.bridgeOf(name) !== undefined)
  }
  return overlay
}

function byName(stanzas: readonly Stanza[]): Interface[] {
  const names = new Map<string, [Stanza, ...Stanza[]]>()
  for (const stanza of stanzas) {
    // `eth0:1` is another address of eth0.
    const [name = ''] = stanza.name.split(':')
    const known = names.get(name)
    if (known === undefined) {
      names.set(name, [stanza])
    } else {
      known.push(stanza)
    }
  }
  return [...names].map(([name, all]) => ({ name, stanzas: all, options: all.flatMap(({ options }) => options) }))
}

function isVxlan({ options }: Interface): boolean {
  return options.some(({ key }) => ['vxlan-id', 'vxlan-vni', 'bridge-vlan-vni-map'].includes(key))
}

function isBridge({ options }: Interface): boolean {
  return options.some(({ key }) => ['bridge-ports', 'bridge-vlan-aware', 'bridge-stp'].includes(key))
}

function readVxlan(overlay: Overlay, { name, stanzas, options }: Interface): void {
  const [{ setting }] = stanzas
  const draft = overlay.vxlan(name, setting)
  const port = overlay.port(name)
  const rows = {
    ...linkRows(overlay, draft),
    ...portRows(port),
    ...vxlanRows(overlay, draft, port),
    ...mstpRows(options),
  }
  for (const stanza of stanzas) {
    overlay.notes.accountFor(stanza.setting)
  }
  const rest = stanzas.flatMap((stanza) => readAddresses(overlay, draft, stanza))
  readOptions(rest.filter(isNotVlan), rows, overlay.notes)
}

function readBridge(overlay: Overlay, { name, stanzas, options }: Interface): void {
  const [{ setting }] = stanzas
  const draft = overlay.bridge(name, setting)
  for (const stanza of stanzas) {
    overlay.notes.accountFor(stanza.setting)
  }
  const rows = { ...linkRows(overlay, draft), ...bridgeRows(overlay, name, draft), ...mstpRows(options) }
  const rest = stanzas.flatMap((stanza) => readAddresses(overlay, draft, stanza))
  readOptions(rest.filter(isNotVlan), rows, overlay.notes)
}

/** A link of another kind: of it only what it is like as a port of a bridge of ours is read. */
function readOther(overlay: Overlay, { name, stanzas, options }: Interface): void {
  const [{ setting }] = stanzas
  const bridge = overlay.bridgeOf(name)
  const own = bridge === undefined ? {} : portRows(overlay.port(name))
  readOptions(
    options.filter(({ key }) => Object.hasOwn(own, key)),
    own,
    overlay.notes,
  )
  const settings = [...stanzas.map((stanza) => stanza.setting), ...options.map((option) => option.setting)]
  overlay.notes.remark(setting.at, `${name} is passed over: what the overlay needs of it has to exist`, settings)
}

/** VLANs count in a VLAN-aware bridge only. What a bridge states is for the ports that state none. */
function setVlans(overlay: Overlay, interfaces: readonly Interface[], bridges: readonly Interface[]): void {
  const optionsOf = new Map(
    interfaces.map(({ name, options }) => [name, options.filter((option) => !isNotVlan(option))]),
  )
  for (const { name, options, stanzas } of bridges) {
    const isAware = readSwitch(options.find(({ key }) => key === 'bridge-vlan-aware')?.setting.text ?? 'no') === true
    const ports = [...overlay.portsOf(name)]
    const own = optionsOf.get(name) ?? []
    for (const { setting } of own) {
      if (isAware && ports.length > 0) {
        overlay.notes.accountFor(setting)
      } else {
        overlay.notes.withoutEffect(setting, isAware ? 'the bridge has no ports' : 'the bridge is not VLAN-aware')
      }
    }
    for (const port of isAware ? ports : []) {
      setPortVlans(overlay, overlay.port(port), optionsOf.get(port) ?? [], own, stanzas[0].setting)
      optionsOf.delete(port)
    }
    optionsOf.delete(name)
  }
  const vxlans = new Set(interfaces.filter(isVxlan).map(({ name }) => name))
  for (const [name, options] of optionsOf) {
    for (const { setting } of vxlans.has(name) || overlay.bridgeOf(name) !== undefined ? options : []) {
      overlay.notes.withoutEffect(setting, `${name} is no port of a VLAN-aware bridge in these files`)
    }
  }
}

function isNotVlan({ key }: Option): boolean {
  return !vlanOptions.includes(key)
}

function mstpRows(options: readonly Option[]): Rows {
  const keys = options.map(({ key }) => key).filter((key) => key.startsWith('mstpctl-'))
  return Object.fromEntries(keys.map((key) => [key, leftOut(byMstpd)]))
}
