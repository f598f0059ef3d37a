/** `vxagent export`: what runs now as a desired-state file. */

import { countOf } from '../../agent/facts/count-of.ts'
import { namedStateDir } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import { json, logLevel, socket, stateDir } from '../options.ts'
import { complain, write, writeJson } from '../output.ts'
import type { Command } from './command.ts'

export const exportCommand: Command = {
  name: 'export',
  operands: {
    name: 'LINK',
    description: 'names of the links meant; without any, all vxlans and their bridges',
    suggestion: 'link',
  },
  summary: 'Write what the kernel has now as a desired-state file',
  details:
    'Only what differs from the kernel’s defaults is written. Entries that the kernel or a control plane learned are left out. Links that vxagent did not make get adopt: true, with which applying the file takes them over; whether it did is read from the state directory. Applied again, the file changes nothing. Needs no privileges. Exit codes: 0 done, 1 error.',
  working: 'reading the kernel',
  options: [],
  commonOptions: [stateDir, socket, json, logLevel],
  examples: [
    ['$0 export > overlay.yaml', 'what was made by hand, to be kept by vxagent from now on'],
    ['$0 export vxlan0', 'one link'],
    ['$0 export --json | jq .vxlans', 'for a script'],
  ],

  async run(input, io) {
    const [{ exportHost }, { writeYaml }] = await Promise.all([
      import('../../agent/run/export-host.ts'),
      import('../../agent/desired/write-yaml.ts'),
    ])
    const { state, leftOut } = await exportHost({ stateDir: await namedStateDir(input), links: input.operands })
    for (const sentence of leftOut) {
      await complain(io, `vxagent: ${sentence}`)
    }
    if (input.has(json)) {
      await writeJson(io.stdout, state)
      return exitCodes.ok
    }
    const links = [...Object.values(state.vxlans), ...Object.values(state.bridges)]
    const adopted = links.filter(({ adopt }) => adopt === true).length
    await write(io.stdout, writeYaml(state, ['Made by vxagent export of what the kernel had.']))
    if (links.length === 0) {
      await complain(io, 'vxagent: there is no vxlan on this host')
    } else if (adopted > 0) {
      await complain(
        io,
        `vxagent: ${countOf(adopted, 'link')} not made by vxagent: adopt: true in the file lets it take them over`,
      )
    }
    return exitCodes.ok
  },
}
