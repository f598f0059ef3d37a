import { expect, test } from 'vitest'
import { CycleLoop } from '../../../../src/agent/reconcile/loop/cycle-loop.ts'

/** A loop whose cycles end when the test says so; each gives its number. */
function loop({ retryInMs }: { readonly retryInMs?: number } = {}) {
  const ends: (() => void)[] = []
  let started = 0
  const cycles = new CycleLoop<number>({
    async run() {
      started += 1
      const number = started
      await new Promise<void>((resolve) => ends.push(resolve))
      return [number]
    },
    retryInMs: () => (started === 1 ? retryInMs : undefined),
  })
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    cycles,
    started: () => started,
    async end() {
      await turn()
      ends.shift()?.()
      await turn()
    },
    turn,
  }
}

test('a burst of wishes is one cycle, and those during it are one more', async () => {
  const { cycles, started, end, turn } = loop()
  cycles.want()
  cycles.want()
  expect(cycles.isBusy).toBe(false)
  await turn()
  expect([started(), cycles.isBusy]).toEqual([1, true])
  cycles.want()
  cycles.want()
  await end()
  expect([started(), cycles.isBusy]).toEqual([2, true])
  await end()
  expect([started(), cycles.isBusy]).toEqual([2, false])
})

test('one asked for now follows the one under way, with what was asked for until then', async () => {
  const { cycles, started, end, turn } = loop()
  cycles.want()
  await turn()
  const turns: number[] = []
  const results = [cycles.runNow(() => turns.push(started())), cycles.runNow(() => turns.push(started()))]
  await end()
  await end()
  await end()
  expect(await Promise.all(results)).toEqual([[2], [3]])
  expect(turns).toEqual([1, 2])
})

test('a retry comes by itself', async () => {
  const { cycles, started, end } = loop({ retryInMs: 1 })
  cycles.want()
  await end()
  await expect.poll(started).toBe(2)
  await end()
  await cycles.stop()
})

test('once stopped nothing starts any more, and what is under way ends', async () => {
  const { cycles, started, end, turn } = loop({ retryInMs: 1 })
  cycles.want()
  await turn()
  const stopped = cycles.stop()
  cycles.want()
  await end()
  await stopped
  expect(await cycles.runNow(() => {})).toEqual([])
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([started(), cycles.isBusy]).toEqual([1, false])
})
