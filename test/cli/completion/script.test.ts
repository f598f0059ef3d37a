import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Command, commandsIn, isGroup, lastWord } from '../../../src/cli/commands/command.ts'
import { commands } from '../../../src/cli/commands/index.ts'
import { completionScript } from '../../../src/cli/completion/script.ts'
import { shellOf } from '../../../src/cli/completion/shell.ts'
import { isInstalled } from '../../support/installed.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { command } from '../support.ts'

test.each([
  ['/usr/bin/zsh', 'zsh'],
  ['/bin/bash', 'bash'],
  ['fish', 'fish'],
  ['/bin/dash', 'bash'],
  ['/home/zsh/bin/sh', 'bash'],
  [undefined, 'bash'],
])('the shell of SHELL=%s is %s', (path, shell) => {
  expect(shellOf(path)).toBe(shell)
})

/** Every command, those in groups among them; and the groups. */
const all = commandsIn(commands)
const groups = commands.filter(isGroup)

/** The options that a shell is to offer after the name of a command. */
function optionsOf({ options, commonOptions }: Command): string[] {
  return [...options, ...commonOptions].map(({ name }) => `--${name}`).concat('--help')
}

/** Words of ours with all that means something to a shell. */
const awkward = command({
  name: 'probe',
  summary: 'It\'s: [a] \\ $(b) `c` "d"',
  options: [
    { name: 'flag', description: "it's [a]: \\ $(b) `c`" },
    { name: 'word', placeholder: '[A:]B', description: '', fallback: '', read: String, suggestion: ['one', 'two'] },
  ],
})

const hasBash = isInstalled('bash')
const hasZsh = isInstalled('zsh')
const hasFish = isInstalled('fish')

/** What bash has to offer after these words, the last of which is being typed; and what it leaves to readline. */
function completeInBash(words: readonly string[], script: string): string[] {
  const driver = `
set -u
compopt() { printf 'compopt %s\\n' "$*"; }
eval "$SCRIPT"
[[ $(complete -p vxagent) == 'complete -F _vxagent vxagent' ]] || exit 1
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_vxagent
printf '%s\\n' "\${COMPREPLY[@]}"`
  const env = { PATH: process.env['PATH'], SCRIPT: script }
  return execFileSync('bash', ['--norc', '--noprofile', '-c', driver, 'bash', ...words], { env, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
}

describe.skipIf(!hasBash)('bash', () => {
  const script = completionScript('bash', commands)
  const complete = (...words: string[]): string[] => completeInBash(['vxagent', ...words], script)

  test('offers the commands', () => {
    expect(complete('')).toEqual(commands.map(({ name }) => name))
    expect(complete('va')).toEqual(['validate'])
    expect(complete('help', 'st')).toEqual(['status'])
    expect(complete('--socket', '/x', '--json', 'st')).toEqual(['status'])
    expect(complete('--socket', '=', '/x', 'st')).toEqual(['status'])
  })

  test.each(all)('offers the options of $name', (each) => {
    expect(complete(...each.name.split(' '), '--')).toEqual(optionsOf(each))
  })

  test.each(groups)('offers the commands of $name', (group) => {
    const words = group.commands.map(lastWord)
    expect(complete(group.name, '')).toEqual(words)
    expect(complete('--json', group.name, '--json', '')).toEqual(words)
    expect(complete('help', group.name, '')).toEqual(words)
    expect(complete(group.name, '--')).toEqual(['--help'])
    expect(complete(group.name, 'nonsense', '')).toEqual([])
    expect(complete('help', 'status', '')).toEqual([])
  })

  test('offers options wherever one may stand', () => {
    expect(complete('--v')).toEqual(['--version'])
    expect(complete('links', 'vxlan0', '--al')).toEqual(['--all'])
  })

  test('offers the words that an option takes', () => {
    expect(complete('agent', '--watch', '')).toEqual(['yes', 'no'])
    expect(complete('import', '--from', 'v')).toEqual(['vyos'])
    expect(complete('import', '--from', '=', 'v')).toEqual(['vyos'])
    expect(complete('import', '--from', '=')).toEqual(['vyos', 'netplan', 'networkd', 'ifupdown', 'iproute2'])
    expect(complete('--log-level', 'de')).toEqual(['debug'])
    expect(complete('events', '--kind', 'fl')).toEqual([
      ...['compopt -o nospace', 'flushed', 'flapping'],
      ...['fleet-mode', 'fleet-problem', 'fleet-problem-over'],
    ])
    expect(complete('events', '--kind', 'moved,dup')).toEqual(['compopt -o nospace', 'moved,duplicate'])
    expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
  })

  test.each([
    { words: ['status', '--watch', ''], why: 'a flag here, an option with a value there' },
    { words: ['fdb', '--mac', ''], why: 'an address' },
    { words: ['explain', ''], why: 'an address' },
    { words: ['nonsense', ''], why: 'no command' },
  ])('offers nothing after $words: $why', ({ words }) => {
    expect(complete(...words)).toEqual([])
  })

  test.each([
    ['validate', ''],
    ['import', '--from', 'vyos', ''],
    ['validate', '--desired', ''],
    ['--socket', '=', '/ru'],
    ['agent', '--event-file', ''],
  ])('leaves files to readline: %s %s', (...words) => {
    expect(complete(...words)).toEqual(['compopt -o default'])
  })

  test('leaves directories to readline', () => {
    expect(complete('agent', '--state-dir', '')).toEqual(['compopt -o dirnames'])
  })

  test.each([
    ['fdb', '--dev', 'l'],
    ['export', 'l'],
    ['links', 'l'],
  ])('offers links: %s %s', (...words) => {
    expect(complete(...words)).toContain('lo')
  })
})

test.each(groups)('the scripts for zsh and fish have the commands of $name', ({ name, commands: inGroup }) => {
  const zsh = completionScript('zsh', commands)
  const fish = completionScript('fish', commands)
  const condition = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${inGroup.map(lastWord).join(' ')}`
  for (const command of inGroup) {
    expect(zsh).toContain(`\n    '${lastWord(command)}:`)
    expect(fish).toContain(`-n '${condition}' -a ${lastWord(command)} -d `)
    expect(fish).toContain(
      `-n '__fish_seen_subcommand_from ${name}; and __fish_seen_subcommand_from ${lastWord(command)}' -l `,
    )
  }
  // `vxagent status` is another command than that of the group.
  expect(fish).toContain(`-n '__fish_seen_subcommand_from status; and not __fish_seen_subcommand_from ${name}' -l `)
})

test.each(all)('the script for zsh has the options of $name', (each) => {
  const script = completionScript('zsh', commands)
  const [, part = ''] =
    new RegExp(`^ {${each.name.includes(' ') ? 12 : 8}}${lastWord(each)}\\)$(.*?);;$`, 'ms').exec(script) ?? []
  expect([...part.matchAll(/^ +'(?:\(- \*\))?(--[a-z-]+)/gm)].map(([, option]) => option)).toEqual(optionsOf(each))
})

describe.skipIf(!hasZsh)('zsh', () => {
  test.each([{ of: commands }, { of: [awkward] }])('reads the script', ({ of }) => {
    const script = completionScript('zsh', of)
    expect(execFileSync('zsh', ['-f', '-n', '-s'], { input: script, encoding: 'utf8' })).toBe('')
  })

  test('takes it as a completion for vxagent, from a directory of $fpath and sourced', () => {
    const directory = join(temporaryDirectory(), 'functions')
    mkdirSync(directory)
    writeFileSync(join(directory, '_vxagent'), completionScript('zsh', commands))
    const inZsh = (text: string): string =>
      execFileSync('zsh', ['-f', '-c', text, 'zsh', directory], { encoding: 'utf8' }).trim()
    expect(inZsh('fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[vxagent]')).toBe('_vxagent')
    expect(inZsh('autoload -Uz compinit; compinit -u -D; source $1/_vxagent; print $_comps[vxagent]')).toBe('_vxagent')
  })
})

describe.skipIf(!hasFish)('fish', () => {
  const complete = (line: string, of = commands): string[] => {
    const path = join(temporaryDirectory(), 'vxagent.fish')
    writeFileSync(path, completionScript('fish', of))
    const args = ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', path, line]
    return execFileSync('fish', args, { encoding: 'utf8' })
      .split('\n')
      .filter((text) => text !== '')
  }

  test('offers commands with what they do, options and words', () => {
    expect(complete('vxagent va')).toEqual(['validate\tCheck desired-state files'])
    expect(complete('vxagent import --from=v').map((text) => text.split('\t')[0])).toEqual(['--from=vyos'])
    expect(complete('vxagent events --kind moved,dup').map((text) => text.split('\t')[0])).toEqual(['moved,duplicate'])
    expect(complete('vxagent fdb --mac ')).toEqual([])
    expect(complete('vxagent validate READ')).toEqual(['README.md'])
  })

  test.each(all)('offers the options of $name', (each) => {
    const offered = complete(`vxagent ${each.name} --`).map((text) => text.split('\t')[0])
    expect(offered).toEqual(optionsOf(each).sort())
  })

  test('shows descriptions as they are', () => {
    expect(complete('vxagent p', [awkward])).toEqual([`probe\t${awkward.summary}`])
    expect(complete('vxagent probe --f', [awkward])).toEqual([`--flag\t${awkward.options[0]?.description}`])
  })
})
