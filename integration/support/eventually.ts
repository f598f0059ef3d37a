/** Waiting for what takes a moment, without a fixed sleep. */
import { setTimeout as delay } from 'node:timers/promises'
import { slowness } from './slowness.ts'

/**
 * Calls `probe` until it no longer throws, and gives its value. After `timeoutMs`, on a slow machine so many times longer, its last
 * error is the test's.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const until = performance.now() + timeoutMs * slowness
  for (;;) {
    try {
      return await probe()
    } catch (error) {
      if (performance.now() > until) {
        throw error
      }
      await delay(everyMs)
    }
  }
}
