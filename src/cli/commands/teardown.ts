/** `vxagent teardown`: take away all that vxagent made. */

import type { AppliedAction } from '../../agent/answers/status.ts'
import type { StateDirectoryInUse } from '../../agent/host/state-directory.ts'
import type { RecordInReach } from '../../agent/record/boot-and-namespace.ts'
import { paintFor } from '../colour.ts'
import { namedStateDir } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { logOfCommand } from '../log.ts'
import { desired, type Flag, json, logLevel, socket, stateDir } from '../options.ts'
import { complain, type Io, write, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import type { Command, ExitCode } from './command.ts'

const dryRun: Flag = { name: 'dry-run', description: 'show what would be taken away, and change nothing' }

export const teardown: Command = {
  name: 'teardown',
  summary: 'Take away all that vxagent made',
  details:
    'Deletes the links that vxagent made, or has taken over by adopt: true, and takes from others the ports, addresses and entries that it gave them. The desired files stay, and the daemon makes everything again when it starts: stop it first, and keep it from starting. Exit codes: 0 all is gone, 2 --dry-run and there is something, 1 something is left, or an error.',
  working: 'taking down',
  options: [dryRun],
  commonOptions: [stateDir, socket, json, logLevel],
  examples: [
    ['$0 teardown --dry-run', 'what it would take away'],
    ['systemctl disable --now vxagent && $0 teardown', 'before the package goes'],
  ],

  run: (input, io) => (input.has(dryRun) ? showTeardown(input, io) : tearDown(input, io)),
}

function nothing(origin: RecordInReach, directory: string): string {
  const why = {
    here: 'of what vxagent made nothing is left',
    'another boot': 'what vxagent made went with an earlier boot',
    'no record': `there is no record in ${directory} of anything that vxagent made`,
  }[origin]
  return `Nothing to do: ${printable(why)}.\n`
}

async function showTeardown(input: Input, io: Io): Promise<ExitCode> {
  const [{ requireRecordHere }, { planTeardown }, { isDone, planLines }] = await Promise.all([
    import('../../agent/run/one-shot.ts'),
    import('../../agent/run/preview.ts'),
    import('../views/plan.ts'),
  ])
  const directory = await namedStateDir(input)
  const origin = requireRecordHere(directory)
  const plan = await planTeardown(directory)
  if (input.has(json)) {
    await writeJson(io.stdout, plan)
  } else {
    await write(io.stdout, isDone(plan) ? nothing(origin, directory) : planLines(plan, paintFor(io.stdout, io.env)))
  }
  return isDone(plan) ? exitCodes.ok : exitCodes.changesPending
}

async function tearDown(input: Input, io: Io): Promise<ExitCode> {
  const [
    { requireRecordHere, tearDownOnce },
    { describeHolder, StateDirectoryInUse },
    { StartupError },
    { version },
    { appliedLines },
  ] = await Promise.all([
    import('../../agent/run/one-shot.ts'),
    import('../../agent/host/state-directory.ts'),
    import('../../agent/host/startup-error.ts'),
    import('../version.ts'),
    import('../views/plan.ts'),
  ])
  const log = await logOfCommand(input, io)
  const directory = await namedStateDir(input)
  const origin = requireRecordHere(directory)
  const options = { desired: input.value(desired), stateDir: directory, version, log }
  const report = await tearDownOnce(options).catch((error: unknown) => {
    throw error instanceof StateDirectoryInUse
      ? new StartupError(refusal(error, describeHolder(error.holder)), { cause: error })
      : error
  })
  const { actions, left } = report
  if (input.has(json)) {
    await writeJson(io.stdout, report)
  } else {
    const paint = paintFor(io.stdout, io.env)
    await write(
      io.stdout,
      actions.length === 0 && left.length === 0
        ? nothing(origin, directory)
        : actions.flatMap((action) => appliedLines(action, paint)),
    )
  }
  if (left.length > 0) {
    await complain(
      io,
      `vxagent: still there: ${left.map(printable).join(', ')}; see above, or vxagent links, and try again`,
    )
  }
  return left.length === 0 && actions.every(hasWorked) ? exitCodes.ok : exitCodes.error
}

/** Another state directory, which `apply` may try, would not do here. */
function refusal({ path }: StateDirectoryInUse, who: string): string {
  return `${who} is at work in ${path}, and a daemon would make everything again; stop it first: systemctl stop vxagent`
}

function hasWorked({ error }: AppliedAction): boolean {
  return error === undefined
}
