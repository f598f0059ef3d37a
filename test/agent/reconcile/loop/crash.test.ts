import { cpSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import type { Fault } from '../../../support/fake-kernel.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'
import { busyKernel, first, ours, second, secondReached } from './scenario.ts'

/** Crashes at the nth request, before or after the kernel has carried it out, and starts anew on what is left. */
async function crashAndRestart(
  n: number,
  when: Extract<Fault['kind'], 'before' | 'after'>,
  { restartWith, reached }: { restartWith: typeof second; reached: unknown },
): Promise<{ readonly hasCrashed: boolean }> {
  const { kernel, expectForeignUntouched } = busyKernel()
  const victim = new AgentOnFakeKernel(kernel)
  const stateDir = temporaryDirectory()
  let hasCrashed = false
  const crash = (): void => {
    hasCrashed = true
    // What the dead process would still write must not count.
    cpSync(victim.stateDir, stateDir, { recursive: true })
    kernel.forgetSockets()
  }
  kernel.meddle = ({ number }) => (number === n ? { kind: when, act: crash } : undefined)
  void victim.want(first)
  await victim.settle()
  if (!hasCrashed) {
    void victim.want(second)
    await victim.settle()
  }
  victim.close()
  await victim.settle()
  kernel.meddle = () => undefined

  const successor = new AgentOnFakeKernel(kernel, { stateDir: hasCrashed ? stateDir : victim.stateDir })
  void successor.want(restartWith)
  await advanceUntilConverged(successor)
  expect(ours(kernel)).toEqual(reached)
  expect(successor.plan.actions).toEqual([])
  expectForeignUntouched()
  expect(Object.keys(successor.ownership.links).sort()).toEqual(Object.keys(restartWith).sort())
  await successor.stop()
  return { hasCrashed }
}

test.each([
  { when: 'before', restartWith: second, reached: secondReached, name: 'what is declared, nothing left over' },
  { when: 'after', restartWith: second, reached: secondReached, name: 'what is declared, nothing left over' },
  { when: 'before', restartWith: {}, reached: {}, name: 'nothing, when nothing is declared any more' },
  { when: 'after', restartWith: {}, reached: {}, name: 'nothing, when nothing is declared any more' },
] as const)(
  'a crash $when any one request is carried out leaves its successor $name',
  async ({ when, ...end }) => {
    stopTime()
    let crashes = 0
    for (let n = 1; ; n += 1) {
      const { hasCrashed } = await crashAndRestart(n, when, end).catch((error: unknown) => {
        throw new Error(`with a crash at request ${n}: ${(error as Error).message}`, { cause: error })
      })
      if (!hasCrashed) {
        break
      }
      crashes += 1
    }
    expect(crashes).toBeGreaterThan(30)
  },
  60_000,
)
