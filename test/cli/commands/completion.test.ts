import { expect, test } from 'vitest'
import { commands } from '../../../src/cli/commands/index.ts'
import { completionScript } from '../../../src/cli/completion/script.ts'
import { run } from '../../../src/cli/run.ts'
import { fakeIo } from '../support.ts'

test.each([
  { args: [], shell: undefined, script: 'bash' },
  { args: [], shell: '/usr/bin/zsh', script: 'zsh' },
  { args: ['fish'], shell: '/usr/bin/zsh', script: 'fish' },
  { args: ['bash'], shell: undefined, script: 'bash' },
] as const)('with $args and SHELL $shell it prints the script for $script', async ({ args, shell, script }) => {
  const io = fakeIo(shell === undefined ? {} : { SHELL: shell })
  expect(await run(['completion', ...args], io)).toBe(0)
  expect(io.stdout.text).toBe(completionScript(script, commands))
})

test.each([
  { args: ['ksh'], complaint: 'SHELL must be one of bash, zsh, fish, not "ksh"' },
  { args: ['bash', 'zsh'], complaint: 'say one shell: bash, zsh or fish' },
])('$args is wrong usage', async ({ args, complaint }) => {
  const io = fakeIo({ SHELL: '/bin/zsh' })
  expect(await run(['completion', ...args], io)).toBe(64)
  expect(io.stderr.text).toBe(`vxagent: ${complaint}\nSee vxagent completion --help\n`)
  expect(io.stdout.text).toBe('')
})
