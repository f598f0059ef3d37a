/** Which agent --socket and --state-dir mean: the same for every command. */
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeIo } from '../support.ts'
import { status } from '../views/builders.ts'
import { fakeDaemon } from './fake-daemon.ts'

interface Here {
  readonly socket: string
  /** What the daemon was asked. */
  readonly asked: readonly string[]
  /** The daemon's, and another one. */
  readonly kept: string
  readonly other: string
}

/** A daemon with a state directory; in that and in another one the record is damaged, so that whoever reads it names it. */
async function daemonRuns(): Promise<Here> {
  const [kept, other] = [join(temporaryDirectory(), 'kept'), join(temporaryDirectory(), 'other')]
  for (const directory of [kept, other]) {
    mkdirSync(directory)
    writeFileSync(join(directory, 'owned.json'), 'damaged')
  }
  const report = { actions: [], reconcileMs: 1, status: status({ stateDir: kept }) }
  const { socket, asked } = await fakeDaemon({
    'GET /v1/status': status({ stateDir: kept }),
    'POST /v1/apply': report,
    'POST /v1/confirm': report,
    'POST /v1/rollback': report,
  })
  return { socket, asked, kept, other }
}

/** As the daemon at the socket leaves it. */
function lockedBy(directory: string, socket: string): void {
  writeFileSync(join(directory, 'lock'), `4711\n${socket}\n`)
}

async function vxagent(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; complaint: string }> {
  const io = fakeIo(env)
  const code = await run([...args], io)
  return { code, complaint: io.stderr.text }
}

const asking = [
  { command: ['apply'], question: 'POST /v1/apply' },
  { command: ['confirm'], question: 'POST /v1/confirm' },
  { command: ['rollback'], question: 'POST /v1/rollback' },
  { command: ['status'], question: 'GET /v1/status' },
]
const comparing = [{ command: ['diff'] }, { command: ['apply', '--dry-run'] }]
const recorded = [{ command: ['export'] }, { command: ['teardown'] }, { command: ['teardown', '--dry-run'] }]

describe.each(asking)('$command', ({ command, question }) => {
  test('asks the daemon that keeps the directory', async () => {
    const { socket, asked, kept } = await daemonRuns()
    expect((await vxagent([...command, '--socket', socket, '--state-dir', kept])).code).toBe(0)
    expect(asked.at(-1)).toBe(question)
  })

  test('finds the daemon by the directory alone, by another name of it too', async () => {
    const { socket, asked, kept, other } = await daemonRuns()
    lockedBy(kept, socket)
    const alias = join(other, 'alias')
    symlinkSync(kept, alias)
    expect((await vxagent([...command, '--state-dir', alias])).code).toBe(0)
    expect(asked.at(-1)).toBe(question)
  })
})

describe.each([...asking, ...comparing])('$command', ({ command }) => {
  test.each([
    { how: 'on the command line', isEnvironment: false, name: '--state-dir' },
    { how: 'in the environment', isEnvironment: true, name: 'VXAGENT_STATE_DIR' },
  ])('refuses a directory given $how that the daemon does not keep', async ({ isEnvironment, name }) => {
    const { socket, asked, kept, other } = await daemonRuns()
    const given = isEnvironment ? [] : ['--state-dir', other]
    const env: Record<string, string> = isEnvironment ? { VXAGENT_STATE_DIR: other } : {}
    const { code, complaint } = await vxagent([...command, '--socket', socket, ...given], env)
    expect(code).toBe(1)
    expect(complaint).toBe(
      `vxagent: the daemon at ${socket} (pid 4711) keeps the state directory ${kept}, not ${other}; leave ${name} out to ask this daemon, or stop it first\n`,
    )
    expect(asked).toEqual(['GET /v1/status'])
  })

  test('names the daemon that keeps the directory, where another one is given', async () => {
    const [first, second] = [await daemonRuns(), await daemonRuns()]
    lockedBy(second.kept, second.socket)
    const { code, complaint } = await vxagent([...command, '--socket', first.socket, '--state-dir', second.kept])
    expect(code).toBe(1)
    expect(complaint).toContain(`give --socket ${second.socket} for the one that keeps that directory`)
  })
})

describe.each([...comparing, ...recorded])('$command', ({ command }) => {
  test('reads the directory of the daemon, where none is given', async () => {
    const { socket, kept } = await daemonRuns()
    const { code, complaint } = await vxagent([...command, '--socket', socket])
    expect([code, complaint]).toEqual([1, expect.stringContaining(`${join(kept, 'owned.json')} is damaged`)])
  })

  test('reads the directory that is given, where no daemon runs', async () => {
    const { other } = await daemonRuns()
    lockedBy(other, join(other, 'gone.sock'))
    const args = ['--socket', join(other, 'none'), '--state-dir', other]
    const { code, complaint } = await vxagent([...command, ...args])
    expect([code, complaint]).toEqual([1, expect.stringContaining(`${join(other, 'owned.json')} is damaged`)])
  })
})

test.each(recorded)('$command reads the directory that is given, whichever daemon runs', async ({ command }) => {
  const { socket, other } = await daemonRuns()
  const { code, complaint } = await vxagent([...command, '--socket', socket, '--state-dir', other])
  expect([code, complaint]).toEqual([1, expect.stringContaining(`${join(other, 'owned.json')} is damaged`)])
})

test.each(comparing)('$command takes the daemon that keeps the directory for its own', async ({ command }) => {
  const { socket, kept } = await daemonRuns()
  const { complaint } = await vxagent([...command, '--socket', socket, '--state-dir', kept])
  expect(complaint).toContain(`${join(kept, 'owned.json')} is damaged`)
})

describe('a socket at which no daemon answers', () => {
  const nowhere = (): string => join(temporaryDirectory(), 'none.sock')
  /** As a daemon leaves its socket that was killed. */
  const left = async (): Promise<string> => {
    const path = join(temporaryDirectory(), 'left.sock')
    // The path goes with a socket that is closed, and stays with one that is passed on.
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    linkSync(path, `${path}.kept`)
    await new Promise((resolve) => server.close(resolve))
    return `${path}.kept`
  }
  const all = [
    ...[...asking.filter(({ command: [name] }) => name !== 'status'), ...comparing, ...recorded].map(({ command }) => ({
      command,
      otherwise: 'give --state-dir to work without a daemon',
    })),
    ...[['tunnels'], ['explain', '10.0.1.1'], ['events'], ['events', '--once']].map((command) => ({
      command,
      otherwise: 'leave --socket out to see what the kernel has',
    })),
    { command: ['ui'], otherwise: 'leave --socket out for the daemon at /run/vxagent/vxagent.sock' },
  ]

  test.each(all)('is refused by $command, which says so', async ({ command, otherwise }) => {
    const socket = nowhere()
    const { code, complaint } = await vxagent([...command, '--socket', socket])
    expect([code, complaint]).toEqual([
      1,
      `vxagent: no daemon answers at ${socket}, as --socket says: there is no such socket; correct the path, start the daemon, or ${otherwise}\n`,
    ])
  })

  test.each([['diff'], ['tunnels']])(
    'is refused in the environment too, and where it is left over: %s',
    async (name) => {
      const socket = await left()
      const { code, complaint } = await vxagent([name], { VXAGENT_SOCKET: socket })
      expect([code, complaint]).toEqual([
        1,
        expect.stringContaining(`no daemon answers at ${socket}, as VXAGENT_SOCKET says: nobody listens there; `),
      ])
    },
  )
})
