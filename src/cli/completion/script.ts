/** Completion scripts. They are whole in themselves: no press of Tab waits for a vxagent to start. */
import type { Entry } from '../commands/command.ts'
import { commonOptions, helpFlag, versionFlag } from '../options.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import type { Shell } from './shell.ts'
import type { Vocabulary } from './vocabulary.ts'
import { zshScript } from './zsh.ts'

const writers: Readonly<Record<Shell, (vocabulary: Vocabulary) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** The script for this shell. It ends in a newline. */
export function completionScript(shell: Shell, entries: readonly Entry[]): string {
  return writers[shell]({
    entries,
    before: [...commonOptions, helpFlag, versionFlag],
    optionsOf: (command) => [...command.options, ...command.commonOptions, helpFlag],
  })
}
