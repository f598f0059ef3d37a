import { expect, test } from 'vitest'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import type { FakeKernel, Fault, SeenRequest } from '../../../support/fake-kernel.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'
import { busyKernel, first, ours, second, secondReached } from './scenario.ts'

/** What may happen to a request; undefined for one to which it cannot. */
type FaultFor = (kernel: FakeKernel, request: SeenRequest) => Fault | undefined

/** Runs the scenario while `meddle` sees each request, and asks for convergence. */
async function runScenario(meddle: FaultFor): Promise<void> {
  const { kernel, expectForeignUntouched } = busyKernel()
  const agent = new AgentOnFakeKernel(kernel)
  kernel.meddle = (request) => meddle(kernel, request)
  void agent.want(first)
  await advanceUntilConverged(agent)
  void agent.want(second)
  await advance(agent, 0)
  await advanceUntilConverged(agent)
  // By then what was lost with an overrun is found, and whatever was taken away is back.
  await advance(agent, 2500)
  await advanceUntilConverged(agent)
  expect(ours(kernel)).toEqual(secondReached)
  expect(agent.plan.actions).toEqual([])
  expectForeignUntouched()
  await agent.stop()
}

function isThere(kernel: FakeKernel, name: string): boolean {
  return kernel.namespace.byName(name) !== undefined
}

function unplug(kernel: FakeKernel): void {
  if (isThere(kernel, 'eth1')) {
    kernel.others.deleteLink('eth1')
  }
}

test.each<{ name: string; faultFor: FaultFor }>([
  { name: 'is refused for a while', faultFor: () => ({ kind: 'refuse', code: 'EBUSY', text: 'not now' }) },
  { name: 'is said to be about nothing', faultFor: () => ({ kind: 'refuse', code: 'ENODEV' }) },
  { name: 'is said to be done already', faultFor: () => ({ kind: 'refuse', code: 'EEXIST' }) },
  { name: 'loses its answer', faultFor: () => ({ kind: 'loseAnswer' }) },
  { name: 'does nothing and says that it did', faultFor: (_, { isDump }) => (isDump ? undefined : { kind: 'ignore' }) },
  { name: 'is an interrupted dump', faultFor: (_, { isDump }) => (isDump ? { kind: 'interruptDump' } : undefined) },
  { name: 'overruns the subscription', faultFor: () => ({ kind: 'overrun' }) },
  {
    name: 'finds its link gone',
    faultFor: (kernel) =>
      isThere(kernel, 'vxlan0') ? { kind: 'before', act: () => kernel.others.deleteLink('vxlan0') } : undefined,
  },
  {
    name: 'is followed by the end of a link',
    faultFor: (kernel) =>
      isThere(kernel, 'vxlan1')
        ? { kind: 'after', act: () => isThere(kernel, 'vxlan1') && kernel.others.deleteLink('vxlan1') }
        : undefined,
  },
  {
    name: 'is followed by a new underlay device in the place of the old',
    faultFor: (kernel) => ({
      kind: 'after',
      act: () => {
        unplug(kernel)
        kernel.others.plugIn('eth1')
      },
    }),
  },
  {
    name: 'is followed by an underlay device that is gone for two seconds',
    faultFor: (kernel) => ({
      kind: 'after',
      act: () => {
        unplug(kernel)
        setTimeout(() => kernel.others.plugIn('eth1'), 2000)
      },
    }),
  },
])(
  'converges when any one request $name',
  async ({ faultFor }) => {
    stopTime()
    const numbers: number[] = []
    await runScenario((kernel, request) => {
      if (faultFor(kernel, request) !== undefined) {
        numbers.push(request.number)
      }
      return undefined
    })
    expect(numbers.length).toBeGreaterThanOrEqual(3)
    for (const number of numbers) {
      let isInjected = false
      await runScenario((kernel, request) => {
        const fault = request.number === number ? faultFor(kernel, request) : undefined
        isInjected ||= fault !== undefined
        return fault
      }).catch((error: unknown) => {
        throw new Error(`with the fault at request ${number}: ${(error as Error).message}`, { cause: error })
      })
      expect(isInjected).toBe(true)
    }
  },
  60_000,
)
