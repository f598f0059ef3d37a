/**
 * Preloaded into the product (`node --import`): ends it by SIGKILL at the step whose number is in $VXA_CRASH_AT. Steps are the
 * moments just before and just after each datagram to the kernel, and each write, rename, removal and fsync of a file in the state
 * directory.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import koffi from 'koffi'

// Not the process that keeps a window, which is there for the case that this one dies.
const crashAt = process.argv.includes('--when-due') ? 0 : Number(process.env['VXA_CRASH_AT'])
let steps = 0

function step() {
  steps += 1
  if (steps === crashAt) {
    process.kill(process.pid, 'SIGKILL')
    // The signal may take a moment; nothing may happen in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
}

/**
 * What the product uses of koffi.
 * @typedef {{ func(declaration: string): { async(...values: any[]): void } }} Library
 */
const library = /** @type {{ load(path: string): Library }} */ (/** @type {unknown} */ (koffi))
const load = library.load.bind(koffi)
library.load = (path) => {
  const loaded = load(path)
  return {
    func(declaration) {
      const call = loaded.func(declaration)
      if (!declaration.includes(' send(')) {
        return call
      }
      return {
        async(...values) {
          const done = values.pop()
          step()
          call.async(...values, (/** @type {unknown} */ error, /** @type {unknown} */ result) => {
            step()
            done(error, result)
          })
        },
      }
    },
  }
}

const stateDir = String(process.env['VXAGENT_STATE_DIR'])
const paths = new Map()
const { openSync } = fs
fs.openSync = (path, ...rest) => {
  const file = openSync(path, ...rest)
  paths.set(file, String(path))
  return file
}
/** @type {any} */
const changes = fs
for (const name of ['writeFileSync', 'renameSync', 'rmSync', 'fsyncSync']) {
  const change = changes[name]
  changes[name] = (/** @type {any} */ file, /** @type {any[]} */ ...rest) => {
    const isStep = (paths.get(file) ?? String(file)).startsWith(stateDir)
    if (isStep) {
      step()
    }
    change(file, ...rest)
    if (isStep) {
      step()
    }
  }
}
syncBuiltinESMExports()
