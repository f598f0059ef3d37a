/**
 * Starts the process that keeps a window where no daemon runs. The one place where vxagent starts a program, and that is vxagent
 * itself (docs/decisions/0006-confirm.md).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { openToWrite, readTextFile } from '../host/files.ts'
import { guardIsReady } from './guard.ts'

/**
 * How long it may take to start. It only loads a program and reads a file; but on a machine that is slow or overloaded even that has been seen to
 * take 15 s, and a process that still runs is most likely about to answer. The limit is for one that hangs, on a dead network file system say.
 */
const patienceMs = 120_000

/**
 * Resolves when it watches over the window of the trial that is on the disk. It outlives this process and its terminal. Rejects when it
 * ends without that, with what it said, and when it has not answered in time; it is killed then.
 */
export async function startGuard(stateDir: string): Promise<void> {
  const logPath = join(stateDir, 'rollback.log')
  const logFile = openToWrite(logPath, constants.O_WRONLY | constants.O_TRUNC, 0o600)
  const program = [...process.execArgv, process.argv[1] ?? '']
  const guard = spawn(
    process.execPath,
    [...program, 'rollback', '--when-due', '--state-dir', stateDir, '--log-level', 'info'],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', logFile],
    },
  )
  const stdout = guard.stdout as Readable
  closeSync(logFile)
  let isTooLate = false
  const timer = setTimeout(() => {
    isTooLate = true
    // Not asked nicely: until it is gone it might still roll back.
    guard.kill('SIGKILL')
  }, patienceMs)
  let said = ''
  try {
    stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await Promise.race([once(guard, 'exit'), once(stdout, 'data')])
  } finally {
    clearTimeout(timer)
  }
  if (!said.startsWith(guardIsReady)) {
    const why = isTooLate ? `no answer within ${patienceMs / 1000} s` : readTextFile(logPath)?.trim() || endOf(guard)
    throw new Error(`cannot start the process that would roll back: ${why}; nothing was changed`)
  }
  stdout.destroy()
  guard.unref()
}

/** How a process ended that said nothing. */
function endOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `it exited with code ${exitCode}` : `it was killed by ${signalCode}`
}
