/** `vxagent completion`: the script by which a shell completes our commands, options and their values. */
import { shellOf, shells } from '../completion/shell.ts'
import { exitCodes } from '../exit-codes.ts'
import { logLevel, oneOf } from '../options.ts'
import { write } from '../output.ts'
import { UsageError } from '../usage-error.ts'
import type { Command, Entry } from './command.ts'

/** The command, which completes itself and these others. */
export function completionOf(others: readonly Entry[]): Command {
  const completion: Command = {
    name: 'completion',
    operands: {
      name: 'SHELL',
      description:
        'the shell: bash, zsh or fish; without it the one that the environment variable SHELL names, else bash',
      suggestion: shells,
    },
    summary: 'Print the completion script for your shell',
    details: 'The script needs no vxagent to run while you type. Make it anew after an upgrade.',
    options: [],
    commonOptions: [logLevel],
    examples: [
      [
        '$0 completion bash > /etc/bash_completion.d/vxagent',
        'for bash; in a running one: source <(vxagent completion bash)',
      ],
      ['$0 completion zsh > ~/.zfunc/_vxagent', 'for zsh, where ~/.zfunc is in fpath'],
      ['$0 completion fish > ~/.config/fish/completions/vxagent.fish', 'for fish'],
    ],

    async run(input, io) {
      const { completionScript } = await import('../completion/script.ts')
      const [word, ...more] = input.operands
      if (more.length > 0) {
        throw new UsageError('say one shell: bash, zsh or fish')
      }
      const shell = word === undefined ? shellOf(io.env['SHELL']) : oneOf(shells)(word, 'SHELL')
      await write(io.stdout, completionScript(shell, [...others, completion]))
      return exitCodes.ok
    },
  }
  return completion
}
