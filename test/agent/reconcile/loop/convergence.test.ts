import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { arbitraryVxlans } from '../../../support/arbitrary-vxlans.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { shownVxlan } from '../../../support/fake-vxlan.ts'
import { overlay, snapshot } from '../../../support/overlay.ts'

const foreign = ['eth1', 'eth2', 'byhand']

/** A kernel on which these desired states were carried out one after the other. */
async function reached(
  ...states: readonly Readonly<Record<string, VxlanSpec>>[]
): Promise<{ readonly kernel: FakeKernel; readonly agent: AgentOnFakeKernel }> {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.others.plugIn('eth2', 9000)
  kernel.others.addVxlan('byhand', { id: 1000, ttl: 7 })
  const before = snapshot(kernel, foreign)
  const agent = new AgentOnFakeKernel(kernel)
  for (const state of states) {
    await agent.want(state)
    expect(agent.plan.actions).toEqual([])
    expect(agent.isConverged).toBe(true)
  }
  expect(snapshot(kernel, foreign)).toEqual(before)
  return { kernel, agent }
}

/** What both ways must agree on. The links' own MACs are random, and so are the kernel's link-local addresses. */
function comparable(kernel: FakeKernel): unknown {
  const shown = kernel.namespace.links.map(({ name, vxlan, alias }) => ({
    name,
    vxlan: shownVxlan(vxlan),
    alias,
  }))
  return { overlay: overlay(kernel), shown: Object.fromEntries(shown.map((link) => [link.name, link])) }
}

test('one reconcile leaves nothing to do, touches nothing foreign, and the way by which it came does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryVxlans, arbitraryVxlans, async (from, to) => {
      const indirect = await reached(from, to)
      const direct = await reached(to)
      expect(comparable(indirect.kernel)).toEqual(comparable(direct.kernel))
      await indirect.agent.stop()
      await direct.agent.stop()
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('a key that is stated no more leaves no trace', async () => {
  const keys = ['dev', 'group', 'remote', 'local', 'mtu', 'alias', 'up', 'addresses', 'ttl', 'ageing', 'learning', 'df']
  await fc.assert(
    fc.asyncProperty(arbitraryVxlans, fc.subarray(keys), async (from, dropped) => {
      const isKept = ([key]: readonly [string, unknown]): boolean =>
        !dropped.includes(key) && !(key === 'group' && dropped.includes('dev')) && key !== 'flowlabel'
      const entries = Object.entries(from).map(([name, spec]) => [name, Object.entries(spec).filter(isKept)] as const)
      const to = Object.fromEntries(entries.map(([name, spec]) => [name, Object.fromEntries(spec) as VxlanSpec]))
      const indirect = await reached(from, to)
      const direct = await reached(to)
      expect(comparable(indirect.kernel)).toEqual(comparable(direct.kernel))
      await indirect.agent.stop()
      await direct.agent.stop()
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('what is declared no more leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryVxlans, async (from) => {
      const { kernel, agent } = await reached(from, {})
      expect(Object.keys(overlay(kernel))).toEqual(['byhand'])
      expect(agent.ownership.links).toEqual({})
      await agent.stop()
    }),
    { numRuns: 20 },
  )
}, 60_000)
