import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { startGuard } from '../../../src/agent/trial/start-guard.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

afterEach(() => vi.useRealTimers())

interface Guard {
  readonly stateDir: string
  /** Lets it go on to its last lines. */
  goOn(): void
  /** Until its process runs. */
  hasStarted(): Promise<void>
}

/** A guard that says that it has started, waits, and then does what these lines of JavaScript say. */
function guardThat(lines: string): Guard {
  const stateDir = temporaryDirectory()
  const [program, started, permission] = ['guard.mjs', 'started', 'permission'].map((name) => join(stateDir, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(
    program,
    `import { existsSync, writeFileSync } from 'node:fs'
     writeFileSync(${JSON.stringify(started)}, '')
     const timer = setInterval(() => {
       if (existsSync(${JSON.stringify(permission)})) {
         clearInterval(timer)
         ${lines}
       }
     }, 10)
     setTimeout(() => process.exit(), 60_000).unref()`,
  )
  const ownProgram = process.argv[1] ?? ''
  process.argv[1] = program
  onTestFinished(() => {
    process.argv[1] = ownProgram
    writeFileSync(permission, '')
  })
  return {
    stateDir,
    goOn: () => writeFileSync(permission, ''),
    hasStarted: () => vi.waitUntil(() => existsSync(started), 20_000).then(() => undefined),
  }
}

test('waits for a process that takes a minute to answer, as on a slow machine', async () => {
  const guard = guardThat(`console.log('keeping the window')`)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const starting = startGuard(guard.stateDir)
  await guard.hasStarted()
  vi.advanceTimersByTime(60_000)
  guard.goOn()
  await expect(starting).resolves.toBeUndefined()
})

test('ends a process that never answers', async () => {
  const guard = guardThat('')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const starting = startGuard(guard.stateDir)
  await guard.hasStarted()
  vi.advanceTimersByTime(120_000)
  await expect(starting).rejects.toThrow(
    'cannot start the process that would roll back: no answer within 120 s; nothing was changed',
  )
})

test.each([
  { name: 'its own words', lines: `console.error('no such trial'); process.exitCode = 1`, why: 'no such trial' },
  { name: 'its exit code when it said nothing', lines: 'process.exitCode = 7', why: 'it exited with code 7' },
  { name: 'its signal', lines: `process.kill(process.pid, 'SIGKILL')`, why: 'it was killed by SIGKILL' },
])('a process that ends instead is an error with $name', async ({ lines, why }) => {
  const guard = guardThat(lines)
  guard.goOn()
  await expect(startGuard(guard.stateDir)).rejects.toThrow(
    `cannot start the process that would roll back: ${why}; nothing was changed`,
  )
})
