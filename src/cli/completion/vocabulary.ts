/** What completion scripts know. */
import type { Command, Entry } from '../commands/command.ts'
import type { Option } from '../options.ts'

export interface Vocabulary {
  readonly entries: readonly Entry[]
  /** Options that may stand before a command. */
  readonly before: readonly Option[]
  /** Options of a command: those that its help shows. */
  readonly optionsOf: (command: Command) => readonly Option[]
}
