/** The thread that reads large files, seen from outside: its answer, or a sentence when it takes too much memory or time. */
import { existsSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Section } from './declaration.ts'
import { InvalidDesiredState, type Issue } from './issue.ts'
import { patienceMs, type ReadLimits } from './limits.ts'
import type { LoadedDesired } from './merge-files.ts'
import { locatorIn, type Places } from './places.ts'
import type { ToRead } from './read-files.ts'
import type { BridgeSpec, FleetSpec, VxlanSpec } from './schema.ts'
import { withoutPrototype } from './without-prototype.ts'

/** What is to be loaded. */
export interface LoadTask extends ToRead {
  readonly limits: ReadLimits
}

/** What the thread is given. */
export interface LoadWorkerData extends LoadTask {
  /** `hashOfTexts` of files whose state is known already. */
  readonly known?: string | undefined
}

/** A link as it goes from thread to thread: as text, which is read in half the time that it takes to copy the object. */
export type LinkText = readonly [section: Section, name: string, json: string]

/** What the thread says. After `links` it waits to be asked for more. */
export type LoadMessage =
  | { readonly what: 'file'; readonly file: string }
  | { readonly what: 'known' }
  | { readonly what: 'invalid'; readonly issues: readonly Issue[] }
  | { readonly what: 'links'; readonly links: readonly LinkText[] }
  | {
      readonly what: 'done'
      readonly fleet?: FleetSpec
      readonly files: readonly string[]
      readonly warnings: readonly Issue[]
      readonly hash: string
      readonly textsHash?: string | undefined
      readonly places: Places
    }

/** Where the built thread lies: beside this module's bundle, or above the part of it that this module went into. */
export function findLoadWorker(): URL | undefined {
  return ['./load-worker.js', '../load-worker.js']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url))
}

/**
 * Throws InvalidDesiredState.
 * @param before what was loaded with the same limits before, and is given again when the files are the same
 */
export function loadInWorker(
  script: URL,
  task: LoadTask,
  { before, waitMs = patienceMs }: { before?: LoadedDesired | undefined; waitMs?: number } = {},
): Promise<LoadedDesired> {
  const { paths, input, pushed, limits } = task
  // A copy of its own, to be handed over; the one here may be part of a larger one.
  const bytes = input === undefined ? undefined : new Uint8Array(input)
  const worker = new Worker(script, {
    workerData: { paths, input: bytes, pushed, limits, known: before?.textsHash },
    ...(bytes !== undefined && { transferList: [bytes.buffer] }),
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 64 },
    // Nothing of it is meant for anybody; what V8 says as it runs out of memory is said below.
    stdout: true,
    stderr: true,
  })
  const vxlans: Record<string, VxlanSpec> = Object.create(null)
  const bridges: Record<string, BridgeSpec> = Object.create(null)
  let current = paths[0] ?? ''
  return new Promise<LoadedDesired>((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `takes more than ${waitMs / 1000} s to read; no more time is given to it`
      reject(refused(current, 'out-of-time', message, 'split it, or write it as .json'))
    }, waitMs)
    const take = async (message: LoadMessage): Promise<void> => {
      switch (message.what) {
        case 'file':
          current = message.file
          return
        case 'known':
          if (before !== undefined) {
            resolve(before)
          }
          return
        case 'invalid':
          reject(new InvalidDesiredState(message.issues))
          return
        case 'links':
          for (const [section, name, json] of message.links) {
            if (section === 'vxlans') {
              vxlans[name] = JSON.parse(json)
            } else {
              bridges[name] = withNamedPorts(JSON.parse(json))
            }
          }
          await nextTurn()
          worker.postMessage('more')
          return
        case 'done': {
          const { fleet, files, warnings, hash, textsHash, places } = message
          const locate = locatorIn(places)
          const state = { vxlans, bridges, ...(fleet !== undefined && { fleet }) }
          resolve({ state, files, warnings, hash, ...(textsHash !== undefined && { textsHash }), locate })
        }
      }
    }
    worker.on('message', (message: LoadMessage) => {
      take(message).catch(reject)
    })
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const message = `takes more than ${limits.memoryMb} MiB of memory to read; no more is given to it`
      const suggestion = 'split it, write it as .json, or state a larger --max-file-size'
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      reject(isMemory ? refused(current, 'out-of-memory', message, suggestion) : unread(current, error.message))
    })
    worker.on('exit', () => reject(unread(current, 'the thread that reads it has ended without an answer')))
    worker.once('exit', () => clearTimeout(timer))
  }).finally(() => worker.terminate())
}

/** Whatever keeps a file from being read is no reason to let go of the last valid state. */
function unread(file: string, reason: string): InvalidDesiredState {
  return refused(file, 'unreadable', `cannot be read: ${reason}`, 'reload (systemctl reload vxagent), or apply again')
}

function refused(file: string, code: Issue['code'], message: string, suggestion: string): InvalidDesiredState {
  const issue = { severity: 'error', code, file, line: 1, column: 1, path: '', text: '' } as const
  return new InvalidDesiredState([{ ...issue, message: `${file} ${message}`, suggestion }])
}

/** As the schema gives it. */
function withNamedPorts(bridge: BridgeSpec): BridgeSpec {
  return bridge.ports === undefined ? bridge : { ...bridge, ports: withoutPrototype(bridge.ports) }
}
