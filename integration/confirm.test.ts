/** A state on trial: kept when confirmed, gone by itself when not, whatever dies meanwhile; with a daemon and without. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AgentStatus } from '../src/agent/answers/status.ts'
import { checksum } from '../src/agent/record/record-file.ts'
import { ask, askJson } from './support/ask.ts'
import { finish } from './support/command.ts'
import { killAtEachStep } from './support/each-step.ts'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { slowness } from './support/slowness.ts'
import { underlay } from './support/underlay.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const crashAt = join(import.meta.dirname, 'support/crash-at.mjs')

/** An overlay in which the other side answers as long as its VNI is 42. */
const overlay = (parts: object = {}): object => ({
  vxlans: { vxlan0: { id: 42, remote: '10.0.2.2', dstport: 4789, addresses: ['10.0.1.1/24'], ...parts } },
})
const good = overlay()
/** Cuts the host off. */
const bad = overlay({ id: 43 })
/** A change that a kernel makes live. */
const better = overlay({ ttl: 7 })

interface Scene {
  readonly host: Namespace
  readonly installation: Installation
  vxagent(...args: string[]): ReturnType<Installation['vxagent']>
  vni(): Promise<number | undefined>
  /** Whether the other side of the overlay answers. */
  answers(): Promise<boolean>
}

/** A host with an overlay to another one, nothing running. */
async function scene(state: object = good): Promise<Scene> {
  const { host, there } = await underlay({ host: '10.0.2.1/24', there: '10.0.2.2/24' }, onTestFinished)
  await there.ipBatch(`
    link add vxlan0 type vxlan id 42 remote 10.0.2.1 dstport 4789
    address add 10.0.1.2/24 dev vxlan0
    link set vxlan0 up`)
  const installation = installVxagent(host, { 'overlay.yaml': state }, onTestFinished)
  return {
    host,
    installation,
    vxagent: (...args) => installation.vxagent(...args),
    vni: async () => (await host.json('ip -d -j link show type vxlan'))[0]?.linkinfo.info_data.id,
    answers: async () => (await host.finish('ping', ['-c', '1', '-W', '0.4', '10.0.1.2'])).code === 0,
  }
}

/** The same with a daemon that has converged. */
async function running({ watch = 'no', state = good }: { watch?: 'yes' | 'no'; state?: object } = {}): Promise<Scene> {
  const here = await scene(state)
  await here.installation.startAndWait('env', `VXAGENT_WATCH=${watch}`)
  await here.installation.converged()
  return here
}

/** The same without one, the state applied. */
async function applied(): Promise<Scene> {
  const here = await scene()
  expect(await here.vxagent('apply')).toMatchObject({ code: 0 })
  return here
}

const statusOf = ({ installation }: Scene): Promise<AgentStatus> =>
  askJson<AgentStatus>(installation.socket, '/v1/status')

/** A window within which some commands run: as many times longer as the machine is slower. Seconds, as an argument. */
const windowOfSeconds = (seconds: number): string => `${seconds * slowness}`

/** Puts files on trial and sees that they are in force. */
async function tryOut(here: Scene, seconds: number, state = bad): Promise<void> {
  here.installation.write('overlay.yaml', state)
  const { code, stdout, stderr } = await here.vxagent('apply', '--confirm', windowOfSeconds(seconds))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/\nOn trial: the state before returns in \d+[smh] unless vxagent confirm comes first\.\n$/)
}

async function expectCutOff(here: Scene): Promise<void> {
  expect(await here.vni()).toBe(43)
  expect(await here.answers()).toBe(false)
}

/** What is to be so within some seconds. */
async function expectReturned(here: Scene): Promise<void> {
  await eventually(async () => expect(await here.vni()).toBe(42))
  await eventually(async () => expect(await here.answers()).toBe(true))
}

/** The processes that keep a window. */
async function guards({ host }: Scene): Promise<number[]> {
  const { stdout } = await finish('ip', ['netns', 'pids', host.name])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--when-due')
      } catch {
        return false
      }
    })
}

async function killGuard(here: Scene): Promise<void> {
  const [pid, ...others] = await guards(here)
  expect(others).toEqual([])
  process.kill(pid ?? Number.NaN, 'SIGKILL')
}

/** As after a power cut: another boot, in which there are no links yet. */
async function losePower(here: Scene): Promise<void> {
  const { host, installation } = here
  await installation.stop('SIGKILL')
  for (const pid of await guards(here)) {
    process.kill(pid, 'SIGKILL')
  }
  for (const name of ['override.json', 'owned.json']) {
    const path = join(installation.stateDir, name)
    const text = readFileSync(path, 'utf8').replaceAll(/"bootId":"[^"]*"/g, '"bootId":"another"')
    writeFileSync(path, withItsChecksum(text))
  }
  await host.ip('link delete vxlan0')
}

/** The text of a state file; where it ends with a checksum of what is before, with the right one. */
function withItsChecksum(text: string): string {
  return text.replace(
    /^(.*),"crc32":"[0-9a-f]{8}"\}\n$/s,
    (_, content) => `${content},"crc32":"${checksum(content)}"}\n`,
  )
}

interface Window {
  readonly endsAtMs: number
  readonly seconds: number
}

/** The window that is open, as it is on the disk; undefined when what is on trial there has been rolled back. */
const windowOf = ({ installation }: Scene): Window | undefined =>
  JSON.parse(readFileSync(join(installation.stateDir, 'override.json'), 'utf8')).window

const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n)

/** Until a window has ended. */
async function pass(window: Window | undefined): Promise<void> {
  await delay(Math.max(0, (window?.endsAtMs ?? 0) - monotonicMs()) + 100)
}

describe('with a daemon', () => {
  test('a window that runs out brings the connection back, and the files wait for a change', async () => {
    const here = await running()
    await tryOut(here, 6)
    await expectCutOff(here)
    const trial = await here.vxagent('status')
    expect(trial.code).toBe(0)
    expect(trial.stdout).toMatch(/^Converged: .*\n(?:Health: .*\n)?Desired state .* on trial for \d+[sm]\nOn trial: /)
    const began = performance.now()
    await expectReturned(here)
    process.stdout.write(`back after ${((performance.now() - began) / 1000).toFixed(1)} s of waiting\n`)

    const after = await here.vxagent('status')
    expect(after.code).toBe(3)
    expect(after.stdout).toMatch(
      /^Not converged: .*rolled back\n(?:Health: .*\n)?.*\nRolled back \(not confirmed\): .* not what .* says/,
    )
    expect(await here.vxagent('diff')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Rolled back (not confirmed)'),
    })
    expect(here.installation.logged('the state before returns')).toHaveLength(1)

    // Neither a restart nor an apply is a change of the files.
    await here.installation.stop('SIGTERM')
    await here.installation.startAndWait()
    expect((await here.vxagent('apply')).code).toBe(1)
    expect(await here.vni()).toBe(42)
    here.installation.write('overlay.yaml', better)
    await eventually(async () => expect((await statusOf(here)).desired.enforcing).toBe('current'))
    expect(await here.vni()).toBe(42)
  })

  test('confirmed in time it stays', async () => {
    const here = await running()
    await tryOut(here, 6, better)
    const window = windowOf(here)
    expect(await here.vxagent('confirm')).toMatchObject({ code: 0, stdout: 'Confirmed: the state stays in force.\n' })
    await pass(window)
    expect((await here.installation.converged()).desired.enforcing).toBe('current')
    expect(await here.vxagent('confirm')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'vxagent: nothing to confirm: no state is on trial\n',
    })
    const { linkinfo } = (await here.host.json('ip -d -j link show vxlan0'))[0]
    expect(linkinfo.info_data.ttl).toBe(7)
  })

  test('what is changed live and returns costs no packet', async () => {
    const here = await running()
    expect(await here.answers()).toBe(true)
    const pinging = here.host.hold('ping', ['-i', '0.02', '-q', '10.0.1.2'])
    await tryOut(here, 1, better)
    await eventually(async () => expect((await statusOf(here)).desired.enforcing).toBe('rolled back'))
    pinging.process.kill('SIGINT')
    const { stdout } = await pinging.finished
    const [summary, sent, received] = /(\d+) packets transmitted, (\d+) received.*/.exec(stdout) ?? []
    process.stdout.write(`${summary}\n`)
    // The answer to the last one may not have come.
    expect(Number(received)).toBeGreaterThan(10)
    expect(Number(sent) - Number(received)).toBeLessThanOrEqual(1)
  })

  test('rollback ends the trial at once, and a second one is refused', async () => {
    const here = await running()
    await tryOut(here, 60)
    await expectCutOff(here)
    const { code, stdout } = await here.vxagent('rollback')
    expect(code).toBe(0)
    expect(stdout).toContain('Rolled back (asked for): the state before is in force, not what')
    await expectReturned(here)
    expect(await here.vxagent('rollback')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing to roll back/),
    })
    expect(await here.vni()).toBe(42)
  })

  test('rollback without a trial returns to the state before the last change', async () => {
    const here = await running({ watch: 'yes' })
    here.installation.write('overlay.yaml', bad)
    await eventually(async () => expect(await here.vni()).toBe(43))
    expect((await here.vxagent('rollback')).code).toBe(0)
    await expectReturned(here)
  })

  test('files that were taken up already return to those before them', async () => {
    const here = await running({ watch: 'yes' })
    here.installation.write('overlay.yaml', bad)
    await eventually(async () => expect(await here.vni()).toBe(43))
    expect((await here.vxagent('apply', '--confirm', '2')).code).toBe(0)
    await expectReturned(here)
    await delay(500)
    expect(await here.vni()).toBe(42)
  })

  test('with --watch no changed files wait for an apply', async () => {
    const here = await running({ watch: 'no' })
    here.installation.write('overlay.yaml', better)
    // A watching daemon takes them up within 50 ms, and looks once a second in any case.
    await delay(1500)
    expect((await here.vxagent('diff')).code).toBe(2)
    expect((await here.vxagent('apply')).code).toBe(0)
    expect((await here.vxagent('diff')).code).toBe(0)
  })

  test('with nothing before it to return to a state cannot be tried out', async () => {
    const here = await running()
    const { code, stderr } = await here.vxagent('apply', '--confirm', '5')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^vxagent: cannot try it out: this state is in force already, and none of before .*\n$/)
  })

  test('a candidate from elsewhere is tried out, confirmed, and stays over a restart until the files change', async () => {
    const here = await running({ watch: 'yes' })
    const path = join(here.installation.directory, 'new.yaml')
    writeFileSync(path, JSON.stringify(better))
    const trial = await here.vxagent('apply', '--confirm', '60', '--desired', path)
    expect(trial).toMatchObject({ code: 0, stdout: expect.stringContaining(`On trial is what ${path} says`) })
    const confirmed = await here.vxagent('confirm')
    expect(confirmed.code).toBe(0)
    expect(confirmed.stdout).toContain(`move ${path} there`)
    await here.installation.stop('SIGTERM')
    await here.installation.startAndWait()
    const status = await here.installation.converged()
    expect(status.desired).toMatchObject({ enforcing: 'confirmed', candidate: path })
    expect((await here.host.json('ip -d -j link show vxlan0'))[0].linkinfo.info_data.ttl).toBe(7)

    here.installation.write('overlay.yaml', better)
    await eventually(async () => expect((await statusOf(here)).desired.enforcing).toBe('current'))
    expect(existsSync(join(here.installation.stateDir, 'override.json'))).toBe(false)
  })

  test('a second trial takes the place of the first, and returns to the same state', async () => {
    const here = await running()
    await tryOut(here, 6, better)
    const first = windowOf(here)
    await tryOut(here, 10, bad)
    await pass(first)
    await expectCutOff(here)
    await expectReturned(here)
    expect((await here.host.json('ip -d -j link show vxlan0'))[0].linkinfo.info_data.ttl).toBe(0)
  })

  test('a plain apply is refused meanwhile, with what can be done', async () => {
    const here = await running()
    await tryOut(here, 60)
    const { code, stderr } = await here.vxagent('apply')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^vxagent: a state is on trial; .*vxagent confirm.*vxagent rollback.*\n$/)
    expect(await here.vni()).toBe(43)
  })

  test('killed within the window and started again it keeps the window', async () => {
    const here = await running()
    await tryOut(here, 8)
    await here.installation.stop('SIGKILL')
    await here.installation.startAndWait()
    expect((await statusOf(here)).desired.enforcing).toBe('trial')
    expect(await here.vni()).toBe(43)
    await expectReturned(here)
  })

  test('killed within the window and started after it, it brings the state before back first', async () => {
    const here = await running()
    await tryOut(here, 4)
    await here.installation.stop('SIGKILL')
    await pass(windowOf(here))
    await expectCutOff(here)
    await here.installation.startAndWait()
    await expectReturned(here)
    expect((await statusOf(here)).desired).toMatchObject({ enforcing: 'rolled back', why: 'not confirmed' })
  })

  test('after a power cut within the window the state on trial is never applied', async () => {
    const here = await running()
    await tryOut(here, 3600)
    await losePower(here)
    const before = here.installation.logs().length
    await here.installation.startAndWait()
    await expectReturned(here)
    expect(here.installation.logs().slice(before)).not.toContain('id 43')
    expect((await statusOf(here)).desired).toMatchObject({ enforcing: 'rolled back', why: 'reboot' })
  })

  test('broken files, here or elsewhere, change nothing: exit code 4', async () => {
    const here = await running()
    here.installation.write('overlay.yaml', 'vxlans:\n  vxlan0:\n    ttll: 5\n')
    const files = await here.vxagent('apply', '--confirm', '5')
    expect(files).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('overlay.yaml:3:5: error') })
    const path = join(here.installation.directory, 'new.yaml')
    writeFileSync(path, 'vxlans: {vxlan0: {id: many}}\n')
    const candidate = await here.vxagent('apply', '--confirm', '5', '--desired', path)
    expect(candidate).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('new.yaml:1:') })
    expect(existsSync(join(here.installation.stateDir, 'override.json'))).toBe(false)
    expect(await here.vni()).toBe(42)
  })

  test('the group of the socket may look and may not decide', async () => {
    const here = await running()
    const { installation, host } = here
    await finish('chgrp', ['65534', installation.socket])
    await finish('chmod', ['755', installation.directory])
    const member = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, vxagentPath]
    const asMember = (...args: string[]) => host.finish('setpriv', [...member, ...args], { env: installation.env })
    expect((await asMember('status')).code).toBe(0)
    for (const args of [['confirm'], ['rollback'], ['apply', '--confirm', '5']]) {
      const { code, stderr } = await asMember(...args)
      expect(code).toBe(1)
      expect(stderr).toMatch(/only root, or the user that the daemon runs as, may decide .*; run it with sudo\n$/)
    }
    expect((await statusOf(here)).desired.enforcing).toBe('current')
  })

  test('nonsense in a request is refused with a reason', async () => {
    const { installation } = await running()
    const { status, text } = await ask(installation.socket, '/v1/confirm', 'POST')
    expect([status, JSON.parse(text)]).toEqual([409, { error: expect.stringMatching(/^nothing to confirm/) }])
    for (const [body, reason] of [
      ['{"confirmSeconds":0}', /confirmSeconds/],
      ['{"confirmSeconds":86401}', /confirmSeconds/],
      ['{"confirm":5}', /confirm/],
      ['{"confirmSeconds":5,"candidate":{"path":"/x","state":{"vxlans":{"vxlan0":{"id":"x"}}}}}', /id/],
      ['5', /object/],
    ] as const) {
      const answer = await ask(installation.socket, '/v1/apply', 'POST', body)
      expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { error: expect.stringMatching(reason) }])
    }
  })
})

describe('without a daemon', () => {
  test('a window that runs out brings the connection back, and no process stays', async () => {
    const here = await applied()
    await tryOut(here, 6)
    expect(await guards(here)).toHaveLength(1)
    await expectCutOff(here)
    await expectReturned(here)
    await eventually(async () => expect(await guards(here)).toEqual([]))
    expect(await here.vxagent('diff')).toMatchObject({ code: 0, stderr: expect.stringContaining('Rolled back') })
    // The files say what was rolled back.
    expect(await here.vxagent('apply')).toMatchObject({ code: 1, stderr: expect.stringContaining('was rolled back') })
    expect(await here.vni()).toBe(42)
    // But for somebody who means them.
    expect(await here.vxagent('apply', '--files')).toMatchObject({ code: 0, stderr: '' })
    expect(await here.vni()).toBe(43)
    here.installation.write('overlay.yaml', better)
    expect(await here.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  })

  test('confirmed in time it stays, and no process does', async () => {
    const here = await applied()
    await tryOut(here, 6, better)
    const window = windowOf(here)
    expect(await here.vxagent('confirm')).toMatchObject({ code: 0, stdout: 'Confirmed: the state stays in force.\n' })
    await eventually(async () => expect(await guards(here)).toEqual([]))
    await pass(window)
    expect(await here.vxagent('diff')).toMatchObject({ code: 0, stderr: '' })
    expect((await here.host.json('ip -d -j link show vxlan0'))[0].linkinfo.info_data.ttl).toBe(7)
    expect((await here.vxagent('confirm')).code).toBe(1)
  })

  test('the first state ever returns to a host without an overlay', async () => {
    const here = await scene(bad)
    expect((await here.vxagent('apply', '--confirm', windowOfSeconds(5))).code).toBe(0)
    expect(await here.vni()).toBe(43)
    await eventually(async () => expect(await here.vni()).toBeUndefined())
  })

  test('rollback ends the trial at once, and without one returns to the state before', async () => {
    const here = await applied()
    await tryOut(here, 60)
    expect((await here.vxagent('rollback')).code).toBe(0)
    await expectReturned(here)
    await eventually(async () => expect(await guards(here)).toEqual([]))
    here.installation.write('overlay.yaml', overlay({ id: 44 }))
    expect((await here.vxagent('apply')).code).toBe(0)
    expect((await here.vxagent('rollback')).code).toBe(0)
    await expectReturned(here)
  })

  test('a second trial takes the place of the first, and its process that of the first', async () => {
    const here = await applied()
    await tryOut(here, 8, better)
    const first = windowOf(here)
    await tryOut(here, 60, bad)
    await eventually(async () => expect(await guards(here)).toHaveLength(1))
    await pass(first)
    expect(await here.vni()).toBe(43)
    expect(await here.vxagent('rollback')).toMatchObject({ code: 0 })
    await expectReturned(here)
  })

  test('a rollback that is killed at any step is carried out by the process that keeps the window', async () => {
    /** False when the rollback had ended before that step. */
    async function survives(step: number): Promise<boolean> {
      const here = await applied()
      await tryOut(here, 60)
      const env = { ...here.installation.env, VXA_CRASH_AT: `${step}` }
      const args = ['--import', crashAt, vxagentPath, 'rollback']
      const { code } = await here.host.finish(process.execPath, args, { env })
      if (windowOf(here) !== undefined) {
        // It had not begun: the trial goes on.
        expect((await here.vxagent('rollback')).code).toBe(0)
      }
      await expectReturned(here)
      await eventually(async () => expect(await guards(here)).toEqual([]))
      return code === 137
    }
    expect(await killAtEachStep(survives, 12)).toBeGreaterThan(10)
  })

  test('with its process killed, the next apply brings the state before back first', async () => {
    const here = await applied()
    await tryOut(here, 4)
    await killGuard(here)
    await pass(windowOf(here))
    await expectCutOff(here)
    expect(await here.vxagent('confirm')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/too late to confirm/),
    })
    const { code, stdout } = await here.vxagent('apply')
    expect(code).toBe(1)
    expect(stdout).toContain('Rolled back (not confirmed)')
    await expectReturned(here)
  })

  test('with its process killed, another can be set to keep the window', async () => {
    const here = await applied()
    await tryOut(here, 5)
    await killGuard(here)
    expect(await here.vxagent('rollback', '--when-due', '--state-dir', here.installation.stateDir)).toMatchObject({
      code: 0,
    })
    await expectReturned(here)
  })

  test('with its process killed, an apply of files that were changed since is what it says', async () => {
    const here = await applied()
    await tryOut(here, 4)
    await killGuard(here)
    await pass(windowOf(here))
    here.installation.write('overlay.yaml', better)
    expect(await here.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
    await expectReturned(here)
  })

  test('a daemon that starts within the window takes it over', async () => {
    const here = await applied()
    await tryOut(here, 8)
    await here.installation.startAndWait()
    expect((await statusOf(here)).desired.enforcing).toBe('trial')
    await expectReturned(here)
    expect((await statusOf(here)).desired.enforcing).toBe('rolled back')
    await eventually(async () => expect(await guards(here)).toEqual([]))
  })

  test('a daemon that starts and dies within the window leaves it to the process that was there', async () => {
    const here = await applied()
    await tryOut(here, 8)
    await here.installation.startAndWait()
    await here.installation.stop('SIGKILL')
    await expectReturned(here)
  })

  test('after a power cut within the window the state on trial is never applied', async () => {
    const here = await applied()
    await tryOut(here, 3600)
    await losePower(here)
    const { code, stdout } = await here.vxagent('apply')
    expect(code).toBe(1)
    expect(stdout).not.toContain('id 43')
    expect(stdout).toContain('Rolled back (reboot)')
    await expectReturned(here)
  })

  test('an apply that is killed at any step leaves a host that is reached again when the window is over', async () => {
    /** False when the apply had ended before that step. */
    async function survives(step: number): Promise<boolean> {
      const here = await applied()
      here.installation.write('overlay.yaml', bad)
      const args = ['--import', crashAt, vxagentPath, 'apply', '--confirm', '2']
      const env = { ...here.installation.env, VXA_CRASH_AT: `${step}` }
      const { code } = await here.host.finish(process.execPath, args, { env })
      if (existsSync(join(here.installation.stateDir, 'override.json'))) {
        await pass(windowOf(here))
      }
      await expectReturned(here)
      expect([0, 137], `killed at step ${step}`).toContain(code)
      return code === 137
    }
    expect(await killAtEachStep(survives, 12)).toBeGreaterThan(10)
  })

  test('what must be there before a trial and is not keeps it from being applied', async () => {
    const here = await applied()
    here.installation.write('overlay.yaml', bad)
    mkdirSync(join(here.installation.stateDir, 'rollback.log'))
    const { code, stderr } = await here.vxagent('apply', '--confirm', '5')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^vxagent: .*rollback\.log.*\n$/)
    expect(await here.vni()).toBe(42)
    expect(readdirSync(here.installation.stateDir)).not.toContain('override.json')
  })

  test('broken files change nothing: exit code 4, and nothing is kept', async () => {
    const here = await scene('vxlans: {vxlan0: {ttll: 5}}' as unknown as object)
    expect((await here.vxagent('apply', '--confirm', '5')).code).toBe(4)
    expect(readdirSync(here.installation.stateDir)).toEqual(['lock'])
    expect(await guards(here)).toEqual([])
  })

  test('a damaged record of the trial is told, and stops nothing', async () => {
    const here = await applied()
    await tryOut(here, 60, better)
    await killGuard(here)
    writeFileSync(join(here.installation.stateDir, 'override.json'), '{"version":1,')
    const { code, stderr } = await here.vxagent('apply')
    expect(code).toBe(0)
    expect(stderr).toMatch(/override\.json is damaged/)
  })

  test('a trial that takes over a link is refused, and leaves it alone', async () => {
    const host = await namespace(onTestFinished)
    await host.ip('link add vxlan0 type vxlan id 7 remote 10.0.2.7 dstport 4789')
    const before = await host.json('ip -d -j link show vxlan0')
    const installation = installVxagent(host, { 'overlay.yaml': overlay({ adopt: true }) }, onTestFinished)
    const { code, stderr } = await installation.vxagent('apply', '--confirm', '5')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^vxagent: cannot try it out: it takes over vxlan0.*vxagent export.*\n$/)
    expect(await host.json('ip -d -j link show vxlan0')).toEqual(before)
  })

  test('the window is kept on the clock that nobody sets', async () => {
    const here = await applied()
    await tryOut(here, 60, better)
    const window = windowOf(here)
    expect(window?.seconds).toBe(60 * slowness)
    const left = (window?.endsAtMs ?? 0) - monotonicMs()
    expect(left).toBeGreaterThan(50_000 * slowness)
    expect(left).toBeLessThan(60_000 * slowness)
  })
})
