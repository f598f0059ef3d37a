/** Killing a process at one step after another, as crash-at.mjs counts them. */

const isEvery = process.env['VXA_TEST_EVERY_STEP'] !== undefined
const seed = Number(process.env['VXA_TEST_SEED'] ?? 20261123)

/** So many at once. */
const width = 4

/**
 * Calls `survives` with the number of each step that is in the sample, until it says false: the process had ended before that
 * step. Prints how many there were, and gives that number. `VXA_TEST_EVERY_STEP=1` takes all of them.
 * @param share one step in so many is tried: over some runs all of them, when `VXA_TEST_SEED` changes
 */
export async function killAtEachStep(survives: (step: number) => Promise<boolean>, share = 4): Promise<number> {
  const sample = isEvery ? 1 : share
  let next = 1 + (seed % sample)
  let killed = 0
  for (let isOver = false; !isOver; next += width * sample) {
    const results = await Promise.all(Array.from({ length: width }, (_, index) => survives(next + index * sample)))
    isOver = results.includes(false)
    killed += results.filter(Boolean).length
  }
  const which = sample === 1 ? 'every step' : `one of ${sample} steps (VXA_TEST_EVERY_STEP=1: every one)`
  process.stdout.write(`killed ${killed} times, at ${which}\n`)
  return killed * sample
}
