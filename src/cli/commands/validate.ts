/** `vxagent validate`: whether files are a valid desired state. */
import process from 'node:process'
import { InvalidDesiredState, type Issue } from '../../agent/desired/issue.ts'
import { limitsFor } from '../../agent/desired/limits.ts'
import type { LoadedDesired } from '../../agent/desired/load.ts'
import type { PushedText } from '../../agent/desired/pushed-text.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { desired, type Flag, json, logLevel, maxFileSize, stateDir } from '../options.ts'
import { complain, hint, type Io, write, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import { countIssues, issueLines } from '../views/issues.ts'
import type { Command, ExitCode } from './command.ts'

const filesOnly: Flag = {
  name: 'files-only',
  description: 'do not compare with this host, as for files that are meant for another one',
}

export const validate: Command = {
  name: 'validate',
  // yargs takes FILE|DIR for one argument with two names, and gives it under both.
  operands: {
    name: 'PATH',
    description: 'files, and directories of files, that together are the desired state; - is standard input',
    suggestion: 'file',
  },
  summary: 'Check desired-state files',
  details:
    'Needs no privileges and no daemon. Without PATH it checks --desired, with the files that operators pushed to this host where this user may read them (--state-dir); those are named fleet:NAME. Warns of what this host lacks or has otherwise: interfaces, source addresses, routes, MTUs; not with --files-only. Each error and warning goes to standard error as FILE:LINE:COLUMN. Exit codes: 0 valid, warnings or not; 4 invalid.',
  working: 'reading the files',
  options: [filesOnly],
  commonOptions: [desired, stateDir, maxFileSize, json, logLevel],
  examples: [
    ['$0 validate vxlan0.yaml', 'one file'],
    ['$0 validate', 'what the daemon reads'],
    ['$0 validate --files-only DIR', 'before a commit, on another host than the one that it is for'],
    ['vxagent export | $0 validate -', 'what another command writes'],
    ["$0 validate --json DIR | jq -r '.issues[].code'", 'for an editor, or a check before a commit'],
  ],

  async run(input, io) {
    const { loadDesired } = await import('../../agent/desired/load.ts')
    const paths = input.operands.length > 0 ? input.operands : [input.value(desired)]
    try {
      const limits = limitsFor(input.value(maxFileSize))
      const loaded = await loadDesired(paths, process.stdin, limits, undefined, await pushedHere(input, io))
      const { state, files } = loaded
      const warnings = [...loaded.warnings, ...(input.has(filesOnly) ? [] : await warningsOfHost(loaded))]
      const [vxlans, bridges] = [Object.keys(state.vxlans), Object.keys(state.bridges)]
      if (input.has(json)) {
        await writeJson(io.stdout, { valid: true, issues: warnings, files, objects: [...vxlans, ...bridges] })
        return exitCodes.ok
      }
      await write(io.stderr, issueLines(warnings))
      const counts = [
        countOf(files.length, 'file'),
        countOf(vxlans.length, 'vxlan'),
        ...(bridges.length === 0 ? [] : [countOf(bridges.length, 'bridge')]),
      ]
      const { listPassedOver } = await import('../../agent/desired/read.ts')
      const passedOver = await listPassedOver(paths)
      if (passedOver.length > 0) {
        const others = passedOver.length - mostNamed
        const names = [
          ...passedOver.slice(0, mostNamed).map(printable),
          ...(others > 0 ? [`and ${countOf(others, 'other')}`] : []),
        ].join(', ')
        await write(io.stderr, `not read: ${names}; names end in .yaml, .yml or .json, and begin with no dot\n`)
      }
      await write(io.stdout, `${[`${counts.join(', ')}: valid`, countIssues(warnings)].filter(Boolean).join(', ')}\n`)
      return exitCodes.ok
    } catch (error) {
      if (error instanceof InvalidDesiredState) {
        return refuse(error.issues, input.has(json), io)
      }
      throw error
    }
  },
}

/** What was pushed to this host; nothing where files are named, or this user may not read it. */
async function pushedHere(input: Input, io: Io): Promise<readonly PushedText[]> {
  if (input.operands.length > 0 || input.givenIn(desired) === 'command line') {
    return []
  }
  const { PushedFiles } = await import('../../agent/fleet/pushed-files.ts')
  let damage: Error | undefined
  const { texts } = new PushedFiles(input.value(stateDir), (error) => {
    damage = error
  })
  if (damage !== undefined && !isForbidden(damage)) {
    await complain(io, `vxagent: ${printable(damage.message)}`)
  }
  return texts
}

function isForbidden({ cause }: Error): boolean {
  return ['EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '')
}

async function warningsOfHost(loaded: LoadedDesired): Promise<Issue[]> {
  const { hostWarnings } = await import('../../agent/run/host-warnings.ts')
  return hostWarnings(loaded)
}

/** Names of files that are not read, and no more: a directory may hold 100,000. */
const mostNamed = 20

/** Files and objects are not listed: of invalid files nobody can say what they declare. */
async function refuse(issues: readonly Issue[], isJson: boolean, io: Io): Promise<ExitCode> {
  if (isJson) {
    await writeJson(io.stdout, { valid: false, issues })
  } else {
    await write(io.stderr, [...issueLines(issues), `invalid: ${countIssues(issues)}\n`])
    const { validateHint } = await import('../views/hints.ts')
    await hint(io, validateHint(issues.length))
  }
  return exitCodes.invalidDesiredState
}
