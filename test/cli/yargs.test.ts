/** What yargs does where the command line does without it: docs/decisions/0012-command-line.md. A yargs that can do better fails here. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import yargs, { type Argv } from 'yargs'

afterEach(() => {
  vi.unstubAllEnvs()
})

interface Outcome {
  /** What was parsed. */
  readonly values?: Record<string, unknown>
  /** What `fail` is given. */
  readonly refusal?: string
  readonly text?: string
}

async function parse(args: string[], more: (parser: Argv) => Argv = (parser) => parser): Promise<Outcome> {
  const parser = yargs(args)
    .scriptName('probe')
    .locale('en')
    .exitProcess(false)
    .version('1')
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false })
    .option('socket', { type: 'string', requiresArg: true })
    .option('json', { type: 'boolean' })
    .command('status', 'status', (inner) => inner.option('watch', { type: 'boolean' }))
    .command('agent', 'agent', (inner) =>
      inner.option('watch', { choices: ['yes', 'no'] }).option('interval', { type: 'number' }),
    )
    .command('links [NAME..]', 'links')
    .fail((message) => {
      throw new Error(message)
    })
  let text = ''
  try {
    const values = await more(parser).parseAsync(args, {}, (_error, _values, output) => {
      text = output
    })
    return text === '' ? { values } : { text }
  } catch (error) {
    return { refusal: (error as Error).message }
  }
}

const strict = (parser: Argv): Argv => parser.strict()
const withEnv = (parser: Argv): Argv => parser.env('VXA_PROBE')

describe('yargs, strict,', () => {
  test.each([
    { args: ['status', '--sokcet', 'x'], refusal: 'Unknown argument: sokcet' },
    { args: ['status', 'extra'], refusal: 'Unknown argument: extra' },
    {
      args: ['agent', '--watch', 'maybe'],
      refusal: /^Invalid values:\n {2}Argument: watch, Given: "maybe", Choices: /,
    },
  ])('says of $args: $refusal', async ({ args, refusal }) => {
    expect((await parse(args, strict)).refusal).toMatch(refusal)
  })

  test('suggests a command without the word that was typed', async () => {
    expect(await parse(['stauts'], (parser) => strict(parser).recommendCommands())).toEqual({
      refusal: 'Did you mean status?',
    })
  })

  test.each([
    { args: ['status', '--', '-x'], values: { _: ['status', '-x'] } },
    { args: ['links', '--json=maybe'], values: { json: false } },
    { args: ['agent', '--interval', '0x10'], values: { interval: 16 } },
    { args: ['agent', '--interval', 'abc'], values: { interval: Number.NaN } },
    { args: ['status', '--socket', 'a', '--socket', 'b'], values: { socket: ['a', 'b'] } },
    { args: ['status', '--socket='], values: { socket: '' } },
    // An operand that is lost.
    { args: ['links', '-'], values: { _: ['links'], NAME: [] } },
  ])('takes $args', async ({ args, values }) => {
    expect((await parse(args, strict)).values).toMatchObject(values)
  })

  test('gives the help of a command that does not exist', async () => {
    expect((await parse(['frobnicate', '--help'], strict)).text).toContain('Commands:')
  })
})

describe('yargs, with the environment,', () => {
  test('sets a flag by the variable of an option of another command', async () => {
    vi.stubEnv('VXA_PROBE_WATCH', 'true')
    expect((await parse(['status'], withEnv)).values).toMatchObject({ watch: true })
  })

  test('refuses a variable of another command', async () => {
    vi.stubEnv('VXA_PROBE_INTERVAL', '5')
    expect((await parse(['status'], (parser) => strict(withEnv(parser)))).refusal).toBe('Unknown argument: interval')
  })

  test('takes an empty variable, and shows no difference to what was typed', async () => {
    vi.stubEnv('VXA_PROBE_SOCKET', '')
    expect(await parse(['status'], withEnv)).toEqual(await parse(['status', '--socket=']))
  })
})

describe('yargs, asked for completion,', () => {
  const complete = async (...args: string[]): Promise<string | undefined> =>
    (await parse(['--get-yargs-completions', 'probe', ...args], (parser) => parser.completion('completion'))).text

  test('offers choices', async () => {
    expect(await complete('agent', '--watch', '')).toBe('yes\nno')
  })

  test.each([[['agent', '--socket', '']], [['agent', '--watch=y']]])('offers options after %j', async (args) => {
    expect(await complete(...args)).toContain('--json')
  })

  test('answers where no completion was asked for', async () => {
    expect((await parse(['--get-yargs-completions', 'probe', ''])).text).toContain('links')
  })
})
