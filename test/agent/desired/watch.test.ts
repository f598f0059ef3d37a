import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchDesired } from '../../../src/agent/desired/watch.ts'
import { desiredDirectory } from './support.ts'

vi.setConfig({ testTimeout: 30_000 })

/** Watches `path` until the test is over. */
function watching(path: string) {
  const onChange = vi.fn()
  const onError = vi.fn()
  const watch = watchDesired(path, onChange, onError)
  onTestFinished(() => watch.close())
  return { onChange, onError, close: () => watch.close() }
}

/** Waits for the change to be told, and for what may still come of it. */
async function told(onChange: ReturnType<typeof vi.fn>): Promise<void> {
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), { timeout: 5000, interval: 5 })
  await sleep(120)
  onChange.mockClear()
}

test('tells of files that appear, change in place, are replaced and go', async () => {
  const directory = desiredDirectory()
  const { onChange, onError } = watching(directory)
  writeFileSync(join(directory, 'a.yaml'), '1')
  await told(onChange)
  writeFileSync(join(directory, 'a.yaml'), '2')
  await told(onChange)
  writeFileSync(join(directory, '.new'), '3')
  renameSync(join(directory, '.new'), join(directory, 'a.yaml'))
  await told(onChange)
  rmSync(join(directory, 'a.yaml'))
  await told(onChange)
  expect(onError).not.toHaveBeenCalled()
})

test('tells of a burst once', async () => {
  const directory = desiredDirectory()
  const { onChange } = watching(directory)
  for (let file = 0; file < 100; file++) {
    writeFileSync(join(directory, `${file}.yaml`), '')
  }
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), { timeout: 5000, interval: 5 })
  await sleep(120)
  expect(onChange).toHaveBeenCalledTimes(1)
})

test('tells of one file whether it is written or replaced, and not of its neighbours', async () => {
  const directory = desiredDirectory({ 'a.yaml': '1' })
  const file = join(directory, 'a.yaml')
  const { onChange } = watching(file)
  writeFileSync(join(directory, 'b.yaml'), '')
  await sleep(120)
  expect(onChange).not.toHaveBeenCalled()
  writeFileSync(file, '22')
  await told(onChange)
  writeFileSync(join(directory, '.new'), '333')
  renameSync(join(directory, '.new'), file)
  await told(onChange)
  rmSync(file)
  await told(onChange)
  writeFileSync(file, '1')
  await told(onChange)
})

test('tells of one file behind a symbolic link that now leads elsewhere', async () => {
  const directory = desiredDirectory({ 'one.txt': '1', 'other.txt': '2' })
  const file = join(directory, 'a.yaml')
  symlinkSync('one.txt', file)
  const { onChange } = watching(file)
  symlinkSync('other.txt', join(directory, '.new'))
  renameSync(join(directory, '.new'), file)
  await told(onChange)
})

test('waits for a directory that is not there, and for one that is deleted to come back', async () => {
  const directory = join(desiredDirectory(), 'later')
  const { onChange, onError } = watching(directory)
  mkdirSync(directory)
  await told(onChange)
  for (let round = 0; round < 3; round++) {
    rmSync(directory, { recursive: true })
    // At once: the new directory often gets the inode number of the old one.
    mkdirSync(directory)
    await told(onChange)
    writeFileSync(join(directory, 'a.yaml'), '')
    await told(onChange)
    writeFileSync(join(directory, 'a.yaml'), 'changed in place')
    await told(onChange)
  }
  rmSync(directory, { recursive: true })
  await told(onChange)
  expect(onError).not.toHaveBeenCalled()
})

test('notices within seconds that a directory above was replaced, or appeared', async () => {
  const above = join(desiredDirectory(), 'above')
  const directory = join(above, 'desired.d')
  const { onChange } = watching(directory)
  mkdirSync(directory, { recursive: true })
  await told(onChange)
  renameSync(above, join(dirname(above), 'old'))
  mkdirSync(directory, { recursive: true })
  await told(onChange)
  writeFileSync(join(directory, 'a.yaml'), '')
  await told(onChange)
  writeFileSync(join(directory, 'a.yaml'), 'changed in place')
  await told(onChange)
})

test('says once why it cannot watch, and goes on when it can', async () => {
  const directory = join(desiredDirectory(), 'loop')
  symlinkSync('loop', directory)
  const { onChange, onError } = watching(directory)
  await sleep(1200)
  expect(onError).toHaveBeenCalledTimes(1)
  expect(onError.mock.calls[0]?.[0]).toMatchObject({
    message: expect.stringContaining(`cannot watch ${directory}: ELOOP`),
  })
  rmSync(directory)
  mkdirSync(directory)
  await told(onChange)
})

test('is silent once closed, even when a change is about to be told', async () => {
  const directory = desiredDirectory()
  const { onChange, close } = watching(directory)
  writeFileSync(join(directory, 'a.yaml'), '')
  await sleep(20)
  close()
  writeFileSync(join(directory, 'b.yaml'), '')
  await sleep(150)
  expect(onChange).not.toHaveBeenCalled()
})
