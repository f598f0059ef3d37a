/** One run of `vxagent`, from arguments to exit code. */
import { InvalidDesiredState } from '../agent/desired/issue.ts'
import { type Command, commandsIn, type Entry, type ExitCode } from './commands/command.ts'
import { commands as allCommands } from './commands/index.ts'
import { unknownVariables } from './environment.ts'
import { errorText } from './error-text.ts'
import { exitCodes } from './exit-codes.ts'
import type { Input } from './input.ts'
import { logLevel } from './options.ts'
import { complain, type Io, widthOf, write } from './output.ts'
import { parse } from './parser.ts'
import { withProgress } from './progress.ts'
import { UsageError } from './usage-error.ts'
import { issueLines } from './views/issues.ts'
import { watch, watched } from './watch.ts'

/** Does what the arguments say, and gives the exit code. Never throws. */
export async function run(
  args: readonly string[],
  io: Io,
  commands: readonly Entry[] = allCommands,
): Promise<ExitCode> {
  let showsStack = false
  try {
    const request = await parse(args, { commands, env: io.env, width: widthOf(io.stdout) })
    if (request.kind === 'text') {
      await write(io.stdout, `${request.text}\n`)
      return exitCodes.ok
    }
    if (request.kind === 'nothing') {
      await complain(io, request.text)
      return exitCodes.usage
    }
    const level = request.input.value(logLevel)
    showsStack = level === 'debug' || level === 'trace'
    for (const sentence of unknownVariables(io.env, commands)) {
      await complain(io, `vxagent: ${sentence}`)
    }
    return await perform(request.command, request.input, io)
  } catch (error) {
    return report(error, io, { showsStack, name: nameOf(args, commands) })
  }
}

/** The command that the first words name, or the group; undefined when they name none. */
function nameOf([first, second]: readonly string[], entries: readonly Entry[]): string | undefined {
  const names = [...commandsIn(entries), ...entries].map(({ name }) => name)
  return names.find((name) => name === `${first} ${second}`) ?? names.find((name) => name === first)
}

function perform(command: Command, input: Input, io: Io): Promise<ExitCode> {
  const { name, working, isWatchable } = command
  if (isWatchable && input.has(watch)) {
    return watched(command.run, name, input, io)
  }
  return working === undefined
    ? command.run(input, io)
    : withProgress(io, working, (quiet) => command.run(input, quiet))
}

/** Shown by `systemctl status`: the daemon itself, which tells of every other failure, has not begun. */
async function tellService({ message }: UsageError, { env }: Io): Promise<void> {
  if (env['NOTIFY_SOCKET'] !== undefined) {
    const [{ notifier }, { asStatus }] = await Promise.all([
      import('../agent/systemd/notify.ts'),
      import('../agent/systemd/status-sentence.ts'),
    ])
    notifier(env['NOTIFY_SOCKET'])(asStatus(`Cannot start: ${message}`))
  }
}

async function report(
  error: unknown,
  io: Io,
  { showsStack, name }: { readonly showsStack: boolean; readonly name: string | undefined },
): Promise<ExitCode> {
  if (error instanceof UsageError) {
    const help = name === undefined ? 'vxagent --help' : `vxagent ${name} --help`
    await complain(io, `vxagent: ${error.message}\nSee ${help}`)
    await tellService(error, io)
    return exitCodes.usage
  }
  if (error instanceof InvalidDesiredState) {
    await write(io.stderr, issueLines(error.issues))
    return exitCodes.invalidDesiredState
  }
  await complain(io, `vxagent: ${errorText(error)}`)
  if (showsStack && error instanceof Error) {
    await complain(io, String(error.stack))
  }
  return exitCodes.error
}
