import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StartupError } from '../../../src/agent/host/startup-error.ts'
import { lockStateDirectory, readHolder } from '../../../src/agent/host/state-directory.ts'
import { builtProgram, firstOutput, started } from '../../support/child.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

test('makes the directory, for its owner alone, and writes down who holds it', () => {
  const path = join(temporaryDirectory(), 'lib', 'vxagent')
  const lock = lockStateDirectory(path)
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${process.pid}\n`)
  lock.release()
})

test('a daemon writes down where it is asked', () => {
  const path = temporaryDirectory()
  const lock = lockStateDirectory(path, '/run/vxagent/vxagent.sock')
  expect(readHolder(path)).toEqual({ pid: `${process.pid}`, socket: '/run/vxagent/vxagent.sock' })
  expect(() => lockStateDirectory(path)).toThrow(
    `${path} is in use by the daemon at /run/vxagent/vxagent.sock (pid ${process.pid})`,
  )
  lock.release()
  lockStateDirectory(path).release()
  expect(readHolder(path)).toEqual({ pid: `${process.pid}`, socket: undefined })
})

test.each(['', '\n', 'nonsense\n../sock\n', '\0'.repeat(5000)])('a lock file that says %j names nobody', (content) => {
  const path = temporaryDirectory()
  writeFileSync(join(path, 'lock'), content)
  expect(readHolder(path)).toEqual({ pid: undefined, socket: undefined })
})

test('is to be had again once it is released', () => {
  const path = temporaryDirectory()
  lockStateDirectory(path).release()
  lockStateDirectory(path).release()
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${process.pid}\n`)
})

test('a second process is refused with the pid of the first, until that is killed', async () => {
  const path = temporaryDirectory()
  const program = await builtProgram(`
    import { lockStateDirectory } from '~/src/agent/host/state-directory.ts'
    globalThis.lock = lockStateDirectory(${JSON.stringify(path)})
    console.log('locked')
    setInterval(() => {}, 1000)
  `)
  const child = started(process.execPath, program)
  expect(await firstOutput(child)).toBe('locked')
  expect(() => lockStateDirectory(path)).toThrow(StartupError)
  expect(() => lockStateDirectory(path)).toThrow(`${path} is in use by another vxagent (pid ${child.pid})`)
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${child.pid}\n`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  lockStateDirectory(path).release()
})

test('a directory that cannot be made is told with what to do', () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  expect(() => lockStateDirectory(join(file, 'below'))).toThrow(StartupError)
  expect(() => lockStateDirectory(join(file, 'below'))).toThrow(/ENOTDIR.*--state-dir/)
})
