/** The completion script for zsh: a file for the directories of $fpath, that can be sourced too. */
import { type Command, type CommandGroup, isGroup, lastWord } from '../commands/command.ts'
import { helpFlag, type Option, type Suggestion, takesValue, versionFlag } from '../options.ts'
import type { Vocabulary } from './vocabulary.ts'

export function zshScript({ entries, before, optionsOf }: Vocabulary): string {
  return `#compdef vxagent
# zsh completion for vxagent: made by vxagent completion zsh

_vxagent() {
  local curcontext=$curcontext state line ret=1
  local -A opt_args
  local -a commands=(
${entries.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
${entries.filter(isGroup).map(groupWords).join('')}\
  _arguments -C -S \\
${before.map((option) => `    ${quote(optionSpec(option))} \\\n`).join('')}    '1:command:->command' \\
    '*::argument:->argument' && ret=0
  case $state in
    command)
      _describe -t commands command commands && ret=0 ;;
    argument)
      curcontext=\${curcontext%:*}-$words[1]:
      case $words[1] in
        help)
          _describe -t commands command commands && ret=0 ;;
${entries.map((entry) => (isGroup(entry) ? groupArguments(entry, optionsOf) : argumentsOf(entry, optionsOf(entry)))).join('\n')}
      esac ;;
  esac
  return ret
}

if [[ $funcstack[1] == _vxagent ]]; then
  _vxagent "$@"
else
  compdef _vxagent vxagent
fi
`
}

/** The commands of a group, in a variable of its name. */
function groupWords({ name, commands }: CommandGroup): string {
  const words = commands.map((command) => `    ${quote(`${lastWord(command)}:${command.summary}`)}`)
  return `  local -a ${name}_commands=(\n${words.join('\n')}\n  )\n`
}

function groupArguments({ name, commands }: CommandGroup, optionsOf: Vocabulary['optionsOf']): string {
  return `        ${name})
          if (( CURRENT == 2 )); then
            if [[ $words[2] == -* ]]; then
              _arguments -S ${quote(optionSpec(helpFlag))} && ret=0
            else
              _describe -t commands command ${name}_commands && ret=0
            fi
            return ret
          fi
          shift words
          (( CURRENT-- ))
          curcontext=\${curcontext%:*}-$words[1]:
          case $words[1] in
${commands.map((command) => argumentsOf(command, optionsOf(command), '    ')).join('\n')}
          esac ;;`
}

function argumentsOf(command: Command, options: readonly Option[], indent = ''): string {
  const { operands } = command
  const specs = options.map(optionSpec)
  if (operands !== undefined) {
    specs.push(`*:${message(operands.name)}:${action(operands.suggestion)}`)
  }
  return `${indent}        ${lastWord(command)})
${indent}          _arguments -S \\
${specs.map((spec) => `${indent}            ${quote(spec)}`).join(' \\\n')} && ret=0 ;;`
}

function optionSpec(option: Option): string {
  const { name } = option
  const description = `[${option.description.replace(/[\\[\]]/g, '\\$&')}]`
  if (takesValue(option)) {
    return `--${name}=${description}:${message(option.placeholder)}:${action(option.suggestion, option.isList)}`
  }
  // After these nothing else makes sense.
  const isAlone = option === helpFlag || option === versionFlag
  return `${isAlone ? '(- *)' : ''}--${name}${description}`
}

function action(suggestion: Suggestion | undefined, isList = false): string {
  switch (suggestion) {
    case undefined:
      return ' '
    case 'file':
      return '_files'
    case 'directory':
      return '_files -/'
    case 'link':
      return '_net_interfaces'
    default:
      return isList ? `_sequence compadd - ${suggestion.join(' ')}` : `(${suggestion.join(' ')})`
  }
}

/** Names the value where there is nothing to offer. */
function message(text: string): string {
  return text.replace(/[\\:]/g, '\\$&')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
