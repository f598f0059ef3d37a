/** `vxagent links`: the links that the kernel has. */
import type { Iproute2Link } from '../../agent/publish/iproute2/iproute2-link.ts'
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Flag, json, logLevel, readText, type ValueOption } from '../options.ts'
import { widthOf, write, writeJson } from '../output.ts'
import { kindOf, namesOf, vxlanOf } from '../views/link-words.ts'
import { watchOptions } from '../watch.ts'
import type { Command } from './command.ts'

const type: ValueOption<string | undefined> = {
  name: 'type',
  placeholder: 'KIND',
  description: 'links of this kind only, such as vxlan or bridge',
  fallback: undefined,
  suggestion: ['vxlan', 'bridge'],
  read: readText,
}
const all: Flag = { name: 'all', description: 'links of every kind, not vxlan links alone' }

export const links: Command = {
  name: 'links',
  operands: { name: 'NAME', description: 'links with these names only', suggestion: 'link' },
  summary: 'Show the links that the kernel has',
  details:
    'Reads the kernel itself, daemon or not, and needs no privileges. --json prints what `ip -d -j link show` prints: every link, unless NAMEs or --type say which.',
  working: 'reading the links',
  isWatchable: true,
  options: [type, all, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 links', 'the vxlan links, with VNI, group or remote, and addresses'],
    ['$0 links vxlan0 --json', 'one link, as iproute2 prints it'],
    ['$0 links --all', 'links of every kind'],
  ],

  async run(input, io) {
    const [{ readLinks }, { linksLines }] = await Promise.all([import('../kernel.ts'), import('../views/links.ts')])
    const { links: present, addresses } = await readLinks()
    const kind = input.value(type)
    const asked = selectLinks(present, { names: input.operands, kind })
    if (input.has(json)) {
      await writeJson(io.stdout, asked)
      return exitCodes.ok
    }
    const isNarrowed = input.operands.length > 0 || kind !== undefined || input.has(all)
    const shown = isNarrowed ? asked : asked.filter((link) => vxlanOf(link) !== undefined)
    const hidden = asked.length - shown.length
    const paint = paintFor(io.stdout, io.env)
    await write(io.stdout, linksLines(shown, { addresses, hidden, paint, width: widthOf(io.stdout) }))
    return exitCodes.ok
  },
}

/** The links with these names, all of them without any, and of this kind. Throws when there is no link of a name. */
export function selectLinks(
  links: readonly Iproute2Link[],
  { names, kind }: { readonly names: readonly string[]; readonly kind: string | undefined },
): Iproute2Link[] {
  const unknown = names.find((name) => !links.some((link) => namesOf(link).includes(name)))
  if (unknown !== undefined) {
    throw new Error(`there is no link ${unknown}`)
  }
  return links
    .filter((link) => kind === undefined || kindOf(link) === kind)
    .filter((link) => names.length === 0 || namesOf(link).some((name) => names.includes(name)))
}
