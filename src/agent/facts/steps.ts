/** Long work as steps, so that whoever does it chooses where it pauses. Pure. */

/**
 * Work that can be interrupted: a generator that yields where it may pause, at least every millisecond or so, and returns the result.
 * The world may change at each pause, so it must not rely on what it has read of a table before: it takes a copy first, or says why it
 * need not.
 */
export type Steps<T> = Generator<undefined, T, undefined>

/** As many items, of a microsecond or a few each, make a step. */
export const itemsPerStep = 64

/** Does the work without a pause: for what is known to be short, and for programs that do nothing else meanwhile. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) {
      return step.value
    }
  }
}

/** Work with each of many items, as part of longer work: `yield*` it. */
export function* eachStep<T>(items: Iterable<T>, work: (item: T) => void): Steps<void> {
  let count = 0
  for (const item of items) {
    work(item)
    count += 1
    // To look at the clock takes as long as a short piece of work.
    if (count % itemsPerStep === 0) {
      yield
    }
  }
}
