/** Numbers and ranges of them, as VLANs and VNIs are listed: where two entries meet. */
import { rangeBounds } from './values.ts'

/** Two entries that have a number in common. */
export interface Overlap {
  /** Index of the later one. */
  readonly index: number
  /** Index of the earlier one. */
  readonly earlier: number
  /** The lowest number in both. */
  readonly number: number
}

/** The entries that meet an earlier one. Of a range that meets several, one is told. */
export function overlapsOf(ranges: readonly (number | string)[]): Overlap[] {
  const inOrder = ranges
    .map((range, index) => ({ index, bounds: rangeBounds(range) }))
    .sort((left, right) => left.bounds[0] - right.bounds[0] || left.index - right.index)
  const found = new Map<number, Overlap>()
  let reach: (typeof inOrder)[number] | undefined
  for (const entry of inOrder) {
    if (reach !== undefined && entry.bounds[0] <= reach.bounds[1]) {
      const index = Math.max(entry.index, reach.index)
      found.set(index, { index, earlier: Math.min(entry.index, reach.index), number: entry.bounds[0] })
    }
    if (reach === undefined || entry.bounds[1] > reach.bounds[1]) {
      reach = entry
    }
  }
  return [...found.values()].sort((left, right) => left.index - right.index)
}

/** How many numbers a canonical range has. */
export function lengthOf(range: number | string): number {
  const [first, last] = rangeBounds(range)
  return last - first + 1
}
