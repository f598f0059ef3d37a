/** Deletions that files ask for by mistake: nothing goes that somebody may still need, and the status says how it ends. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask } from './support/ask.ts'
import { finish } from './support/command.ts'
import { eventually } from './support/eventually.ts'
import type { Namespace } from './support/namespace.ts'
import { underlay } from './support/underlay.ts'
import { type DesiredFiles, type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const vxlan = (id: number, parts: object = {}): object => ({ id, remote: '10.0.2.2', dstport: 4789, ...parts })
const vxlan0 = vxlan(42, { addresses: ['10.0.1.1/24'] })

interface Scene {
  readonly host: Namespace
  readonly installation: Installation
  vxlans(): Promise<Record<string, number>>
}

/** A host with a daemon, whose vxlan0 leads to another one that answers pings. */
async function scene(files: DesiredFiles, ...settings: string[]): Promise<Scene> {
  const { host, there } = await underlay({ host: '10.0.2.1/24', there: '10.0.2.2/24' }, onTestFinished)
  await there.ipBatch(`
    link add vxlan0 type vxlan id 42 remote 10.0.2.1 dstport 4789
    address add 10.0.1.2/24 dev vxlan0
    link set vxlan0 up`)
  const installation = installVxagent(host, files, onTestFinished)
  await installation.startAndWait('env', ...settings)
  await installation.converged()
  const vxlans = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await host.json('ip -j link show type vxlan')).map(
        ({ ifname, ifindex }: { ifname: string; ifindex: number }) => [ifname, ifindex],
      ),
    )
  return { host, installation, vxlans }
}

/** Moves every file elsewhere, as `mv desired.d/* elsewhere` does. */
function empty({ desired, directory }: Installation): string {
  const elsewhere = join(directory, 'elsewhere')
  mkdirSync(elsewhere)
  for (const name of readdirSync(desired)) {
    renameSync(join(desired, name), join(elsewhere, name))
  }
  return elsewhere
}

const held = ({ installation }: Scene): Promise<void> =>
  eventually(async () => expect((await installation.status()).desired.enforcing).toBe('held'))

/** A ping at 10 ms. What it has lost so far, when it is ended: the answer to the last one may not have come. */
function pinging({ host }: Scene): () => Promise<{ sent: number; lost: number }> {
  const ping = host.hold('ping', ['-i', '0.01', '-q', '10.0.1.2'])
  return async () => {
    ping.process.kill('SIGINT')
    const { stdout } = await ping.finished
    const [summary, sent, received] = /(\d+) packets transmitted, (\d+) received.*/.exec(stdout) ?? []
    process.stdout.write(`${summary}\n`)
    return { sent: Number(sent), lost: Math.max(0, Number(sent) - Number(received) - 1) }
  }
}

const three = { 'a.yaml': { vxlans: { vxlan0 } }, 'b.yaml': { vxlans: { vxlan1: vxlan(43), vxlan2: vxlan(44) } } }

describe('a directory that is emptied', () => {
  test('deletes nothing and costs no packet; everything says so, and an apply carries it out', async () => {
    const here = await scene(three)
    const { installation, vxlans } = here
    const before = await vxlans()
    const end = pinging(here)
    empty(installation)
    await held(here)
    await delay(1500)
    expect(await vxlans()).toEqual(before)
    expect(await end()).toMatchObject({ lost: 0 })

    const status = await installation.vxagent('status')
    expect(status.code).toBe(3)
    expect(status.stdout).toMatch(
      /^Not converged: a change of the desired files is held: it would delete all 3 links\n(?:Health: .*\n)?Desired state .*: valid \(0 files\), held\nHeld for \d+s \(since 20.*Z\): what .* says would delete all 3 links \(vxlan0, vxlan1, vxlan2\)\. The state before stays in force\. To carry it out: vxagent apply\. To keep them: put the files back\.\n/,
    )
    expect(status.stderr).toContain('hint: vxagent diff shows what the held change would do')
    const { text: body } = await ask(installation.socket, '/metrics')
    expect(body).toContain('vxagent_converged 0')
    expect(body).toContain('vxagent_desired_in_force 0')
    expect(body).toContain('vxagent_held_deletions{what="links"} 3')
    expect((await installation.vxagent('events', '--once', '--kind', 'held')).stdout).toContain(
      'held: the desired files would delete all 3 links (vxlan0, vxlan1, vxlan2); vxagent apply carries it out',
    )
    expect(installation.logged('held: the desired files would delete all 3 links')).toHaveLength(1)
    const { stdout: state } = await finish('cat', [join(installation.directory, 'run/state.json')])
    expect(JSON.parse(state).status.desired).toMatchObject({
      enforcing: 'held',
      held: { losses: [{ what: 'links', count: 3, of: 3, names: ['vxlan0', 'vxlan1', 'vxlan2'] }] },
    })

    const diff = await installation.vxagent('diff')
    expect(diff.code).toBe(2)
    expect(diff.stdout.match(/^- {3}link vxlan\d: delete/gm)).toHaveLength(3)
    expect(diff.stderr).toMatch(/^Held for /)
    const apply = await installation.vxagent('apply')
    expect(apply).toMatchObject({ code: 0, stderr: '' })
    expect(apply.stdout.match(/^- {3}link vxlan\d: delete/gm)).toHaveLength(3)
    expect(await vxlans()).toEqual({})
    expect((await installation.converged()).desired).not.toHaveProperty('held')
  })

  test('deletes nothing when the agent is started anew, by a signal or after a kill, or is told to reload', async () => {
    const here = await scene(three)
    const { installation, vxlans } = here
    const before = await vxlans()
    await installation.stop('SIGKILL')
    const elsewhere = empty(installation)
    await installation.startAndWait()
    await held(here)
    expect(await vxlans()).toEqual(before)
    const { since } = (await installation.status()).desired.held ?? {}
    await installation.stop('SIGTERM')
    await installation.startAndWait()
    process.kill(installation.pid, 'SIGHUP')
    await delay(500)
    expect((await installation.status()).desired.held).toMatchObject({ since })
    expect(await vxlans()).toEqual(before)

    // Still kept as it was: what is held is not left alone.
    await here.host.ip('link set vxlan0 down')
    await eventually(async () => expect((await here.host.finish('ping', ['-c1', '-W1', '10.0.1.2'])).code).toBe(0))
    renameSync(join(elsewhere, 'a.yaml'), join(installation.desired, 'a.yaml'))
    renameSync(join(elsewhere, 'b.yaml'), join(installation.desired, 'b.yaml'))
    await installation.converged()
    expect(await vxlans()).toEqual(before)
  })

  test('is not for the group of the socket to carry out', async () => {
    const here = await scene(three)
    const { installation, host } = here
    empty(installation)
    await held(here)
    await finish('chgrp', ['65534', installation.socket])
    await finish('chmod', ['755', installation.directory])
    const member = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, vxagentPath]
    const { code, stderr } = await host.finish('setpriv', [...member, 'apply'], { env: installation.env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/only root, .* may carry out deletions that wait; run it with sudo\n$/)
    expect(Object.keys(await here.vxlans())).toHaveLength(3)
  })

  test('deletes nothing when the record of the state in force is gone, too', async () => {
    const here = await scene(three)
    const { installation, vxlans } = here
    const before = await vxlans()
    await installation.stop('SIGKILL')
    empty(installation)
    rmSync(join(installation.stateDir, 'last-valid.json'))
    await installation.startAndWait()
    await held(here)
    expect(await vxlans()).toEqual(before)
    expect((await installation.vxagent('status')).stdout).toContain('Nothing is enforced meanwhile.')
    expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
    expect(await vxlans()).toEqual({})
  })

  test('is no question for an apply without a daemon, nor for a teardown', async () => {
    const here = await scene(three)
    await here.installation.stop()
    empty(here.installation)
    expect(await here.installation.vxagent('apply')).toMatchObject({ code: 0 })
    expect(await here.vxlans()).toEqual({})

    const other = await scene(three)
    await other.installation.stop()
    expect(await other.installation.vxagent('teardown')).toMatchObject({ code: 0 })
    expect(await other.vxlans()).toEqual({})
  })

  test('is carried out after the time that is configured, and at once where the guard is off', async () => {
    const here = await scene(three, 'VXAGENT_DELETION_WAIT=2')
    empty(here.installation)
    await held(here)
    expect((await here.installation.vxagent('status')).stdout).toMatch(/It is carried out in \ds all the same\./)
    expect(Object.keys(await here.vxlans())).toHaveLength(3)
    await eventually(async () => expect(await here.vxlans()).toEqual({}))

    const off = await scene(three, 'VXAGENT_DELETION_GUARD=off', 'VXAGENT_DELETION_DELAY=0')
    empty(off.installation)
    await eventually(async () => expect(await off.vxlans()).toEqual({}))
    expect(off.installation.logged('held')).toEqual([])
  })

  test('that is tried out returns by itself', async () => {
    const here = await scene(three)
    empty(here.installation)
    await held(here)
    expect(await here.installation.vxagent('apply', '--confirm', '3')).toMatchObject({ code: 0 })
    expect(await here.vxlans()).toEqual({})
    await eventually(async () => expect(Object.keys(await here.vxlans())).toEqual(['vxlan0', 'vxlan1', 'vxlan2']))
  })

  test('that is gone altogether leaves everything as it is, over a restart too', async () => {
    const here = await scene(three)
    const before = await here.vxlans()
    rmSync(here.installation.desired, { recursive: true })
    await eventually(async () => expect((await here.installation.status()).converged).toBe(false))
    const { stdout, code } = await here.installation.vxagent('status')
    expect(stdout).toMatch(/^Not converged: the desired files are invalid; 3 links as the last valid state declares\n/)
    expect(stdout).toMatch(/desired\.d does not exist\n/)
    expect(code).toBe(3)
    await here.installation.stop()
    await here.installation.startAndWait()
    expect(await here.vxlans()).toEqual(before)
    // One that is made anew is empty.
    mkdirSync(here.installation.desired)
    await held(here)
    expect(await here.vxlans()).toEqual(before)
  })
})

describe('a stanza that moves to another file', () => {
  test('in two saves loses no packet and is the same link', async () => {
    const here = await scene(three)
    const { installation, vxlans } = here
    const before = await vxlans()
    const end = pinging(here)
    await delay(300)
    installation.write('a.yaml', { vxlans: { vxlan3: vxlan(45) } })
    // The rest of the change is there at once.
    await eventually(async () => expect(await vxlans()).toHaveProperty('vxlan3'))
    const status = await installation.vxagent('status')
    expect(status.code).toBe(3)
    expect(status.stdout).toMatch(/^Not converged: vxlan0 waits to be deleted\n/)
    expect(status.stdout).toMatch(
      /\nvxlan0 is to be deleted in \ds unless a file in .* names it again; vxagent apply deletes it now\.\n/,
    )
    expect((await ask(installation.socket, '/metrics')).text).toContain('vxagent_delayed_deletions 1')
    await delay(1500)
    installation.write('c.yaml', { vxlans: { vxlan0 } })
    await installation.converged()
    await delay(5000)
    const { sent, lost } = await end()
    expect(sent).toBeGreaterThan(300)
    expect(lost).toBe(0)
    expect((await vxlans())['vxlan0']).toBe(before['vxlan0'])
    expect((await installation.vxagent('events', '--once', '--kind', 'held')).stdout).toContain(
      'no desired file names vxlan0 any more: it waits to be deleted',
    )
  })

  test('with its bridge keeps the port in it', async () => {
    const bridged = {
      vxlans: { vxlan0: vxlan(42) },
      bridges: { br0: { ports: { vxlan0: {} }, addresses: ['10.0.1.1/24'] } },
    }
    const here = await scene({
      'a.yaml': bridged,
      'b.yaml': { vxlans: { vxlan1: vxlan(43), vxlan2: vxlan(44), vxlan3: vxlan(45) } },
    })
    const end = pinging(here)
    await delay(300)
    here.installation.write('a.yaml', { vxlans: {} })
    await delay(1000)
    here.installation.write('c.yaml', bridged)
    await here.installation.converged()
    expect(await end()).toMatchObject({ lost: 0 })
  })

  test('and does not arrive is deleted after five seconds, at once by an apply, and after a second where that is configured', async () => {
    const here = await scene(three)
    const left = { vxlans: { vxlan1: vxlan(43) } }
    here.installation.write('b.yaml', left)
    await eventually(async () => expect((await here.installation.status()).desired.toBeDeleted).toBeDefined())
    const began = performance.now()
    await eventually(async () => expect(Object.keys(await here.vxlans())).toEqual(['vxlan0', 'vxlan1']))
    expect(performance.now() - began).toBeGreaterThan(3500)
    here.installation.write('b.yaml', { vxlans: {} })
    await eventually(async () => expect((await here.installation.status()).desired.toBeDeleted).toBeDefined())
    expect(await here.installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(await here.vxlans())).toEqual(['vxlan0'])

    const quick = await scene(three, 'VXAGENT_DELETION_DELAY=1')
    quick.installation.write('b.yaml', left)
    await eventually(async () => expect(Object.keys(await quick.vxlans())).toEqual(['vxlan0', 'vxlan1']), {
      timeoutMs: 3000,
    })
  })

  test('is renamed in one save: the new one is there at once, since it has the VNI of the old one', async () => {
    const here = await scene(three)
    here.installation.write('b.yaml', { vxlans: { renamed: vxlan(43), vxlan2: vxlan(44) } })
    await eventually(
      async () => expect(Object.keys(await here.vxlans()).sort()).toEqual(['renamed', 'vxlan0', 'vxlan2']),
      {
        timeoutMs: 3000,
      },
    )
  })
})

test('a list of remotes that is emptied on all links is held, and floods go where they went', async () => {
  const peers = ['10.0.2.2', '10.0.2.3']
  const flooding = (id: number, remotes: string[]): object => ({ id, remotes, dstport: 4789 })
  const here = await scene({ 'a.yaml': { vxlans: { vxlan7: flooding(7, peers), vxlan8: flooding(8, peers) } } })
  const floods = async (): Promise<number> =>
    (await here.host.json('bridge -j fdb show dev vxlan7')).filter(({ dst }: { dst?: string }) => dst !== undefined)
      .length
  expect(await floods()).toBe(2)
  here.installation.write('a.yaml', { vxlans: { vxlan7: flooding(7, []), vxlan8: flooding(8, []) } })
  await held(here)
  expect(await floods()).toBe(2)
  expect((await here.installation.vxagent('status')).stdout).toContain(
    'would delete all 4 remotes (10.0.2.2 of vxlan7, 10.0.2.3 of vxlan7, 10.0.2.2 of vxlan8, 10.0.2.3 of vxlan8)',
  )
  expect(await here.installation.vxagent('apply')).toMatchObject({ code: 0 })
  expect(await floods()).toBe(0)
})
