import { expect, test } from 'vitest'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { CrashPoint } from '../../../support/crash-points.ts'
import {
  type CrashScenario,
  foreignLink,
  isForeignVtep,
  largeScenarios,
  type State,
  sequelsOf,
  smallScenarios,
} from '../../../support/crash-scenarios.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { overlayLink, snapshot } from '../../../support/overlay.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

/** With what others do before the change. */
type FakeScenario = CrashScenario & { readonly meanwhile?: (kernel: FakeKernel) => void }

const foreignEntry = { lladdr: '02:99:00:00:00:01', dst: '10.99.0.1' }

/** A kernel with links of others. */
function host(): FakeKernel {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.others.plugIn('port1')
  kernel.others.addVxlan(foreignLink, { id: 77, port: 4777 })
  putByHand(kernel, foreignLink)
  return kernel
}

/** `bridge fdb add … dev NAME` */
function putByHand({ namespace }: FakeKernel, name: string): void {
  const { AF_BRIDGE, NTF_SELF, NUD_NOARP, NLM_F_CREATE } = constants
  const link = namespace.find({ name })
  const request = {
    family: AF_BRIDGE,
    ifindex: link.index,
    state: NUD_NOARP,
    flags: NTF_SELF,
    attributes: foreignEntry,
  }
  namespace.addNeighbour(link, request, NLM_F_CREATE)
}

/** What the links have, by name; of entries where they lead. Without those of others on links that may have lost them. */
function picture(kernel: FakeKernel, deleted: readonly string[]): unknown {
  const { links } = kernel.namespace
  return Object.fromEntries(
    links.map(({ index, name, kind, master, port, forwarding, group, vxlan: { mcRoute = 0 } }) => [
      name,
      {
        ...{ kind, group, mcRoute, port: Object.keys(port).filter((key) => port[key as keyof typeof port] !== false) },
        ...overlayLink(kernel, name),
        master: links.find((link) => link.index === master)?.name,
        fdb: forwarding.fdb
          .map(({ ifindex, attributes: { lladdr, dst = '' } }) => ({ isItsOwn: ifindex === index, lladdr, dst }))
          .filter(({ dst }) => !(isForeignVtep(dst) && deleted.includes(name)))
          .sort((one, other) => `${one.lladdr} ${one.dst}`.localeCompare(`${other.lladdr} ${other.dst}`)),
        neighbours: forwarding.neighbours.map(({ attributes: { dst, lladdr } }) => `${dst} ${lladdr}`).sort(),
      },
    ]),
  )
}

async function applied(kernel: FakeKernel, stateDir: string, { vxlans, bridges }: State): Promise<void> {
  const agent = new AgentOnFakeKernel(kernel, { stateDir })
  void agent.want(vxlans, bridges)
  await advanceUntilConverged(agent)
  expect(agent.plan.actions).toEqual([])
  await agent.stop()
}

/** A host with the state before, and with entries that somebody put on its links. */
async function prepared({
  before,
  meanwhile,
}: FakeScenario): Promise<{ readonly kernel: FakeKernel; readonly stateDir: string }> {
  const kernel = host()
  const stateDir = temporaryDirectory()
  await applied(kernel, stateDir, before)
  for (const name of Object.keys(before.vxlans)) {
    putByHand(kernel, name)
  }
  meanwhile?.(kernel)
  return { kernel, stateDir }
}

/** Applies the state after and crashes at the step. Gives what is left, or undefined when it was over before. */
async function crashed(scenario: FakeScenario, step: number) {
  const { kernel, stateDir } = await prepared(scenario)
  const left = temporaryDirectory()
  const crash = new CrashPoint(step, stateDir, left)
  const victim = new AgentOnFakeKernel(kernel, { stateDir, around: (socket) => crash.around(socket) })
  await crash.during(async () => {
    void victim.want(scenario.after.vxlans, scenario.after.bridges).catch(() => {})
    await victim.settle()
  })
  kernel.forgetSockets()
  victim.close()
  await victim.settle()
  return crash.hasCrashed ? { kernel, stateDir: left, lastStep: crash.lastStep } : undefined
}

/** What the kernel has when nothing is killed, state by state. */
async function undisturbed(scenario: FakeScenario, states: readonly State[]): Promise<unknown[]> {
  const { kernel, stateDir } = await prepared(scenario)
  const pictures: unknown[] = []
  for (const state of states) {
    await applied(kernel, stateDir, state)
    pictures.push(picture(kernel, scenario.deleted))
  }
  return pictures
}

/** With those that only the fake kernel shows, or that take other programs. */
const scenarios: readonly FakeScenario[] = [
  ...smallScenarios,
  ...largeScenarios,
  {
    name: 'an unshown setting',
    before: { vxlans: { va: { id: 10, dev: 'eth1' } }, bridges: {} },
    after: { vxlans: { va: { id: 10, dev: 'eth1', mcroute: true } }, bridges: {} },
    deleted: [],
  },
  {
    name: 'adoption under the name of one of ours',
    before: { vxlans: { va: { id: 10, dev: 'eth1', adopt: true } }, bridges: {} },
    meanwhile: ({ others }) => {
      others.rename('va', 'renamed')
      others.addVxlan('va', { id: 30, port: 4789 })
    },
    after: { vxlans: { va: { id: 30, dstport: 4789, ttl: 9, adopt: true } }, bridges: {} },
    instead: { vxlans: { va: { id: 30, dstport: 4789, adopt: true } }, bridges: {} },
    deleted: ['va', 'renamed'],
  },
]

/**
 * What follows a crash is one sequel after the other, step by step, and of the steps that take long one of so many is tried; which, depends
 * on the seed. VXA_TEST_EVERY_STEP=1: every step, with every sequel.
 */
const isEvery = process.env['VXA_TEST_EVERY_STEP'] !== undefined
const seed = Number(process.env['VXA_TEST_SEED'] ?? 20261123)

test.each(
  scenarios.map((scenario) => ({
    ...{ scenario, name: scenario.name },
    sample: isEvery || !largeScenarios.includes(scenario) ? 1 : 6,
  })),
)(
  'a crash at any step is made good by what is applied next: $name',
  async ({ scenario, sample }) => {
    stopTime()
    // A link that is taken over goes with what is ours, and stays where it is not yet: what is left by `nothing` depends on the step.
    const follows = Object.entries(sequelsOf(scenario)).filter(([name]) => !(scenario.meanwhile && name === 'nothing'))
    const sequels = await Promise.all(
      follows.map(async ([name, states]) => {
        return { name, states, wanted: await undisturbed(scenario, states) }
      }),
    )
    let step = 1 + (seed % sample)
    for (let isOver = false; !isOver; step += sample) {
      for (const sequel of sequels.filter((_, at) => isEvery || at === (step + seed) % sequels.length)) {
        const crash = await crashed(scenario, step)
        isOver = crash === undefined
        if (crash !== undefined) {
          await expectMadeGood(crash, scenario, sequel, `a crash at step ${step}, ${crash.lastStep}`)
        }
      }
    }
    // Two for each datagram, and for each write and rename of a file.
    expect(step).toBeGreaterThan(12)
  },
  isEvery ? 3_600_000 : 600_000,
)

async function expectMadeGood(
  { kernel, stateDir }: { readonly kernel: FakeKernel; readonly stateDir: string },
  { deleted }: CrashScenario,
  { name, states, wanted }: { readonly name: string; readonly states: readonly State[]; readonly wanted: unknown[] },
  crash: string,
): Promise<void> {
  const foreign = snapshot(kernel, [foreignLink, 'eth1'])
  for (const [at, state] of states.entries()) {
    const when = `${name}, state ${at + 1}, after ${crash}`
    await applied(kernel, stateDir, state).catch((error: unknown) => {
      throw new Error(`${when}: ${(error as Error).message}`, { cause: error })
    })
    expect(picture(kernel, deleted), when).toEqual(wanted[at])
  }
  expect(snapshot(kernel, [foreignLink, 'eth1'])).toEqual(foreign)
}
