/** Lists in two parts. */

/** Those of which it holds, and the others, each in its order. */
export function parted<T>(all: readonly T[], holds: (each: T) => boolean): readonly [T[], T[]] {
  return [all.filter(holds), all.filter((each) => !holds(each))]
}
