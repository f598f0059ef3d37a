import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { atOnce, eachStep, itemsPerStep, type Steps } from '../../../src/agent/facts/steps.ts'
import { forEachInSlices, inSlices, startInSlices } from '../../../src/agent/host/slices.ts'
import { writeInSlices } from '../../../src/agent/host/write-in-slices.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { clockTicksWhenLookedAt, turnsDuring } from '../../support/turns.ts'

function* counting(steps: number): Steps<number> {
  for (let step = 0; step < steps; step += 1) {
    yield
  }
  return steps
}

describe('long work', () => {
  test('gives the same in slices as at once', async () => {
    expect(await inSlices(counting(100))).toBe(100)
    expect(atOnce(counting(100))).toBe(100)
  })

  test('lets the event loop turn when it takes longer than a slice', async () => {
    clockTicksWhenLookedAt()
    expect(await turnsDuring(() => inSlices(counting(1000)))).toBeGreaterThan(40)
  })

  test('that is short does not', async () => {
    clockTicksWhenLookedAt()
    expect(await turnsDuring(() => inSlices(counting(5)))).toBe(0)
  })

  test('looks at the clock once for many items', async () => {
    clockTicksWhenLookedAt()
    const items = Array.from({ length: 1000 * itemsPerStep }, (_, item) => item)
    const seen: number[] = []
    const turns = await turnsDuring(() => forEachInSlices(items, (item) => seen.push(item)))
    expect(seen).toEqual(items)
    expect(turns).toBeGreaterThan(40)
    expect(turns).toBeLessThan(60)
  })

  test('takes in what is appended while it pauses', async () => {
    clockTicksWhenLookedAt()
    const items = Array.from({ length: 100 * itemsPerStep }, (_, item) => item)
    let seen = 0
    setImmediate(() => items.push(-1))
    await forEachInSlices(items, () => {
      seen += 1
    })
    expect(seen).toBe(100 * itemsPerStep + 1)
  })

  test('fails as what it does fails', async () => {
    const failing = eachStep([1], () => {
      throw new Error('no')
    })
    await expect(inSlices(failing)).rejects.toThrow('no')
  })

  test('is started for all, and fails when all are started', async () => {
    clockTicksWhenLookedAt()
    const started: number[] = []
    const items = Array.from({ length: 100 }, (_, item) => item)
    const all = startInSlices(items, async (item) => {
      started.push(item)
      if (item === 3) {
        throw new Error('the third')
      }
    })
    await expect(all).rejects.toThrow('the third')
    expect(started).toEqual(items)
  })
})

describe('a long file', () => {
  test('is written in slices, and is there when it is whole', async () => {
    clockTicksWhenLookedAt()
    const path = join(temporaryDirectory(), 'state.json')
    const before = (): unknown => statSync(path, { throwIfNoEntry: false })
    const seen: unknown[] = []
    const pieces = (function* () {
      for (let piece = 0; piece < 100; piece += 1) {
        seen.push(before())
        yield `${piece}\n`
      }
    })()
    expect(await turnsDuring(() => writeInSlices(path, pieces, 0o640))).toBeGreaterThan(3)
    expect(seen).toEqual(Array.from({ length: 100 }, () => undefined))
    expect(readFileSync(path, 'utf8')).toBe(`${Array.from({ length: 100 }, (_, piece) => piece).join('\n')}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  test('leaves what was there when a piece cannot be made', async () => {
    const path = join(temporaryDirectory(), 'state.json')
    await writeInSlices(path, ['before'], 0o640)
    const pieces = (function* () {
      yield 'half'
      throw new Error('no more')
    })()
    await expect(writeInSlices(path, pieces, 0o640)).rejects.toThrow(`cannot write ${path}: no more`)
    expect(readFileSync(path, 'utf8')).toBe('before')
  })
})
