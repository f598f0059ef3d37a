/**
 * Long work in slices, between which the event loop turns: requests are answered, the kernel's events are read, and systemd hears that the
 * agent is alive. Nothing that grows with the number of links, entries or messages may run in one go.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long one slice lasts, in milliseconds. Several may be due in one turn of the loop. */
const sliceMs = 20

/**
 * Work that can be interrupted: a generator that yields where it may pause, at least every millisecond or so, and returns the result.
 * The world may change at each pause, so it must not rely on what it has read of a table before: it takes a copy first, or says why it
 * need not.
 */
export type Steps<T> = Generator<undefined, T, undefined>

/** The time that work may take before it must let the event loop turn. */
export class Slice {
  #endMs = performance.now() + sliceMs

  /** Whether the time is up: `await pause()` before going on. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs
  }

  /** Lets the event loop turn, and begins the next slice. */
  async pause(): Promise<void> {
    await nextTurn()
    this.#endMs = performance.now() + sliceMs
  }
}

/** Does the work without a pause: for what is known to be short, and for programs that do nothing else meanwhile. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) {
      return step.value
    }
  }
}

/** Does the work in slices. Rejects with what it throws. */
export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  const slice = new Slice()
  for (;;) {
    const step = steps.next()
    if (step.done === true) {
      return step.value
    }
    if (slice.isOver) {
      await slice.pause()
    }
  }
}

/** Does `work` with each item, in slices: for items that take little each. */
export async function forEachInSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  await inSlices(eachStep(items, work))
}

/** As {@link forEachInSlices}, as part of longer work: `yield*` it. */
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

/** As many items, of a microsecond or a few each, make a step. */
export const itemsPerStep = 64
