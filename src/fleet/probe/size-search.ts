/** The largest size that passes, by halving. Pure but for what is asked. */

/** Sizes in bytes. `fails` is absent where the whole passes. */
export interface Sizes {
  readonly passes: number
  readonly fails?: number
}

/** So many sizes are tried at most: enough for every size up to 65,535. */
export const mostTrials = 17

/**
 * @param passes a size that is known to pass
 * @param fails a larger one that is known not to
 * @param tries whether a size passes
 * @param trials how many sizes may be tried
 */
export async function searchSize(
  { passes, fails }: Required<Sizes>,
  tries: (size: number) => Promise<boolean>,
  trials = mostTrials,
): Promise<Required<Sizes>> {
  let [low, high] = [passes, fails]
  for (let trial = 0; trial < trials && high - low > 1; trial += 1) {
    const middle = (low + high) >> 1
    if (await tries(middle)) {
      low = middle
    } else {
      high = middle
    }
  }
  return { passes: low, fails: high }
}
