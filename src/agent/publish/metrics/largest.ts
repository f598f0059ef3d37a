/** Which of many values get a label of their own: the largest, and those that had one stay, so that series do not come and go. */

/** What has no label of its own is counted under this one. */
export const other = 'other'

/** A value that has none must be so much larger than one that has in order to take its place. */
const toDisplace = 2

/** What is chosen from. */
export interface Sized {
  readonly size: number
  /** Whether it was chosen the last time. */
  readonly wasChosen: boolean
}

/** The `most` largest, one at least; among equals the first. No full order is made: there may be 100,000. */
export function largest<T extends Sized>(values: readonly T[], most: number): T[] {
  if (values.length <= most) {
    return [...values]
  }
  const weights = Float64Array.from(values, weightOf)
  const least = weights.toSorted()[values.length - most] ?? 0
  let places = most - weights.reduce((count, weight) => count + (weight > least ? 1 : 0), 0)
  return values.filter((_, index) => {
    const weight = weights[index] ?? 0
    if (weight === least && places > 0) {
      places -= 1
      return true
    }
    return weight > least
  })
}

function weightOf({ size, wasChosen }: Sized): number {
  return size * (wasChosen ? toDisplace : 1)
}
