/** `vxagent fleet push`: one more desired file for many hosts. */
import { basename } from 'node:path'
import { InvalidDesiredState } from '../../../agent/desired/issue.ts'
import { exitCodes } from '../../exit-codes.ts'
import type { Input } from '../../input.ts'
import { readName, withStore } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize, type ValueOption } from '../../options.ts'
import { type Io, write, writeJson } from '../../output.ts'
import { placeOf, pushOptions, termsOf, to } from '../../push-options.ts'
import { runPush } from '../../push-run.ts'
import { UsageError } from '../../usage-error.ts'
import type { Command } from '../command.ts'

const nameOption: ValueOption<string | undefined> = {
  name: 'name',
  placeholder: 'NAME',
  description: 'what the file is called on the hosts and in the history; by default its own name',
  fallback: undefined,
  read: readName,
}

export const fleetPush: Command = {
  name: 'fleet push',
  operands: { name: 'FILE', description: 'the desired-state file', suggestion: 'file' },
  summary: 'Give hosts of the fleet one more desired file: first some of them, then the rest',
  details:
    'Talks to etcd with the certificate of an operator. Asks each host for its plan first, shows it, and asks before it pushes. A host takes the file if its fleet section says config: accept, and if the file fits to its own files: all or none; it is called fleet:NAME there. With --canary some hosts take it first, and the rest only when those report it applied and nothing worse than before; else it stops. With --confirm each host returns to what it had unless vxagent fleet confirm reaches it in time, so that a change that cuts a host off undoes itself there. A command that is killed leaves what was released; the rest never takes it. Exit codes: 0 all hosts have it (with --confirm: are on trial); with --dry-run: would take it; 3 some have not, or it stopped; 1 error, and nothing was pushed; 4 the file is invalid.',
  options: [nameOption, ...pushOptions],
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [
    ['$0 fleet push tenants.yaml --to all --dry-run --cert ops.crt --key ops.key', 'what it would change on each host'],
    [
      "$0 fleet push tenants.yaml --to 'ubuntu*' --canary 2 --confirm 300 --cert ops.crt --key ops.key",
      'two hosts first, and all return without a confirmation',
    ],
    ['$0 fleet push tenants.yaml --to vni:42 --yes --cert ops.crt --key ops.key', 'in a script'],
  ],

  async run(input, io) {
    const [file, ...more] = input.operands
    const selector = input.value(to)
    if (file === undefined || more.length > 0) {
      throw new UsageError('say one FILE')
    }
    if (selector === undefined) {
      throw new UsageError('say which hosts with --to: ids, patterns, vni:NUMBER, or all')
    }
    const name = input.value(nameOption) ?? readName(basename(file), 'the name of FILE (or --name)')
    let text: string
    try {
      text = await readValid(file)
    } catch (error) {
      if (error instanceof InvalidDesiredState) {
        return refuse(error, input, io)
      }
      throw error
    }
    return withStore(input, async (open) =>
      runPush(await placeOf(open), { name, text, to: selector, ...termsOf(input) }, input, io),
    )
  },
}

/** The text of a file that is valid by itself, as one that is pushed. Throws InvalidDesiredState. */
async function readValid(file: string): Promise<string> {
  const [{ readSource }, { checkPushed }, { longestPushedText }] = await Promise.all([
    import('../../../agent/desired/read.ts'),
    import('../../../agent/desired/check-pushed.ts'),
    import('../../../agent/fleet/pushed-schema.ts'),
  ])
  const source = await readSource(file, longestPushedText)
  if (source === undefined) {
    throw new Error(`cannot read ${file}: it does not exist; name a desired-state file`)
  }
  checkPushed(source)
  return 'text' in source ? source.text : ''
}

async function refuse(
  { issues }: InvalidDesiredState,
  input: Input,
  io: Io,
): Promise<typeof exitCodes.invalidDesiredState> {
  const { countIssues, issueLines } = await import('../../views/issues.ts')
  if (input.has(json)) {
    await writeJson(io.stdout, { valid: false, issues })
  } else {
    await write(io.stderr, [...issueLines(issues), `invalid: ${countIssues(issues)}; nothing was pushed\n`])
  }
  return exitCodes.invalidDesiredState
}
