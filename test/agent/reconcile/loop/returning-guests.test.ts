/** Guests of a bridge, from the record to their place in the next one. */
import { renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Ownership } from '../../../../src/agent/record/ownership.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

/** A bridge br0 of ours, with tap0 of another program in it, which is isolated. */
async function withGuest(): Promise<{ kernel: FakeKernel; agent: AgentOnFakeKernel }> {
  stopTime()
  const kernel = new FakeKernel()
  const agent = new AgentOnFakeKernel(kernel)
  void agent.want({ vxlan0: { id: 42, ageing: 60 } }, { br0: {} })
  await advanceUntilConverged(agent)
  kernel.others.plugIn('tap0')
  kernel.others.setMaster('tap0', 'br0')
  const tap0 = kernel.namespace.find({ name: 'tap0' })
  const slaveData = { isolated: true }
  kernel.namespace.change(tap0, { attributes: { linkinfo: { slaveKind: 'bridge', slaveData } } } as never)
  await advance(agent, 1000)
  return { kernel, agent }
}

function isIsolated(kernel: FakeKernel): unknown {
  return kernel.namespace.find({ name: 'tap0' }).port.isolated
}

test('a refusal of its options does not make a guest lose them', async () => {
  const { kernel, agent } = await withGuest()
  expect(agent.ownership.guests).toMatchObject([{ name: 'tap0', spec: { isolated: true } }])
  let refusals = 0
  const recorded: unknown[] = []
  kernel.meddle = ({ message }) => {
    const isOptions =
      message.object === 'link' && message.value.attributes.linkinfo?.slaveData !== undefined && refusals < 2
    if (!isOptions) {
      return undefined
    }
    refusals += 1
    // What a crash at this moment would leave.
    recorded.push(...Ownership.load(agent.stateDir).guests)
    return { kind: 'refuse', code: 'ENOMEM' }
  }
  kernel.others.deleteLink('br0')
  await advance(agent, 10_000)
  expect(refusals).toBe(2)
  expect(recorded).toMatchObject([
    { name: 'tap0', attempts: 1, spec: { isolated: true } },
    { name: 'tap0', attempts: 2, spec: { isolated: true } },
  ])
  expect(isIsolated(kernel)).toBe(true)
  expect(agent.isConverged).toBe(true)
  expect(agent.ownership.guests).toMatchObject([{ name: 'tap0', spec: { isolated: true } }])
  expect(agent.ownership.guests[0]).not.toHaveProperty('attempts')
  await agent.stop()
})

test('drift is repaired while guests cannot be recorded, and that is said once', async () => {
  const { kernel, agent } = await withGuest()
  renameSync(agent.stateDir, `${agent.stateDir}.away`)
  kernel.others.plugIn('tap1')
  kernel.others.setMaster('tap1', 'br0')
  await advance(agent, 1000)
  for (const ageing of [70, 80]) {
    kernel.others.setVxlan('vxlan0', { ageing })
    await advance(agent, 5000)
    expect(kernel.namespace.find({ name: 'vxlan0' }).vxlan.ageing).toBe(60)
  }
  expect(agent.log.filter(({ msg }) => msg.startsWith('cannot record which ports'))).toHaveLength(1)
  renameSync(`${agent.stateDir}.away`, agent.stateDir)
  kernel.others.setVxlan('vxlan0', { ageing: 90 })
  await advance(agent, 5000)
  expect(Ownership.load(agent.stateDir).guests.map(({ name }) => name)).toEqual(['tap0', 'tap1'])
  await agent.stop()
})
