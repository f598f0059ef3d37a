/** A run: a host of its own, a daemon on it, changes at random for a while, then the question whether all is as it should be. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cleanup } from '../../integration/support/namespace.ts'
import { slowness } from '../../integration/support/slowness.ts'
import { type Installation, installVxagent } from '../../integration/support/vxagent.ts'
import { faultsOf } from './compare.ts'
import { Daemon } from './daemon.ts'
import { parseDesiredState } from './desired.ts'
import { clearTheWay } from './finish.ts'
import { operations } from './generate.ts'
import { addForeignLinks, hostWithUnderlay } from './host.ts'
import type { Operation, Timed } from './operation.ts'
import { Random } from './random.ts'
import { arbitraryFiles, type Files } from './states.ts'

/** After so long without changes the daemon must have converged. A usual machine takes a few seconds; a busy one may take its time. */
const convergenceMs = 180_000
/** A daemon of this size has more than the few links here. */
const mostMemory = 300

export interface ChaosOptions {
  readonly seed: number
  readonly seconds: number
  /** Changes a second; undefined: 5 to 50. */
  readonly rate?: number
  /** Instead of those that follow from the seed. */
  readonly replay?: readonly Timed[]
  /** Where the operations are written, a line each. */
  readonly logPath: string
  readonly say?: (line: string) => void
}

export interface ChaosResult {
  /** Empty when all is well. */
  readonly faults: readonly string[]
  readonly performed: number
  readonly succeeded: number
  readonly convergedAfterMs: number
  readonly peakMemory: number
}

/** Runs one. Everything goes with `cleanup`, but the log of operations and, where there are faults, the daemon's log beside it. */
export async function chaos(options: ChaosOptions, cleanup: Cleanup): Promise<ChaosResult> {
  const { seed, seconds, rate, logPath } = options
  // The last state has its own numbers, so that it is the same for a replay of a part.
  const last = arbitraryFiles(new Random(seed ^ 0x5eed), true)
  const place = await hostWithUnderlay(cleanup)
  await addForeignLinks(place)
  const installation = installVxagent(place.host, textsOf(arbitraryFiles(new Random(seed ^ 0xf11e))), cleanup)
  const daemon = new Daemon(installation)
  daemon.start()
  await daemon.ready()

  const log = new OperationLog(logPath)
  let performed = 0
  let succeeded = 0
  const start = performance.now()
  for (const timed of options.replay ?? operations(new Random(seed), seconds * 1000, rate)) {
    const early = start + timed.atMs - performance.now()
    if (early > 0) {
      await delay(early)
    }
    const result = await perform(timed.operation, { place, installation, daemon })
    log.add(timed, result, performance.now() - start)
    performed += 1
    succeeded += result === 'ok' ? 1 : 0
    if (performed % 50 === 0) {
      daemon.noteMemory()
    }
  }

  for (const [name, text] of Object.entries(textsOf(last))) {
    installation.write(name, text)
  }
  const desired = parseDesiredState(last)
  daemon.start()
  await clearTheWay(place.hands, desired)

  const fresh = await hostWithUnderlay(cleanup)
  await addForeignLinks(fresh)
  const other = installVxagent(fresh.host, textsOf(last), cleanup)
  const { code, stderr } = await other.vxagent('apply')
  if (code !== 0) {
    throw new Error(`the last state cannot be applied to a fresh host: ${stderr}`)
  }

  const before = performance.now()
  const faults: string[] = []
  const notConverged = await convergence(installation)
  const convergedAfterMs = Math.round(performance.now() - before)
  if (notConverged !== undefined) {
    faults.push(`not converged: ${notConverged}`)
  }
  // Announcements and duplicate address detection take a moment.
  let wrong: string[] = []
  for (let attempt = 0; attempt < 10; attempt += 1) {
    wrong = await faultsOf(place.host, fresh.host, desired, place.hands.model)
    if (wrong.length === 0) {
      break
    }
    await delay(1000)
  }
  faults.push(...wrong)
  daemon.noteMemory()
  if (daemon.peakMemory > mostMemory) {
    faults.push(`the daemon took ${Math.round(daemon.peakMemory)} MB`)
  }
  faults.push(...daemon.faults, ...daemon.unexpectedErrors())
  if (faults.length > 0) {
    writeFileSync(`${logPath}.daemon`, installation.logs())
  }
  return { faults, performed, succeeded, convergedAfterMs, peakMemory: Math.round(daemon.peakMemory) }
}

interface Scene {
  readonly place: Awaited<ReturnType<typeof hostWithUnderlay>>
  readonly installation: Installation
  readonly daemon: Daemon
}

function perform(operation: Operation, { place, installation, daemon }: Scene): Promise<string> | string {
  switch (operation.do) {
    case 'write file':
      installation.write(operation.file, operation.text)
      return 'ok'
    case 'remove file':
      rmSync(join(installation.desired, operation.file), { force: true })
      return 'ok'
    case 'swap files':
      return swapFiles(installation.desired, operation.file, operation.with)
    case 'start':
    case 'stop':
    case 'kill':
    case 'reload':
      return daemon.perform(operation.do)
    default:
      return place.hands.perform(operation)
  }
}

function swapFiles(directory: string, one: string, other: string): string {
  try {
    renameSync(join(directory, one), join(directory, 'swapping~'))
    renameSync(join(directory, other), join(directory, one))
    renameSync(join(directory, 'swapping~'), join(directory, other))
    return 'ok'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed'
  }
}

/** Undefined when `vxagent status` says that all is as declared; else what it says. */
async function convergence(installation: Installation): Promise<string | undefined> {
  const until = performance.now() + convergenceMs * slowness
  for (;;) {
    const { code, stdout, stderr } = await installation.vxagent('status')
    if (code === 0) {
      return undefined
    }
    if (performance.now() > until) {
      return `${stdout}${stderr}`
    }
    await delay(200)
  }
}

function textsOf(files: Files): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, stanzas]) => [name, JSON.stringify(stanzas)]))
}

/** Operations as they were done, a line each: when due, when done, what, and what came of it. */
class OperationLog {
  readonly #path: string

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#path = path
    writeFileSync(path, '')
  }

  add({ atMs, operation }: Timed, result: string, doneMs: number): void {
    appendFileSync(this.#path, `${JSON.stringify({ atMs, operation, result, doneMs: Math.round(doneMs) })}\n`)
  }
}

/** Reads a log back. */
export function readOperations(path: string): Timed[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Timed)
}
