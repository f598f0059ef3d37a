/** `vxagent import`: another tool's settings as a desired-state file. */

import type { Tool } from '../../agent/convert/import/import-overlay.ts'
import { limitsFor } from '../../agent/desired/limits.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import { exitCodes } from '../exit-codes.ts'
import { choice, type Flag, json, logLevel, maxFileSize, type ValueOption } from '../options.ts'
import { complain, write, writeJson } from '../output.ts'
import { UsageError } from '../usage-error.ts'
import type { Command } from './command.ts'

const tools = ['vyos', 'netplan', 'networkd', 'ifupdown', 'iproute2'] as const satisfies readonly Tool[]
const toolNames = `${tools.slice(0, -1).join(', ')} or ${tools.at(-1)}`

const from: ValueOption<Tool | undefined> = {
  name: 'from',
  placeholder: 'TOOL',
  description: `whose files they are: ${toolNames}`,
  fallback: undefined,
  ...choice<Tool>([...tools]),
}
const strict: Flag = { name: 'strict', description: 'exit with 1 when a setting was not carried over' }

export const importCommand: Command = {
  name: 'import',
  operands: { name: 'FILE', description: 'files that belong together; - for standard input', suggestion: 'file' },
  summary: 'Write the desired state that another tool’s files describe',
  details:
    'The desired state goes to standard output, and to standard error every setting that it lacks, as FILE:LINE:COLUMN with the reason. Needs no privileges. Exit codes: 0 done, whether or not settings were left out; 1 a file cannot be read, or with --strict a setting was left out.',
  working: 'reading the files',
  options: [from, strict],
  commonOptions: [maxFileSize, json, logLevel],
  examples: [
    ['$0 import --from vyos config.boot', 'a router’s vxlans and bridges'],
    ['$0 import --from netplan *.yaml', 'files that amend each other'],
    ['$0 import --from networkd *.net*', 'links, and the files that tell what they run over'],
    ['$0 import --from ifupdown interfaces interfaces.d/sdn', 'also of Proxmox'],
    ['$0 import --from iproute2 overlay.sh', 'a script of ip and bridge commands'],
  ],

  async run(input, io) {
    const tool = input.value(from)
    if (tool === undefined) {
      throw new UsageError(`--from is needed: ${toolNames}`)
    }
    if (input.operands.length === 0) {
      throw new UsageError('FILE is needed; - stands for standard input')
    }
    const [
      { importOverlay },
      { formatFault, formatNote, ImportError },
      { readSourceTexts },
      { headingOf },
      { writeYaml },
    ] = await Promise.all([
      import('../../agent/convert/import/import-overlay.ts'),
      import('../../agent/convert/import/source.ts'),
      import('../../agent/convert/import/read-files.ts'),
      import('../../agent/convert/import/heading.ts'),
      import('../../agent/desired/write-yaml.ts'),
    ])
    try {
      const sources = await readSourceTexts(input.operands, limitsFor(input.value(maxFileSize)))
      const { state, notes } = importOverlay(tool, sources)
      const leftOut = notes.filter(({ kind }) => kind === 'left out').length
      if (input.has(json)) {
        await writeJson(io.stdout, { state, notes })
      } else {
        await write(io.stdout, writeYaml(state, headingOf(tool, sources)))
        await write(
          io.stderr,
          notes.map((note) => `${formatNote(note)}\n`),
        )
        if (Object.values(state).every((links) => Object.keys(links).length === 0)) {
          await complain(io, 'vxagent: there is no vxlan and no bridge in these files')
        }
        if (leftOut > 0) {
          await complain(io, `vxagent: ${countOf(leftOut, 'setting')} not carried over`)
        }
      }
      return leftOut > 0 && input.has(strict) ? exitCodes.error : exitCodes.ok
    } catch (error) {
      if (error instanceof ImportError) {
        await write(
          io.stderr,
          error.faults.map((fault) => `${formatFault(fault)}\n`),
        )
        return exitCodes.error
      }
      throw error
    }
  },
}
