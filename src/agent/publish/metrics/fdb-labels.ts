/** Which devices and VTEPs of a census have labels of their own: a table may lead to thousands, and each label costs a series. */
import type { DeviceCensus, StateCounts } from './fdb-census.ts'
import { largest, other } from './largest.ts'

/** As many devices have labels of their own in one scrape, and as many pairs of a device and a VTEP. */
export const mostDevices = 100
export const mostPairs = 500

/** Entries under one pair of labels. */
export interface LabelledCounts {
  readonly device: string
  readonly vtep: string
  readonly counts: Readonly<StateCounts>
}

/** A census with labels for its devices, at least as many entries as it has, and no more labels than the bounds allow. */
export interface LabelledCensus {
  readonly rows: readonly LabelledCounts[]
  /** The label of a device. */
  labelOf(device: string): string
}

interface Pair extends LabelledCounts {
  readonly size: number
  readonly wasChosen: boolean
}

/** Gives labels, and remembers which it gave. */
export class FdbLabels {
  #devices: ReadonlySet<string> = new Set()
  #vteps: ReadonlyMap<string, ReadonlySet<string>> = new Map()

  label(census: readonly Pick<DeviceCensus, 'device' | 'byVtep'>[]): LabelledCensus {
    const devices = census.map(({ device, byVtep }) => ({
      device,
      byVtep,
      size: sumOf(Array.from(byVtep.values(), sumOf)),
      wasChosen: this.#devices.has(device),
    }))
    this.#devices = new Set(largest(devices, mostDevices).map(({ device }) => device))
    const rest = new Map<string, StateCounts>()
    const pairs: Pair[] = []
    for (const { device, byVtep } of devices) {
      if (this.#devices.has(device)) {
        const before = this.#vteps.get(device)
        for (const [vtep, counts] of byVtep) {
          pairs.push({ device, vtep, counts, size: sumOf(counts), wasChosen: before?.has(vtep) === true })
        }
      } else {
        for (const counts of byVtep.values()) {
          addTo(rest, other, counts)
        }
      }
    }
    const chosen = largest(pairs, mostPairs)
    const shown = new Set(chosen)
    for (const pair of pairs) {
      if (!shown.has(pair)) {
        addTo(rest, pair.device, pair.counts)
      }
    }
    this.#vteps = vtepsByDevice(chosen)
    return {
      rows: [...chosen, ...Array.from(rest, ([device, counts]) => ({ device, vtep: other, counts }))],
      labelOf: (device) => (this.#devices.has(device) ? device : other),
    }
  }
}

function vtepsByDevice(pairs: readonly Pair[]): Map<string, Set<string>> {
  const vteps = new Map<string, Set<string>>()
  for (const { device, vtep } of pairs) {
    const ofDevice = vteps.get(device) ?? new Set()
    vteps.set(device, ofDevice.add(vtep))
  }
  return vteps
}

function addTo(sums: Map<string, StateCounts>, device: string, counts: Readonly<StateCounts>): void {
  let sum = sums.get(device)
  if (sum === undefined) {
    sum = [0, 0, 0, 0, 0]
    sums.set(device, sum)
  }
  // By place, not over `entries()`: there may be 100,000 to add up.
  for (let place = 0; place < counts.length; place += 1) {
    sum[place as 0] += counts[place as 0]
  }
}

function sumOf(counts: readonly number[]): number {
  let sum = 0
  for (const count of counts) {
    sum += count
  }
  return sum
}
