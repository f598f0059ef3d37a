import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Pace } from '../../../../src/agent/publish/api/pace.ts'

test('work is done in its order, one piece at a time, and not before the pause is over', async () => {
  const pace = new Pace()
  const spans: { began: number; ended: number }[] = []
  const work = (name: string): Promise<string> =>
    pace.run(async () => {
      const began = performance.now()
      await setTimeout(20)
      spans.push({ began, ended: performance.now() })
      return name
    })
  expect(await Promise.all(['a', 'b', 'c'].map(work))).toEqual(['a', 'b', 'c'])
  for (const [index, { began }] of spans.entries()) {
    const before = spans[index - 1]
    // Timers of Node may be a millisecond early.
    expect(began).toBeGreaterThanOrEqual(
      before === undefined ? 0 : before.ended + 4 * (before.ended - before.began) - 5,
    )
  }
})

test('work that fails does not keep the next from being done', async () => {
  const pace = new Pace()
  const failing = pace.run(async () => {
    throw new Error('no')
  })
  const next = pace.run(async () => 'yes')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
