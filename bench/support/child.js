/** Node programs of the benches: started, asked over IPC, stopped. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cpuSecondsOf } from './process-cost.js'

const ourRoot = fileURLToPath(new URL('../..', import.meta.url))

/**
 * A running program.
 * @typedef {object} Child
 * @property {(question: object, timeoutMs?: number) => Promise<any>} ask gives its answer; rejects with ChildGone when it
 *   ends first, and with an Error when it fails or says nothing within the time
 * @property {(signal: NodeJS.Signals) => void} signal
 * @property {() => number} cpuSeconds processor time since its start
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} dismiss no question will come any more: it ends by itself, when it has tidied up
 */

/** The program ended, of itself or by a signal, before it had answered. */
export class ChildGone extends Error {
  /** @param {string} how `SIGABRT`, `status 1` */
  constructor(how) {
    super(`the program ended with ${how} before it had answered`)
    this.how = how
  }
}

/**
 * Starts a program of this folder.
 * @param {string} script relative to bench/
 * @param {{ command?: readonly string[], parameters?: readonly string[], stderr?: 'inherit' | 'ignore', root?: string }} [options]
 *   `command` stands before Node and must replace itself by it, as unshare(1) does; `root`: another checkout of the project
 * @returns {Child}
 */
export function startChild(script, { command = [], parameters = [], stderr = 'inherit', root = ourRoot } = {}) {
  const path = `${root}/bench/${script}`
  const [program = process.execPath, ...rest] = [...command, process.execPath, path, ...parameters]
  const child = spawn(program, rest, { stdio: ['ignore', stderr, stderr, 'ipc'] })
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (status, signal) => resolve(signal ?? `status ${status}`))
  })
  return {
    ask(question, timeoutMs = 120_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => finish(reject, new Error(`${script}: no answer in ${timeoutMs} ms`)), timeoutMs)
        const finish = (/** @type {(value: any) => void} */ settle, /** @type {unknown} */ value) => {
          clearTimeout(timer)
          child.off('message', onMessage)
          settle(value)
        }
        const onMessage = (/** @type {any} */ answer) =>
          answer?.error === undefined
            ? finish(resolve, answer)
            : finish(reject, new Error(`${script}: ${answer.error}`))
        child.on('message', onMessage)
        void ended.then((how) => finish(reject, new ChildGone(String(how))))
        // A program that is gone already is told of by `ended`.
        child.send(question, () => {})
      })
    },
    signal(signal) {
      child.kill(signal)
    },
    cpuSeconds: () => cpuSecondsOf(Number(child.pid)),
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
    async dismiss() {
      if (child.connected) {
        child.disconnect()
      }
      await ended
    },
  }
}

/**
 * The other end of `ask`: answers each question with what `answers` has for its `do`.
 * @param {Record<string, (question: any) => unknown>} answers
 */
export function answerQuestions(answers) {
  // Whoever asked is gone; an open socket would keep this program for ever.
  process.once('disconnect', () => process.exit())
  process.on('message', async (/** @type {{ do: string }} */ question) => {
    try {
      process.send?.(await answers[question.do]?.(question))
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.message : String(error) })
    }
  })
}
