/** What a person can get wrong: each time an exit code, one sentence that says what and what to do, and nothing done by halves. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askJson } from './support/ask.ts'
import type { Finished } from './support/command.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const vxlan0 = { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789, addresses: ['10.0.1.1/24'] }
const overlay = { 'overlay.yaml': { vxlans: { vxlan0 } } }
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const rootWithoutNetAdmin = ['setpriv', '--bounding-set', '-net_admin', '--inh-caps', '-net_admin']

interface Scene {
  readonly host: Namespace
  readonly installation: Installation
  /** `vxagent` with words before it and with environment variables. */
  vxagent(args: readonly string[], how?: { before?: readonly string[]; env?: NodeJS.ProcessEnv }): Promise<Finished>
}

async function scene(files: Readonly<Record<string, unknown>> = overlay): Promise<Scene> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const installation = installVxagent(host, files, onTestFinished)
  // As /etc is: its content for all to read, for root to write.
  chmodSync(installation.directory, 0o755)
  return {
    host,
    installation,
    vxagent: (args, { before = [], env = {} } = {}) => {
      // An agent that starts against all expectation must not hold up the test.
      const [file = '', ...rest] = ['timeout', '-k', '1', '20', ...before, process.execPath, vxagentPath, ...args]
      return host.finish(file, rest, { env: { ...installation.env, ...env } })
    },
  }
}

const vxlans = (host: Namespace): Promise<object[]> => host.json('ip -j link show type vxlan')

/** One sentence and no more: where, what, and after a semicolon what to do. */
function expectOneSentence({ code, stdout, stderr }: Finished, expectedCode: number, what: RegExp): void {
  expect({ code, stdout, stderr }).toMatchObject({ code: expectedCode, stdout: '' })
  expect(stderr).toMatch(/^vxagent: [^\n]+\n$/)
  expect(stderr).toMatch(what)
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|node:internal/)
}

async function expectNothingDone({ host, installation }: Scene): Promise<void> {
  expect(await vxlans(host)).toEqual([])
  const left = existsSync(installation.stateDir) ? readdirSync(installation.stateDir) : []
  // The lock is an empty promise; no record of links, no last valid state.
  expect(left.filter((name) => name !== 'lock')).toEqual([])
  expect(existsSync(join(dirname(installation.socket), 'state.json'))).toBe(false)
}

describe('without the privilege', () => {
  test.each([
    { who: 'nobody', before: nobody, command: 'agent', what: /user id 65534 lacks CAP_NET_ADMIN.*; run it with sudo/ },
    { who: 'nobody', before: nobody, command: 'apply', what: /user id 65534 lacks CAP_NET_ADMIN.*; run it with sudo/ },
    { who: 'root', before: rootWithoutNetAdmin, command: 'agent', what: /root here lacks CAP_NET_ADMIN.*; run it/ },
    { who: 'root', before: rootWithoutNetAdmin, command: 'apply', what: /root here lacks CAP_NET_ADMIN.*; run it/ },
  ])('$command as $who without CAP_NET_ADMIN says so', async ({ before, command, what }) => {
    const here = await scene()
    expectOneSentence(await here.vxagent([command], { before }), 1, what)
    await expectNothingDone(here)
    expect(existsSync(here.installation.stateDir)).toBe(false)
  })

  test('validate, diff and links work', async () => {
    const { vxagent } = await scene()
    expect(await vxagent(['validate'], { before: nobody })).toMatchObject({ code: 0, stderr: '' })
    const diff = await vxagent(['diff'], { before: nobody })
    expect(diff).toMatchObject({ code: 2, stdout: expect.stringContaining('+   link vxlan0: create') })
    expect(await vxagent(['links', '--all'], { before: nobody })).toMatchObject({ code: 0, stderr: '' })
  })

  test('diff of what root manages says what it lacks', async () => {
    const here = await scene()
    expect((await here.vxagent(['apply'])).code).toBe(0)
    expectOneSentence(await here.vxagent(['diff'], { before: nobody }), 1, /cannot read .*owned\.json.*; it takes root/)
  })

  test('the socket of the daemon is not for all', async () => {
    const here = await scene()
    await here.installation.startAndWait()
    expectOneSentence(await here.vxagent(['status'], { before: nobody }), 1, /permission denied; run it with sudo/)
  })
})

describe('the agent refuses', () => {
  test('a state directory that is a file', async () => {
    const here = await scene()
    writeFileSync(here.installation.stateDir, 'mine')
    const what = /state directory .*\/state: .*; .*choose another with --state-dir/
    expectOneSentence(await here.vxagent(['agent']), 1, what)
    expect(await vxlans(here.host)).toEqual([])
  })

  test('a state directory that it may not write', async () => {
    const here = await scene()
    // CAP_NET_ADMIN alone, as its service has it: root writes everywhere.
    const before = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const withNetAdmin = [...before, '--inh-caps', '+net_admin', '--ambient-caps', '+net_admin']
    const what =
      /cannot write to the state directory .*EACCES.*; choose another with --state-dir, or run as a user who may/
    expectOneSentence(await here.vxagent(['agent'], { before: withNetAdmin }), 1, what)
    await expectNothingDone(here)
  })

  test('a socket path at which there is a file, and leaves the file', async () => {
    const here = await scene()
    mkdirSync(dirname(here.installation.socket))
    writeFileSync(here.installation.socket, 'mine')
    expectOneSentence(await here.vxagent(['agent']), 1, /vxagent\.sock exists and is no socket; remove it, or choose/)
    expect(existsSync(here.installation.socket)).toBe(true)
    await expectNothingDone(here)
  })

  test('a socket path at which another listens, and leaves the other', async () => {
    const here = await scene()
    const { socket } = here.installation
    mkdirSync(dirname(socket))
    let connections = 0
    const other = createServer((connection) => {
      connections += 1
      connection.destroy()
    })
    await new Promise<void>((resolve) => other.listen(socket, resolve))
    onTestFinished(() => void other.close())
    expectOneSentence(await here.vxagent(['agent']), 1, /another process is listening on .*; stop it, or choose/)
    expect(connections).toBe(1)
    expect(existsSync(socket)).toBe(true)
    await expectNothingDone(here)
  })

  test('a socket path longer than a socket address holds, and leaves no socket of another name', async () => {
    const here = await scene()
    const path = join(here.installation.directory, 'x'.repeat(120))
    expectOneSentence(await here.vxagent(['agent', '--socket', path]), 1, /107 bytes.*; choose .*--socket/)
    expect(readdirSync(here.installation.directory).toSorted()).toEqual(['desired.d', 'state'])
    await expectNothingDone(here)
  })

  test('a socket path in a directory that cannot be', async () => {
    const here = await scene()
    const path = join(here.installation.desired, 'overlay.yaml/sub/vxagent.sock')
    expectOneSentence(await here.vxagent(['agent', '--socket', path]), 1, /cannot make .*; choose .*--socket/)
    await expectNothingDone(here)
  })
})

describe('wrong usage has exit code 64:', () => {
  test.each<{ args: string[]; env: NodeJS.ProcessEnv; what: RegExp }>([
    { args: ['agent', '--nonsense'], env: {}, what: /unknown option --nonsense/ },
    { args: ['agent', '--state-dri', '/x'], env: {}, what: /unknown option --state-dri; did you mean --state-dir\?/ },
    { args: ['agnet'], env: {}, what: /unknown command agnet; did you mean agent\?/ },
    { args: ['agent', 'extra'], env: {}, what: /unexpected argument extra/ },
    { args: ['agent', '--socket'], env: {}, what: /--socket needs a value/ },
    { args: ['agent'], env: { VXAGENT_LOG_LEVEL: 'loud' }, what: /VXAGENT_LOG_LEVEL must be one of .*, not "loud"/ },
    { args: ['agent'], env: { VXAGENT_SOCKET: '' }, what: /VXAGENT_SOCKET must not be empty/ },
    { args: ['agent'], env: { VXAGENT_RESYNC_INTERVAL: 'x' }, what: /VXAGENT_RESYNC_INTERVAL must be a whole number/ },
    { args: ['agent'], env: { VXAGENT_RESYNC_INTERVAL: '0' }, what: /VXAGENT_RESYNC_INTERVAL must be .* from 1 / },
  ])('$args $env', async ({ args, env, what }) => {
    const here = await scene()
    const { code, stdout, stderr } = await here.vxagent(args, { env })
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    // The sentence, and where the help is.
    expect(stderr).toMatch(/^vxagent: [^\n]+\nSee vxagent (agent )?--help\n$/)
    expect(stderr).toMatch(what)
    await expectNothingDone(here)
    expect(existsSync(here.installation.stateDir)).toBe(false)
  })

  test('a VXAGENT_ variable that no option reads is pointed out, and does no harm', async () => {
    const { vxagent } = await scene()
    const { code, stderr } = await vxagent(['validate'], { env: { VXAGENT_SOKCET: '/x' } })
    expect(code).toBe(0)
    expect(stderr).toMatch(/VXAGENT_SOKCET is not known and has no effect; did you mean VXAGENT_SOCKET\?/)
  })
})

describe('desired state that is not there or not valid', () => {
  test.each(['apply', 'diff', 'validate'])('%s has exit code 4 and names the path', async (command) => {
    const here = await scene()
    const path = join(here.installation.directory, 'nothing.d')
    const { code, stdout, stderr } = await here.vxagent([command, '--desired', path])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain(`${path} does not exist\n`)
    expect(stderr).toContain('suggestion: create it, or name another path')
    await expectNothingDone(here)
  })

  test.each(['apply', 'diff', 'validate'])('%s has exit code 4 and names file, line and column', async (command) => {
    const here = await scene({ 'overlay.yaml': 'vxlans:\n  vxlan0:\n    id: 42\n    ttl: many\n' })
    const { code, stdout, stderr } = await here.vxagent([command])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain('overlay.yaml:4:10: error')
    await expectNothingDone(here)
  })

  test('the agent starts, does nothing, and says so', async () => {
    const here = await scene()
    const { installation } = here
    await installation.startAndWait('env', `VXAGENT_DESIRED=${join(installation.directory, 'nothing.d')}`)
    expect(await installation.status()).toMatchObject({ converged: false, desired: { enforcing: 'none' }, objects: [] })
    const { code, stdout } = await here.vxagent(['status'])
    expect(code).toBe(3)
    expect(stdout).toContain('nothing.d does not exist')
    expect(await vxlans(here.host)).toEqual([])
  })

  test('of several files one bad one holds back all, for it is all or none', async () => {
    const here = await scene({ ...overlay, 'other.yaml': 'vxlans: [' })
    expect(await here.vxagent(['apply'])).toMatchObject({ code: 4, stderr: expect.stringContaining('other.yaml:1:') })
    await expectNothingDone(here)
  })
})

test('what a foreign alias holds does not reach the terminal as it is', async () => {
  const { host, vxagent } = await scene()
  const alias = '\u001b[31mred\u001b]0;title\u0007 <b>\r\n\u202e'
  await host.run('ip', ['link', 'add', 'vxlan9', 'type', 'vxlan', 'id', '9', 'dev', 'eth1', 'dstport', '4789'])
  await host.run('ip', ['link', 'set', 'vxlan9', 'alias', alias])
  const { code, stdout } = await vxagent(['links'])
  expect(code).toBe(0)
  expect(stdout).toContain('\\u{1b}[31mred')
  expect(stdout).toContain('<b>')
  expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line.includes('vxlan9')),
  ).toHaveLength(1)
  const [link] = JSON.parse((await vxagent(['links', '--json'])).stdout).filter(
    ({ ifname }: { ifname: string }) => ifname === 'vxlan9',
  )
  expect(link.ifalias).toBe(alias)
})

describe('diff and apply', () => {
  test('without a daemon: pending, applied, nothing more to do', async () => {
    const { host, vxagent } = await scene()
    expect(await vxagent(['diff'])).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^\+ +link vxlan0: create/),
    })
    for (const args of [
      ['apply', '--dry-run'],
      ['apply', '--dry-run', '--json'],
    ]) {
      expect((await vxagent(args)).code).toBe(2)
    }
    expect(await vxlans(host)).toEqual([])

    expect(await vxagent(['apply'])).toMatchObject({ code: 0, stdout: expect.stringContaining('link vxlan0: create') })
    const made = await host.json('ip -d -j address show dev vxlan0')
    expect(made[0]).toMatchObject({ linkinfo: { info_data: { id: 42 } } })
    const nothing = 'Nothing to do: the kernel has what is declared.\n'
    expect(await vxagent(['apply'])).toMatchObject({ code: 0, stdout: nothing, stderr: '' })
    expect(await vxagent(['diff'])).toMatchObject({ code: 0, stdout: nothing })
    expect(await vxagent(['apply', '--dry-run'])).toMatchObject({ code: 0, stdout: nothing })
    expect((await host.json('ip -j link show vxlan0'))[0].ifindex).toBe(made[0].ifindex)
  })

  test('with a daemon: the daemon does it, and an apply of other files is refused', async () => {
    const here = await scene()
    const { host, installation, vxagent } = here
    await installation.startAndWait()
    await installation.converged()
    const { counters } = await askJson<{ counters: { reconciles: number } }>(installation.socket, '/v1/status')
    const { code, stdout } = await vxagent(['apply', '--json'])
    expect(code).toBe(0)
    const { status } = JSON.parse(stdout)
    expect(status.pid).toBe(installation.pid)
    expect(status.counters.reconciles).toBeGreaterThan(counters.reconciles)

    const other = join(installation.directory, 'other.yaml')
    writeFileSync(other, 'vxlans: {}\n')
    const refused = await vxagent(['apply', '--desired', other])
    expectOneSentence(refused, 1, /daemon \(pid \d+\) is running and keeps .*; leave --desired out, or stop the daemon/)
    expect(await vxlans(host)).toHaveLength(1)
    expect((await vxagent(['diff'])).code).toBe(0)
  })
})
