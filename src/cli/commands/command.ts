/** What a command is. Its file is loaded for `--help`, so whatever it needs to do its work is imported when it runs. */
import type { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import type { Option, Suggestion } from '../options.ts'
import type { Io } from '../output.ts'

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface Command {
  /** As typed after `vxagent`: `status`, or `fleet status` in a group. */
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

/** Commands that begin with one word: `fleet`. */
export interface CommandGroup {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** What all of them have in common. */
  readonly details: string
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Their names begin with that of the group. */
  readonly commands: readonly Command[]
}

/** What may follow `vxagent`. */
export type Entry = Command | CommandGroup

export function isGroup(entry: Entry): entry is CommandGroup {
  return 'commands' in entry
}

/** Every command that can be run, those in groups among them. */
export function commandsIn(entries: readonly Entry[]): Command[] {
  return entries.flatMap((entry) => (isGroup(entry) ? entry.commands : [entry]))
}

/** The last word of the name: `status` of `fleet status`. */
export function lastWord({ name }: Pick<Command, 'name'>): string {
  return name.slice(name.lastIndexOf(' ') + 1)
}
