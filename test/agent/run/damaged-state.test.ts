/** Whatever becomes of a file in the state directory, the agent starts and is right, or says in one sentence what is wrong and what to do. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import { Ownership } from '../../../src/agent/record/ownership.ts'
import { EnforcedState } from '../../../src/agent/trial/enforced-state.ts'
import { AgentOnFakeKernel } from '../../support/agent-on-fake-kernel.ts'
import { type Damage, damagesOf } from '../../support/damage.ts'
import { FakeKernel } from '../../support/fake-kernel.ts'
import { snapshot } from '../../support/overlay.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { advanceUntilConverged, stopTime } from '../../support/virtual-time.ts'

const seed = Number(process.env['VXA_TEST_SEED'] ?? 20261123)

const mac = '02:00:00:00:00:01'
const state = desiredStateSchema.parse({
  vxlans: {
    va: { id: 10, dev: 'eth1', addresses: ['10.1.1.1/24'], fdb: [{ mac, dst: '10.0.2.2' }], remotes: ['10.0.2.3'] },
    vb: { id: 20, dev: 'eth1', fdb: [{ mac, dst: '10.0.2.4' }] },
  },
  bridges: { br1: { ports: { port1: {} } } },
})

/** Where the agent has been at work, and everything in its state directory. */
async function worked() {
  const kernel = new FakeKernel()
  for (const name of ['eth1', 'port1', 'port2']) {
    kernel.others.plugIn(name)
  }
  // With the VNI of one of ours, on another port.
  kernel.others.addVxlan('foreign', { id: 10, port: 4777 })
  const directory = temporaryDirectory()
  const stateDir = join(directory, 'state')
  const files = join(directory, 'desired.d')
  mkdirSync(stateDir)
  mkdirSync(files)
  writeFileSync(join(files, 'a.json'), JSON.stringify({ vxlans: { va: { id: 99 } } }))
  await started(files, stateDir)
  writeFileSync(join(files, 'a.json'), JSON.stringify(state))
  await started(files, stateDir, (enforcedState) => enforcedState.begin(60, { ownsNothing: false }))
  const agent = new AgentOnFakeKernel(kernel, { stateDir })
  void agent.want(state.vxlans, state.bridges)
  await advanceUntilConverged(agent)
  await agent.stop()
  return { kernel, stateDir, files }
}

/** Reads the files and settles, as every start does. Gives what was logged. */
async function started(files: string, stateDir: string, then: (enforcedState: EnforcedState) => void = () => {}) {
  const lines: { readonly err?: { readonly message: string } }[] = []
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) })
  const enforcedState = new EnforcedState({ path: files, stateDir, log })
  enforcedState.take(await enforcedState.read())
  enforcedState.settle()
  then(enforcedState)
  return { enforcedState, errors: lines.flatMap(({ err }) => (err === undefined ? [] : [err.message])) }
}

/** A sentence for a person: one line that names a file, says what to do, and has an end. */
function expectSentence(message: string, path: string): void {
  expect(message).toContain(path)
  expect(message).toMatch(/^[^\p{Cc}]{20,600}$/u)
  expect(message).not.toMatch(/call stack| at .*:\d+:\d+|undefined/)
  expect(message).toMatch(/; .*(restore|delete|written anew|run the command)/)
}

function ofFile(stateDir: string, name: string): Damage[] {
  return damagesOf(readFileSync(join(stateDir, name)), seed)
}

/** What the agent does in the directory, and what the kernel has afterwards. */
async function restarted(kernel: FakeKernel, stateDir: string) {
  let ownership: Ownership
  try {
    ownership = Ownership.open(stateDir)
  } catch (error) {
    return { refusal: (error as Error).message }
  }
  const agent = new AgentOnFakeKernel(kernel, { stateDir })
  void agent.want(state.vxlans, state.bridges)
  await agent.settle()
  const { isConverged } = agent
  await agent.stop()
  return { refusal: undefined, owned: { links: { ...ownership.links }, ports: { ...ownership.ports } }, isConverged }
}

test('a damaged record of what vxagent created is refused, and neither adopts nor deletes a link', async () => {
  stopTime()
  const { kernel, stateDir } = await worked()
  const intact = await restarted(kernel, stateDir)
  expect(intact).toMatchObject({ refusal: undefined, isConverged: true })
  const links = kernel.namespace.links.map(({ name }) => name)
  const before = snapshot(kernel, links)
  const entries = readdirSync(join(stateDir, 'owned-entries')).map((name) => join('owned-entries', name))
  expect(entries).toHaveLength(2)
  let refused = 0
  for (const name of ['owned.json', ...entries]) {
    for (const { what, inflict } of ofFile(stateDir, name)) {
      const copy = temporaryDirectory()
      cpSync(stateDir, copy, { recursive: true })
      inflict(join(copy, name))
      const { refusal, owned } = await restarted(kernel, copy)
      if (refusal !== undefined) {
        refused += 1
        expectSentence(refusal, join(copy, name))
      } else {
        // As before, or with no record at all: then the links are those of others.
        expect([intact.owned, { links: {}, ports: {} }], `${name} ${what}`).toContainEqual(owned)
      }
      expect(snapshot(kernel, links), `${name} ${what}`).toEqual(before)
    }
  }
  expect(refused).toBeGreaterThan(200)
}, 600_000)

test('a damaged state of before is reported, and the one that the files say is in force', async () => {
  const { stateDir, files } = await worked()
  let reported = 0
  for (const name of ['last-valid.json', 'previous.json', 'override.json']) {
    for (const { what, inflict } of ofFile(stateDir, name)) {
      const copy = temporaryDirectory()
      cpSync(stateDir, copy, { recursive: true })
      inflict(join(copy, name))
      const { enforcedState, errors } = await started(files, copy)
      expect(enforcedState.state, `${name} ${what}`).toEqual(enforcedState.override?.state ?? state)
      for (const message of errors) {
        reported += 1
        expectSentence(message, copy)
      }
      let refusal = ''
      try {
        enforcedState.rollBack()
      } catch (error) {
        refusal = (error as Error).message
      }
      expect(refusal, `${name} ${what}`).not.toMatch(/[\p{Cc}]|call stack/u)
    }
  }
  expect(reported).toBeGreaterThan(80)
}, 600_000)

test('with broken files a damaged state of before is not enforced', async () => {
  const { stateDir, files } = await worked()
  writeFileSync(join(files, 'a.json'), '{"vxlans": 3}')
  for (const name of ['last-valid.json', 'override.json']) {
    for (const { what, inflict } of ofFile(stateDir, name)) {
      const copy = temporaryDirectory()
      cpSync(stateDir, copy, { recursive: true })
      inflict(join(copy, name))
      const { enforcedState, errors } = await started(files, copy)
      for (const message of errors.filter((each) => each.includes(copy))) {
        expectSentence(message, copy)
      }
      expect(enforcedState.state === undefined || desiredStateSchema.safeParse(enforcedState.state).success, what).toBe(
        true,
      )
    }
  }
}, 600_000)
