/** The daemon as a service: its start and end, its signals, files and socket, and what it costs. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AgentStatus, ApplyReport } from '../src/agent/answers/status.ts'
import { ask, askJson } from './support/ask.ts'
import { finish } from './support/command.ts'
import { eventually } from './support/eventually.ts'
import { pictureOf } from './support/link-picture.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { underlay } from './support/underlay.ts'
import { type DesiredFiles, type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const vxlan0 = { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789, addresses: ['10.0.1.1/24'] }
const vxlan1 = { id: 43, remote: '10.0.2.9', dev: 'eth1', dstport: 4789 }
/** The unknown key is in line 3, column 5. */
const broken = 'vxlans:\n  vxlan0:\n    ttll: 5\n    id: 42\n'

async function installed(files: DesiredFiles): Promise<{ host: Namespace; installation: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  return { host, installation: installVxagent(host, files, onTestFinished) }
}

const statusOf = ({ socket }: Installation): Promise<AgentStatus> => askJson<AgentStatus>(socket, '/v1/status')

const vxlans = async (host: Namespace): Promise<string[]> =>
  (await host.json('ip -j link show type vxlan')).map(({ ifname }: { ifname: string }) => ifname)

describe('ending and starting', () => {
  test('until the first pass is over it says that it is starting, and 300 links with remotes do not end it', async () => {
    const links = 300
    const many = Array.from({ length: links }, (_, at) => [
      `vx${at}`,
      { id: at + 1, dev: 'eth1', local: '10.0.2.1', dstport: 4789, remotes: ['10.0.2.2', '10.0.2.3'] },
    ])
    const { host, installation } = await installed({ 'a.json': { vxlans: Object.fromEntries(many) } })
    const daemon = installation.start()
    const first = await eventually(() => statusOf(installation), { everyMs: 2 })
    expect(first).toMatchObject({ isStarting: true, converged: false })
    expect((await installation.vxagent('status')).code).not.toBe(0)
    const status = await eventually(
      async () => {
        expect(daemon.process.exitCode, daemon.output()).toBeNull()
        const now = await statusOf(installation)
        expect(now.isStarting).toBeUndefined()
        return now
      },
      { timeoutMs: 60_000 },
    )
    expect(status.objects).toHaveLength(links)
    expect(await vxlans(host)).toHaveLength(links)
    const floods = await host.json('bridge -j fdb show')
    expect(floods.filter(({ dst }: { dst?: string }) => dst === '10.0.2.3')).toHaveLength(links)
    await installation.converged()
  })

  test('SIGTERM ends it with exit code 0, and the overlay carries on', async () => {
    const hosts = await underlay({ here: '10.0.2.1/24', there: '10.0.2.2/24' }, onTestFinished)
    const addresses = { here: '10.0.1.1/24', there: '10.0.1.2/24' }
    const installations = (['here', 'there'] as const).map((name) => {
      const overlay = { vxlans: { vxlan0: { ...vxlan0, addresses: [addresses[name]] } } }
      return installVxagent(hosts[name], { 'overlay.yaml': overlay }, onTestFinished)
    })
    for (const installation of installations) {
      await installation.startAndWait()
      await installation.converged()
    }
    expect(await hosts.here.canPing('10.0.1.2')).toBe(true)
    const before = await eventually(async () => {
      const shown = await hosts.here.json('ip -d -j address show dev vxlan0')
      expect(JSON.stringify(shown)).not.toContain('tentative')
      return shown
    })

    for (const installation of installations) {
      const asked = performance.now()
      const finished = await installation.stop('SIGTERM')
      process.stdout.write(`SIGTERM to the end: ${(performance.now() - asked).toFixed(0)} ms\n`)
      expect(finished).toMatchObject({ code: 0, stderr: '' })
      expect(statSync(installation.socket, { throwIfNoEntry: false })).toBeUndefined()
    }
    expect(await hosts.here.json('ip -d -j address show dev vxlan0')).toEqual(before)
    expect(await hosts.here.canPing('10.0.1.2')).toBe(true)
  })

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'after %s, the next one finds all as it left it, and changes nothing',
    async (signal) => {
      const { host, installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0, vxlan1 } } })
      await installation.startAndWait()
      await installation.converged()
      const before = await host.json('ip -d -j link show type vxlan')
      await installation.stop(signal)

      await installation.startAndWait()
      const status = await installation.converged()
      expect(await host.json('ip -d -j link show type vxlan')).toEqual(before)
      expect(status.counters.repairs).toBe(0)
      expect(installation.logged(/^(done|repaired):/)).toHaveLength(3)
      expect(installation.logs()).not.toMatch(/"level":[56]0/)
    },
  )

  test('a second one on the same state directory is refused, and told of the first', async () => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    const { pid } = await installation.startAndWait()
    const second = await installation.vxagent('agent', '--socket', join(installation.directory, 'other.sock'))
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toMatch(
      new RegExp(`^vxagent: .*${installation.stateDir} is in use by .*\\(pid ${pid}\\); .*\\n$`),
    )
    expect((await installation.converged()).pid).toBe(pid)
  })

  test('it runs no other program: one execve through start, reconcile, reload and stop', async (context) => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    const trace = join(installation.directory, 'trace')
    if ((await finish('strace', ['-o', '/dev/null', 'true'])).code !== 0) {
      context.skip('strace is not installed, or may not trace here')
    }
    const strace = ['strace', '-f', '--seccomp-bpf', '-e', 'trace=execve,execveat', '-o', trace]
    const tracer = await installation.startAndWait(...strace)
    const { pid } = await installation.converged()
    process.kill(pid, 'SIGHUP')
    installation.write('more.yaml', { vxlans: { vxlan1 } })
    await eventually(async () => expect((await statusOf(installation)).objects).toHaveLength(2))
    process.kill(pid, 'SIGTERM')
    expect((await tracer.finished).code).toBe(0)
    const executed = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes('execve'))
    expect(executed).toEqual([expect.stringContaining('"agent"')])
  })
})

describe('the desired files', () => {
  test('a file dropped is taken up without a signal, and so is one taken away', async () => {
    const { host, installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.startAndWait()
    await installation.converged()
    installation.write('more.yaml', { vxlans: { vxlan1 } })
    await eventually(async () => expect(await vxlans(host)).toEqual(['vxlan0', 'vxlan1']))
    installation.remove('more.yaml')
    await eventually(async () => expect(await vxlans(host)).toEqual(['vxlan0']))
  })

  test('SIGHUP makes it read them again and reconcile', async () => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    const { process: daemon } = await installation.startAndWait()
    await installation.converged()
    const { reconciles } = (await statusOf(installation)).counters
    daemon.kill('SIGHUP')
    await eventually(async () => expect((await statusOf(installation)).counters.reconciles).toBeGreaterThan(reconciles))
    expect(daemon.exitCode).toBeNull()
  })

  test('a broken one leaves the last valid state in force, across a restart too, and mended it is taken up', async () => {
    const { host, installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.startAndWait()
    await installation.converged()

    installation.write('overlay.yaml', broken)
    await eventually(async () => expect((await statusOf(installation)).desired.isValid).toBe(false))
    await isBrokenAndEnforced()

    await installation.stop('SIGTERM')
    await host.ip('link delete vxlan0')
    await installation.startAndWait()
    await isBrokenAndEnforced()

    installation.write('overlay.yaml', { vxlans: { vxlan0: { ...vxlan0, ttl: 7 } } })
    await eventually(async () => expect((await pictureOf(host, 'vxlan0')).vxlan).toMatchObject({ ttl: 7 }))
    expect((await installation.converged()).desired).toMatchObject({ isValid: true, enforcing: 'current' })

    async function isBrokenAndEnforced(): Promise<void> {
      await eventually(async () => expect(await vxlans(host)).toEqual(['vxlan0']))
      await host.ip('link delete vxlan0')
      await eventually(async () => expect((await pictureOf(host, 'vxlan0')).vxlan).toMatchObject({ id: 42 }))
      const { code, stdout } = await installation.vxagent('status')
      expect(code).toBe(3)
      expect(stdout).toContain(`${join(installation.desired, 'overlay.yaml')}:3:5: error`)
      expect(stdout).toContain('the last valid one')
      expect((await statusOf(installation)).desired.enforcing).toBe('last valid')
      expect(installation.logged(/overlay\.yaml:3:5/)).not.toEqual([])
    }
  })

  test('broken from the first start on, they touch nothing', async () => {
    const { host, installation } = await installed({ 'overlay.yaml': broken })
    await host.ip('link add theirs type vxlan id 7 dstport 4789 dev eth1')
    const before = await host.json('ip -d -j link show')
    await installation.startAndWait()
    const { code, stdout } = await installation.vxagent('status')
    expect(code).toBe(3)
    expect(stdout).toContain('nothing is in force')
    expect(await statusOf(installation)).toMatchObject({ objects: [], desired: { isValid: false, enforcing: 'none' } })
    expect(await host.json('ip -d -j link show')).toEqual(before)
  })
})

describe('what it shows', () => {
  test('its socket is for its owner and group, and answers with JSON', async () => {
    const { host, installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.startAndWait()
    await installation.converged()
    const { socket } = installation
    expect(modeOf(socket)).toBe('660')
    expect(await askJson(socket, '/v1/links')).toEqual(await host.json('ip -d -j link show'))
    const fdb = await askJson<object[]>(socket, '/v1/fdb')
    expect(fdb).toContainEqual(expect.objectContaining({ ifname: 'vxlan0', dst: '239.1.1.1' }))
    expect(await statusOf(installation)).toMatchObject({ converged: true, objects: [{ name: 'vxlan0' }] })

    await host.ip('link set vxlan0 down')
    const report = await askJson<ApplyReport>(socket, '/v1/apply', 'POST')
    expect(report.status.converged).toBe(true)
    expect(await pictureOf(host, 'vxlan0')).toMatchObject({ isUp: true })
  })

  test('its socket answers what it does not know with 404 and JSON, and goes on after nonsense', async () => {
    const { installation } = await installed({})
    await installation.startAndWait()
    const { socket } = installation
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['POST', '/v1/status'],
      ['GET', '/v1/apply'],
    ] as const) {
      const answer = await ask(socket, path, method)
      expect(answer).toMatchObject({ status: 404, contentType: expect.stringContaining('application/json') })
      expect(JSON.parse(answer.text).error).toContain('/v1/status')
    }
    const nonsense = ['\0\u0001\u0002garbage\r\n\r\n', 'GET', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`, '{"a":1}']
    for (const text of nonsense) {
      await sendRaw(socket, text)
      expect(await statusOf(installation)).toMatchObject({ converged: true })
    }
  })

  test('state.json is whole at every moment, for its group to read, and follows', async () => {
    const { host, installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.startAndWait()
    await installation.converged()
    const path = join(installation.directory, 'run/state.json')
    const read = (): { status: AgentStatus; links: { ifname: string; mtu: number }[]; fdb: object[] } =>
      JSON.parse(readFileSync(path, 'utf8'))
    await eventually(() => expect(read().status.converged).toBe(true))
    expect(modeOf(path)).toBe('640')

    let isOver = false
    const reader = (async () => {
      let reads = 0
      for (; !isOver; reads += 1) {
        read()
        await delay(1)
      }
      return reads
    })()
    await host.ipBatch(Array.from({ length: 50 }, (_, n) => `link set eth1-far mtu ${1400 + n}`).join('\n'))
    await eventually(() => expect(read().links.find(({ ifname }) => ifname === 'eth1-far')?.mtu).toBe(1449))
    isOver = true
    expect(await reader).toBeGreaterThan(1)
    expect(read().links).toEqual(await host.json('ip -d -j link show'))
    expect(readdirSync(join(installation.directory, 'run')).toSorted()).toEqual(['state.json', 'vxagent.sock'])
  })

  test('its log is a JSON object a line', async () => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.startAndWait()
    await installation.converged()
    await installation.stop()
    const lines = installation.logs().trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ level: 30, time: expect.any(String), msg: expect.any(String) })
    }
  })

  test('on a terminal its log is for people', async (context) => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    if ((await finish('script', ['--version'])).code !== 0) {
      context.skip('script(1) is not installed (package bsdutils)')
    }
    const command = `${process.execPath} ${vxagentPath} agent`
    const held = installation.host.hold('script', ['-qefc', command, '/dev/null'], {
      ...installation.env,
      TERM: 'xterm',
    })
    onTestFinished(() => void held.process.kill('SIGKILL'))
    const { pid } = await eventually(() => installation.converged())
    process.kill(pid, 'SIGTERM')
    expect((await held.finished).code).toBe(0)
    expect(held.output()).toMatch(/ready/)
    expect(held.output()).toContain('stopped; the overlay stays in place')
    expect(held.output()).not.toContain('{"level"')
  })
})

describe('what it costs', () => {
  test('idle, next to nothing; its start and its status, little', async () => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    const spawned = Date.now()
    const { pid } = await installation.startAndWait()
    await installation.converged()
    const [ready] = installation.logged('ready')
    const startMs = Date.parse(String(ready?.['time'])) - spawned
    const statusMs: number[] = []
    for (let count = 0; count < 5; count += 1) {
      const began = performance.now()
      await installation.vxagent('status')
      statusMs.push(performance.now() - began)
    }
    const before = cpuMs(pid)
    await delay(5000)
    const idleMs = cpuMs(pid) - before
    const rss = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    const median = statusMs.toSorted((a, b) => a - b)[2]
    process.stdout.write(
      `spawn to ready ${startMs} ms; idle ${idleMs} ms of CPU in 5 s; RSS ${(Number(rss) / 1024).toFixed(0)} MiB; vxagent status ${median?.toFixed(0)} ms\n`,
    )
    // A loop that spins would take all of it.
    expect(idleMs).toBeLessThan(2500)
  })

  test('50 reloads leave no descriptor open', async () => {
    const { installation } = await installed({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    const daemon = await installation.startAndWait()
    await installation.converged()
    const descriptors = (): number => readdirSync(`/proc/${daemon.pid}/fd`).length
    const reload = async (): Promise<void> => {
      const { reconciles } = (await statusOf(installation)).counters
      daemon.process.kill('SIGHUP')
      await eventually(
        async () => expect((await statusOf(installation)).counters.reconciles).toBeGreaterThan(reconciles),
        { everyMs: 2 },
      )
    }
    await reload()
    const before = descriptors()
    for (let count = 0; count < 50; count += 1) {
      await reload()
    }
    // Connections that the questions above leave behind go a moment later.
    await eventually(() => expect(descriptors()).toBeLessThanOrEqual(before))
  })
})

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

/** User and system time of a process so far. Source: proc(5), fields 14 and 15, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Writes to the socket, and waits until it is closed: by the daemon, or after its first answer. */
function sendRaw(path: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => socket.end(text))
    socket.on('data', () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}
