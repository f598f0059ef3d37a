/** A run: a host of its own, a daemon on it, changes at random for a while, then the question whether all is as it should be. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cleanup } from '../../integration/support/namespace.ts'
import { installVxagent } from '../../integration/support/vxagent.ts'
import { type Checked, check, type Scene, stateOfCheck, textsOf } from './check.ts'
import { Daemon } from './daemon.ts'
import { operations, withChecks } from './generate.ts'
import { addForeignLinks, hostWithUnderlay } from './host.ts'
import type { Operation, Timed } from './operation.ts'
import { Random } from './random.ts'
import { arbitraryFiles } from './states.ts'

/** A daemon of this size has more than the few links here. */
const mostMemory = 300

export interface ChaosOptions {
  readonly seed: number
  readonly seconds: number
  /** Changes a second; undefined: 5 to 50. */
  readonly rate?: number
  /** How often the host is compared, the end included; 1 unless stated. A fault ends the run. */
  readonly checks?: number
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
  const { seed, seconds, rate, checks = 1, logPath } = options
  const place = await hostWithUnderlay(cleanup)
  await addForeignLinks(place)
  const installation = installVxagent(place.host, textsOf(arbitraryFiles(new Random(seed ^ 0xf11e))), cleanup)
  const daemon = new Daemon(installation)
  daemon.start()
  await daemon.ready()

  const scene = { place, installation, daemon }
  const log = new OperationLog(logPath)
  const duration = seconds * 1000
  let performed = 0
  let succeeded = 0
  let checked: Checked = { faults: [], convergedAfterMs: 0 }
  // Checks stop the clock.
  let start = performance.now()
  for (const timed of options.replay ?? withChecks(operations(new Random(seed), duration, rate), duration, checks)) {
    const early = start + timed.atMs - performance.now()
    if (early > 0) {
      await delay(early)
    }
    if (timed.operation.do === 'check') {
      const before = performance.now()
      log.add(timed, 'begun', before - start)
      const { number } = timed.operation
      checked = await check(scene, stateOfCheck(seed, number))
      if (checked.faults.length > 0) {
        const where = `at check ${number}, after ${timed.atMs} ms: `
        checked = { ...checked, faults: checked.faults.map((fault) => where + fault) }
        break
      }
      start += performance.now() - before
      continue
    }
    const result = await perform(timed.operation, scene)
    log.add(timed, result, performance.now() - start)
    performed += 1
    succeeded += result === 'ok' ? 1 : 0
    if (performed % 50 === 0) {
      daemon.noteMemory()
    }
  }

  if (checked.faults.length === 0) {
    checked = await check(scene, stateOfCheck(seed, 0))
  }
  const faults = [...checked.faults]
  daemon.noteMemory()
  if (daemon.peakMemory > mostMemory) {
    faults.push(`the daemon took ${Math.round(daemon.peakMemory)} MB`)
  }
  faults.push(...daemon.faults, ...daemon.unexpectedErrors())
  if (faults.length > 0) {
    writeFileSync(`${logPath}.daemon`, installation.logs())
  }
  const { convergedAfterMs } = checked
  return { faults, performed, succeeded, convergedAfterMs, peakMemory: Math.round(daemon.peakMemory) }
}

function perform(
  operation: Exclude<Operation, { readonly do: 'check' }>,
  { place, installation, daemon }: Scene,
): Promise<string> | string {
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
