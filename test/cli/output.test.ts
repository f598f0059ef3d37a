import { expect, test } from 'vitest'
import { widthOf, write, writeJson } from '../../src/cli/output.ts'
import { FakeOutput } from './support.ts'

test('JSON stands on one line, as iproute2 prints it', async () => {
  const output = new FakeOutput()
  await writeJson(output, [{ ifname: 'vxlan0', flags: ['UP'] }, { ifname: 'lo' }])
  await writeJson(output, { valid: true })
  await writeJson(output, [])
  expect(output.text).toBe('[{"ifname":"vxlan0","flags":["UP"]},{"ifname":"lo"}]\n{"valid":true}\n[]\n')
})

test.each([{ value: [] }, { value: {} }, { value: [{ a: [1, { b: 'x\ny' }] }, 2] }])(
  'on a terminal JSON is indented: $value',
  async ({ value }) => {
    const output = new FakeOutput({ isTTY: true })
    await writeJson(output, value)
    expect(output.text).toBe(`${JSON.stringify(value, null, 2)}\n`)
  },
)

test.each([999, 1000, 1001, 25_000])('a list of %i is written in pieces, and whole', async (length) => {
  const output = new FakeOutput()
  const list = Array.from({ length }, (_, index) => ({ index }))
  await writeJson(output, list)
  expect(JSON.parse(output.text)).toEqual(list)
  expect(Math.max(...output.pieces.map((piece) => piece.length))).toBeLessThan(20_000)
})

test('the next piece waits until the one before is gone', async () => {
  const pending: (() => void)[] = []
  const taken: string[] = []
  const slow = {
    write(text: string, callback: () => void = () => {}): boolean {
      taken.push(text)
      pending.push(callback)
      return false
    },
  }
  const done = write(slow, ['a', 'b'])
  await new Promise(setImmediate)
  expect(taken).toEqual(['a'])
  pending.shift()?.()
  await new Promise(setImmediate)
  expect(taken).toEqual(['a', 'b'])
  pending.shift()?.()
  await done
})

test.each(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])('after %s nothing more is made or written', async (code) => {
  const output = new FakeOutput()
  output.failsWith = code
  let made = 0
  function* pieces(): Generator<string> {
    for (; made < 1000; made += 1) {
      yield 'x'
    }
  }
  await write(output, pieces())
  expect(made).toBe(0)
})

test('other errors are errors', async () => {
  const output = new FakeOutput()
  output.failsWith = 'ENOSPC'
  await expect(write(output, 'x')).rejects.toThrow('cannot write the output: ENOSPC')
})

test('only a terminal has a width', () => {
  expect(widthOf(new FakeOutput({ isTTY: true, columns: 90 }))).toBe(90)
  expect(widthOf(new FakeOutput({ isTTY: false, columns: 90 }))).toBeUndefined()
})

test('a terminal that does not know its width is one on which nothing is wrapped', () => {
  expect([
    widthOf(new FakeOutput({ isTTY: true, columns: 0 })),
    widthOf(new FakeOutput({ isTTY: true, columns: 80 })),
  ]).toEqual([undefined, 80])
})
