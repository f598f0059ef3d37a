/** A crash at each step of an apply, on the real kernel: simulated in the process of the test, so that every step can be tried. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAtLeast, readKernelRelease } from '../src/agent/host/kernel-release.ts'
import { CrashPoint } from '../test/support/crash-points.ts'
import {
  type CrashScenario,
  foreignLink,
  isForeignVtep,
  largeScenarios,
  type State,
  sequelsOf,
  smallScenarios,
} from '../test/support/crash-scenarios.ts'
import { AgentInNetns } from './support/agent-in-netns.ts'
import { hostPicture } from './support/host-picture.ts'
import { type Cleanup, type Namespace, namespace } from './support/namespace.ts'
import { slowness } from './support/slowness.ts'

const isEvery = process.env['VXA_TEST_EVERY_STEP'] !== undefined
const seed = Number(process.env['VXA_TEST_SEED'] ?? 20261123)

/** So many steps at once: they mostly wait for the kernel. */
const width = 4

/** Adds an entry of others to links. */
async function putByHand(host: Namespace, links: readonly string[]): Promise<void> {
  for (const name of links) {
    await host.bridge(`fdb add 02:99:00:00:00:01 dev ${name} dst 10.99.0.1`)
  }
}

interface Host {
  readonly host: Namespace
  readonly stateDir: string
}

async function prepared({ before }: CrashScenario, cleanup: Cleanup): Promise<Host> {
  const host = await namespace(cleanup)
  const stateDir = directory(cleanup)
  await host.addVeth('eth1', '10.0.2.9/24')
  await host.addVeth('port1')
  await host.ipBatch(`
    link add ${foreignLink} type vxlan id 77 dstport 4777 ttl 7 remote 10.99.0.2
    address add 10.7.7.7/24 dev ${foreignLink}
    link set ${foreignLink} up`)
  await applied({ host, stateDir }, before)
  await putByHand(host, [foreignLink, ...Object.keys(before.vxlans)])
  return { host, stateDir }
}

function directory(cleanup: Cleanup): string {
  const path = mkdtempSync(join(tmpdir(), 'vxagent-test-'))
  cleanup(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function applied({ host, stateDir }: Host, state: State): Promise<void> {
  const agent = new AgentInNetns(host.name, stateDir)
  try {
    await agent.apply(state)
    expect((await agent.plan(state)).actions).toEqual([])
  } finally {
    await agent.close()
  }
}

/** Without entries of others on links that are deleted on the way: before Linux 6.2 all that are replaced. */
async function picture(host: Namespace, deleted: readonly string[]): Promise<unknown> {
  const links = await hostPicture(host)
  const names = isAtLeast(readKernelRelease(), 6, 2)
    ? deleted
    : Object.keys(links).filter((each) => each !== foreignLink)
  for (const name of names.filter((each) => each in links)) {
    links[name].fdb = links[name].fdb.filter((entry: string) => !isForeignVtep(JSON.parse(entry).dst ?? ''))
  }
  return links
}

/** Whether the step was reached; if so, whatever of `sequel` follows has been found right. */
async function survives(
  scenario: CrashScenario,
  step: number,
  states: readonly State[],
  wanted: readonly unknown[],
): Promise<boolean> {
  const undo: (() => unknown)[] = []
  const cleanup: Cleanup = (each) => undo.push(each)
  try {
    const { host, stateDir } = await prepared(scenario, cleanup)
    const left = directory(cleanup)
    const crash = new CrashPoint(step, stateDir, left)
    const victim = new AgentInNetns(
      host.name,
      stateDir,
      (socket) => crash.around(socket),
      () => crash.hasCrashed,
    )
    await crash.during(() => victim.apply(scenario.after))
    await victim.close()
    if (!crash.hasCrashed) {
      return false
    }
    for (const [at, state] of states.entries()) {
      const when = `state ${at + 1} after a crash at step ${step}, ${crash.lastStep}`
      await applied({ host, stateDir: left }, state).catch((error: unknown) => {
        throw new Error(`${when}: ${(error as Error).message}`, { cause: error })
      })
      expect(await picture(host, scenario.deleted), when).toEqual(wanted[at])
    }
    return true
  } finally {
    for (const each of undo.toReversed()) {
      await each()
    }
  }
}

/** What the kernel has when nothing is killed, for each list of states. */
async function undisturbed(scenario: CrashScenario, states: readonly State[]): Promise<unknown[]> {
  const host = await prepared(scenario, onTestFinished)
  const pictures: unknown[] = []
  for (const state of states) {
    await applied(host, state)
    pictures.push(await picture(host.host, scenario.deleted))
  }
  return pictures
}

/** In every run one step in three of the first scenario is tried, and one in eight of the others; the fake kernel takes them all. */
const shareOf = (at: number): number => (at === 0 ? 3 : 8)

/**
 * Of `sample` steps one is tried, and of what may follow, one thing after the other; the seed says which. With
 * VXA_TEST_EVERY_STEP=1 each step is tried with all that may follow.
 */
test.each([
  ...smallScenarios.map((scenario, at) => ({ scenario, name: scenario.name, sample: shareOf(at) })),
  ...largeScenarios.map((scenario) => ({ scenario, name: scenario.name, sample: 5 })),
])(
  'a crash at any step is made good by what is applied next: $name',
  async ({ scenario, sample: share }) => {
    const sample = isEvery ? 1 : share
    const sequels = Object.entries(sequelsOf(scenario))
    const wanted = await Promise.all(sequels.map(([, states]) => undisturbed(scenario, states)))
    let tried = 0
    let step = 1 + (seed % sample)
    const tryOut = async (each: number, at: number): Promise<boolean> => {
      const [sequel, states] = sequels[at] ?? ['', []]
      const isReached = await survives(scenario, each, states, wanted[at] ?? []).catch((error: unknown) => {
        throw new Error(`${sequel}: ${(error as Error).message}`, { cause: error })
      })
      tried += isReached ? 1 : 0
      return isReached
    }
    for (let isReached = true; isReached; step += width * sample) {
      const steps = Array.from({ length: width }, (_, index) => step + index * sample)
      const results = await Promise.all(
        steps.flatMap((each) =>
          sequels
            .map((_, at) => at)
            .filter((at) => isEvery || at === (each + seed + 1) % sequels.length)
            .map((at) => tryOut(each, at)),
        ),
      )
      isReached = results.every(Boolean)
    }
    process.stdout.write(`${scenario.name}: ${tried} crashes at one of ${sample} steps\n`)
    expect(tried * sample).toBeGreaterThan(12)
  },
  isEvery ? 14_400_000 : 1_200_000 * slowness,
)
