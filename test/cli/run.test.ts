import { expect, test } from 'vitest'
import { InvalidDesiredState } from '../../src/agent/desired/issue.ts'
import { json } from '../../src/cli/options.ts'
import { run } from '../../src/cli/run.ts'
import { command, FakeOutput, fakeIo } from './support.ts'

test.each<{ args: string[]; complaint: string; help: string }>([
  { args: ['stauts'], complaint: 'unknown command stauts; did you mean status?', help: 'vxagent --help' },
  { args: ['frobnicate'], complaint: 'unknown command frobnicate', help: 'vxagent --help' },
  { args: ['frobnicate', '--help'], complaint: 'unknown command frobnicate', help: 'vxagent --help' },
  {
    args: ['status', '--sokcet', 'x'],
    complaint: 'unknown option --sokcet; did you mean --socket?',
    help: 'vxagent status --help',
  },
  {
    args: ['--sokcet', 'status'],
    complaint: 'unknown option --sokcet; did you mean --socket?',
    help: 'vxagent --help',
  },
  {
    args: ['links', '--sokcet=x'],
    complaint: 'unknown option --sokcet; did you mean --socket?',
    help: 'vxagent links --help',
  },
  { args: ['links', '-x'], complaint: 'unknown option -x', help: 'vxagent links --help' },
  { args: ['links', '-xy'], complaint: 'unknown option -xy', help: 'vxagent links --help' },
  { args: ['-'], complaint: 'unknown command -', help: 'vxagent --help' },
  { args: ['links', '--no-json'], complaint: 'unknown option --no-json', help: 'vxagent links --help' },
  { args: ['links', '--json.deep'], complaint: 'unknown option --json.deep', help: 'vxagent links --help' },
  {
    args: ['status', 'extra'],
    complaint: 'unexpected argument extra; status takes options only',
    help: 'vxagent status --help',
  },
  {
    args: ['status', '--', '-x'],
    complaint: 'unexpected argument -x; status takes options only',
    help: 'vxagent status --help',
  },
  { args: ['status', '--socket'], complaint: '--socket needs a value', help: 'vxagent status --help' },
  { args: ['status', '--socket', '--json'], complaint: '--socket needs a value', help: 'vxagent status --help' },
  { args: ['status', '--socket', '--sokcet'], complaint: '--socket needs a value', help: 'vxagent status --help' },
  { args: ['status', '--socket='], complaint: '--socket must not be empty', help: 'vxagent status --help' },
  {
    args: ['status', '--socket', 'a', '--socket', 'b'],
    complaint: '--socket may be given once, not 2 times',
    help: 'vxagent status --help',
  },
  { args: ['links', '--json=maybe'], complaint: '--json takes no value', help: 'vxagent links --help' },
  { args: ['links', ''], complaint: 'NAME must not be empty', help: 'vxagent links --help' },
  {
    args: ['agent', '--resync-interval', '0'],
    complaint: '--resync-interval must be a whole number from 1 to 2147483, not "0"',
    help: 'vxagent agent --help',
  },
  {
    args: ['agent', '--deletion-guard', '101'],
    complaint: '--deletion-guard must be off, or a whole number from 1 to 100, not "101"',
    help: 'vxagent agent --help',
  },
  {
    args: ['agent', '--deletion-wait', 'never'],
    complaint: '--deletion-wait must be forever, or a whole number from 1 to 2147483, not "never"',
    help: 'vxagent agent --help',
  },
  {
    args: ['agent', '--deletion-delay', '-1'],
    complaint: '--deletion-delay must be a whole number from 0 to 3600, not "-1"',
    help: 'vxagent agent --help',
  },
  {
    args: ['apply', '--files', '--confirm', '5'],
    complaint: '--files puts the files in force for good; leave it out to try them out with --confirm',
    help: 'vxagent apply --help',
  },
  {
    args: ['links', '--log-level', 'loud'],
    complaint: '--log-level must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
    help: 'vxagent links --help',
  },
  {
    args: ['fdb', '--mac', '02:00'],
    complaint: '--mac must be a MAC address, such as 02:00:00:00:00:fe, not "02:00"',
    help: 'vxagent fdb --help',
  },
  {
    args: ['fleet', 'statsu'],
    complaint: 'unknown command fleet statsu; did you mean fleet status?',
    help: 'vxagent fleet --help',
  },
  {
    args: ['help', 'fleet', 'statsu'],
    complaint: 'unknown command fleet statsu; did you mean fleet status?',
    help: 'vxagent --help',
  },
  { args: ['fleet', 'x', '--help'], complaint: 'unknown command fleet x', help: 'vxagent fleet --help' },
  { args: ['fleet', '-'], complaint: 'unknown command fleet -', help: 'vxagent fleet --help' },
  { args: ['flete'], complaint: 'unknown command flete; did you mean fleet?', help: 'vxagent --help' },
  {
    args: ['fleet', '--sokcet', 'status'],
    complaint: 'unknown option --sokcet; did you mean --socket?',
    help: 'vxagent fleet --help',
  },
  {
    args: ['fleet', 'status', '--fleet-sokcet', 'x'],
    complaint: 'unknown option --fleet-sokcet; did you mean --fleet-socket?',
    help: 'vxagent fleet status --help',
  },
  {
    args: ['fleet', 'status', 'status'],
    complaint: 'unexpected argument status; fleet status takes options only',
    help: 'vxagent fleet status --help',
  },
  {
    args: ['fleet', 'nodes', '--', '-x'],
    complaint: 'unexpected argument -x; fleet nodes takes options only',
    help: 'vxagent fleet nodes --help',
  },
  {
    args: ['fleet', 'status', '--fleet-socket='],
    complaint: '--fleet-socket must not be empty',
    help: 'vxagent fleet status --help',
  },
  {
    args: ['fleet', 'status', '--watch=yes'],
    complaint: '--watch takes no value',
    help: 'vxagent fleet status --help',
  },
])('$args is wrong usage: $complaint', async ({ args, complaint, help }) => {
  const io = fakeIo()
  expect(await run(args, io)).toBe(64)
  expect(io.stderr.text).toBe(`vxagent: ${complaint}\nSee ${help}\n`)
  expect(io.stdout.text).toBe('')
})

test.each([
  ['VXAGENT_SOCKET', '', 'must not be empty'],
  ['VXAGENT_LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent, not "loud"'],
])('a wrong %s is wrong usage, and named', async (variable, value, words) => {
  const io = fakeIo({ [variable]: value })
  expect(await run(['probe'], io, [command({})])).toBe(64)
  expect(io.stderr.text).toContain(`vxagent: the environment variable ${variable} ${words}\n`)
})

test('an unknown VXAGENT_ variable is warned about, and nothing else happens to it', async () => {
  const io = fakeIo({ VXAGENT_SOKET: '/run/x', VXAGENT_COLOUR: 'red', HOME: '/root' })
  expect(await run(['probe'], io, [command({})])).toBe(0)
  expect(io.stderr.text).toBe(
    'vxagent: the environment variable VXAGENT_SOKET is not known and has no effect; did you mean VXAGENT_SOCKET?\n' +
      'vxagent: the environment variable VXAGENT_COLOUR is not known and has no effect\n',
  )
})

test('what any command reads from the environment is known to all', async () => {
  const io = fakeIo({ VXAGENT_DESIRED: '/d', VXAGENT_RESYNC_INTERVAL: '5', VXAGENT_LOG_LEVEL: 'info' })
  expect(await run(['completion'], io)).toBe(0)
  expect(io.stderr.text).toBe('')
})

test.each([[[]], [['--json']], [['--log-level', 'debug']]])(
  'without a command (%j) it says what there is, as wrong usage',
  async (args) => {
    const io = fakeIo()
    expect(await run(args, io)).toBe(64)
    expect(io.stderr.text).toContain('vxagent validate [PATH..]')
    expect(io.stdout.text).toBe('')
  },
)

test.each([['--help'], ['help']])('%s lists the commands', async (word) => {
  const io = fakeIo()
  expect(await run([word], io)).toBe(0)
  expect(io.stdout.text).toContain('vxagent status')
  expect(io.stdout.text).toContain('default /run/vxagent/vxagent.sock; or')
})

test.each([[['status', '--help']], [['help', 'status']]])(
  '%j explains one command, with its own options and an example',
  async (args) => {
    const io = fakeIo()
    expect(await run(args, io)).toBe(0)
    expect(io.stdout.text).toMatch(/^vxagent status\n/)
    expect(io.stdout.text).toContain('Examples:\n  vxagent status ')
    expect(io.stdout.text).toContain('--socket')
    expect(io.stdout.text).not.toContain('--desired')
  },
)

test.each([[['fleet', '--help']], [['help', 'fleet']], [['fleet', 'help']], [['--json', 'fleet', '--help']]])(
  '%j lists the commands of the group',
  async (args) => {
    const io = fakeIo()
    expect(await run(args, io)).toBe(0)
    expect(io.stdout.text).toMatch(/^vxagent fleet\n/)
    expect(io.stdout.text).toContain('vxagent fleet nodes')
    expect(io.stdout.text).not.toContain('--state-dir')
  },
)

test.each([[['fleet', 'nodes', '--help']], [['help', 'fleet', 'nodes']]])('%j explains that command', async (args) => {
  const io = fakeIo()
  expect(await run(args, io)).toBe(0)
  expect(io.stdout.text).toMatch(/^vxagent fleet nodes\n/)
  expect(io.stdout.text).toContain('default /run/vxagent-fleet/fleet.sock')
  expect(io.stdout.text).not.toContain('--state-dir')
})

test.each([[['fleet']], [['fleet', '--json']], [['--json', 'fleet']], [['fleet', '--', 'status']]])(
  'without a command of the group (%j) it says what there is, as wrong usage',
  async (args) => {
    const io = fakeIo()
    expect(await run(args, io)).toBe(64)
    expect(io.stderr.text).toMatch(/^vxagent fleet\n/)
    expect(io.stderr.text).toContain('vxagent fleet nodes')
    expect(io.stdout.text).toBe('')
  },
)

test.each([
  [['--json', 'deep', 'probe', 'a'], ['a']],
  [['deep', '--json', 'probe', '--', '-x'], ['-x']],
  [
    ['deep', 'probe', 'a', '--json', '-'],
    ['a', '-'],
  ],
])('a command of a group gets options and operands: %j', async (args, operands) => {
  let given: readonly string[] | undefined
  const probe = command({
    name: 'deep probe',
    operands: { name: 'NAME', description: 'names' },
    run: async (input) => {
      given = input.has(json) ? input.operands : undefined
      return 0
    },
  })
  const group = { name: 'deep', summary: 'Deep', details: 'Deep.', examples: [], commands: [probe] }
  expect(await run(args, fakeIo(), [group, command({})])).toBe(0)
  expect(given).toEqual(operands)
})

test('--version is that of package.json', async () => {
  const io = fakeIo()
  expect(await run(['--version'], io)).toBe(0)
  expect(io.stdout.text).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('an error is one sentence, with control characters made visible', async () => {
  const io = fakeIo()
  const probe = command({ run: () => Promise.reject(new Error('no link \x1b[31mred')) })
  expect(await run(['probe'], io, [probe])).toBe(1)
  expect(io.stderr.text).toBe('vxagent: no link \\u{1b}[31mred\n')
})

test('--log-level debug shows where an error arose', async () => {
  const io = fakeIo()
  const probe = command({ run: () => Promise.reject(new Error('broken')) })
  expect(await run(['probe', '--log-level', 'debug'], io, [probe])).toBe(1)
  expect(io.stderr.text).toMatch(/^vxagent: broken\nError: broken\n +at /)
})

test('an invalid desired state is exit code 4, a place for each issue', async () => {
  const io = fakeIo()
  const issue = {
    severity: 'error',
    code: 'unknown-key',
    file: 'a.yaml',
    line: 3,
    column: 5,
    path: '',
    text: 'tll',
    message: 'unknown key',
  } as const
  const probe = command({ run: () => Promise.reject(new InvalidDesiredState([issue])) })
  expect(await run(['probe'], io, [probe])).toBe(4)
  expect(io.stderr.text).toBe('a.yaml:3:5: error: unknown key\n    found: tll\n')
})

test.each([
  ['KernelError', {}, 'cannot create link: EPERM; this needs root or CAP_NET_ADMIN'],
  ['Error', { syscall: 'open' }, 'cannot create link: EPERM; run it with sudo'],
  ['AgentUnreachable', {}, 'cannot create link: EPERM'],
])('a refusal in a %s says what to do, where nobody else does', async (name, parts, sentence) => {
  const io = fakeIo()
  const error = Object.assign(new Error('cannot create link: EPERM'), { name, code: 'EPERM', ...parts })
  await run(['probe'], io, [command({ run: () => Promise.reject(error) })])
  expect(io.stderr.text).toBe(`vxagent: ${sentence}\n`)
})

test('a reader that has left is no error', async () => {
  const stdout = new FakeOutput()
  stdout.failsWith = 'EPIPE'
  const io = fakeIo({}, stdout)
  expect(await run(['--help'], io)).toBe(0)
  expect(io.stderr.text).toBe('')
})

test('output that cannot be written is an error', async () => {
  const stdout = new FakeOutput()
  stdout.failsWith = 'ENOSPC'
  const io = fakeIo({}, stdout)
  expect(await run(['--help'], io)).toBe(1)
  expect(io.stderr.text).toBe('vxagent: cannot write the output: ENOSPC: write\n')
})

test.each([
  ['--get-yargs-completions', 'vxagent', 'probe', 'x', '--js'],
  ['probe', '--get-yargs-completions=x'],
])('the completions that yargs has of its own are refused, and run nothing: %s %s', async (...args) => {
  const io = fakeIo()
  let ran = false
  const run1 = async (): Promise<0> => {
    ran = true
    return 0
  }
  const probe = command({ run: run1, operands: { name: 'NAME', description: 'names' } })
  expect(await run(args, io, [probe])).toBe(64)
  expect(io.stderr.text).toContain('vxagent: unknown option --get-yargs-completions')
  expect(ran).toBe(false)
})
