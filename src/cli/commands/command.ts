/** What a command is. Its file is loaded for `--help`, so whatever it needs to do its work is imported when it runs. */
import type { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import type { Option, Suggestion } from '../options.ts'
import type { Io } from '../output.ts'

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface Command {
  readonly name: string
  /** What follows the name, any number of times; without it nothing may follow. */
  readonly operands?: { readonly name: string; readonly description: string; readonly suggestion?: Suggestion }
  /** One line. */
  readonly summary: string
  /** What else is to be known: exit codes above all. */
  readonly details: string
  /** Options of this command alone. */
  readonly options: readonly Option[]
  /** Those of the common options that its help shows. */
  readonly commonOptions: readonly Option[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** What it may be long at, in words: `applying`. A terminal is told of it while it lasts. */
  readonly working?: string
  /** Whether it shows something that can be looked at again and again: it has `watchOptions` then. */
  readonly isWatchable?: true
  /** Does it. Whatever it throws is printed as one sentence, and the exit code is 1. */
  run(input: Input, io: Io): Promise<ExitCode>
}
