/** Long work is told of in one line, and leaves nothing behind. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { write } from '../../src/cli/output.ts'
import { withProgress } from '../../src/cli/progress.ts'
import { FakeOutput, fakeIo } from './support.ts'

function terminal(): ReturnType<typeof fakeIo> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  return { ...fakeIo(), stderr: new FakeOutput({ isTTY: true }) }
}

/** What a terminal shows in the end of a line that was written over. */
function left(text: string): string {
  return text.split('\r\u001b[2K').at(-1) ?? ''
}

test('work that is over soon says nothing', async () => {
  const io = terminal()
  expect(await withProgress(io, 'applying', async () => 7)).toBe(7)
  vi.advanceTimersByTime(5000)
  expect(io.stderr.text).toBe('')
})

test('longer work is told of every second, and the line is gone when it is over', async () => {
  const io = terminal()
  let finish: (value: number) => void = () => {}
  const work = withProgress(io, 'applying', () => new Promise<number>((resolve) => (finish = resolve)))
  vi.advanceTimersByTime(3600)
  expect(io.stderr.text).toMatch(/applying: 0 s.*applying: 1 s.*applying: 2 s.*applying: 3 s$/s)
  finish(1)
  await work
  expect(left(io.stderr.text)).toBe('')
})

test('the line is gone before anything is written, and does not come back', async () => {
  const io = terminal()
  await withProgress(io, 'applying', async (quiet) => {
    vi.advanceTimersByTime(1000)
    expect(left(io.stderr.text)).toBe('applying: 0 s')
    await write(quiet.stdout, 'done\n')
    expect(left(io.stderr.text)).toBe('')
    vi.advanceTimersByTime(5000)
  })
  expect(left(io.stderr.text)).toBe('')
  expect(io.stdout.text).toBe('done\n')
})

test('it is gone when the work fails, too; and where there is no terminal there is none', async () => {
  const io = terminal()
  const failing = async (): Promise<never> => {
    vi.advanceTimersByTime(1000)
    throw new Error('no')
  }
  await expect(withProgress(io, 'applying', failing)).rejects.toThrow('no')
  expect(left(io.stderr.text)).toBe('')
  const plain = fakeIo()
  await expect(withProgress(plain, 'applying', failing)).rejects.toThrow('no')
  expect(plain.stderr.text).toBe('')
})
