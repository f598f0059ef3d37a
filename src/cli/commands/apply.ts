/** `vxagent apply`: one reconcile, by the daemon where one runs. */
import { resolve } from 'node:path'
import type { AgentStatus, ApplyReport } from '../../agent/answers/status.ts'
import { limitsFor } from '../../agent/desired/limits.ts'
import type { ApplyRequest } from '../../agent/publish/api/write-routes.ts'
import type { Candidate } from '../../agent/trial/candidate.ts'
import { longestWindow, shortestWindow } from '../../agent/trial/window.ts'
import { type Paint, paintFor } from '../colour.ts'
import { byDaemon, describeDaemon, isKeptBy, statusOfDaemon } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { logOfCommand } from '../log.ts'
import {
  desired,
  type Flag,
  files,
  json,
  logLevel,
  maxFileSize,
  replace,
  socket,
  stateDir,
  type ValueOption,
  wholeNumber,
} from '../options.ts'
import { conflictHint } from '../other-daemons.ts'
import { complain, hint, type Io, write, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import { UsageError } from '../usage-error.ts'
import { enforcedSentence } from '../views/enforced-state.ts'
import type { Command, ExitCode } from './command.ts'
import { showPlan } from './diff.ts'

const dryRun: Flag = { name: 'dry-run', description: 'show what would be done, as diff does, and change nothing' }

const confirmWithin: ValueOption<number | undefined> = {
  name: 'confirm',
  placeholder: 'SECONDS',
  description: 'return to the state before unless vxagent confirm comes within so long, 1 to 86400',
  fallback: undefined,
  read: wholeNumber(shortestWindow, longestWindow),
}

export const apply: Command = {
  name: 'apply',
  summary: 'Bring the host to what is declared, now',
  details:
    'Where the daemon runs, it reads its files again and does the work; where it does not, this command does. With --confirm the state is on trial: unless vxagent confirm comes in time the one before returns by itself, after a crash or a power cut too; --desired may then name files that the daemon does not keep. A state that was rolled back to, or confirmed, stays in force until the files change; --files puts the files in force. A change that the daemon holds since it would delete much, and links that wait to be deleted, are carried out. Exit codes: 0 converged, 1 something failed or cannot be done now, 4 invalid desired state; with --dry-run as diff has them.',
  working: 'applying',
  options: [dryRun, confirmWithin, files, replace],
  commonOptions: [desired, stateDir, socket, maxFileSize, json, logLevel],
  examples: [
    ['$0 apply', 'after a change of the files'],
    ['$0 apply --dry-run', 'what it would do'],
    ['$0 apply --replace lossless', 'without a daemon: replace no link that others have put something on'],
    ['$0 apply --confirm 60', 'try it out: vxagent confirm keeps it, else the state before returns after a minute'],
    ['$0 apply --files', 'put the files in force again after a rollback, or in place of a confirmed state'],
    ['$0 apply --confirm 60 --desired ./new.yaml', 'try out another state than the files of the daemon'],
    ['$0 apply --desired ./lab.yaml --state-dir ./state', 'without a daemon, from one file'],
  ],

  async run(input, io) {
    if (input.has(files) && input.value(confirmWithin) !== undefined) {
      throw new UsageError('--files puts the files in force for good; leave it out to try them out with --confirm')
    }
    if (input.has(dryRun)) {
      return showPlan(input, io)
    }
    const answer = await byDaemon(input, (path) => applyByDaemon(input, path))
    return showReport(answer ?? (await applyHere(input, io)), answer !== undefined, input, io)
  },
}

async function applyByDaemon(input: Input, path: string): Promise<ApplyReport> {
  const { requestAgent } = await import('../../agent/ask/request.ts')
  await refuseReplace(input, path)
  const wanted = input.value(desired)
  const daemon = input.givenIn(desired) === undefined ? undefined : await statusOfDaemon(path)
  const areOthers = daemon !== undefined && !isKeptBy(daemon, wanted)
  const confirmSeconds = input.value(confirmWithin)
  if (confirmSeconds === undefined) {
    if (areOthers) {
      // It would be undone when the daemon next looks at its own.
      throw new Error(
        `${describeDaemon(path, daemon)} keeps ${daemon.desired.path}, not ${wanted}; leave --desired out, or stop the daemon first, or try the other out with --confirm`,
      )
    }
    return requestAgent<ApplyReport>(path, 'POST', input.has(files) ? '/v1/apply-files' : '/v1/apply')
  }
  const request: ApplyRequest = { confirmSeconds, ...(areOthers && { candidate: await readCandidate(wanted, input) }) }
  return requestAgent<ApplyReport>(path, 'POST', '/v1/apply', request)
}

/** The daemon goes on with its own policy afterwards, so one for this command alone would promise what it does not keep. */
async function refuseReplace(input: Input, path: string): Promise<void> {
  if (input.givenIn(replace) === 'command line') {
    const { pid } = await statusOfDaemon(path)
    throw new Error(
      `the daemon (pid ${pid}) is running and decides by its own --replace (VXAGENT_REPLACE); leave --replace out, and state replace for the link in the desired state instead`,
    )
  }
}

/** Read here, since the daemon may not be allowed to. Throws InvalidDesiredState. */
async function readCandidate(path: string, input: Input): Promise<Candidate> {
  const { loadDesired } = await import('../../agent/desired/load.ts')
  const { state } = await loadDesired([path], undefined, limitsFor(input.value(maxFileSize)))
  return { path: resolve(path), state }
}

async function applyHere(input: Input, io: Io): Promise<ApplyReport> {
  const [{ applyOnce }, { version }] = await Promise.all([
    import('../../agent/run/one-shot.ts'),
    import('../version.ts'),
  ])
  const log = await logOfCommand(input, io)
  const options = {
    desired: input.value(desired),
    stateDir: resolve(input.value(stateDir)),
    version,
    log,
    limits: limitsFor(input.value(maxFileSize)),
    replace: input.value(replace),
  }
  return applyOnce(options, {
    confirmSeconds: input.value(confirmWithin),
    word: input.has(files) ? 'apply the files' : 'apply',
  })
}

async function showReport(report: ApplyReport, hasDaemon: boolean, input: Input, io: Io): Promise<ExitCode> {
  const [{ reportLines }, { verdict }, { describeOpen }, { applyHint }] = await Promise.all([
    import('../views/plan.ts'),
    import('../views/status.ts'),
    import('../../agent/answers/shortcomings.ts'),
    import('../views/hints.ts'),
  ])
  const { actions, status } = report
  if (input.has(json)) {
    await writeJson(io.stdout, report)
  } else {
    await write(io.stdout, reportLines(report, paintFor(io.stdout, io.env)))
    await write(io.stdout, hasDaemon ? [] : await warningLines(status, paintFor(io.stdout, io.env)))
    const inPlace = enforcedSentence(status.desired, new Date())
    await write(io.stdout, inPlace === undefined ? [] : `${inPlace}\n`)
  }
  const open = status.objects.filter(({ state }) => state !== 'converged')
  for (const object of open) {
    await complain(io, `vxagent: ${printable(describeOpen(object))}`)
  }
  if (!status.converged && open.length === 0) {
    await complain(io, `vxagent: ${verdict(status, paintFor(io.stderr, io.env))}`)
  }
  if (!input.has(json)) {
    const agent = { socket: input.value(socket), stateDir: status.stateDir }
    const conflicts = open.map(({ state }) => ({ kind: state }))
    await hint(io, (await conflictHint(conflicts, agent)) ?? applyHint(status, hasDaemon))
  }
  return status.converged && actions.every(({ error }) => error === undefined) ? exitCodes.ok : exitCodes.error
}

/** What to know of the files and of the links. Of a daemon `status` tells it, for as long as it holds. */
async function warningLines({ desired: { issues }, objects }: AgentStatus, paint: Paint): Promise<string[]> {
  const { issueLines } = await import('../views/issues.ts')
  return [
    ...issueLines(issues.filter(({ severity }) => severity === 'warning')),
    ...objects.flatMap(({ name, warnings }) =>
      warnings.map((warning) => `${paint.warning('warning')}: ${printable(`${name}: ${warning}`)}\n`),
    ),
  ]
}
