/** What the checks look at: everything that one look has gathered. */
import type { Link, VxlanAttributes } from '../../../rtnetlink/index.ts'
import type { HealthFinding } from '../../answers/health.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import { eachStep, type Steps } from '../../facts/steps.ts'
import type { HeardProbes } from '../../fleet/heard-probes.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'
import type { Observed } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import type { Remote } from '../tunnels/remotes.ts'
import type { CounterWatch } from './counter-watch.ts'

/** A vxlan of this host. */
export interface SeenVxlan {
  readonly name: string
  readonly link: Link
  /** Without device and source address, if the underlay is in another network namespace: they would be taken for ones of this. */
  readonly data: VxlanAttributes
  readonly isUnderlayHere: boolean
}

/** A declared vxlan that is not there, and the device that it is to use. */
export interface AbsentVxlan {
  readonly name: string
  readonly dev?: string
}

/** A unicast remote with its way. */
export interface Way {
  readonly remote: Remote
  /** As the kernel sends: by the device that the link, or the entry, is bound to. */
  readonly path: UnderlayPath
  /** By the routing table alone; undefined where that is the same question. */
  readonly free: UnderlayPath | undefined
  readonly arrival: Arrival | undefined
}

/** Where what the remote sends arrives. Only where that is another device than the one by which this host sends. */
export interface Arrival {
  readonly dev: string
  /** Whether the kernel takes it: false where the reverse-path filter drops it. */
  readonly isAccepted: boolean
}

/** Whether queries for multicast groups have been heard on a device: undefined where nothing that can be read tells. */
export type Queriers = ReadonlyMap<string, boolean | undefined>

/** A MAC address that moves back and forth, as the log of events has it. */
export interface MovingMac {
  readonly mac: string
  readonly link: string
  readonly places: readonly string[]
}

export interface HealthFacts {
  readonly observed: Observed
  readonly vxlans: readonly SeenVxlan[]
  readonly absent: readonly AbsentVxlan[]
  /** By ifindex of a bridge or another master: its ports. */
  readonly ports: ReadonlyMap<number, readonly Link[]>
  /** All remotes, also those of links whose underlay is in another network namespace. */
  readonly remotes: readonly Remote[]
  /** The addresses of this host. */
  readonly own: ReadonlySet<string>
  /** To the unicast remotes of links that are up. */
  readonly ways: readonly Way[]
  /** Multicast groups that links which are up send to. */
  readonly groups: readonly Remote[]
  readonly memberships: Memberships
  readonly queriers: Queriers
  /** The most groups of one socket: net.ipv4.igmp_max_memberships; undefined where it cannot be read. */
  readonly mostMemberships: number | undefined
  readonly counters: CounterWatch
  readonly moving: readonly MovingMac[]
  /** What probes of the fleet have found, and when the fleet process was heard last; undefined where it has none. */
  readonly probes: HeardProbes | undefined
  /** Whether a finding of the last look is still a finding, by {@link findingKey}. */
  readonly before: ReadonlySet<string>
  /** Whether there will be another look. */
  readonly isWatching: boolean
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/** What makes a finding the same one as at the last look. What was a warning and is a fault is another one: it is an event. */
export function findingKey({
  check,
  severity,
  subject,
}: Pick<HealthFinding, 'check' | 'severity' | 'subject'>): string {
  return `${check} ${severity} ${subject}`
}

/** The vxlans among the links, in the order of their names. */
export function vxlansOf(links: Observed['links']): SeenVxlan[] {
  const found: SeenVxlan[] = []
  for (const link of links.values()) {
    const all = vxlanData(link)
    if (all !== undefined) {
      const isUnderlayHere = link.attributes.linkNetnsid === undefined
      const { link: _, local, local6, ...others } = all
      const data = isUnderlayHere ? all : others
      found.push({ name: link.attributes.ifname ?? `${link.index}`, link, data, isUnderlayHere })
    }
  }
  return found.toSorted((a, b) => compareNames(a.name, b.name))
}

/** `vxlan2` before `vxlan10`. */
export function compareNames(a: string, b: string): number {
  return names.compare(a, b)
}

const names = new Intl.Collator('en', { numeric: true })

/** What has one key: the sorted names of its links, and the first of it. */
export interface Group<T> {
  readonly links: readonly string[]
  readonly first: T
}

/** Groups items by a key; those without one are left out. */
export function* linksBy<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string | undefined,
  nameOf: (item: T) => string,
): Steps<Map<string, Group<T>>> {
  const groups = new Map<string, { readonly links: Set<string>; readonly first: T }>()
  yield* eachStep(items, (item) => {
    const key = keyOf(item)
    if (key !== undefined) {
      const group = groups.get(key)
      if (group === undefined) {
        groups.set(key, { links: new Set([nameOf(item)]), first: item })
      } else {
        group.links.add(nameOf(item))
      }
    }
  })
  const sorted = new Map<string, Group<T>>()
  for (const [key, { links, first }] of groups) {
    sorted.set(key, { links: [...links].sort(compareNames), first })
    yield
  }
  return sorted
}
