/**
 * Preloaded into the daemon (`node --import`): how long its event loop stands still, in time on the clock and in processor time of its
 * thread. Asked over IPC: `begin` starts a measure, `end` answers with the longest silence since.
 */
import { readFileSync } from 'node:fs'

/** So often the loop is to turn, in milliseconds. */
const everyMs = 5
/** Of the main thread: nanoseconds on the processor come first. Source: Documentation/scheduler/sched-stats.rst. */
const schedstat = `/proc/self/task/${process.pid}/schedstat`

function cpuMs() {
  return Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e6
}

const longest = { wallMs: 0, cpuMs: 0 }
let last = { wall: performance.now(), cpu: cpuMs() }

function look() {
  const now = { wall: performance.now(), cpu: cpuMs() }
  longest.wallMs = Math.max(longest.wallMs, now.wall - last.wall)
  longest.cpuMs = Math.max(longest.cpuMs, now.cpu - last.cpu)
  last = now
}

setInterval(look, everyMs).unref()

process.on('message', (/** @type {string} */ question) => {
  look()
  if (question === 'begin') {
    Object.assign(longest, { wallMs: 0, cpuMs: 0 })
  }
  process.send?.({ ...longest })
})
// What only measures must not keep the daemon alive.
process.channel?.unref()
