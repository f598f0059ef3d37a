/** The sections of vxagent(1) that follow from the commands: each with its options and examples, and what they have in common. */
import { type Command, type CommandGroup, commandsIn, type Entry, isGroup } from '../../src/cli/commands/command.ts'
import { commonOptions, helpFlag, type Option, takesValue, versionFlag } from '../../src/cli/options.ts'
import { bold, heading, indented, italic, paragraph, prose, subheading, term } from './roff.ts'
import { sentence } from './sentence.ts'

export function commandSections(entries: readonly Entry[]): string[] {
  const lines = entries.flatMap((entry) =>
    isGroup(entry) ? [...groupLines(entry), ...entry.commands.flatMap(commandLines)] : commandLines(entry),
  )
  return [...heading('COMMANDS'), ...lines]
}

export function commonOptionSection(): string[] {
  return [
    ...heading('COMMON OPTIONS'),
    ...paragraph(prose('Every command understands these, before its name or after it; most need few of them.')),
    ...[...commonOptions, helpFlag, versionFlag].flatMap(optionLines),
  ]
}

/** The environment variables that stand in for options. */
export function variableLines(entries: readonly Entry[]): string[] {
  const common = commonOptions.map((option) => ({ option, of: '' }))
  const own = entries.flatMap((entry) =>
    // One that commands of a group share is one.
    [...new Set(commandsIn([entry]).flatMap(({ options }) => options))].map((option) => ({
      option,
      of: ` of \`vxagent ${entry.name}\``,
    })),
  )
  return [...common, ...own].flatMap(({ option, of }) =>
    takesValue(option) && option.variable !== undefined
      ? term(bold(option.variable), prose(`As --${option.name}${of}.`))
      : [],
  )
}

function groupLines({ name, summary, details }: CommandGroup): string[] {
  return [...subheading(`vxagent ${name} COMMAND`), prose(sentence(summary)), ...paragraph(prose(details))]
}

function commandLines({ name, operands, summary, details, options, commonOptions, examples }: Command): string[] {
  const common = commonOptions.map((option) => bold(`--${option.name}`))
  return [
    ...subheading(`vxagent ${name}${operands === undefined ? '' : ` [${operands.name}...]`}`),
    prose(sentence(summary)),
    ...paragraph(prose(details)),
    ...(operands === undefined ? [] : term(italic(operands.name), prose(sentence(operands.description)))),
    ...options.flatMap(optionLines),
    ...(common.length === 0 ? [] : paragraph(`Common options: ${common.join(', ')}.`)),
    ...paragraph(prose('Examples:')),
    ...indented(
      ...examples.flatMap(([line, what]) => term(bold(line.replaceAll('$0', 'vxagent')), prose(sentence(what)))),
    ),
  ]
}

function optionLines(option: Option): string[] {
  const { name, description } = option
  if (!takesValue(option)) {
    return term(bold(`--${name}`), prose(sentence(description)))
  }
  const { placeholder, fallback, variable } = option
  const notes = [
    ...(fallback === undefined ? [] : [`Default: \`${fallback}\`.`]),
    ...(variable === undefined ? [] : [`Environment: \`${variable}\`.`]),
  ]
  const lines = [sentence(description), ...(notes.length === 0 ? [] : [notes.join(' ')])]
  return term(`${bold(`--${name}`)} ${italic(placeholder)}`, ...lines.map(prose))
}
