/** What the agent and the fleet process begin with: a log, a name, and no right to run other programs. */
import type { Logger } from 'pino'
import { paintFor } from './colour.ts'
import type { Input } from './input.ts'
import { isJournal } from './journal.ts'
import { json, logLevel } from './options.ts'
import type { Io } from './output.ts'

/** Gives the log. @param name of the process, as ps(1) shows it */
export async function beginDaemon(input: Input, io: Io, name: string): Promise<Logger> {
  const [{ nameProcess }, { renounceExec }, { openLog }] = await Promise.all([
    import('../agent/host/process-name.ts'),
    import('../agent/host/no-exec.ts'),
    import('./log.ts'),
  ])
  const log = await openLog(io.stdout, {
    level: input.value(logLevel) ?? 'info',
    isJson: input.has(json),
    hasColours: paintFor(io.stdout, io.env).hasColours,
    isJournal: isJournal(io.env),
  })
  nameProcess(name)
  if (!renounceExec()) {
    log.debug('the kernel cannot be had to refuse this process to run programs')
  }
  return log
}
