/** VLANs, VNIs and maps between them: from ranges to single numbers, which compare, and back to ranges, which the kernel takes. */
import type { PortSpec, VxlanSpec } from '../desired/schema.ts'
import { rangeBounds } from '../desired/values.ts'

/** What a port does with the frames of a VLAN. */
export interface VlanFlags {
  /** Untagged frames that come in belong to it. */
  readonly pvid: boolean
  /** Its frames leave untagged. */
  readonly untagged: boolean
}

/** VLANs by ID. */
export type VlanTable = ReadonlyMap<number, VlanFlags>

/** VNIs by VLAN ID. */
export type VlanMap = ReadonlyMap<number, number>

/** Where floods of one VNI of a filtering device go; undefined: where the link's own go. */
export type VniTable = ReadonlyMap<number, string | undefined>

/** The VLANs that a port is to have, those of its map included. Undefined when none are stated. */
export function wantedVlans({
  vlans,
  vlan_to_vni: map,
}: Pick<PortSpec, 'vlans' | 'vlan_to_vni'>): VlanTable | undefined {
  if (vlans === undefined && map === undefined) {
    return undefined
  }
  const table = new Map<number, VlanFlags>()
  for (const vid of wantedVlanMap(map ?? []).keys()) {
    table.set(vid, { pvid: false, untagged: false })
  }
  for (const vlan of vlans ?? []) {
    const { vid, pvid = false, untagged = false } = typeof vlan === 'object' ? vlan : { vid: vlan }
    for (const each of numbersOf(vid)) {
      table.set(each, { pvid, untagged })
    }
  }
  return table
}

/** The VNI of each mapped VLAN. */
export function wantedVlanMap(map: NonNullable<PortSpec['vlan_to_vni']>): VlanMap {
  const table = new Map<number, number>()
  for (const { vid, vni } of map) {
    const [firstVid, lastVid] = rangeBounds(vid)
    const [firstVni] = rangeBounds(vni)
    for (let each = firstVid; each <= lastVid; each += 1) {
      table.set(each, firstVni + each - firstVid)
    }
  }
  return table
}

/** The VNIs that a filtering device is to take, those that its port maps included. Undefined when none are stated. */
export function wantedVnis({ vnis, vnifilter }: VxlanSpec, port: PortSpec | undefined): VniTable | undefined {
  const mapped = vnifilter === true ? port?.vlan_to_vni : undefined
  if (vnis === undefined && mapped === undefined) {
    return undefined
  }
  const table = new Map<number, string | undefined>()
  for (const vni of wantedVlanMap(mapped ?? []).values()) {
    table.set(vni, undefined)
  }
  for (const entry of vnis ?? []) {
    const { vni, group, remote } = typeof entry === 'object' ? entry : { vni: entry }
    for (const each of numbersOf(vni)) {
      table.set(each, group ?? remote)
    }
  }
  return table
}

/** A run of numbers that share something. */
export interface Run<T> {
  readonly first: number
  readonly last: number
  readonly value: T
}

/** Runs of neighbouring numbers with equal values, lowest first. */
export function runsOf<T>(
  table: Iterable<readonly [number, T]>,
  areOne: (left: Run<T>, number: number, value: T) => boolean,
): Run<T>[] {
  const runs: Run<T>[] = []
  for (const [number, value] of [...table].sort(([left], [right]) => left - right)) {
    const last = runs.at(-1)
    if (last !== undefined && last.last === number - 1 && areOne(last, number, value)) {
      runs[runs.length - 1] = { ...last, last: number }
    } else {
      runs.push({ first: number, last: number, value })
    }
  }
  return runs
}

/** VLANs with equal flags as runs; a PVID stands alone, as the kernel wants it. */
export function vlanRuns(table: Iterable<readonly [number, VlanFlags]>): Run<VlanFlags>[] {
  return runsOf(
    table,
    ({ value: left }, _number, right) => !left.pvid && !right.pvid && left.untagged === right.untagged,
  )
}

/** VLANs whose VNIs rise with them as runs. The value is the first VNI. */
export function vlanMapRuns(table: Iterable<readonly [number, number]>): Run<number>[] {
  return runsOf(table, ({ first, value }, vid, vni) => vni === value + vid - first)
}

/** VNIs with one destination as runs. */
export function vniRuns(table: Iterable<readonly [number, string | undefined]>): Run<string | undefined>[] {
  return runsOf(table, ({ value: left }, _number, right) => left === right)
}

/** `10` or `10-20`. */
export function rangeText(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`
}

function* numbersOf(range: number | string): Generator<number> {
  const [first, last] = rangeBounds(range)
  for (let each = first; each <= last; each += 1) {
    yield each
  }
}
