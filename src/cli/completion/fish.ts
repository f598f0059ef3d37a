/** The completion script for fish, 3.0 or later. */
import type { Command } from '../commands/command.ts'
import { type Option, type Suggestion, takesValue } from '../options.ts'
import type { Vocabulary } from './vocabulary.ts'

export function fishScript({ commands, before, optionsOf }: Vocabulary): string {
  return `# fish completion for vxagent: made by vxagent completion fish
complete -c vxagent -f
${[
  ...before.map((option) => `-n __fish_use_subcommand ${optionOf(option)}`),
  ...commands.map(({ name, summary }) => `-n __fish_use_subcommand -a ${name} -d ${quote(summary)}`),
  ...commands.flatMap((command) => linesOf(command, optionsOf(command))),
]
  .map((line) => `complete -c vxagent ${line}\n`)
  .join('')}`
}

function linesOf({ name, operands }: Command, options: readonly Option[]): string[] {
  const condition = `-n '__fish_seen_subcommand_from ${name}'`
  const lines = options.map((option) => `${condition} ${optionOf(option)}`)
  return operands?.suggestion === undefined ? lines : [`${condition} ${offer(operands.suggestion)}`, ...lines]
}

function optionOf(option: Option): string {
  const value = takesValue(option) ? ` -r ${offer(option.suggestion, option.isList)}` : ''
  return `-l ${option.name}${value} -d ${quote(option.description)}`
}

function offer(suggestion: Suggestion | undefined, isList = false): string {
  switch (suggestion) {
    case undefined:
      return '-f'
    case 'file':
      return '-F'
    case 'directory':
      return "-f -a '(__fish_complete_directories)'"
    case 'link':
      return "-f -a '(__fish_print_interfaces)'"
    default:
      return isList ? `-f -a '(__fish_append , ${suggestion.join(' ')})'` : `-f -a '${suggestion.join(' ')}'`
  }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
