/**
 * Preloaded into the product (`node --import`): ends it by SIGKILL at the step whose number is in $VXA_CRASH_AT. Steps are the moments just before
 * each write to a socket, and just before what a socket received is read.
 */
import { Socket } from 'node:net'

const crashAt = Number(process.env['VXA_CRASH_AT'])
let steps = 0

function step() {
  steps += 1
  if (steps === crashAt) {
    process.kill(process.pid, 'SIGKILL')
    // The signal may take a moment; nothing may happen in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
}

for (const name of /** @type {const} */ (['_write', '_writev', 'push'])) {
  const original = /** @type {any} */ (Socket.prototype)[name]
  if (typeof original === 'function') {
    /** @type {any} */
    Socket.prototype[name] = function (/** @type {any[]} */ ...values) {
      step()
      return original.apply(this, values)
    }
  }
}
