/** `vxagent apply`: one reconcile, by the daemon where one runs. */
import { resolve } from 'node:path'
import type { AgentStatus, ApplyReport } from '../../agent/model/status.ts'
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { desired, type Flag, json, logLevel, socket, stateDir } from '../options.ts'
import { complain, type Io, write, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import { issueLines } from '../views/issues.ts'
import type { Command, ExitCode } from './command.ts'
import { showPlan } from './diff.ts'

const dryRun: Flag = { name: 'dry-run', description: 'show what would be done, as diff does, and change nothing' }

export const apply: Command = {
  name: 'apply',
  summary: 'Bring the host to what is declared, now',
  details:
    'Where the daemon runs, it reads its files again and does the work; where it does not, this command does. Exit codes: 0 converged, 1 something failed or cannot be done now, 4 invalid desired state; with --dry-run as diff has them.',
  options: [dryRun],
  commonOptions: [desired, stateDir, socket, json, logLevel],
  examples: [
    ['$0 apply', 'after a change of the files'],
    ['$0 apply --dry-run', 'what it would do'],
    ['$0 apply --desired ./lab.yaml --state-dir ./state', 'without a daemon, from one file'],
  ],

  async run(input, io) {
    if (input.has(dryRun)) {
      return showPlan(input, io)
    }
    const report = (await applyByDaemon(input)) ?? (await applyHere(input, io))
    return showReport(report, input, io)
  },
}

/** Undefined when no daemon runs. */
async function applyByDaemon(input: Input): Promise<ApplyReport | undefined> {
  const { AgentUnreachable, requestAgent } = await import('../../agent/api/request.ts')
  const path = input.value(socket)
  try {
    if (input.givenIn(desired) !== undefined || input.givenIn(stateDir) === 'command line') {
      requireSameFiles(input, await requestAgent<AgentStatus>(path, 'GET', '/v1/status'))
    }
    return await requestAgent<ApplyReport>(path, 'POST', '/v1/apply')
  } catch (error) {
    if (error instanceof AgentUnreachable && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')) {
      return undefined
    }
    throw error
  }
}

/** The daemon applies its own files, so being asked for others is an error; two at work on one host would undo each other's work. */
function requireSameFiles(input: Input, status: AgentStatus): void {
  const daemon = `the daemon (pid ${status.pid}) is running`
  const wanted = input.value(desired)
  if (input.givenIn(desired) !== undefined && resolve(wanted) !== resolve(status.desired.path)) {
    throw new Error(
      `${daemon} and keeps ${status.desired.path}, not ${wanted}; leave --desired out, or stop the daemon first`,
    )
  }
  if (input.givenIn(stateDir) === 'command line') {
    throw new Error(`${daemon} and has a state directory of its own; leave --state-dir out, or stop the daemon first`)
  }
}

async function applyHere(input: Input, io: Io): Promise<ApplyReport> {
  const [{ applyOnce }, { openLog }, { version }] = await Promise.all([
    import('../../agent/one-shot.ts'),
    import('../log.ts'),
    import('../version.ts'),
  ])
  // Not warn: what the reconciler warns of is in the report, in better words.
  const level = input.value(logLevel) ?? 'error'
  const hasColours = paintFor(io.stderr, io.env).hasColours
  const log = await openLog(io.stderr, { level, isJson: false, hasColours })
  return applyOnce({ desired: input.value(desired), stateDir: input.value(stateDir), version }, log)
}

async function showReport(report: ApplyReport, input: Input, io: Io): Promise<ExitCode> {
  const [{ reportLines }, { describeOpen, verdict }] = await Promise.all([
    import('../views/plan.ts'),
    import('../views/status.ts'),
  ])
  const { actions, status } = report
  if (input.has(json)) {
    await writeJson(io.stdout, report)
  } else {
    await write(io.stdout, reportLines(report, paintFor(io.stdout, io.env)))
  }
  if (!status.desired.isValid) {
    await write(io.stderr, issueLines(status.desired.issues))
    return exitCodes.invalidDesiredState
  }
  const open = status.objects.filter(({ state }) => state !== 'converged')
  for (const object of open) {
    await complain(io, `vxagent: ${printable(describeOpen(object))}`)
  }
  if (!status.converged && open.length === 0) {
    await complain(io, `vxagent: ${verdict(status, paintFor(io.stderr, io.env))}`)
  }
  return status.converged && actions.every(({ error }) => error === undefined) ? exitCodes.ok : exitCodes.error
}
