/** Upgrade, restart, removal and purge: the overlay carries traffic throughout, and goes only when it is told to. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Held } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { type Machine, machine, whyNoMachine } from '../support/machine.ts'
import type { Namespace } from '../support/namespace.ts'
import { builtPackage } from '../support/package.ts'
import { converged, declare, desiredDirectory, install, isActive, systemdVersion } from '../support/service.ts'
import { underlay } from '../support/underlay.ts'

const refusal = await whyNoMachine()
if (refusal !== undefined) {
  process.stdout.write(`the tests of upgrades are skipped: ${refusal}\n`)
}

const overlay = {
  vxlans: { vxlan0: { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789, addresses: ['10.0.1.1/24'] } },
}
/** Of a package and no one else: what dpkg and apt say when they ask something. */
const question = /\?|\[Y\/n\]|\[y\/N\]|password/i

describe.skipIf(refusal !== undefined)('while the other host pings across the overlay', () => {
  const undo: (() => void | Promise<void>)[] = []
  let host: Machine
  let other: Namespace
  let flood: Held | undefined

  beforeAll(async () => {
    const path = await builtPackage()
    const cleanup = (part: () => void | Promise<void>): void => void undo.push(part)
    const { here, there } = await underlay({ here: '10.0.2.1/24', there: '10.0.2.2/24' }, cleanup)
    other = there
    await there.ip('link add vxlan0 type vxlan id 42 group 239.1.1.1 dev eth1 dstport 4789')
    await there.ip('address add 10.0.1.2/24 dev vxlan0')
    await there.ip('link set vxlan0 up')
    host = await machine(here, cleanup)
    await host.boot()
    expect(await install(host, path)).toMatchObject({ code: 0 })
    await declare(host, 'overlay.yaml', overlay)
    await converged(host)
    await eventually(async () => expect(await there.canPing('10.0.1.1')).toBe(true))
  }, 120_000)

  afterAll(async () => {
    flood?.process.kill('SIGKILL')
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  /** Pings 500 times a second while `work` lasts, and gives how many went and how many came back. */
  async function pinging(what: string, work: () => Promise<void>): Promise<{ sent: number; lost: number }> {
    flood = other.hold('ping', ['-q', '-i', '0.002', '10.0.1.1'])
    const began = performance.now()
    await work()
    flood.process.kill('SIGINT')
    const { stdout } = await flood.finished
    flood = undefined
    const [, sent = 0, received = 0] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? []
    const lost = Number(sent) - Number(received)
    process.stdout.write(`${what}: ${sent} pings in ${Math.round(performance.now() - began)} ms, ${lost} lost\n`)
    return { sent: Number(sent), lost }
  }

  const linkShown = async (): Promise<unknown> => host.host.json('ip -d -j link show vxlan0')

  test('an upgrade loses none, asks nothing, and leaves the new version running', async () => {
    const newer = await builtPackage({ version: '0.1.1' })
    const before = await linkShown()
    const { sent, lost } = await pinging('upgrade', async () => {
      const upgraded = await install(host, newer)
      expect(upgraded, upgraded.stderr).toMatchObject({ code: 0 })
      expect(upgraded.stdout).not.toMatch(question)
      await isActive(host)
      expect((await converged(host)).version).toBe('0.1.1')
    })
    expect(sent).toBeGreaterThan(100)
    expect(lost).toBe(0)
    expect(await linkShown()).toEqual(before)
  }, 120_000)

  test('an upgrade of systemd has the service’s type chosen anew', async () => {
    const dropIn = '/usr/lib/systemd/system/vxagent.service.d/notify-reload.conf'
    const type = await host.property('vxagent', 'Type')
    await host.run('rm', '--force', dropIn)
    await host.run('dpkg-trigger', '--by-package=systemd', '--no-await', '/usr/lib/systemd/systemd')
    await host.run('dpkg', '--configure', '--pending')
    const isThere = (await host.finish('test', '-e', dropIn)).code === 0
    expect(isThere).toBe((await systemdVersion(host)) >= 253)
    expect(await host.property('vxagent', 'Type')).toBe(type)
  })

  test('a restart loses none', async () => {
    const { lost } = await pinging('restart', async () => {
      await host.run('systemctl', 'restart', 'vxagent')
      await converged(host)
    })
    expect(lost).toBe(0)
  })

  /** The present package once more, as an upgrade installs it. */
  const again = async (): Promise<void> => {
    const version = (await host.run('vxagent', '--version')).trim()
    await host.run('dpkg', '--install', `/root/${basename(await builtPackage({ version }))}`)
  }

  test('a service that somebody has stopped stays so over an upgrade, and one that has failed comes back', async () => {
    await host.run('systemctl', 'stop', 'vxagent')
    await again()
    expect(await host.property('vxagent', 'ActiveState')).toBe('inactive')
    await host.run('systemctl', 'start', 'vxagent')
    await host.write('/etc/default/vxagent', 'VXAGENT_WATCH=perhaps\n')
    await host.finish('systemctl', 'restart', 'vxagent')
    expect(await host.property('vxagent', 'ActiveState')).toBe('failed')
    await host.write('/etc/default/vxagent', '')
    await again()
    await converged(host)
  })

  test('where the desired files lie elsewhere, behind a link, a removal and another installation leave link and overlay', async () => {
    const before = await linkShown()
    await host.run('mkdir', '/srv/overlay')
    await host.run(
      'sh',
      '-c',
      `mv ${desiredDirectory} /srv/overlay/ && ln -s /srv/overlay/desired.d ${desiredDirectory}`,
    )
    await host.run('apt-get', 'remove', '--quiet', '--yes', 'vxagent')
    expect(await install(host, await builtPackage({ version: '0.1.1' }))).toMatchObject({ code: 0 })
    expect((await converged(host)).objects).toHaveLength(1)
    expect(await linkShown()).toEqual(before)
    await host.run('sh', '-c', `rm ${desiredDirectory} && mv /srv/overlay/desired.d ${desiredDirectory}`)
    await converged(host)
  }, 60_000)

  test('a removal and a purge lose none, ask nothing, and leave links and desired files in place', async () => {
    const before = await linkShown()
    const { lost } = await pinging('removal and purge', async () => {
      for (const verb of ['remove', 'purge']) {
        const done = await host.finish(
          'env',
          'DEBIAN_FRONTEND=readline',
          'apt-get',
          verb,
          '--quiet',
          '--yes',
          'vxagent',
        )
        expect(done, done.stderr).toMatchObject({ code: 0 })
        expect(done.stdout).not.toMatch(question)
      }
    })
    expect(lost).toBe(0)
    expect(await linkShown()).toEqual(before)
    expect(JSON.parse(readFileSync(join(host.root, desiredDirectory, 'overlay.yaml'), 'utf8'))).toEqual(overlay)
    for (const path of [
      'var/lib/vxagent',
      'run/vxagent',
      'usr/lib/vxagent',
      'usr/bin/vxagent',
      'etc/default/vxagent',
    ]) {
      expect(existsSync(join(host.root, path)), path).toBe(false)
    }
    expect((await host.finish('systemctl', 'cat', 'vxagent')).code).not.toBe(0)
  }, 60_000)

  test('told to, it takes all that it made with it', async () => {
    await host.host.ip('link delete vxlan0')
    expect(await install(host, await builtPackage())).toMatchObject({ code: 0 })
    await converged(host)
    await host.run('systemctl', 'disable', '--now', 'vxagent')
    expect(await host.finish('vxagent', 'teardown')).toMatchObject({ code: 0, stderr: '' })
    expect(await host.host.json('ip -j link show type vxlan')).toEqual([])
    expect(await host.finish('apt-get', 'purge', '--quiet', '--yes', 'vxagent')).toMatchObject({ code: 0 })
  }, 60_000)
})
