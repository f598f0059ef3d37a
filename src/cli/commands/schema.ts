/** `vxagent schema`: the JSON Schema of a desired-state file. */
import { exitCodes } from '../exit-codes.ts'
import { logLevel } from '../options.ts'
import { write } from '../output.ts'
import type { Command } from './command.ts'

export const schema: Command = {
  name: 'schema',
  summary: 'Print the JSON Schema of a desired-state file, for editors',
  details: 'An editor with a YAML language server then completes keys and underlines errors.',
  options: [],
  commonOptions: [logLevel],
  examples: [
    ['$0 schema > vxagent.schema.json', 'for the line `# yaml-language-server: $schema=vxagent.schema.json` in a file'],
  ],

  async run(_input, io) {
    const { desiredStateJsonSchema } = await import('../../agent/desired/schema.ts')
    await write(io.stdout, `${JSON.stringify(desiredStateJsonSchema(), null, 2)}\n`)
    return exitCodes.ok
  },
}
