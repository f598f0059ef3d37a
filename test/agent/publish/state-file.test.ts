import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { StateFile } from '../../../src/agent/publish/state-file.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { stopTime } from '../../support/virtual-time.ts'

/** A state file whose content counts how often it was written. */
function counting(): { readonly path: string; readonly file: StateFile; readonly log: string[]; writes(): number } {
  stopTime()
  const path = join(temporaryDirectory(), 'state.json')
  const log: string[] = []
  let writes = 0
  const file = new StateFile(
    path,
    () => {
      writes += 1
      return [JSON.stringify({ writes })]
    },
    pino({}, { write: (line: string) => log.push((JSON.parse(line) as { msg: string }).msg) }),
  )
  return { path, file, log, writes: () => writes }
}

test('changes that come together are written once, and soon', () => {
  const { path, file, writes } = counting()
  file.touch()
  file.touch()
  expect(writes()).toBe(0)
  vi.advanceTimersByTime(0)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ writes: 1 })
  expect(statSync(path).mode & 0o777).toBe(0o640)
})

test('is written ten times a second at most, the last change included', async () => {
  const { path, file, writes } = counting()
  for (let ms = 0; ms < 1000; ms += 5) {
    file.touch()
    await vi.advanceTimersByTimeAsync(5)
  }
  expect(writes()).toBeGreaterThanOrEqual(9)
  expect(writes()).toBeLessThanOrEqual(11)
  await vi.advanceTimersByTimeAsync(1000)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ writes: writes() })
})

test('what is still to be written is written at the end, and nothing else', async () => {
  const { file, writes } = counting()
  await file.close()
  expect(writes()).toBe(0)
  file.touch()
  await file.close()
  vi.advanceTimersByTime(1000)
  expect(writes()).toBe(1)
})

test('a failure is logged when it begins and when it ends, and stops nothing', async () => {
  const { path, file, log } = counting()
  mkdirSync(`${path}.new`)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    file.touch()
    await vi.advanceTimersByTimeAsync(200)
  }
  expect(log).toEqual(['cannot write the state file; going on without'])
  rmSync(`${path}.new`, { recursive: true })
  file.touch()
  await vi.advanceTimersByTimeAsync(200)
  expect(log).toEqual(['cannot write the state file; going on without', 'writing the state file again'])
  await file.close()
})
