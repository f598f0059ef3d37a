/**
 * Starts the process that keeps a window where no daemon runs. The one place where vxagent starts a program, and that is vxagent
 * itself (docs/decisions/0006-confirm.md).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { openToWrite, readTextFile } from '../service/files.ts'
import { guardIsReady } from './guard.ts'

/** It has nothing to do but to read a file. */
const patienceMs = 10_000

/**
 * Resolves when it watches over the window of the trial that is on the disk. It outlives this process and its terminal. Rejects
 * with what it said when it does not start.
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
  const timer = setTimeout(() => guard.kill(), patienceMs)
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
    const why = readTextFile(logPath)?.trim() || 'it ended without a word'
    throw new Error(`cannot start the process that would roll back: ${why}; nothing was changed`)
  }
  stdout.destroy()
  guard.unref()
}
