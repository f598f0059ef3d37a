import { expect, test } from 'vitest'
import type { Input } from '../../src/cli/input.ts'
import { json, logLevel, resyncInterval, socket } from '../../src/cli/options.ts'
import { run } from '../../src/cli/run.ts'
import { command, fakeIo } from './support.ts'

/** What a command is given for these arguments. */
async function given(args: string[], env: Record<string, string> = {}): Promise<Input> {
  let seen: Input | undefined
  const probe = command({
    operands: { name: 'NAME', description: 'names' },
    options: [resyncInterval],
    run: async (input) => {
      seen = input
      return 0
    },
  })
  const io = fakeIo(env)
  await run(args, io, [probe])
  if (seen === undefined) {
    throw new Error(io.stderr.text)
  }
  return seen
}

test('the command line goes before the environment, and that before the default', async () => {
  const env = { VXAGENT_SOCKET: '/env', VXAGENT_RESYNC_INTERVAL: '5' }
  const input = await given(['probe', '--socket', '/line'], env)
  expect(input.value(socket)).toBe('/line')
  expect(input.givenIn(socket)).toBe('command line')
  expect(input.value(resyncInterval)).toBe(5)
  expect(input.givenIn(resyncInterval)).toBe('environment')
  expect(input.value(logLevel)).toBeUndefined()
  expect(input.givenIn(logLevel)).toBeUndefined()
  expect((await given(['probe'])).value(socket)).toBe('/run/vxagent/vxagent.sock')
})

test.each([
  [['--json', '--socket', '/x', 'probe', 'a']],
  [['probe', '--json', '--socket=/x', 'a']],
  [['probe', 'a', '--socket', '/x', '--json']],
])('%j: common options stand before the command or after it', async (args) => {
  const input = await given(args)
  expect([input.has(json), input.value(socket), input.operands]).toEqual([true, '/x', ['a']])
})

test('operands stay text, and after -- they may look like options', async () => {
  expect((await given(['probe', '42', '--', '0x10', '-x', '--json'])).operands).toEqual(['42', '0x10', '-x', '--json'])
  expect((await given(['probe', '--', '--json'])).has(json)).toBe(false)
})

test('a value that is a number stays text where text is asked for', async () => {
  expect((await given(['probe', '--socket', '0123'])).value(socket)).toBe('0123')
})

test('a lone dash is an operand, before -- and after it', async () => {
  expect((await given(['probe', 'a', '-', '--json', '--', '-', 'b'])).operands).toEqual(['a', '-', '-', 'b'])
})
