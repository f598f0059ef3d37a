/** Counters that are counted elsewhere, cheaper than a metrics library does. */
import type { Counter } from 'prom-client'

/** Gives the counter the count. */
export function setCounter(counter: Counter, count: number): void {
  counter.reset()
  counter.inc(count)
}
