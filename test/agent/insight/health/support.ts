/** What checks look at, for tests: what a test does not state is ordinary. */
import type { HealthFinding } from '../../../../src/agent/answers/health.ts'
import type { UnderlayPath } from '../../../../src/agent/answers/tunnel.ts'
import { atOnce, type Steps } from '../../../../src/agent/facts/steps.ts'
import type { Check, Looked } from '../../../../src/agent/insight/health/check.ts'
import { type CounterSample, CounterWatch } from '../../../../src/agent/insight/health/counter-watch.ts'
import { type HealthFacts, vxlansOf, type Way } from '../../../../src/agent/insight/health/facts.ts'
import type { Remote } from '../../../../src/agent/insight/tunnels/remotes.ts'
import { fdbKey, fdbOwner, neighbourKey, type Observed } from '../../../../src/agent/kernel/observed.ts'
import { ownAddresses } from '../../../../src/agent/kernel/own-addresses.ts'
import { constants, type Link, type LinkStats, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { device, observed, vxlan } from '../../../support/builders.ts'

export const eth1 = device(2, 'eth1')
export const vxlan0 = vxlan(5, 'vxlan0', { id: 42, link: 2, port: 4789 }, { mtu: 1450 })

/** The same link otherwise. */
export function withAttributes(link: Link, attributes: Partial<Link['attributes']>, flags = link.flags): Link {
  return { ...link, flags, attributes: { ...link.attributes, ...attributes } }
}

/** The facts of a host with `vxlan0` over `eth1`. */
export function facts({
  observed: tables = observed([eth1, vxlan0]),
  ...more
}: Partial<HealthFacts> = {}): HealthFacts {
  const ports = new Map<number, Link[]>()
  for (const link of tables.links.values()) {
    const { master } = link.attributes
    if (master !== undefined) {
      ports.set(master, [...(ports.get(master) ?? []), link])
    }
  }
  return {
    observed: tables,
    vxlans: vxlansOf(tables.links),
    absent: [],
    ports,
    remotes: [...(more.ways ?? []).map((way) => way.remote), ...(more.groups ?? [])],
    own: ownAddresses(tables),
    ways: [],
    groups: [],
    memberships: new Map(),
    queriers: new Map(),
    mostMemberships: 20,
    counters: new CounterWatch(),
    moving: [],
    probes: undefined,
    before: new Set(),
    isWatching: true,
    nowMs: 0,
    ...more,
  }
}

/** A remote of `vxlan0`. */
export function remote(address: string, more: Partial<Remote> = {}): Remote {
  return {
    index: 5,
    ifname: 'vxlan0',
    vni: 42,
    address,
    nexthopGroups: new Set(),
    isGroup: false,
    dstport: 4789,
    sources: new Set(['head-end']),
    macs: 0,
    isFloodedTo: true,
    query: { dst: address, oif: 2 },
    idleTicks: undefined,
    standingTicks: undefined,
    ...more,
  }
}

/** A way that is well, unless told otherwise. */
export function way(
  address: string,
  path: Partial<UnderlayPath> = {},
  { free, arrival, ...more }: Partial<Remote> & Partial<Pick<Way, 'free' | 'arrival'>> = {},
): Way {
  return {
    remote: remote(address, more),
    path: { isResolved: true, dev: 'eth1', neighbour: 'reachable', mtu: 1500, ...path },
    free,
    arrival,
  }
}

/** What a check has come to. */
export function looked(check: Check, all: HealthFacts): Looked {
  const result = check.look(all)
  return 'next' in result ? atOnce(result as Steps<Looked>) : result
}

/** Its findings, in short: `fault eth1: vxlan0`. */
export function found(check: Check, all: HealthFacts): string[] {
  return looked(check, all).found.map(({ severity, subject, links }) => `${severity} ${subject}: ${links.join(' ')}`)
}

/** A forwarding entry: a learned one, unless told otherwise. */
export function entry(
  ifindex: number,
  attributes: Neighbour['attributes'],
  { state = constants.NUD_REACHABLE, flags = constants.NTF_SELF }: { state?: number; flags?: number } = {},
): Neighbour {
  return { family: constants.AF_BRIDGE, ifindex, state, flags, type: 0, attributes }
}

export const permanent = { state: constants.NUD_PERMANENT | constants.NUD_NOARP }

/** An entry of a bridge's own table. */
export function bridgeEntry(port: number, bridge: number, lladdr: string, vlan?: number): Neighbour {
  const attributes = { lladdr, master: bridge, ...(vlan !== undefined && { vlan }) }
  return entry(port, attributes, { flags: constants.NTF_MASTER })
}

/** A static ARP or ND entry. */
export function neighbour(ifindex: number, dst: string, lladdr: string): Neighbour {
  return {
    family: constants.AF_INET,
    ifindex,
    state: constants.NUD_PERMANENT,
    flags: 0,
    type: 0,
    attributes: { dst, lladdr },
  }
}

/** Tables with forwarding and neighbour entries. */
export function tables(
  links: readonly Link[],
  entries: readonly Neighbour[],
  neighbours: readonly Neighbour[] = [],
): Observed {
  const all = observed(links)
  for (const each of entries) {
    const table = all.fdb.get(fdbOwner(each)) ?? new Map<string, Neighbour>()
    all.fdb.set(fdbOwner(each), table.set(fdbKey(each), each))
  }
  for (const each of neighbours) {
    const table = all.neighbours.get(each.ifindex) ?? new Map<string, Neighbour>()
    all.neighbours.set(each.ifindex, table.set(neighbourKey(each), each))
  }
  return all
}

/** Counters of a link. */
export function stats(counts: Partial<LinkStats>): LinkStats {
  return { rxPackets: 0, txPackets: 0, rxErrors: 0, txErrors: 0, rxDropped: 0, txDropped: 0, ...counts } as LinkStats
}

/** Counters of a moment, in seconds. */
export function sample(seconds: number, more: Partial<CounterSample> = {}): CounterSample {
  return { atMs: seconds * 1000, protocol: new Map(), links: new Map(), vnis: new Map(), ...more }
}

/** A watch that has seen these. */
export function watched(samples: readonly CounterSample[], isOneLook = false): CounterWatch {
  const watch = new CounterWatch({ isOneLook })
  for (const each of samples) {
    watch.note(each)
  }
  return watch
}

/** A finding, for what takes any. */
export function finding(more: Partial<HealthFinding> = {}): HealthFinding {
  return {
    check: 'underlay-device',
    severity: 'fault',
    subject: 'eth1',
    links: ['vxlan0'],
    found: 'eth1 is down',
    means: 'nothing is sent and nothing received',
    cure: 'ip link set eth1 up',
    ...more,
  }
}
