/** `vxagent completion`: the script by which a shell completes our commands and options. */
import { exitCodes } from '../exit-codes.ts'
import { logLevel } from '../options.ts'
import { write } from '../output.ts'
import type { Command } from './command.ts'

export const completion: Command = {
  name: 'completion',
  summary: 'Print the completion script for your shell',
  details: 'For bash, zsh or fish, whichever the environment variable SHELL names; for bash when it names another.',
  options: [],
  commonOptions: [logLevel],
  examples: [
    ['$0 completion > /etc/bash_completion.d/vxagent', 'bash'],
    ['SHELL=zsh $0 completion > ~/.zfunc/_vxagent', 'zsh'],
  ],

  async run(_input, io) {
    const { default: yargs } = await import('yargs')
    const parser = yargs().scriptName('vxagent').completion('completion').exitProcess(false)
    let script = ''
    await parser.parseAsync(['completion'], {}, (_error, _values, output) => {
      script = output
    })
    await write(io.stdout, `${script}\n`)
    return exitCodes.ok
  },
}
