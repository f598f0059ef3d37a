/**
 * Rules on the entries of bridges' forwarding tables, wherever the files state them. Source: br_fdb_add() and fdb_add_entry(),
 * net/bridge/br_fdb.c.
 */
import { zeroMac } from '../../facts/zero-mac.ts'
import { bridgeEntriesOf, type DesiredBridgeEntry } from '../bridge-entries.ts'
import { type BridgeDeclaration, type Declaration, isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, type Where, warningAt } from '../finding.ts'
import { type Declarations, masterOf, type StatedPort } from '../membership.ts'
import { placedEntries } from '../remote-parts.ts'
import { rangeBounds } from '../values.ts'

/** What is wrong with them. Linear in their number. */
export function* checkBridgeForwarding(
  declarations: Declarations,
  ports: readonly StatedPort[],
  where: Where,
): Generator<Finding> {
  const { bridges, vxlans, listed } = declarations
  const entries = bridgeEntriesOf(bridges, vxlans, listed)
  for (const bridge of bridges) {
    const ofBridge = entries.get(bridge.name) ?? []
    for (const [index, entry] of (bridge.spec.fdb ?? []).entries()) {
      yield* stateOfEntry(bridge, entry, index)
      yield* notAPort(bridge, entry.dev, index, declarations)
    }
    yield* vlanOfEntries(bridge, ofBridge, ports)
    yield* statedTwice(bridge, ofBridge, where)
  }
  for (const vxlan of vxlans) {
    yield* entriesForBridge(vxlan, declarations)
    yield* suppressesNothing(vxlan, declarations, ports, entries)
  }
}

function stateOfEntry(
  bridge: BridgeDeclaration,
  { mac, dev, state, sticky }: NonNullable<BridgeDeclaration['spec']['fdb']>[number],
  index: number,
): Finding[] {
  const isPermanent = state === 'permanent' || (state === undefined && dev === bridge.name)
  // EINVAL, both (6.18).
  if (dev === bridge.name && !isPermanent) {
    const message = `the entry of ${bridge.name} for ${mac} is static and leads to ${bridge.name} itself: an address of this host is permanent`
    return [errorAt('bad-fdb-state', pathOf(bridge, 'fdb', index, 'state'), 'value', message, 'permanent')]
  }
  if (sticky === true && isPermanent) {
    const message = `the entry of ${bridge.name} for ${mac} is permanent and sticky: the kernel never moves a permanent one`
    return [errorAt('bad-fdb-state', pathOf(bridge, 'fdb', index, 'sticky'), 'key', message, 'remove sticky')]
  }
  return []
}

function notAPort(
  bridge: BridgeDeclaration,
  dev: string,
  index: number,
  { byName, listed, bridges }: Declarations,
): Finding[] {
  const link = byName.get(dev)
  if (dev === bridge.name || bridges.some(({ unusable }) => unusable.has('ports'))) {
    return []
  }
  const path = pathOf(bridge, 'fdb', index, 'dev')
  const master = listed.get(dev)?.[0]?.master ?? masterStatedBy(link)
  if (master === bridge.name || link?.unusable.has('master') === true) {
    return []
  }
  if (link?.section === 'bridges' || master !== undefined) {
    const why = master === undefined ? `${dev} is another bridge` : `${dev} is a port of ${master}`
    const message = `entry ${index + 1} of fdb of ${bridge.name} leads to ${dev}, but ${why}`
    return [errorAt('not-a-port', path, 'value', message, `name a port of ${bridge.name}`)]
  }
  const message = `entry ${index + 1} of fdb of ${bridge.name} leads to ${dev}, but nothing here makes that a port of ${bridge.name}: the entry waits until something else does`
  return [warningAt('port-without-bridge', path, 'value', message, `name ${dev} in ports of ${bridge.name}`)]
}

function masterStatedBy(link: Declaration | undefined): string | undefined {
  return link?.spec.master
}

/** The kernel refuses an entry for a VLAN that the port has not: EINVAL. Without filtering it looks at no VLAN. */
function* vlanOfEntries(
  bridge: BridgeDeclaration,
  entries: readonly DesiredBridgeEntry[],
  ports: readonly StatedPort[],
): Generator<Finding> {
  const isFiltering = bridge.spec.vlan_filtering === true || bridge.unusable.has('vlan_filtering')
  const byPort = new Map<string, Vlans>()
  for (const { dev, vlan, path, mac } of entries) {
    if (vlan === undefined) {
      continue
    }
    const at = [...path, 'vlan']
    if (!isFiltering) {
      const message = `the entry of ${bridge.name} for ${mac} is for VLAN ${vlan}, but ${bridge.name} does not keep VLANs apart: it has no effect`
      yield warningAt('vlan-filtering-off', at, 'key', message, `state vlan_filtering: true on ${bridge.name}`)
      continue
    }
    const vlans = byPort.get(dev) ?? vlansOfPort(bridge, dev, ports)
    byPort.set(dev, vlans)
    if (!vlans.has(vlan)) {
      const message = `the entry of ${bridge.name} for ${mac} is for VLAN ${vlan}, which ${dev} does not have`
      yield vlans.isStated
        ? errorAt('vlan-not-on-port', at, 'value', message, `state VLAN ${vlan} in vlans of ${dev}`)
        : warningAt('vlan-not-on-port', at, 'value', message, `state VLAN ${vlan} in vlans of ${dev}`)
    }
  }
}

interface Vlans {
  /** Whether they are a whole list; else another program may add to them. */
  readonly isStated: boolean
  has(vlan: number): boolean
}

function vlansOfPort(bridge: BridgeDeclaration, dev: string, ports: readonly StatedPort[]): Vlans {
  const specs = ports.filter(({ link, master }) => link === dev && (master ?? bridge.name) === bridge.name)
  const stated = dev === bridge.name ? [bridge.spec.vlans] : specs.map(({ spec }) => spec.vlans)
  const vlans = stated.find((each) => each !== undefined)
  const mapped = specs.flatMap(({ spec }) => (spec.vlan_to_vni ?? []).map(({ vid }) => vid))
  const ranges = [
    ...(vlans ?? [bridge.spec.vlan_default_pvid ?? 1]).map((each) => (typeof each === 'object' ? each.vid : each)),
    ...mapped,
  ].map(rangeBounds)
  return {
    isStated: vlans !== undefined,
    has: (vlan) => ranges.some(([first, last]) => first <= vlan && vlan <= last),
  }
}

/** A MAC address is behind one port, in each VLAN. An entry without a VLAN is for all of them. */
function* statedTwice(
  bridge: BridgeDeclaration,
  entries: readonly DesiredBridgeEntry[],
  where: Where,
): Generator<Finding> {
  const byMac = new Map<string, DesiredBridgeEntry[]>()
  for (const entry of entries) {
    const before = byMac.get(entry.mac)
    if (before === undefined) {
      byMac.set(entry.mac, [entry])
      continue
    }
    const { mac, vlan, path } = entry
    const first = before.find((each) => each.vlan === undefined || vlan === undefined || each.vlan === vlan)
    before.push(entry)
    if (first !== undefined) {
      const isSame = first.vlan === vlan && first.dev === entry.dev
      const what = isSame ? '' : vlan === first.vlan ? ', and leads elsewhere' : ', and is for all VLANs'
      const there = `${where(first.path)}${what}`
      const message = `the entry of ${bridge.name} for ${mac} is the second: the other stands at ${there}`
      const suggestion =
        vlan === first.vlan
          ? 'remove one of the two'
          : 'state vlan on both, and a different one, or remove one of the two'
      yield errorAt('fdb-twice', [...path, 'mac'], 'value', message, suggestion)
    }
  }
}

/** Entries of a vxlan that its bridge is to have as well. */
function* entriesForBridge(vxlan: VxlanDeclaration, { byName, bridges, listed }: Declarations): Generator<Finding> {
  const bridge = byName.get(masterOf(vxlan, listed) ?? '')
  const isUnknown = vxlan.unusable.has('master') || bridges.some(({ unusable }) => unusable.has('ports'))
  for (const [index, { mac, master, vlan }] of placedEntries(vxlan.spec.fdb)) {
    if (master !== true) {
      if (vlan !== undefined) {
        const message = `entry ${index + 1} of fdb of ${vxlan.name} has vlan, but a vxlan has no VLANs in its forwarding table`
        const suggestion = "state master: true as well, for the bridge's entry, or remove vlan"
        yield errorAt('vlan-without-master', pathOf(vxlan, 'fdb', index, 'vlan'), 'key', message, suggestion)
      }
      continue
    }
    const path = pathOf(vxlan, 'fdb', index, 'master')
    if (mac === zeroMac || Number.parseInt(mac.slice(0, 2), 16) % 2 === 1) {
      const message = `entry ${index + 1} of fdb of ${vxlan.name} is for ${mac}, which a bridge does not forward by its entries`
      yield errorAt('bad-mac', path, 'key', message, 'remove master, or state a unicast address')
    } else if (bridge?.section !== 'bridges' && !isUnknown) {
      const message = `entry ${index + 1} of fdb of ${vxlan.name} is to be one of its bridge as well, but no file declares that bridge`
      const suggestion = 'declare the bridge, with adopt: true if something else makes it, or remove master'
      yield errorAt('master-without-bridge', path, 'key', message, suggestion)
    }
  }
}

/**
 * Without a forwarding entry for the neighbour's MAC address the bridge answers no question. Where the port does not learn, somebody has to
 * state it. Source: br_do_proxy_suppress_arp(), net/bridge/br_arp_nd_proxy.c.
 */
function* suppressesNothing(
  vxlan: VxlanDeclaration,
  { byName, listed }: Declarations,
  ports: readonly StatedPort[],
  entries: ReadonlyMap<string, readonly DesiredBridgeEntry[]>,
): Generator<Finding> {
  const bridge = byName.get(masterOf(vxlan, listed) ?? '')
  const isBlind = ports.some(
    ({ link, spec }) => link === vxlan.name && spec.neigh_suppress === true && spec.learning === false,
  )
  if (bridge?.section !== 'bridges' || !isBlind || isUnstated(bridge, 'neighbours')) {
    return
  }
  const known = new Set(entries.get(bridge.name)?.map(({ mac }) => mac))
  const neighbours = new Map((bridge.spec.neighbours ?? []).map(({ ip, mac }) => [mac, ip]))
  for (const [index, { mac }] of placedEntries(vxlan.spec.fdb)) {
    const ip = neighbours.get(mac)
    if (ip !== undefined && !known.has(mac)) {
      const message = `${bridge.name} knows ${ip} as ${mac}, but has no forwarding entry for that, and learns none from ${vxlan.name}: questions for ${ip} are flooded in spite of neigh_suppress`
      const suggestion = 'state master: true on this entry'
      yield warningAt('suppresses-nothing', pathOf(vxlan, 'fdb', index), 'value', message, suggestion)
    }
  }
}
