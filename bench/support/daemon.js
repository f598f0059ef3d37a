/** The agent as a daemon with files of its own, asked over its socket as any program would. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cpuSecondsOf, memoryOf } from './process-cost.js'

/** The command line as it was built. */
export const vxagentPath = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const mostStarts = 200

/**
 * @typedef {object} Applied
 * @property {number} seconds from the request to the answer: reading the files, and the kernel being as they say
 * @property {number} reconcileSeconds of these, without reading the files
 */

/**
 * Starts it in the present network namespace, with nothing declared. It reads its files when it is told to.
 * @param {{ preload?: string, command?: readonly string[], program?: string }} [options] `preload`: URL of a module that the
 *   process loads first, and which answers `silence`. `command` stands before Node and must replace itself by it, as
 *   unshare(1) does. `program`: another build of the command line
 */
export async function startDaemon({ preload, command = [], program = vxagentPath } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-bench-'))
  const desired = join(directory, 'desired.d')
  const socketPath = join(directory, 'socket')
  mkdirSync(desired)
  const parameters = ['agent', '--watch', 'no', '--log-level', 'error', '--desired', desired]
  const [first = process.execPath, ...rest] = [...command, process.execPath]
  const child = spawn(
    first,
    [
      ...rest,
      ...(preload === undefined ? [] : ['--import', preload]),
      program,
      ...parameters,
      ...['--state-dir', join(directory, 'state'), '--socket', socketPath],
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit', ...(preload === undefined ? [] : [/** @type {const} */ ('ipc')])],
      // As the service has it.
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    },
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true })
  }
  for (let start = 1; (await ask(socketPath, 'GET', '/v1/status').catch(() => undefined)) === undefined; start += 1) {
    if (start === mostStarts || child.exitCode !== null) {
      await stop()
      throw new Error('vxagent agent does not answer')
    }
    await sleep(50)
  }
  return {
    stop,
    socketPath,
    /**
     * Puts a file there, and applies it. Throws when the kernel is not as it says afterwards.
     * @param {string} json
     * @returns {Promise<Applied>}
     */
    async apply(json) {
      const path = join(directory, 'next')
      writeFileSync(path, json)
      renameSync(path, join(desired, 'state.json'))
      const start = performance.now()
      const { reconcileMs, status, error } = await ask(socketPath, 'POST', '/v1/apply')
      const seconds = (performance.now() - start) / 1000
      if (status?.converged !== true) {
        throw new Error(`vxagent did not converge: ${error ?? JSON.stringify(status.objects)}`)
      }
      return { seconds, reconcileSeconds: reconcileMs / 1000 }
    },
    /** @param {NodeJS.Signals} signal */
    signal(signal) {
      child.kill(signal)
    },
    /**
     * The longest silence of its event loop since the last `begin`, as `preload` measured it.
     * @param {'begin' | 'end'} question
     * @param {() => void} [meanwhile] done when the question is on its way
     * @returns {Promise<{ wallMs: number, ownMs: number }>}
     */
    silence(question, meanwhile = () => {}) {
      return new Promise((resolve) => {
        child.once('message', (answer) => resolve(/** @type {any} */ (answer)))
        child.send(question, meanwhile)
      })
    },
    /**
     * The answer to a question.
     * @param {string} path
     * @returns {Promise<any>}
     */
    get(path) {
      return ask(socketPath, 'GET', path)
    },
    /**
     * What it answers when it is given something.
     * @param {string} path
     * @param {string} json
     * @returns {Promise<any>}
     */
    put(path, json) {
      return ask(socketPath, 'PUT', path, json)
    },
    /** Processor time since its start, in seconds. */
    cpuSeconds: () => cpuSecondsOf(Number(child.pid)),
    /** Resident memory in MB. */
    memory: () => memoryOf(Number(child.pid)),
  }
}

/**
 * @param {string} socketPath
 * @param {string} method
 * @param {string} path
 * @param {string} [json] the body
 * @returns {Promise<any>}
 */
function ask(socketPath, method, path, json) {
  return new Promise((resolve, reject) => {
    const headers = json === undefined ? {} : { 'content-type': 'application/json' }
    const call = request({ socketPath, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve(JSON.parse(text)))
    })
    call.on('error', reject)
    call.end(json)
  })
}
