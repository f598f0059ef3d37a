/** Observed → how many forwarding entries of the overlay there are, by device, VTEP and state. Pure, and one pass over 100,000. */
import { constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import { isMulticast } from '../../facts/ip-text.ts'
import { nexthopGroupName } from '../../facts/nexthop-group.ts'
import type { Observed } from '../../kernel/observed.ts'
import { overlayLinks } from '../../kernel/overlay-links.ts'
import { isVxlan } from '../../kernel/vxlan-link.ts'
import { type FdbKind, fdbKindOf } from '../../words/fdb-entry.ts'

const { NTF_SELF, NUD_FAILED } = constants

/** The entries of one device that lead to one VTEP: as many as there are of each of {@link fdbKinds}, in that order. */
export type StateCounts = [flood: number, learned: number, isStatic: number, permanent: number, externLearn: number]

/** One device's entries. */
export interface DeviceCensus {
  readonly device: string
  readonly isVxlan: boolean
  /** By VTEP, multicast group or nexthop group; '' for entries that lead to none of these, but to a port. */
  readonly byVtep: Map<string, StateCounts>
  /** Addresses of the VTEPs among these, groups of either sort apart. */
  readonly vteps: Set<string>
}

/**
 * Counts the entries of vxlans, and those that bridges with vxlans among their ports have, by port. What other devices have is
 * no part of the overlay: their own multicast filters. Every vxlan is there, with or without entries.
 */
export function takeCensus({ links, fdb }: Pick<Observed, 'links' | 'fdb'>): DeviceCensus[] {
  const overlay = overlayLinks(links)
  const devices = new Map<number, DeviceCensus>()
  for (const link of links.values()) {
    if (overlay.has(link.index)) {
      devices.set(link.index, { device: nameOf(link), isVxlan: isVxlan(link), byVtep: new Map(), vteps: new Set() })
    }
  }
  for (const table of fdb.values()) {
    for (const entry of table.values()) {
      const device = devices.get(entry.ifindex)
      if (device !== undefined && (device.isVxlan || (entry.flags & NTF_SELF) === 0)) {
        count(device, entry)
      }
    }
  }
  return [...devices.values()]
}

/** Where in the counts each kind is. */
const places = { flood: 0, learned: 1, static: 2, permanent: 3, extern_learn: 4 } as const satisfies Record<
  FdbKind,
  number
>

function count({ byVtep, vteps }: DeviceCensus, entry: Neighbour): void {
  const { dst, nhId } = entry.attributes
  const vtep = dst ?? (nhId === undefined ? '' : nexthopGroupName(nhId))
  let counts = byVtep.get(vtep)
  if (counts === undefined) {
    counts = [0, 0, 0, 0, 0]
    byVtep.set(vtep, counts)
    if (dst !== undefined && !isMulticast(dst)) {
      vteps.add(dst)
    }
  }
  counts[places[fdbKindOf(entry)]] += 1
}

/** How many remote VTEPs the entries of a device lead to, and how many of these are among the silent. */
export function countVteps(
  { vteps }: Pick<DeviceCensus, 'vteps'>,
  silent: ReadonlySet<string>,
): { readonly known: number; readonly failed: number } {
  let failed = 0
  for (const vtep of silent.size > 0 ? vteps : []) {
    failed += silent.has(vtep) ? 1 : 0
  }
  return { known: vteps.size, failed }
}

/** Addresses that do not answer ARP or ND, on whatever link. */
export function silentAddresses({ neighbours }: Pick<Observed, 'neighbours'>): Set<string> {
  const silent = new Set<string>()
  for (const table of neighbours.values()) {
    for (const { state, attributes } of table.values()) {
      if ((state & NUD_FAILED) !== 0 && attributes.dst !== undefined) {
        silent.add(attributes.dst)
      }
    }
  }
  return silent
}

function nameOf({ index, attributes }: Link): string {
  return attributes.ifname ?? `${index}`
}
