/** The overlay while it is being gathered from another tool's files: vxlans, bridges, and which link is a port of which bridge. */
import { interfaceNameFault } from '../../desired/interface-name.ts'
import type { BridgeKey, BridgeSpec, PortKey, PortSpec, VxlanKey, VxlanSpec } from '../../desired/schema.ts'
import { bridgeKeys, portKeys, vxlanKeys } from '../../desired/schema.ts'
import { Draft } from './draft.ts'
import { Notes, type Place, placesOf, type Setting } from './source.ts'

export type VxlanDraft = Draft<VxlanKey>
export type BridgeDraft = Draft<BridgeKey>
export type PortDraft = Draft<PortKey>
/** Keys that are true or false. */
export type VxlanFlag = FlagOf<VxlanSpec>
export type BridgeFlag = FlagOf<BridgeSpec>
export type PortFlag = FlagOf<PortSpec>
type FlagOf<Spec> = { [Key in keyof Spec]-?: NonNullable<Spec[Key]> extends boolean ? Key : never }[keyof Spec]

/** What vxlans and bridges have in common. */
export type LinkDraft = Pick<
  Draft<VxlanKey & BridgeKey>,
  'set' | 'add' | 'setSysctl' | 'setDefault' | 'has' | 'get' | 'withdraw'
>

/** A desired state as plain data: what is written into a file. */
export interface PlainState {
  readonly vxlans?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly bridges?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

interface Declared<T> {
  readonly draft: T
  /** Where it is declared; what is said of the whole is said at the first place. */
  readonly settings: [Setting, ...Setting[]]
}

export class Overlay {
  readonly notes = new Notes()
  readonly #vxlans = new Map<string, Declared<VxlanDraft>>()
  readonly #bridges = new Map<string, Declared<BridgeDraft>>()
  readonly #ports = new Map<string, PortDraft>()
  readonly #attached = new Map<string, Declared<string>>()
  /** What was stated of links that are left out as a whole, which a note says. */
  readonly #dropped: { readonly settings: readonly Setting[] }[] = []

  /** The vxlan of this name, new at its first mention. `setting` is where it is declared. */
  vxlan(name: string, setting: Setting): VxlanDraft {
    return this.#declare(this.#vxlans, name, setting, () => new Draft(vxlanKeys, this.notes))
  }

  /** The bridge of this name, new at its first mention. */
  bridge(name: string, setting: Setting): BridgeDraft {
    return this.#declare(this.#bridges, name, setting, () => new Draft(bridgeKeys, this.notes))
  }

  /** The options that a link has as a port of whatever bridge it is in. */
  port(link: string): PortDraft {
    const port = this.#ports.get(link) ?? new Draft(portKeys, this.notes)
    this.#ports.set(link, port)
    return port
  }

  /** Makes the link a port of the bridge. False when it cannot be one, which is noted. */
  attach(link: string, bridge: string, setting: Setting): boolean {
    const fault = interfaceNameFault(link) ?? interfaceNameFault(bridge)
    const other = this.#attached.get(link)
    if (fault !== undefined) {
      this.notes.leftOut(setting, `the name of an interface must ${fault}`)
    } else if (other !== undefined && other.draft !== bridge) {
      this.notes.leftOut(setting, `${link} is a port of ${other.draft} already`)
    } else if (other !== undefined) {
      other.settings.push(setting)
      return true
    } else {
      this.#attached.set(link, { draft: bridge, settings: [setting] })
      return true
    }
    return false
  }

  /** The bridge that the link is a port of. */
  bridgeOf(link: string): string | undefined {
    return this.#attached.get(link)?.draft
  }

  /** The links that are ports of the bridge, in the order in which they became such. */
  portsOf(bridge: string): readonly string[] {
    return [...this.#attached].filter(([, { draft }]) => draft === bridge).map(([link]) => link)
  }

  isBridge(name: string): boolean {
    return this.#bridges.has(name)
  }

  isVxlan(name: string): boolean {
    return this.#vxlans.has(name)
  }

  has(name: string): boolean {
    return this.isVxlan(name) || this.isBridge(name)
  }

  /** The vxlan or bridge of this name. */
  link(name: string): LinkDraft | undefined {
    return this.findVxlan(name) ?? this.findBridge(name)
  }

  findVxlan(name: string): VxlanDraft | undefined {
    return this.#vxlans.get(name)?.draft
  }

  findBridge(name: string): BridgeDraft | undefined {
    return this.#bridges.get(name)?.draft
  }

  get vxlans(): ReadonlyMap<string, VxlanDraft> {
    return new Map([...this.#vxlans].map(([name, { draft }]) => [name, draft]))
  }

  get bridges(): ReadonlyMap<string, BridgeDraft> {
    return new Map([...this.#bridges].map(([name, { draft }]) => [name, draft]))
  }

  /** Leaves the link out, whatever was stated of it. */
  drop(name: string, why: string): void {
    for (const links of [this.#vxlans, this.#bridges]) {
      const declared = links.get(name)
      if (declared !== undefined) {
        links.delete(name)
        const attached = this.#attached.get(name)
        this.#attached.delete(name)
        this.#dropped.push(declared, declared.draft, this.port(name), ...(attached === undefined ? [] : [attached]))
        this.notes.leftOut(declared.settings[0], `${name} is left out as a whole: ${why}`)
      }
    }
  }

  /** The state as it stands now. */
  toState(): PlainState {
    const vxlans = Object.fromEntries(
      [...this.#vxlans].map(([name, { draft }]) => [name, this.#vxlanSpec(name, draft)]),
    )
    const bridges = Object.fromEntries(
      [...this.#bridges].map(([name, { draft }]) => [name, this.#bridgeSpec(name, draft)]),
    )
    return this.#bridges.size === 0 ? { vxlans } : this.#vxlans.size === 0 ? { bridges } : { vxlans, bridges }
  }

  /** The places of all settings that the state has, or that a note is about, or that need neither. */
  get accounted(): readonly Place[] {
    const links = [...this.#vxlans.values(), ...this.#bridges.values()]
    const stated = [...links, ...links.map(({ draft }) => draft), ...this.#ports.values(), ...this.#attached.values()]
    return [
      ...[...stated, ...this.#dropped].flatMap(({ settings }) => settings.flatMap(placesOf)),
      ...this.notes.accounted,
    ]
  }

  /** Names the options of ports that are in no bridge here, and so have no place in the state. */
  nameLoosePorts(): void {
    for (const [link, port] of this.#ports) {
      const bridge = this.bridgeOf(link)
      if (!this.isVxlan(link) && (bridge === undefined || !this.isBridge(bridge))) {
        this.#ports.delete(link)
        this.notes.allLeftOut(port.settings, `${link} is not a port of a bridge here`)
      }
    }
  }

  /** Tells of bridges that are named and not declared: these have to exist. */
  remarkForeignBridges(): void {
    const told = new Set<string>()
    for (const [link, { draft: bridge, settings }] of this.#attached) {
      if (this.isVxlan(link) && !this.isBridge(bridge) && !told.has(bridge)) {
        told.add(bridge)
        this.notes.remark(
          settings[0].at,
          `the bridge ${bridge} is not declared in these files, so something else has to make it`,
        )
      }
    }
  }

  #vxlanSpec(name: string, draft: VxlanDraft): Record<string, unknown> {
    const spec = draft.toSpec()
    const bridge = this.bridgeOf(name)
    const port = this.port(name)
    if (bridge !== undefined && this.isBridge(bridge)) {
      return spec
    }
    return {
      ...spec,
      ...(!port.isEmpty && { port: port.toSpec() }),
      ...(bridge !== undefined && { master: bridge }),
    }
  }

  #bridgeSpec(name: string, draft: BridgeDraft): Record<string, unknown> {
    const links = this.portsOf(name)
    const ports = Object.fromEntries(links.map((link) => [link, this.port(link).toSpec()]))
    return { ...draft.toSpec(), ...(links.length > 0 && { ports }) }
  }

  #declare<T extends { readonly settings: readonly Setting[] }>(
    links: Map<string, Declared<T>>,
    name: string,
    setting: Setting,
    make: () => T,
  ): T {
    const known = links.get(name)
    if (known !== undefined) {
      known.settings.push(setting)
      return known.draft
    }
    const draft = make()
    const fault = interfaceNameFault(name)
    if (fault === undefined) {
      links.set(name, { draft, settings: [setting] })
    } else {
      this.#dropped.push(draft)
      this.notes.leftOut(setting, `the name of an interface must ${fault}`)
    }
    return draft
  }
}
