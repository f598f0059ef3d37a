/** What a command is given: options from the command line or else from the environment, flags, and operands; all of it checked. */
import type { Command } from './commands/command.ts'
import { didYouMean } from './did-you-mean.ts'
import { commonOptions, type Flag, type Option, takesValue, type ValueOption } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What was typed, by name, as yargs gives it. */
export type Typed = Readonly<Record<string, unknown>>

type Origin = 'command line' | 'environment'

interface Given {
  readonly value: unknown
  readonly origin: Origin
}

export class Input {
  readonly operands: readonly string[]
  readonly #given: ReadonlyMap<string, Given>
  readonly #flags: ReadonlySet<string>

  constructor(operands: readonly string[], given: ReadonlyMap<string, Given>, flags: ReadonlySet<string>) {
    this.operands = operands
    this.#given = given
    this.#flags = flags
  }

  /** The option's value. */
  value<T>(option: ValueOption<T>): T {
    const given = this.#given.get(option.name)
    return given === undefined ? option.fallback : (given.value as T)
  }

  /** Where the value was given; undefined when it is the default. */
  givenIn(option: ValueOption<unknown>): Origin | undefined {
    return this.#given.get(option.name)?.origin
  }

  /** Whether the flag was given. */
  has(flag: Flag): boolean {
    return this.#flags.has(flag.name)
  }
}

/** Throws UsageError. */
export function readInput(command: Command, typed: Typed, env: Readonly<Record<string, string | undefined>>): Input {
  const options = [...commonOptions, ...command.options]
  const name = command.operands?.name
  const words = wordsIn(typed).slice(command.name.split(' ').length)
  const named = name === undefined ? [] : ((typed[name] ?? []) as readonly string[])
  refuseUnknown(typed, [...named, ...words], options, name)
  const operands = [...named, ...words, ...wordsIn(typed, '--')]
  if (name === undefined && operands.length > 0) {
    throw new UsageError(`unexpected argument ${operands.join(' ')}; ${command.name} takes options only`)
  }
  if (operands.includes('')) {
    throw new UsageError(`${name} must not be empty`)
  }
  const given = new Map<string, Given>()
  for (const option of options.filter(takesValue)) {
    const read = readOption(option, typed[option.name], env)
    if (read !== undefined) {
      given.set(option.name, read)
    }
  }
  const flags = options.filter((option) => !takesValue(option) && typed[option.name] === true)
  return new Input(operands, given, new Set(flags.map((flag) => flag.name)))
}

/** What was typed besides options and operands with a name: commands and options that are not known; under `--` what follows it. */
export function wordsIn(typed: Typed, key: '_' | '--' = '_'): readonly string[] {
  return ((typed[key] ?? []) as readonly (string | number)[]).map(String)
}

/** Throws UsageError when an option was typed that is not among these. `words` are what yargs took for no option, before any `--`. */
export function refuseUnknown(
  typed: Typed,
  words: readonly string[],
  options: readonly Option[],
  operands?: string,
): void {
  const names = [...options.map(({ name }) => name), 'help', 'version']
  // yargs takes these two forms of an option for one: --no-json, and -json for four of a letter.
  const key = Object.keys(typed).find((each) => !['_', '--', '$0', operands, ...names].includes(each))
  const unknown = words.find((word) => /^-./.test(word)) ?? (key && `${key.length === 1 ? '-' : '--'}${key}`)
  if (unknown !== undefined) {
    const [option = ''] = unknown.split('=')
    throw new UsageError(`unknown option ${option}${didYouMean(option.replace(/^-+/, ''), names, '--')}`)
  }
}

function readOption(
  { name, variable, read }: ValueOption<unknown>,
  typed: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Given | undefined {
  if (Array.isArray(typed)) {
    throw new UsageError(`--${name} may be given once, not ${typed.length} times`)
  }
  if (typed !== undefined) {
    // yargs notices a missing value before a known option only.
    if (String(typed).startsWith('--')) {
      throw new UsageError(`--${name} needs a value`)
    }
    return { value: read(String(typed), `--${name}`), origin: 'command line' }
  }
  const inherited = variable && env[variable]
  return variable === undefined || inherited === undefined
    ? undefined
    : { value: read(inherited, `the environment variable ${variable}`), origin: 'environment' }
}
