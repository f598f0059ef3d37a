/** The command line, by yargs: which command, with which options; or the help that was asked for. */
import yargs, { type Argv } from 'yargs'
import { type Command, type CommandGroup, commandsIn, type Entry, isGroup, lastWord } from './commands/command.ts'
import { didYouMean } from './did-you-mean.ts'
import { type Input, readInput, refuseUnknown, type Typed, wordsIn } from './input.ts'
import { commonOptions, helpFlag, type Option, takesValue, type ValueOption, versionFlag } from './options.ts'
import { UsageError } from './usage-error.ts'
import { version } from './version.ts'

declare module 'yargs' {
  // In yargs since 17.7, yet not in its types.
  interface Argv<T> {
    usageConfiguration(configuration: { 'hide-types': boolean }): this
  }
}

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'command'; readonly command: Command; readonly input: Input }
  /** Help, or the version. */
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing at all: `text` says what could be asked for. */
  | { readonly kind: 'nothing'; readonly text: string }

export interface ParserOptions {
  readonly commands: readonly Entry[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Columns that the help may take; undefined for 100. */
  readonly width: number | undefined
}

/** Throws UsageError. */
export async function parse(args: readonly string[], { commands, env, width }: ParserOptions): Promise<Request> {
  const typed = withLongHelp(args[0] === 'help' ? [...args.slice(1), '--help'] : args)
  refuseValuesOfFlags(typed, commands)
  let chosen: { readonly command: Command; readonly values: Typed } | undefined
  const choose = (command: Command, values: Typed): void => {
    chosen = { command, values }
  }
  const parser = makeParser(typed, Math.min(width ?? 100, 120))
  for (const entry of commands) {
    addEntry(parser, entry, choose)
  }
  let text = ''
  const values = await parser.parseAsync(typed, {}, (_error, _values, output) => {
    text = output
  })
  if (text === '' && chosen !== undefined) {
    return {
      kind: 'command',
      command: chosen.command,
      input: readInput(chosen.command, chosen.values, env),
    }
  }
  const words = wordsIn(values)
  if (text !== '') {
    refuseUnknownCommand(
      words.filter((word) => !word.startsWith('--')),
      commands,
    )
    return { kind: 'text', text }
  }
  refuseUnknown(values, words, commonOptions)
  refuseUnknownCommand(words, commands)
  const [group] = words
  const help = group === undefined ? undefined : await parse([group, '--help'], { commands, env, width })
  return { kind: 'nothing', text: help?.kind === 'text' ? help.text : await parser.getHelp() }
}

/** `-h` as most programs have it, the only short option: after `--` it is an operand. */
function withLongHelp(args: readonly string[]): string[] {
  const { length } = beforeDashes(args)
  return args.map((argument, at) => (argument === '-h' && at < length ? '--help' : argument))
}

/** @param words what was typed besides options: a command, or a group and one of its commands */
function refuseUnknownCommand([typed, next]: readonly string[], entries: readonly Entry[]): void {
  if (typed === undefined) {
    return
  }
  const entry = entries.find(({ name }) => name === typed)
  if (entry === undefined) {
    const names = entries.map(({ name }) => name)
    throw new UsageError(`unknown command ${typed}${didYouMean(typed, names)}`)
  }
  const inGroup = isGroup(entry) ? entry.commands.map(lastWord) : []
  if (isGroup(entry) && next !== undefined && !inGroup.includes(next)) {
    throw new UsageError(`unknown command ${typed} ${next}${didYouMean(next, inGroup, `${typed} `)}`)
  }
}

function makeParser(args: string[], width: number): Argv {
  const parser = yargs(args)
    .scriptName('vxagent')
    .locale('en')
    .updateStrings({ 'Not enough arguments following: %s': '--%s needs a value', 'Positionals:': 'Arguments:' })
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      // What is no option of ours stays as it was typed, `-` for standard input and yargs' own --get-yargs-completions included.
      'unknown-options-as-args': true,
      'populate--': true,
    })
    // Types and defaults stand in the descriptions, with the name of the variable.
    .usageConfiguration({ 'hide-types': true })
    .usage("$0 COMMAND [OPTION…]\n\nKeeps this host's VXLAN overlay as declared, and says how it is.")
    .epilogue(
      '$0 COMMAND --help says more, with examples.\nExit codes: 0 fine, 1 error, 2 changes pending, 3 not converged, 4 invalid desired state, 5 a fault of health, 64 wrong usage.',
    )
    .help(helpFlag.name, helpFlag.description)
    .version(versionFlag.name, versionFlag.description, version)
    .exitProcess(false)
    .wrap(width)
    .fail((message: string | undefined, error: Error | undefined) => {
      throw error === undefined || error.name === 'YError' ? new UsageError(message ?? error?.message) : error
    })
  for (const option of commonOptions) {
    addOption(parser, option)
  }
  return parser
}

type Choose = (command: Command, values: Typed) => void

function addEntry(parser: Argv, entry: Entry, choose: Choose): void {
  if (isGroup(entry)) {
    addGroup(parser, entry, choose)
  } else {
    addCommand(parser, entry, choose)
  }
}

function addGroup(parser: Argv, group: CommandGroup, choose: Choose): void {
  const { name, summary, details, examples, commands } = group
  parser.command(name, summary, (inner: Argv) => {
    // What is hidden here would be hidden for each of them.
    for (const option of commonOptions.filter(
      (common) => !commands.some((each) => each.commonOptions.includes(common)),
    )) {
      inner.hide(option.name)
    }
    for (const command of commands) {
      addCommand(inner, command, choose)
    }
    return inner.example(examples.map(([line, what]) => [line, what] as [string, string])).epilogue(details)
  })
}

function addCommand(parser: Argv, command: Command, choose: Choose): void {
  const { operands } = command
  const word = lastWord(command)
  parser.command(
    operands === undefined ? word : `${word} [${operands.name}..]`,
    command.summary,
    (inner: Argv) => {
      for (const option of command.options) {
        addOption(inner, option)
      }
      for (const option of commonOptions.filter((common) => !command.commonOptions.includes(common))) {
        inner.hide(option.name)
      }
      if (operands !== undefined) {
        inner.positional(operands.name, { type: 'string', array: true, description: operands.description })
      }
      return inner
        .example(command.examples.map(([line, what]) => [line, what] as [string, string]))
        .epilogue(command.details)
    },
    (values: Typed) => choose(command, values),
  )
}

function addOption(parser: Argv, option: Option): void {
  const { name } = option
  parser.option(
    name,
    takesValue(option)
      ? { type: 'string', requiresArg: true, description: describe(option) }
      : { type: 'boolean', description: option.description },
  )
}

function describe({ placeholder, description, fallback, variable }: ValueOption<unknown>): string {
  const notes = [fallback !== undefined && `default ${fallback}`, variable !== undefined && `or ${variable}`].filter(
    Boolean,
  )
  return `${placeholder}: ${description}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}

/** What may be an option: after `--` nothing is. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end === -1 ? args : args.slice(0, end)
}

/** yargs takes `--json=maybe` for false. */
function refuseValuesOfFlags(args: readonly string[], entries: readonly Entry[]): void {
  const options = [...commonOptions, ...commandsIn(entries).flatMap((command) => command.options)]
  const flags = [
    helpFlag.name,
    versionFlag.name,
    ...options.filter((option) => !takesValue(option)).map(({ name }) => name),
  ]
  for (const argument of beforeDashes(args)) {
    const name = /^--([^=]+)=/.exec(argument)?.[1]
    if (name !== undefined && flags.includes(name)) {
      throw new UsageError(`--${name} takes no value`)
    }
  }
}
