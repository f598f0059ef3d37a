/** Changes pause, people clear the way, and the host is compared with one where the same files were applied to nothing. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Cleanup } from '../../integration/support/namespace.ts'
import { slowness } from '../../integration/support/slowness.ts'
import { type Installation, installVxagent } from '../../integration/support/vxagent.ts'
import { faultsOf } from './compare.ts'
import type { Daemon } from './daemon.ts'
import { parseDesiredState } from './desired.ts'
import { clearTheWay } from './finish.ts'
import { addForeignLinks, type ChaosHost, hostWithUnderlay } from './host.ts'
import { Random } from './random.ts'
import { arbitraryFiles, type Files } from './states.ts'

/** After so long without changes the daemon must have converged. A usual machine takes a few seconds; a busy one may take its time. */
const convergenceMs = 180_000

/** What the operations work on. */
export interface Scene {
  readonly place: ChaosHost
  readonly installation: Installation
  readonly daemon: Daemon
}

/** What was found. */
export interface Checked {
  /** Empty when all is well. */
  readonly faults: readonly string[]
  readonly convergedAfterMs: number
}

/** The state of a check: it has its own numbers, so that it is the same for a replay of a part. 0: the last check. */
export function stateOfCheck(seed: number, number: number): Files {
  return arbitraryFiles(new Random((seed ^ 0x5eed) + number * 0x1_0001), true)
}

/** Applies the files, lets the daemon come to its end, and compares. */
export async function check({ place, installation, daemon }: Scene, files: Files): Promise<Checked> {
  for (const [name, text] of Object.entries(textsOf(files))) {
    installation.write(name, text)
  }
  const desired = parseDesiredState(files)
  daemon.start()
  await clearTheWay(place.hands, desired)

  const undo: Parameters<Cleanup>[0][] = []
  try {
    const fresh = await hostWithUnderlay((each) => undo.push(each))
    await addForeignLinks(fresh)
    const other = installVxagent(fresh.host, textsOf(files), (each) => undo.push(each))
    const { code, stderr } = await other.vxagent('apply')
    if (code !== 0) {
      throw new Error(`the state cannot be applied to a fresh host: ${stderr}`)
    }
    const before = performance.now()
    const notConverged = await convergence(installation)
    const convergedAfterMs = Math.round(performance.now() - before)
    // Announcements and duplicate address detection take a moment.
    let wrong: string[] = []
    for (let attempt = 0; attempt < 10; attempt += 1) {
      wrong = await faultsOf(place.host, fresh.host, desired, place.hands.model)
      if (wrong.length === 0) {
        break
      }
      await delay(1000)
    }
    const faults = [...(notConverged === undefined ? [] : [`not converged: ${notConverged}`]), ...wrong]
    return { faults, convergedAfterMs }
  } finally {
    for (const each of undo.toReversed()) {
      await each()
    }
  }
}

/** Undefined when `vxagent status` says that all is as declared; else what it says. */
async function convergence(installation: Installation): Promise<string | undefined> {
  const until = performance.now() + convergenceMs * slowness
  for (;;) {
    const { code, stdout, stderr } = await installation.vxagent('status', '--ignore-health')
    if (code === 0) {
      return undefined
    }
    if (performance.now() > until) {
      return `${stdout}${stderr}`
    }
    await delay(200)
  }
}

/** Files as their texts. */
export function textsOf(files: Files): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, stanzas]) => [name, JSON.stringify(stanzas)]))
}
