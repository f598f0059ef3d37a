import { expect, test } from 'vitest'
import { SharedText } from '../../../../src/agent/publish/api/shared-text.ts'

test('those who ask while a text is being made share the next one, which has what came meanwhile', async () => {
  const entries = ['a']
  let made = 0
  const shared = new SharedText(function* () {
    made += 1
    for (const entry of [...entries]) {
      yield entry
    }
  })
  const first = shared.get()
  entries.push('b')
  const others = Array.from({ length: 100 }, () => shared.get())
  expect((await first).toString()).toBe('a')
  const texts = await Promise.all(others)
  expect(texts[0]?.toString()).toBe('ab')
  expect(new Set(texts).size).toBe(1)
  expect(made).toBe(2)
  entries.push('c')
  expect((await shared.get()).toString()).toBe('abc')
})

test('others are heard between its pieces', async () => {
  const order: string[] = []
  const shared = new SharedText(function* () {
    for (const piece of ['1', '2']) {
      order.push(piece)
      yield piece
    }
  })
  setImmediate(() => order.push('other'))
  await shared.get()
  expect(order).toEqual(['1', 'other', '2'])
})

test('a text that cannot be made does not keep the next from being made', async () => {
  let fails = true
  const shared = new SharedText(function* () {
    if (fails) {
      throw new Error('no')
    }
    yield 'yes'
  })
  const first = shared.get()
  const second = shared.get()
  await expect(first).rejects.toThrow('no')
  await expect(second).rejects.toThrow('no')
  fails = false
  expect((await shared.get()).toString()).toBe('yes')
})
