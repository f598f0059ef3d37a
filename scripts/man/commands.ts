/** The sections of vxagent(1) that follow from the commands: each with its options and examples, and what they have in common. */
import type { Command } from '../../src/cli/commands/command.ts'
import { commonOptions, helpFlag, type Option, takesValue, versionFlag } from '../../src/cli/options.ts'
import { bold, heading, indented, italic, paragraph, prose, subheading, term } from './roff.ts'
import { sentence } from './sentence.ts'

export function commandSections(commands: readonly Command[]): string[] {
  return [...heading('COMMANDS'), ...commands.flatMap(commandLines)]
}

export function commonOptionSection(): string[] {
  return [
    ...heading('COMMON OPTIONS'),
    ...paragraph(prose('Every command understands these, before its name or after it; most need few of them.')),
    ...[...commonOptions, helpFlag, versionFlag].flatMap(optionLines),
  ]
}

/** The environment variables that stand in for options. */
export function variableLines(commands: readonly Command[]): string[] {
  const common = commonOptions.map((option) => ({ option, of: '' }))
  const own = commands.flatMap(({ name, options }) =>
    options.map((option) => ({ option, of: ` of \`vxagent ${name}\`` })),
  )
  return [...common, ...own].flatMap(({ option, of }) =>
    takesValue(option) && option.variable !== undefined
      ? term(bold(option.variable), prose(`As --${option.name}${of}.`))
      : [],
  )
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
