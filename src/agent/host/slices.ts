/**
 * Long work in slices, between which the event loop turns: requests are answered, the kernel's events are read, and systemd hears that the
 * agent is alive. Nothing that grows with the number of links, entries or messages may run in one go.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { eachStep, type Steps } from '../facts/steps.ts'

/** How long one slice lasts, in milliseconds. Several may be due in one turn of the loop. */
const sliceMs = 20

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

/** Starts `work` for each item, in slices, and waits for all of it. Rejects when one does, after all were started. */
export async function startInSlices<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const slice = new Slice()
  const started: Promise<void>[] = []
  for (const item of items) {
    const one = work(item)
    // It is looked at when all are started. Until then a failure is no unhandled one.
    one.catch(() => {})
    started.push(one)
    if (slice.isOver) {
      await slice.pause()
    }
  }
  await Promise.all(started)
}
