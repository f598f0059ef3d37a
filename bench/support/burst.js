/** Counting events that come in a burst. */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** Without an event for so long a burst is over. */
const silenceMs = 300

/** Counts from `begin` to the silence that `end` waits for. The seconds are those between the first event and the last. */
export function burst() {
  let received = 0
  let first = 0
  let last = 0
  return {
    begin() {
      received = 0
    },
    count() {
      last = performance.now()
      if (received === 0) {
        first = last
      }
      received += 1
    },
    async end() {
      let seen = -1
      while (seen !== received) {
        seen = received
        await sleep(silenceMs)
      }
      return { received, seconds: (last - first) / 1000 }
    },
  }
}
