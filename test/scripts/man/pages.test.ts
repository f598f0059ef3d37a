import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pages } from '../../../scripts/man/pages.ts'
import type { Properties, Property } from '../../../scripts/reference/property.ts'
import { desiredStateJsonSchema } from '../../../src/agent/desired/schema.ts'
import { commandsIn, isGroup } from '../../../src/cli/commands/command.ts'
import { commands } from '../../../src/cli/commands/index.ts'
import { exitCodes } from '../../../src/cli/exit-codes.ts'
import { commonOptions, takesValue } from '../../../src/cli/options.ts'
import { isInstalled } from '../../support/installed.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const story = readFileSync('examples/story-ubuntu.yaml', 'utf8')
const all = pages({ version: '1.2.3', date: '2026-11-23' }, [story, readFileSync('examples/bridge.yaml', 'utf8')])
const [command = '', desired = ''] = [all['vxagent.1'], all['vxagent-desired.5']]

/** What follows a heading, up to the next one. */
function section(page: string, heading: string): string {
  const [, text] = page.split(`\n${heading}`)
  expect(text, heading).toBeDefined()
  return (text ?? '').split(/\n\.S[HS] /)[0] ?? ''
}

function headings(page: string): string[] {
  return [...page.matchAll(/^\.SH "(.*)"$/gm)].map(([, heading = '']) => heading)
}

/** As the source of a page has it. */
function bold(text: string): string {
  return `\\fB${text.replaceAll('-', '\\-')}\\fR`
}

test('a page says what it is, of which version, as of when', () => {
  expect(command.split('\n')[0]).toBe('.TH "VXAGENT" "1" "2026-11-23" "vxagent 1.2.3" "vxagent manual"')
  expect(desired.split('\n')[0]).toBe('.TH "VXAGENT\\-DESIRED" "5" "2026-11-23" "vxagent 1.2.3" "vxagent manual"')
  // What whatis(1) finds a page by.
  expect(section(command, '.SH "NAME"')).toMatch(/^\nvxagent \\- keep [^\n]+$/)
  expect(section(desired, '.SH "NAME"')).toMatch(/^\nvxagent\\-desired \\- the VXLAN [^\n]+$/)
})

test('sections come in the order of man-pages(7)', () => {
  expect(headings(command)).toEqual([
    ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'COMMON OPTIONS', 'EXIT STATUS', 'ENVIRONMENT', 'FILES'],
    ...['SIGNALS', 'EXAMPLES', 'SEE ALSO'],
  ])
  expect(headings(desired)).toEqual(['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES', 'KEYS', 'FILES', 'SEE ALSO'])
})

test.each(commands.filter(isGroup))('the group $name is told before its commands', ({ name, details }) => {
  const text = section(command, `.SS "vxagent ${name} COMMAND"`)
  expect(text).toContain(details.slice(0, 30))
})

test.each(commandsIn(commands))(
  '$name is told with its options and examples',
  ({ name, operands, options, examples }) => {
    const text = section(
      command,
      `.SS "vxagent ${name.replaceAll('-', '\\-')}${operands === undefined ? '"' : ` [${operands.name}...]"`}`,
    )
    for (const option of options) {
      const value = takesValue(option) ? ' \\fI' : '\n'
      expect(text).toContain(`.TP\n${bold(`--${option.name}`)}${value}`)
    }
    expect(text.match(/^\.TP$/gm)).toHaveLength(options.length + examples.length + (operands === undefined ? 0 : 1))
  },
)

test('options that all commands have are told once, with default and variable', () => {
  const text = section(command, '.SH "COMMON OPTIONS"')
  for (const option of commonOptions) {
    expect(text).toContain(`.TP\n${bold(`--${option.name}`)}`)
  }
  expect(text).toContain('Default: \\fB/run/vxagent/vxagent.sock\\fR. Environment: \\fBVXAGENT_SOCKET\\fR.')
})

test('each variable that an option reads is told', () => {
  const text = section(command, '.SH "ENVIRONMENT"')
  const options = [...commonOptions, ...commandsIn(commands).flatMap((each) => each.options)].filter(takesValue)
  for (const variable of options.flatMap(({ variable }) => variable ?? [])) {
    expect(text).toContain(`.TP\n\\fB${variable}\\fR\nAs \\fB\\-\\-`)
  }
})

test('each exit code is told', () => {
  const text = section(command, '.SH "EXIT STATUS"')
  expect([...text.matchAll(/^\.TP\n\\fB(\d+)\\fR\n\S/gm)].map(([, code]) => Number(code))).toEqual(
    Object.values(exitCodes),
  )
})

/** The names of all keys at any depth, but for those that are names of links. */
function keysOf(property: Property): string[] {
  const { properties = {}, anyOf = [], items, additionalProperties } = property
  return [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...anyOf, items, additionalProperties].flatMap((each) =>
      each === undefined ? [] : keysOf(each),
    ),
  ]
}

test('each key of the schema is told, with its value', () => {
  const { vxlans, bridges } = (desiredStateJsonSchema() as { properties: Properties }).properties
  const keys = new Set([...keysOf(vxlans as Property), ...keysOf(bridges as Property)])
  expect(keys.size).toBeGreaterThan(120)
  const told = [...desired.matchAll(/^\.TP\n\\fB([a-z0-9_.]+)\\fR: \S/gm)].map(([, key = '']) => key)
  const names = told.flatMap((key) => key.split('.'))
  expect([...keys].filter((key) => !names.includes(key))).toEqual([])
})

test('a key is told with range, default, and what a change does', () => {
  expect(desired).toContain('.TP\n\\fBdstport\\fR: 1 to 65535\n')
  expect(desired).toContain('\n.br\nDefault: 8472, or 4790 with \\fBgpe\\fR. Changed: replaces.\n')
  expect(desired).toContain('\n.br\nDefault: fixed. Changed: live. Since: Linux 6.8.\n')
})

test('the story is an example of both', () => {
  for (const page of [command, desired]) {
    expect(section(page, '.SH "EXAMPLES"')).toContain('\n.EX\n# The Ubuntu host of the story')
    expect(page).toContain('\n    group: 239.1.1.1\n')
  }
})

test('nothing of Markdown is left', () => {
  expect(`${command}${desired}`).not.toMatch(/`|\\\(ga|\]\(/)
})

const linters = [
  { program: 'groff', args: ['-man', '-Tutf8', '-ww', '-z'] },
  { program: 'groff', args: ['-man', '-Tascii', '-ww', '-z'] },
  { program: 'mandoc', args: ['-Tlint', '-Wwarning'] },
].filter(({ program }) => isInstalled(program))

describe.skipIf(linters.length === 0)('has nothing to object to', () => {
  test.each(linters.flatMap((linter) => Object.keys(all).map((name) => ({ ...linter, name }))))(
    '$program $args: $name',
    ({ program, args, name }) => {
      const directory = join(temporaryDirectory(), 'man')
      mkdirSync(directory)
      writeFileSync(join(directory, name), all[name] ?? '')
      const { stdout, stderr, status } = spawnSync(program, [...args, name], { cwd: directory, encoding: 'utf8' })
      expect(`${stdout}${stderr}`).toBe('')
      expect(status).toBe(0)
    },
  )
})
