/** What the checks look at: everything that one look has gathered. */
import type { Link, VxlanAttributes } from '../../../rtnetlink/index.ts'
import type { HealthFinding } from '../../answers/health.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'
import type { Observed } from '../../kernel/observed.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import type { Remote } from '../tunnels/remotes.ts'
import type { CounterWatch } from './counter-watch.ts'

/** A vxlan of this host. */
export interface SeenVxlan {
  readonly name: string
  readonly link: Link
  readonly data: VxlanAttributes
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
  readonly ways: readonly Way[]
  /** Multicast groups that links send to. */
  readonly groups: readonly Remote[]
  readonly memberships: Memberships
  readonly queriers: Queriers
  /** The most groups of one socket: net.ipv4.igmp_max_memberships; undefined where it cannot be read. */
  readonly mostMemberships: number | undefined
  readonly counters: CounterWatch
  readonly moving: readonly MovingMac[]
  /** Whether a finding of the last look is still a finding, by {@link findingKey}. */
  readonly before: ReadonlySet<string>
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/** What makes a finding the same one as at the last look. */
export function findingKey({ check, links, vni, vtep, mac, found }: HealthFinding): string {
  // What was found of a link as a whole is told apart by its words, without the numbers that grow.
  const what = vtep === undefined && mac === undefined ? found.replaceAll(/\d+/g, '#') : ''
  return [check, vtep ?? '', mac ?? '', vni ?? '', vtep === undefined ? (links[0] ?? '') : '', what].join('|')
}

/** The vxlans among the links, in the order of their names. */
export function vxlansOf(links: Observed['links']): SeenVxlan[] {
  const found: SeenVxlan[] = []
  for (const link of links.values()) {
    const data = vxlanData(link)
    if (data !== undefined) {
      found.push({ name: link.attributes.ifname ?? `${link.index}`, link, data })
    }
  }
  return found.toSorted((a, b) => compareNames(a.name, b.name))
}

/** `vxlan2` before `vxlan10`. */
export function compareNames(a: string, b: string): number {
  return names.compare(a, b)
}

const names = new Intl.Collator('en', { numeric: true })

/** Groups items by a key, and gives of each group the sorted names of the links. */
export function linksBy<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string | undefined,
  nameOf: (item: T) => string,
): Map<string, { readonly links: string[]; readonly first: T }> {
  const groups = new Map<string, { readonly links: string[]; readonly first: T }>()
  for (const item of items) {
    const key = keyOf(item)
    if (key !== undefined) {
      const group = groups.get(key)
      if (group === undefined) {
        groups.set(key, { links: [nameOf(item)], first: item })
      } else if (group.links.at(-1) !== nameOf(item)) {
        group.links.push(nameOf(item))
      }
    }
  }
  for (const { links } of groups.values()) {
    links.sort(compareNames)
  }
  return groups
}
