/** The manual pages: what `--help` and the schema say, in roff. */
import { commands } from '../../src/cli/commands/index.ts'
import { sections } from '../reference/sections.ts'
import { type Edition, vxagentPage } from './vxagent.ts'
import { vxagentDesiredPage } from './vxagent-desired.ts'

/** By file name. `examples`: desired-state files, the first of them for vxagent(1) too. */
export function pages(edition: Edition, examples: readonly [string, ...string[]]): Readonly<Record<string, string>> {
  return {
    'vxagent.1': vxagentPage(commands, examples[0], edition),
    'vxagent-desired.5': vxagentDesiredPage(sections(), examples, edition),
  }
}
