/** Timers that a test turns by hand, while the fake kernel's turns go on by themselves. */
import { onTestFinished, vi } from 'vitest'
import type { AgentOnFakeKernel } from './agent-on-fake-kernel.ts'

const stepMs = 100

/** Timers, Date and performance stand still until {@link advance}, for one test. */
export function stopTime(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    now: Date.parse('2026-01-01T00:00:00Z'),
  })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

/** Lets so much time pass, and the agent and its kernel do what falls due. */
export async function advance(agent: AgentOnFakeKernel, ms: number): Promise<void> {
  await agent.settle()
  for (let passed = 0; passed < ms; passed += stepMs) {
    vi.advanceTimersByTime(Math.min(stepMs, ms - passed))
    await agent.settle()
  }
}

/** Lets time pass until the agent says that it has converged; gives how much passed. Throws when that takes too long. */
export async function advanceUntilConverged(agent: AgentOnFakeKernel, withinMs = 60_000): Promise<number> {
  await agent.settle()
  for (let passed = 0; passed <= withinMs; passed += stepMs) {
    if (agent.isConverged) {
      return passed
    }
    vi.advanceTimersByTime(stepMs)
    await agent.settle()
  }
  const { objects, trouble } = agent.reconciler
  throw new Error(`not converged after ${withinMs} ms: ${trouble?.message ?? JSON.stringify(objects)}`)
}
