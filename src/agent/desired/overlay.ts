/**
 * The desired state as the planner reads it: links and ports as one list of objects, each with all that is stated of it. In the state itself,
 * which is what files say and what is stored, a bridge speaks of its ports, and those are other objects.
 */
import { bridgeEntriesOf, type DesiredBridgeEntry } from './bridge-entries.ts'
import { type FilledState, type FleetPart, fleetPartOf } from './filled-state.ts'
import type { Path } from './finding.ts'
import { type DesiredPort, listedPorts, ownPort } from './membership.ts'
import { statedEntries } from './remote-parts.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from './schema.ts'

export type { DesiredBridgeEntry } from './bridge-entries.ts'
export type { DesiredPort } from './membership.ts'

/** Kinds of links that vxagent makes. */
export type LinkKind = 'vxlan' | 'bridge'

interface DesiredLinkOf<Kind extends LinkKind, Spec> {
  readonly kind: Kind
  readonly name: string
  readonly spec: Spec
  /** Where the files speak of it. */
  readonly path: Path
  /** Its options as a bridge's port. */
  readonly port?: DesiredPort
}

/** What of its lists is the fleet's. */
interface OfFleet {
  readonly fleet?: FleetPart
}

export type DesiredVxlan = DesiredLinkOf<'vxlan', VxlanSpec> & OfFleet
export type DesiredBridge = DesiredLinkOf<'bridge', BridgeSpec> & OfFleet

/** A declared link. `spec.master` is the bridge that names it as a port, where one does. */
export type DesiredLink = DesiredVxlan | DesiredBridge

/** Everything declared, by name. */
export interface DesiredOverlay {
  /** Bridges first, since vxlans become their ports. */
  readonly links: ReadonlyMap<string, DesiredLink>
  /** Links that are no declared ones and are to be ports of declared bridges. */
  readonly ports: ReadonlyMap<string, DesiredPort>
  /** What the forwarding tables of declared bridges are to have, by bridge. */
  readonly bridgeEntries: ReadonlyMap<string, readonly DesiredBridgeEntry[]>
  /** By the name of any link: the objects that speak of it, as their underlay device, bridge, VRF or port. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
}

const overlays = new WeakMap<DesiredState, DesiredOverlay>()

/** The objects of a desired state; made once for each. */
export function overlayOf(state: DesiredState | FilledState): DesiredOverlay {
  const known = overlays.get(state)
  if (known !== undefined) {
    return known
  }
  const overlay = readOverlay(state)
  overlays.set(state, overlay)
  return overlay
}

function readOverlay(state: DesiredState | FilledState): DesiredOverlay {
  const { vxlans, bridges } = state
  const named = <Spec>(specs: Readonly<Record<string, Spec>>) =>
    Object.entries(specs).map(([name, spec]) => ({ name, spec }))
  const listed = listedPorts(named(bridges))
  const links = new Map<string, DesiredLink>()
  for (const [name, spec] of Object.entries(bridges)) {
    const fleet = fleetPartOf(state, name)
    links.set(name, {
      ...{ kind: 'bridge', name, spec: inBridge(spec, listed.get(name)?.[0]), path: ['bridges', name] },
      ...(fleet !== undefined && { fleet }),
    })
  }
  for (const [name, spec] of Object.entries(vxlans)) {
    const ofBridge = listed.get(name)?.[0]
    // Options stand with the vxlan, or where its bridge names it.
    const own = ownPort({ name, spec }, listed)
    const port = ofBridge !== undefined && Object.keys(ofBridge.spec).length > 0 ? ofBridge : (own ?? ofBridge)
    const fleet = fleetPartOf(state, name)
    const link: DesiredVxlan = {
      ...{ kind: 'vxlan', name, spec: inBridge(spec, ofBridge), path: ['vxlans', name] },
      ...(fleet !== undefined && { fleet }),
    }
    links.set(name, port === undefined ? link : { ...link, port })
  }
  const ports = new Map(
    [...listed].flatMap(([name, [port]]) => (port === undefined || links.has(name) ? [] : [[name, port]])),
  )
  const fleetFrom = (name: string): number | undefined => fleetPartOf(state, name)?.fdbFrom
  const bridgeEntries = bridgeEntriesOf(named(bridges), named(vxlans), listed, fleetFrom)
  return { links, ports, bridgeEntries, dependents: dependentsOf(links, ports, bridgeEntries) }
}

/** A spec that no bridge adds to stays the same object: what is found of it is kept by it. */
function inBridge<Spec extends VxlanSpec | BridgeSpec>(spec: Spec, port: DesiredPort | undefined): Spec {
  return port?.master === undefined ? spec : { ...spec, master: port.master }
}

function dependentsOf(
  links: ReadonlyMap<string, DesiredLink>,
  ports: ReadonlyMap<string, DesiredPort>,
  bridgeEntries: DesiredOverlay['bridgeEntries'],
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
  for (const link of links.values()) {
    const { name } = link
    note(link.spec.master, name)
    if (link.kind === 'bridge') {
      continue
    }
    const { dev, remotes = [], fdb } = link.spec
    note(dev, name)
    for (const entry of remotes) {
      note(typeof entry === 'string' ? undefined : entry.via, name)
    }
    for (const { via } of statedEntries(fdb)) {
      note(via, name)
    }
  }
  for (const { link, master } of ports.values()) {
    note(master, link)
  }
  for (const [bridge, entries] of bridgeEntries) {
    for (const { dev } of entries) {
      note(dev, bridge)
    }
  }
  return dependents
}
