import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { type CyclePolicy, maxRounds, runCycle } from '../../../../src/agent/reconcile/loop/cycle.ts'
import { Scope } from '../../../../src/agent/reconcile/loop/scope.ts'
import { describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { linkItself } from '../../../../src/agent/reconcile/plan/parts.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { release } from '../../../support/builders.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { overlay } from '../../../support/overlay.ts'

const open: CyclePolicy = {
  prepare: async () => {},
  takeScope: () => Scope.all,
  held: () => new Set(),
  veto: () => undefined,
  onDone: async () => {},
  onRequest: () => {},
}

/** One cycle on a kernel with eth1, which `prepare` has made different. */
async function cycle(
  vxlans: Record<string, VxlanSpec>,
  { policy = {}, prepare = () => {} }: { policy?: Partial<CyclePolicy>; prepare?: (kernel: FakeKernel) => void } = {},
): Promise<{ kernel: FakeKernel; end: Awaited<ReturnType<typeof runCycle>>; rounds: string[][] }> {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const { client, observer, ownership, reconciler, ...agent } = new AgentOnFakeKernel(kernel)
  await reconciler.stop()
  await observer.resync({ fdb: true })
  prepare(kernel)
  const rounds: string[][] = []
  const end = await runCycle(
    { vxlans, bridges: {} },
    { client, observer, ownership, release, writeSysctl: () => {}, readMemberships: () => new Map() },
    {
      ...open,
      ...policy,
      onDone: async (results) => {
        rounds.push(results.map(({ action }) => describeAction(action)))
      },
    },
  )
  observer.close()
  client.close()
  expect(agent.log).toEqual([])
  return { kernel, end, rounds }
}

test('goes on until nothing is left that can be done', async () => {
  const { end, rounds } = await cycle({
    c0: { id: 3, dev: 'b0' },
    b0: { id: 2, dev: 'a0' },
    a0: { id: 1, dev: 'eth1' },
  })
  expect(rounds.map((round) => round.map((line) => line.slice(0, 7)))).toEqual([['link a0'], ['link b0'], ['link c0']])
  expect(end.plan).toEqual({ actions: [], obstacles: [], notices: [] })
  expect(end.failures.size).toBe(0)
  expect(end.outcomes).toHaveLength(3)
})

test('leaves alone what is not due, and says that it is still to be done', async () => {
  const { kernel, end } = await cycle(
    { now0: { id: 1 }, later0: { id: 2 } },
    { policy: { held: (name) => new Set(name === 'now0' ? [] : [linkItself]) } },
  )
  expect(Object.keys(overlay(kernel))).toEqual(['now0'])
  expect(end.plan.actions.map(({ link }) => link)).toEqual(['later0'])
  expect(end.failures.size).toBe(0)
})

test('a veto is a failure of its object alone, asked for once', async () => {
  const asked: string[] = []
  const veto = (name: string): Error | undefined => {
    asked.push(name)
    return name === 'no0' ? new Error('not now') : undefined
  }
  const { kernel, end } = await cycle(
    { no0: { id: 1, addresses: ['10.0.0.1/24'] }, yes0: { id: 2 } },
    { policy: { veto } },
  )
  expect(asked.sort()).toEqual(['no0', 'yes0'])
  expect(Object.keys(overlay(kernel))).toEqual(['yes0'])
  expect(Array.from(end.failures, ([name, [failure]]) => `${name} ${failure?.error.message}`)).toEqual(['no0 not now'])
})

test('an action that has to be done again did not take', async () => {
  const { end, rounds } = await cycle(
    { vxlan0: { id: 1 } },
    {
      prepare: (kernel) => {
        kernel.meddle = ({ message }) =>
          message.object === 'link' && message.value.attributes.linkinfo ? { kind: 'ignore' } : undefined
      },
    },
  )
  expect(rounds).toHaveLength(1)
  expect(end.failures.get('vxlan0')?.[0]?.error.message).toMatch(/^link vxlan0: create with id 1 .* did not take/)
})

test('a plan that changes without end is given up after some rounds', async () => {
  let mtu = 100
  const { end, rounds } = await cycle(
    { vxlan0: { id: 1, mtu: 1400 } },
    {
      prepare: (kernel) => {
        kernel.meddle = ({ message }) =>
          message.object === 'link' && message.value.attributes.mtu !== undefined
            ? { kind: 'after', act: () => kernel.others.setLink('vxlan0', { mtu: mtu++ }) }
            : undefined
      },
    },
  )
  expect(rounds).toHaveLength(maxRounds)
  const [failure] = end.failures.get('vxlan0') ?? []
  expect(failure?.error.message).toMatch(/^still to be done after 8 rounds: link vxlan0: mtu/)
  expect(failure?.path).toEqual(['vxlans', 'vxlan0'])
})

test('rejects when the kernel cannot be asked', async () => {
  const refuse = (kernel: FakeKernel): void => {
    kernel.meddle = ({ type }) => (type === 18 ? { kind: 'refuse', code: 'ENOMEM' } : undefined)
  }
  await expect(cycle({ vxlan0: { id: 1 } }, { prepare: refuse })).rejects.toMatchObject({ code: 'ENOMEM' })
})
