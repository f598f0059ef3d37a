/** The stated entries of bridges' forwarding tables, whether the bridge states them, or a vxlan that is its port does with `master: true`. */
import type { Path } from './finding.ts'
import { type ListedPorts, masterOf } from './membership.ts'
import { placedEntries } from './remote-parts.ts'
import type { BridgeFdbSpec } from './schema/bridge-forwarding.ts'
import type { FdbSpec } from './schema/forwarding.ts'
import type { BridgeSpec, VxlanSpec } from './schema.ts'

/** An entry that a bridge is to have, and where the files state it. */
export interface DesiredBridgeEntry extends BridgeFdbSpec {
  readonly state: NonNullable<BridgeFdbSpec['state']>
  /**
   * Whether the fleet gives it: the entry of a control plane, which does not age and gives way when the address is seen at another port, as a
   * learned one does.
   */
  readonly isOfFleet?: true
  readonly path: Path
}

interface Named<Spec> {
  readonly name: string
  readonly spec: Partial<Spec>
}

/**
 * By the name of the bridge; those of the bridge itself first. A bridge without any is left out.
 * @param fleetFrom the place in `fdb` of a vxlan from which on entries are the fleet's
 */
export function bridgeEntriesOf(
  bridges: Iterable<Named<BridgeSpec>>,
  vxlans: Iterable<Named<VxlanSpec>>,
  listed: ListedPorts,
  fleetFrom: (vxlan: string) => number | undefined = () => undefined,
): Map<string, DesiredBridgeEntry[]> {
  const found = new Map<string, DesiredBridgeEntry[]>()
  const names = new Set<string>()
  const entriesOf = (bridge: string): DesiredBridgeEntry[] => {
    const known = found.get(bridge) ?? []
    found.set(bridge, known)
    return known
  }
  for (const { name, spec } of bridges) {
    names.add(name)
    for (const [index, entry] of (spec.fdb ?? []).entries()) {
      // The kernel takes an entry of the bridge itself as a permanent one only.
      const state = entry.state ?? (entry.dev === name ? 'permanent' : 'static')
      entriesOf(name).push({ ...entry, state, path: ['bridges', name, 'fdb', index] })
    }
  }
  for (const { name, spec } of vxlans) {
    const bridge = masterOf({ name, spec }, listed)
    if (bridge === undefined || !names.has(bridge)) {
      continue
    }
    const told = new Set<string>()
    const from = fleetFrom(name) ?? Number.POSITIVE_INFINITY
    for (const [index, stated] of placedEntries(spec.fdb)) {
      const { mac, master, vlan, sticky } = stated
      // A MAC address that is behind several VTEPs, each for frames of another VNI, is behind one port.
      const place = vlan === undefined ? mac : `${mac} ${vlan}`
      if (master !== true || told.has(place)) {
        continue
      }
      told.add(place)
      if (index >= from) {
        entriesOf(bridge).push(entryOfFleet(stated, name, from))
        continue
      }
      const entry = { mac, dev: name, ...(vlan !== undefined && { vlan }), ...(sticky !== undefined && { sticky }) }
      // A permanent entry of a bridge would be an address of this host, whatever the vxlan's own entry is.
      entriesOf(bridge).push({ ...entry, state: 'static', path: ['vxlans', name, 'fdb', index] })
    }
  }
  return found
}

const madeOfFleet = new WeakMap<FdbSpec, DesiredBridgeEntry>()

/**
 * The same object for the same entry: there may be 100,000, of which few change. @param from where all of them stand: what is the fleet's is at one
 * word of the file
 */
function entryOfFleet(stated: FdbSpec, dev: string, from: number): DesiredBridgeEntry {
  const known = madeOfFleet.get(stated)
  if (known?.dev === dev && known.path[3] === from) {
    return known
  }
  const { mac, vlan } = stated
  const made: DesiredBridgeEntry = {
    ...{ mac, dev, state: 'static', isOfFleet: true, path: ['vxlans', dev, 'fdb', from] },
    ...(vlan !== undefined && { vlan }),
  }
  madeOfFleet.set(stated, made)
  return made
}
