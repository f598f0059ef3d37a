/** The desired state as the planner reads it: links and ports as one list of objects, each with all that is stated of it. */
import type { Path } from './finding.ts'
import type { BridgeSpec, DesiredState, PortSpec, VxlanSpec } from './schema.ts'

/** Kinds of links that vxagent makes. */
export type LinkKind = 'vxlan' | 'bridge'

/** A link that is wanted as a port of a bridge, and how. */
export interface DesiredPort {
  readonly link: string
  /** The bridge. Undefined: whatever bridge it is in. */
  readonly master?: string
  readonly spec: PortSpec
  /** Where the files speak of it. */
  readonly path: Path
}

interface DesiredLinkOf<Kind extends LinkKind, Spec> {
  readonly kind: Kind
  readonly name: string
  readonly spec: Spec
  /** Where the files speak of it. */
  readonly path: Path
  /** Its options as a bridge's port. */
  readonly port?: DesiredPort
}

export type DesiredVxlan = DesiredLinkOf<'vxlan', VxlanSpec>
export type DesiredBridge = DesiredLinkOf<'bridge', BridgeSpec>

/** A declared link. `spec.master` is the bridge that names it as a port, where one does. */
export type DesiredLink = DesiredVxlan | DesiredBridge

/** Everything declared, by name. */
export interface DesiredOverlay {
  /** Bridges first, since vxlans become their ports. */
  readonly links: ReadonlyMap<string, DesiredLink>
  /** Links that are no declared ones and are to be ports of declared bridges. */
  readonly ports: ReadonlyMap<string, DesiredPort>
  /** By the name of any link: the objects that speak of it, as their underlay device, bridge, VRF or port. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
}

const overlays = new WeakMap<DesiredState, DesiredOverlay>()

/** The objects of a desired state; made once for each. */
export function overlayOf(state: DesiredState): DesiredOverlay {
  const known = overlays.get(state)
  if (known !== undefined) {
    return known
  }
  const overlay = readOverlay(state)
  overlays.set(state, overlay)
  return overlay
}

function readOverlay({ vxlans, bridges }: DesiredState): DesiredOverlay {
  const memberships = new Map<string, DesiredPort>()
  for (const [master, { ports }] of Object.entries(bridges)) {
    for (const [link, spec] of Object.entries(ports ?? {})) {
      memberships.set(link, { link, master, spec, path: ['bridges', master, 'ports', link] })
    }
  }
  const links = new Map<string, DesiredLink>()
  for (const [name, spec] of Object.entries(bridges)) {
    links.set(name, { kind: 'bridge', name, spec: inBridge(spec, memberships.get(name)), path: ['bridges', name] })
  }
  for (const [name, spec] of Object.entries(vxlans)) {
    const membership = memberships.get(name)
    const port = vxlanPort(name, spec, membership)
    const link: DesiredVxlan = { kind: 'vxlan', name, spec: inBridge(spec, membership), path: ['vxlans', name] }
    links.set(name, port === undefined ? link : { ...link, port })
  }
  const ports = new Map([...memberships].filter(([name]) => !links.has(name)))
  return { links, ports, dependents: dependentsOf(links, ports) }
}

/** A vxlan's options as a port stand with the vxlan, or where its bridge names it. */
function vxlanPort(name: string, spec: VxlanSpec, membership: DesiredPort | undefined): DesiredPort | undefined {
  if (membership !== undefined && Object.keys(membership.spec).length > 0) {
    return membership
  }
  const master = membership?.master ?? spec.master
  if (spec.port === undefined) {
    return membership
  }
  return { link: name, spec: spec.port, path: ['vxlans', name, 'port'], ...(master !== undefined && { master }) }
}

function inBridge<Spec extends VxlanSpec | BridgeSpec>(spec: Spec, membership: DesiredPort | undefined): Spec {
  return membership?.master === undefined ? spec : { ...spec, master: membership.master }
}

function dependentsOf(
  links: ReadonlyMap<string, DesiredLink>,
  ports: ReadonlyMap<string, DesiredPort>,
): Map<string, string[]> {
  const dependents = new Map<string, string[]>()
  const note = (on: string | undefined, object: string): void => {
    if (on !== undefined && on !== object) {
      const objects = dependents.get(on)
      if (objects === undefined) {
        dependents.set(on, [object])
      } else if (objects.at(-1) !== object) {
        objects.push(object)
      }
    }
  }
  for (const { name, spec } of links.values()) {
    note(spec.master, name)
    if ('dev' in spec) {
      note(spec.dev, name)
    }
    for (const entry of 'remotes' in spec ? (spec.remotes ?? []) : []) {
      note(typeof entry === 'string' ? undefined : entry.via, name)
    }
    for (const { via } of 'fdb' in spec ? (spec.fdb ?? []) : []) {
      note(via, name)
    }
  }
  for (const { link, master } of ports.values()) {
    note(master, link)
  }
  return dependents
}
