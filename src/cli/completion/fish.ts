/** The completion script for fish, 3.0 or later. */
import { type Command, type CommandGroup, isGroup, lastWord } from '../commands/command.ts'
import { helpFlag, type Option, type Suggestion, takesValue } from '../options.ts'
import type { Vocabulary } from './vocabulary.ts'

export function fishScript({ entries, before, optionsOf }: Vocabulary): string {
  const groups = entries.filter(isGroup)
  return `# fish completion for vxagent: made by vxagent completion fish
complete -c vxagent -f
${[
  ...before.map((option) => `-n __fish_use_subcommand ${optionOf(option)}`),
  ...entries.map(({ name, summary }) => `-n __fish_use_subcommand -a ${name} -d ${quote(summary)}`),
  ...entries.flatMap((entry) =>
    isGroup(entry)
      ? [
          ...groupLines(entry),
          ...entry.commands.flatMap((each) => linesOf(each, optionsOf(each), inGroup(entry, each))),
        ]
      : linesOf(entry, optionsOf(entry), isCommand(entry, groups)),
  ),
]
  .map((line) => `complete -c vxagent ${line}\n`)
  .join('')}`
}

/** A command of the group is still to be typed. */
function groupLines({ name, commands }: CommandGroup): string[] {
  const words = commands.map(lastWord).join(' ')
  const condition = `-n '${seen(name)}; and not ${seen(words)}'`
  return [
    ...commands.map((command) => `${condition} -a ${lastWord(command)} -d ${quote(command.summary)}`),
    `${condition} ${optionOf(helpFlag)}`,
  ]
}

function inGroup({ name }: CommandGroup, command: Command): string {
  return `-n '${seen(name)}; and ${seen(lastWord(command))}'`
}

/** The word may be one of a group, too. */
function isCommand({ name }: Command, groups: readonly CommandGroup[]): string {
  const others = groups.filter(({ commands }) => commands.some((each) => lastWord(each) === name))
  return `-n '${[seen(name), ...others.map((group) => `not ${seen(group.name)}`)].join('; and ')}'`
}

function seen(words: string): string {
  return `__fish_seen_subcommand_from ${words}`
}

function linesOf({ operands }: Command, options: readonly Option[], condition: string): string[] {
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
