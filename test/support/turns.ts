/** Whether long work lets the event loop turn, told without regard to how fast the machine is. */
import { onTestFinished, vi } from 'vitest'

/** Taken before any test replaces the timers. */
const nextTurn = setImmediate

/** From now on a millisecond passes with each look at the clock, and no more: so many looks make a slice. */
export function clockTicksWhenLookedAt(): void {
  let nowMs = performance.now()
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += 1
    return nowMs
  })
  onTestFinished(() => spy.mockRestore())
}

/** How often the event loop turns until the work is done. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const count = (): void => {
    if (!isOver) {
      turns += 1
      nextTurn(count)
    }
  }
  nextTurn(count)
  await work()
  isOver = true
  return turns
}
