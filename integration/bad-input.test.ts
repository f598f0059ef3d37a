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
    expectOneSentence(
      await here.vxagent(['diff'], { before: nobody }),
      1,
      /cannot read .*owned\.json.*; run the command as root/,
    )
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
    expectOneSentence(
      refused,
      1,
      /daemon at .* \(pid \d+\) keeps .*, not .*; leave --desired out, or stop the daemon first/,
    )
    expect(await vxlans(host)).toHaveLength(1)
    expect((await vxagent(['diff'])).code).toBe(0)
  })
})

/** What no kernel can do, as a file, with `‸` before the place that is told, and as the commands of iproute2 that ask for the same. */
const impossible: readonly { name: string; file: string; commands: readonly string[] }[] = [
  {
    name: 'gbp with gpe',
    file: 'vxlans:\n  vxlan0: {external: true, learning: false, gpe: true, dstport: 4789, ‸gbp: true}\n',
    commands: ['ip link add vxlan0 type vxlan external nolearning gpe gbp dstport 4789'],
  },
  {
    name: 'a group without dev',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, ‸group: 239.1.1.1}\n',
    // iproute2 looks itself; the kernel says the same of a VNI's group.
    commands: [
      'ip link add vxlan0 type vxlan external vnifilter dstport 4789',
      'bridge vni add dev vxlan0 vni 1 group 239.1.1.1',
    ],
  },
  {
    name: 'a flow label over IPv4',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, ‸flowlabel: 5}\n',
    commands: ['ip link add vxlan0 type vxlan id 1 dstport 4789 flowlabel 5'],
  },
  {
    name: 'vnifilter without external',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, ‸vnifilter: true}\n',
    commands: ['ip link add vxlan0 type vxlan id 1 dstport 4789 vnifilter'],
  },
  {
    name: 'an external link and one with an id on one dstport',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789}\n  vxlan1: {dstport: 4789, external: ‸true}\n',
    commands: [
      'ip link add vxlan0 up type vxlan id 1 dstport 4789',
      'ip link add vxlan1 type vxlan external dstport 4789',
      'ip link set vxlan1 up',
    ],
  },
  {
    name: 'two external links on one dstport',
    file: 'vxlans:\n  vxlan0: {external: true, dstport: 4789}\n  vxlan1: {‸external: true, dstport: 4789}\n',
    commands: [
      'ip link add vxlan0 type vxlan external dstport 4789',
      'ip link add vxlan1 type vxlan external dstport 4789',
    ],
  },
  {
    name: 'an MTU out of range',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, mtu: ‸67}\n',
    commands: ['ip link add vxlan0 mtu 67 type vxlan id 1 dstport 4789'],
  },
  {
    name: 'an IPv6 address on a link with too small an MTU',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, mtu: ‸1279, addresses: ["2001:db8::1/64"]}\n',
    commands: ['ip link add vxlan0 mtu 1279 type vxlan id 1 dstport 4789', 'ip address add 2001:db8::1/64 dev vxlan0'],
  },
  {
    name: 'an entry of the other family',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, remotes: [‸"2001:db8::9"]}\n',
    commands: [
      'ip link add vxlan0 type vxlan id 1 dstport 4789',
      'bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 2001:db8::9',
    ],
  },
  {
    name: 'more entries than maxaddr',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, maxaddr: ‸1, remotes: [10.0.2.8], fdb: [{mac: 02:00:00:00:00:01, dst: 10.0.2.9}]}\n',
    commands: [
      'ip link add vxlan0 type vxlan id 1 dstport 4789 maxaddress 1',
      'bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.8',
      'bridge fdb add 02:00:00:00:00:01 dev vxlan0 dst 10.0.2.9',
    ],
  },
  {
    name: 'a bridge in a bridge',
    file: 'bridges:\n  br0: {}\n  br1: {ports: {‸br0: {}}}\n',
    commands: ['ip link add br0 type bridge', 'ip link add br1 type bridge', 'ip link set br0 master br1'],
  },
  {
    name: 'a vxlan over the bridge that it is a port of',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, dev: ‸br0}\nbridges:\n  br0: {ports: [vxlan0]}\n',
    commands: [
      'ip link add br0 type bridge',
      'ip link add vxlan0 type vxlan id 1 dstport 4789 dev br0',
      'ip link set vxlan0 master br0',
    ],
  },
  {
    name: 'an alternative name that is taken',
    file: 'vxlans:\n  vxlan0: {id: 1, dstport: 4789, altnames: [‸vxlan0]}\n',
    commands: ['ip link add vxlan0 type vxlan id 1 dstport 4789', 'ip link property add dev vxlan0 altname vxlan0'],
  },
  {
    name: 'preferred for longer than valid',
    file: 'bridges:\n  br0: {addresses: [{address: 10.0.1.1/24, valid_lft: 60, preferred_lft: ‸61}]}\n',
    commands: ['ip link add br0 type bridge', 'ip address add 10.0.1.1/24 dev br0 valid_lft 60 preferred_lft 61'],
  },
]

describe('what the kernel would refuse, validate and apply refuse before it sees it', () => {
  test.each(impossible)('$name', async ({ file, commands }) => {
    const here = await scene({ 'overlay.yaml': file.replace('‸', '') })
    const lines = file.slice(0, file.indexOf('‸')).split('\n')
    const place = `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
    for (const command of ['validate', 'apply']) {
      const { code, stderr } = await here.vxagent([command])
      // apply has them in its log as well.
      const places = new Set([...stderr.matchAll(/overlay\.yaml:(\d+:\d+): error: /g)].map(([, found]) => found))
      expect({ code, places: [...places] }).toEqual({ code: 4, places: [place] })
    }
    await expectNothingDone(here)

    // That the rules are the kernel's own.
    const refused = commands.at(-1) ?? ''
    for (const command of commands.slice(0, -1)) {
      await here.host.run('sh', ['-c', command])
    }
    expect((await here.host.finish('sh', ['-c', refused])).code).not.toBe(0)
  })
})

describe('validate -', () => {
  const check = ({ host, installation }: Scene, text: string): Promise<Finished> =>
    host.finish('sh', ['-c', `printf '%s' '${text}' | ${process.execPath} ${vxagentPath} validate -`], {
      env: installation.env,
    })

  test('reads standard input', async () => {
    const here = await scene()
    const good = 'vxlans: {vxlan9: {id: 9, dstport: 4789}}'
    expect(await check(here, good)).toMatchObject({ code: 0, stdout: '1 file, 1 vxlan: valid\n', stderr: '' })
    const bad = await check(here, 'vxlans: {vxlan9: {id: 9, dstport: 0}}')
    expect(bad).toMatchObject({ code: 4, stdout: '' })
    expect(bad.stderr).toContain('stdin:1:35: error: ')
    expect(await check(here, '')).toMatchObject({ code: 4, stderr: expect.stringContaining('stdin is empty') })
  })
})
