/** `vxagent rollback`: return to the state before. */
import { resolve } from 'node:path'
import type { ApplyReport } from '../../agent/answers/status.ts'
import type { OneShotOptions } from '../../agent/run/one-shot.ts'
import { paintFor } from '../colour.ts'
import { byDaemon } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { logOfCommand } from '../log.ts'
import { desired, type Flag, json, logLevel, socket, stateDir } from '../options.ts'
import { complain, hint, type Io, write, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import { enforcedSentence } from '../views/enforced-state.ts'
import type { Command, ExitCode } from './command.ts'

const whenDue: Flag = {
  name: 'when-due',
  description:
    'wait for the end of the window, and return only if nobody has confirmed; apply --confirm starts this by itself where no daemon runs',
}

export const rollback: Command = {
  name: 'rollback',
  summary: 'Return to the state before',
  details:
    'While a state is on trial, ends the trial; else returns to the desired state before the one in force. It stays until the desired files change, or vxagent apply --files puts them in force. Where the daemon runs, it does the work. Exit codes: 0 returned, 1 there is nothing to return to, something failed, or an error.',
  working: 'rolling back',
  options: [whenDue],
  commonOptions: [stateDir, socket, json, logLevel],
  examples: [
    ['$0 rollback', 'the last change was none for the better'],
    ['$0 rollback --when-due --state-dir ./state', 'keep the window where the process that kept it was killed'],
  ],

  async run(input, io) {
    if (input.has(whenDue)) {
      return rollBackWhenDue(input, io)
    }
    const report = (await byDaemon(input, rollBackByDaemon)) ?? (await rollBackHere(input, io))
    return showReport(report, input, io)
  },
}

async function rollBackByDaemon(path: string): Promise<ApplyReport> {
  const { requestAgent } = await import('../../agent/ask/request.ts')
  return requestAgent<ApplyReport>(path, 'POST', '/v1/rollback')
}

async function rollBackHere(input: Input, io: Io): Promise<ApplyReport> {
  const { rollBackOnce } = await import('../../agent/run/one-shot.ts')
  return rollBackOnce(await optionsOf(input, io))
}

async function rollBackWhenDue(input: Input, io: Io): Promise<ExitCode> {
  const [{ rollBackWhenDue }, { guardIsReady }] = await Promise.all([
    import('../../agent/run/one-shot.ts'),
    import('../../agent/trial/guard.ts'),
  ])
  await rollBackWhenDue(await optionsOf(input, io), () => write(io.stdout, `${guardIsReady}\n`))
  return exitCodes.ok
}

async function optionsOf(input: Input, io: Io): Promise<OneShotOptions> {
  const { version } = await import('../version.ts')
  const log = await logOfCommand(input, io)
  return { desired: input.value(desired), stateDir: resolve(input.value(stateDir)), version, log }
}

/** What the files say is another matter: the host is to have the state before. */
async function showReport(report: ApplyReport, input: Input, io: Io): Promise<ExitCode> {
  const [{ reportLines }, { describeOpen }, { applyHint }] = await Promise.all([
    import('../views/plan.ts'),
    import('../../agent/answers/shortcomings.ts'),
    import('../views/hints.ts'),
  ])
  const { actions, status } = report
  if (input.has(json)) {
    await writeJson(io.stdout, report)
  } else {
    await write(io.stdout, reportLines(report, paintFor(io.stdout, io.env)))
    await write(io.stdout, `${enforcedSentence(status.desired, new Date()) ?? 'Rolled back.'}\n`)
  }
  const open = status.objects.filter(({ state }) => state !== 'converged')
  for (const object of open) {
    await complain(io, `vxagent: ${printable(describeOpen(object))}`)
  }
  if (status.problem !== undefined) {
    await complain(io, `vxagent: ${printable(status.problem)}`)
  }
  const isDone = open.length === 0 && status.problem === undefined && actions.every(({ error }) => error === undefined)
  if (!isDone && !input.has(json)) {
    await hint(io, applyHint(status))
  }
  return isDone ? exitCodes.ok : exitCodes.error
}
