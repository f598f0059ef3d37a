/**
 * Preloaded into the daemon (`node --import`): how long its event loop stands still. A process that waits for a processor is silent as
 * well, and that is the machine's doing, so that time is told apart. Asked over IPC: `begin` starts a measure, `end` answers with the
 * longest silence since.
 */
import { readFileSync } from 'node:fs'

/** So often the loop is to turn, in milliseconds. */
const everyMs = 5
/** Of the main thread: nanoseconds on a processor, then nanoseconds that it waited for one. Source: Documentation/scheduler/sched-stats.rst. */
const schedstat = `/proc/self/task/${process.pid}/schedstat`

/** What of the time on the clock was the daemon's own: work, and waiting in the kernel. In milliseconds. */
function ownMs() {
  const [, waited] = readFileSync(schedstat, 'utf8').split(' ')
  return performance.now() - Number(waited) / 1e6
}

const longest = { wallMs: 0, ownMs: 0 }
let last = { wallMs: performance.now(), ownMs: ownMs() }

function look() {
  const now = { wallMs: performance.now(), ownMs: ownMs() }
  longest.wallMs = Math.max(longest.wallMs, now.wallMs - last.wallMs)
  longest.ownMs = Math.max(longest.ownMs, now.ownMs - last.ownMs)
  last = now
}

setInterval(look, everyMs).unref()

process.on('message', (/** @type {string} */ question) => {
  look()
  if (question === 'begin') {
    Object.assign(longest, { wallMs: 0, ownMs: 0 })
  }
  process.send?.({ ...longest })
})
// What only measures must not keep the daemon alive.
process.channel?.unref()
