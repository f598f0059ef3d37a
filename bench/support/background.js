/** Programs that run while something is measured, with what they print in a file. */
import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 50

/**
 * @typedef {object} Background
 * @property {number} pid
 * @property {() => string} output the end of what it has printed
 * @property {() => boolean} isRunning
 * @property {() => Promise<void>} kill
 * @property {import('node:child_process').ChildProcess} child
 */

/**
 * @param {readonly string[]} command the program with its parameters
 * @param {{ log: string, ipc?: boolean, env?: NodeJS.ProcessEnv }} options `log`: the file; `ipc`: whether it is a Node program that is asked
 * @returns {Background}
 */
export function startInBackground([program = '', ...parameters], { log, ipc = false, env = process.env }) {
  const file = openSync(log, 'a')
  const child = spawn(program, parameters, {
    stdio: ['ignore', file, file, ...(ipc ? [/** @type {const} */ ('ipc')] : [])],
    env,
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    pid: Number(child.pid),
    child,
    output: () => readFileSync(log, 'utf8').slice(-2000),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Waits until something is so. Throws with what `says` gives when it is not within the time.
 * @param {() => boolean | Promise<boolean>} isSo
 * @param {{ timeoutMs?: number, says: () => string }} options
 */
export async function until(isSo, { timeoutMs = 60_000, says }) {
  const end = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > end) {
      throw new Error(`${says()} (waited ${timeoutMs / 1000} s)`)
    }
    await sleep(pollMs)
  }
}
