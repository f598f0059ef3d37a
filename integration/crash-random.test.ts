/**
 * `kill -9` at random moments of real processes, over and over on one host: whatever they leave, the next apply makes good. The seed is
 * printed; VXA_TEST_SEED chooses another one, VXA_TEST_KILLS how often (`npm run crash`: 300 times).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { foreignLink, largeScenarios, nothing, type State, smallScenarios } from '../test/support/crash-scenarios.ts'
import { randomFrom } from '../test/support/random.ts'
import { hostPicture } from './support/host-picture.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { slowness } from './support/slowness.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const kills = Number(process.env['VXA_TEST_KILLS'] ?? 5)
const seed = Number(process.env['VXA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const states: readonly State[] = [
  ...[...smallScenarios, ...largeScenarios].flatMap(({ before, after }) => [before, after]),
  nothing,
]

async function prepared(): Promise<{ readonly host: Namespace; readonly installation: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.9/24')
  await host.addVeth('port1')
  await host.ipBatch(`
    link add ${foreignLink} type vxlan id 77 dstport 4777 ttl 7 remote 10.99.0.2
    link set ${foreignLink} up`)
  await host.bridge(`fdb add 02:99:00:00:00:01 dev ${foreignLink} dst 10.99.0.1`)
  return { host, installation: installVxagent(host, {}, onTestFinished) }
}

async function apply(installation: Installation, state: State, when: string): Promise<void> {
  installation.write('state.json', state)
  expect(await installation.vxagent('apply'), when).toMatchObject({ code: 0, stderr: '' })
  expect(await installation.vxagent('diff'), when).toMatchObject({ code: 0 })
}

test(
  'whatever a random kill leaves, the next apply makes good',
  async () => {
    process.stdout.write(`${kills} kills with VXA_TEST_SEED=${seed}\n`)
    const random = randomFrom(seed)
    const wanted = new Map<State, unknown>()
    const untouched = await prepared()
    const { host, installation } = await prepared()
    const any = (): State => states[random(states.length)] ?? nothing
    let usualMs = 500
    for (let kill = 1; kill <= kills; kill += 1) {
      installation.write('state.json', any())
      const victim = installation.host.hold(process.execPath, [vxagentPath, 'apply'], installation.env)
      const began = performance.now()
      // The first half is the start of the interpreter.
      await Promise.race([sleep(usualMs * (0.4 + random(1000) / 1000)), victim.finished])
      victim.process.kill('SIGKILL')
      const { code } = await victim.finished
      if (code === 0) {
        usualMs = performance.now() - began
      }
      const state = any()
      const when = `after kill ${kill} with VXA_TEST_SEED=${seed}`
      if (!wanted.has(state)) {
        await apply(untouched.installation, state, 'where nothing is killed')
        wanted.set(state, await hostPicture(untouched.host))
      }
      await apply(installation, state, when)
      expect(await hostPicture(host), when).toEqual(wanted.get(state))
    }
  },
  (600_000 + kills * 120_000) * slowness,
)
