/** The completion script for bash, 4.2 or later. It needs nothing of the package bash-completion. */
import { type Command, commandsIn, isGroup, lastWord } from '../commands/command.ts'
import { commonOptions, helpFlag, type Option, type Suggestion, takesValue, type ValueOption } from '../options.ts'
import type { Vocabulary } from './vocabulary.ts'

export function bashScript({ entries, before, optionsOf }: Vocabulary): string {
  const commands = commandsIn(entries)
  const groups = entries.filter(isGroup)
  const values = commonOptions.filter(takesValue)
  const own = commands.flatMap((command) =>
    command.options.filter(takesValue).map((option) => ({ pattern: `'${command.name} --${option.name}'`, option })),
  )
  const common = values.map((option) => ({ pattern: `*' --${option.name}'`, option }))
  return `# bash completion for vxagent: made by vxagent completion bash

_vxagent()
{
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command='' i
    COMPREPLY=()
    # --option=value is three words here
    if [[ $cur == = ]]; then
        cur=''
    elif [[ $prev == = ]]; then
        prev=\${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case \${COMP_WORDS[i]} in
            ${values.map(({ name }) => `--${name}`).join(' | ')})
                [[ \${COMP_WORDS[++i]-} == = ]] && ((i++)) ;;
            -*) ;;
            *)
                command=\${command:+$command }\${COMP_WORDS[i]}
                case $command in
                    ${['help', ...groups.flatMap(({ name }) => [name, `'help ${name}'`])].join(' | ')}) ;;
                    *) break ;;
                esac ;;
        esac
    done

    case "$command $prev" in
${cases([...own, ...common])}
    esac
    if [[ $cur == -* ]]; then
        case $command in
            '') ${offerOptions(before)} ;;
${groups.map(({ name }) => `            ${name}) ${offerOptions([helpFlag])} ;;\n`).join('')}${commands.map((command) => `            ${pattern(command.name)}) ${offerOptions(optionsOf(command))} ;;`).join('\n')}
        esac
        return
    fi
    case $command in
        '' | help) ${offerWords(entries.map(({ name }) => name))} ;;
${groups.map(({ name, commands }) => `        ${name} | 'help ${name}') ${offerWords(commands.map(lastWord))} ;;\n`).join('')}\
${commands.flatMap(offerOperands).join('\n')}
    esac
}

_vxagent_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# words with commas between them
_vxagent_list()
{
    local head=''
    [[ $cur == *,* ]] && head=\${cur%,*},
    mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "\${cur##*,}")
    compopt -o nospace
}

# Not by compgen -W, which would carry out what a name holds: one may be \`$(reboot)\`.
_vxagent_links()
{
    local name
    for name in /sys/class/net/*/; do
        name=\${name%/}
        name=\${name##*/}
        [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf %q "$name")")
    done
}

complete -F _vxagent vxagent
`
}

/** One line for all that are offered the same. */
function cases(options: readonly { readonly pattern: string; readonly option: ValueOption<unknown> }[]): string {
  const offers = new Map<string, string[]>()
  for (const { pattern, option } of options) {
    const text = offerValue(option)
    offers.set(text, [...(offers.get(text) ?? []), pattern])
  }
  return [...offers].map(([text, patterns]) => `        ${patterns.join(' | ')}) ${text}; return ;;`).join('\n')
}

function offerOperands({ name, operands }: Command): string[] {
  return operands?.suggestion === undefined ? [] : [`        ${pattern(name)}) ${offer(operands.suggestion)} ;;`]
}

/** The name of a command as a pattern. */
function pattern(name: string): string {
  return name.includes(' ') ? `'${name}'` : name
}

function offerOptions(options: readonly Option[]): string {
  return offerWords(options.map(({ name }) => `--${name}`))
}

const nothing = ':'

function offerValue({ suggestion, isList }: ValueOption<unknown>): string {
  return suggestion === undefined ? nothing : offer(suggestion, isList)
}

function offer(suggestion: Suggestion, isList = false): string {
  switch (suggestion) {
    // Readline's own completion, which quotes and knows of ~.
    case 'file':
      return 'compopt -o default'
    case 'directory':
      return 'compopt -o dirnames'
    case 'link':
      return '_vxagent_links'
    default:
      return isList ? `_vxagent_list '${suggestion.join(' ')}'` : offerWords(suggestion)
  }
}

function offerWords(words: readonly string[]): string {
  return `_vxagent_words '${words.join(' ')}'`
}
