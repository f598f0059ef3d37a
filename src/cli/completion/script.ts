/** Completion scripts. They are whole in themselves: no press of Tab waits for a vxagent to start. */
import type { Command } from '../commands/command.ts'
import { commonOptions, helpFlag, type Option, versionFlag } from '../options.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import type { Shell } from './shell.ts'
import { zshScript } from './zsh.ts'

/** What the scripts know. */
export interface Vocabulary {
  readonly commands: readonly Command[]
  /** Options that may stand before a command. */
  readonly before: readonly Option[]
  /** Options of a command: those that its help shows. */
  readonly optionsOf: (command: Command) => readonly Option[]
}

const writers: Readonly<Record<Shell, (vocabulary: Vocabulary) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** The script for this shell. It ends in a newline. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return writers[shell]({
    commands,
    before: [...commonOptions, helpFlag, versionFlag],
    optionsOf: (command) => [...command.options, ...command.commonOptions, helpFlag],
  })
}
