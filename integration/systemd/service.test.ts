/** The package installed under a real systemd: how the service starts, what it may, what it tells, and how it comes back. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Machine, machine, whyNoMachine } from '../support/machine.ts'
import { namespace } from '../support/namespace.ts'
import { builtPackage } from '../support/package.ts'
import {
  converged,
  declare,
  desiredDirectory,
  install,
  isActive,
  journal,
  mainPid,
  noOverride,
  override,
  statusText,
  systemdVersion,
} from '../support/service.ts'

const refusal = await whyNoMachine()
if (refusal !== undefined) {
  process.stdout.write(`the tests under systemd are skipped: ${refusal}\n`)
}

const vxlan0 = { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789, addresses: ['10.0.1.1/24'] }

describe.skipIf(refusal !== undefined)('the service', () => {
  const undo: (() => void | Promise<void>)[] = []
  let host: Machine

  beforeAll(async () => {
    const path = await builtPackage()
    const network = await namespace((part) => void undo.push(part))
    await network.addVeth('eth1', '10.0.2.1/24')
    host = await machine(network, (part) => void undo.push(part))
    await host.boot()
    const installed = await install(host, path)
    expect(installed, installed.stderr).toMatchObject({ code: 0 })
  }, 120_000)

  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  test('is active after the installation, comes with the next boot, and says how it is', async () => {
    await isActive(host)
    expect((await host.run('systemctl', 'is-enabled', 'vxagent')).trim()).toBe('enabled')
    expect(await statusText(host)).toBe('Converged: no links are declared in /etc/vxagent/desired.d')
    expect(await host.run('vxagent', 'status')).toContain('Converged: no links are declared')
    const version = await systemdVersion(host)
    const type = version >= 253 ? 'notify-reload' : 'notify'
    expect(await host.property('vxagent', 'Type')).toBe(type)
    process.stdout.write(`systemd ${version}: Type=${type}\n`)
  })

  test('runs as its own user with CAP_NET_ADMIN alone, and can run no other program', async () => {
    const pid = await mainPid(host)
    const status = await host.run('cat', `/proc/${pid}/status`)
    const value = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
    const uid = (await host.run('id', '-u', 'vxagent')).trim()
    expect(uid).not.toBe('0')
    expect(value('Uid')).toBe([uid, uid, uid, uid].join('\t'))
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(BigInt(`0x${value(set)}`)).toBe(1n << 12n)
    }
    expect(value('NoNewPrivs')).toBe('1')
    expect(value('Name')).toBe('vxagent')
    expect(value('Seccomp')).toBe('2')
    if ((await systemdVersion(host)) < 248) {
      process.stdout.write('NoExecPaths= is not tried: it takes systemd 248\n')
      return
    }
    // Whoever gets into it finds no shell that could be started.
    const shell = await host.finish('nsenter', '--target', String(pid), '--mount', '--', '/bin/sh', '-c', 'true')
    expect(shell.code).not.toBe(0)
    expect(shell.stderr).toMatch(/Permission denied/)
  })

  test('is exposed no more than 1.5 of 10, and less than systemd-networkd', async (context) => {
    if ((await systemdVersion(host)) < 250) {
      context.skip('systemd-analyze security knows --offline from systemd 250 on')
    }
    const exposure = async (unit: string): Promise<number> => {
      const { stdout } = await host.finish('systemd-analyze', 'security', '--no-pager', '--offline=yes', unit)
      return Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])
    }
    const ours = await exposure('/lib/systemd/system/vxagent.service')
    const networkd = await exposure('/lib/systemd/system/systemd-networkd.service')
    process.stdout.write(`systemd-analyze security: vxagent ${ours}, systemd-networkd ${networkd}\n`)
    expect(ours).toBeLessThanOrEqual(1.5)
    expect(ours).toBeLessThan(networkd)
  })

  test('takes up a file that is dropped, settings under /proc/sys among it', async () => {
    await declare(host, 'overlay.yaml', { vxlans: { vxlan0: { ...vxlan0, sysctl: { ipv4: { arp_accept: 1 } } } } })
    await eventually(async () => expect(await statusText(host)).toBe('Converged: 1 link as declared'))
    const [link] = await host.host.json('ip -d -j link show vxlan0')
    expect(link.linkinfo.info_data).toMatchObject({ id: 42, group: '239.1.1.1', link: 'eth1', port: 4789 })
    expect((await host.run('cat', '/proc/sys/net/ipv4/conf/vxlan0/arp_accept')).trim()).toBe('1')
  })

  test('tells its state to the members of its group, and to no other user', async () => {
    await host.run('useradd', '--groups', 'vxagent', 'vxa-operator')
    await host.run('useradd', 'vxa-stranger')
    const member = await host.finish('runuser', '--user', 'vxa-operator', '--', 'vxagent', 'status')
    expect(member).toMatchObject({ code: 0, stderr: '' })
    expect(member.stdout).toMatch(/^Converged: 1 link as declared/)
    const refused = await host.finish('runuser', '--user', 'vxa-stranger', '--', 'vxagent', 'status')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/permission/i)
    // To look is not to decide.
    const rollback = await host.finish('runuser', '--user', 'vxa-operator', '--', 'vxagent', 'rollback')
    expect(rollback.code).toBe(1)
    expect(rollback.stderr).toMatch(/only root/)
  })

  test('systemctl reload takes up files that are not watched', async () => {
    await host.write('/etc/default/vxagent', 'VXAGENT_WATCH=no\n')
    await host.run('systemctl', 'restart', 'vxagent')
    await declare(host, 'more.yaml', { vxlans: { vxlan1: { id: 43, remote: '10.0.2.9', dstport: 4789 } } })
    await delay(300)
    expect(await statusText(host)).toBe('Converged: 1 link as declared')
    const pid = await mainPid(host)
    await host.run('systemctl', 'reload', 'vxagent')
    await eventually(async () => expect(await statusText(host)).toBe('Converged: 2 links as declared'))
    expect(await host.property('vxagent', 'ActiveState')).toBe('active')
    expect(await mainPid(host)).toBe(pid)
    await host.write('/etc/default/vxagent', '')
    await host.run('rm', `${desiredDirectory}/more.yaml`)
    await host.run('systemctl', 'restart', 'vxagent')
    await converged(host)
  })

  test('its lines in the journal have their priority', async () => {
    await declare(host, 'broken.yaml', 'vxlans:\n  vxlan9:\n    idd: 9\n')
    await eventually(async () =>
      expect(await statusText(host)).toMatch(/^Not converged: the desired files are invalid/),
    )
    expect(await statusText(host)).toContain(`${desiredDirectory}/broken.yaml:3:5: unknown key`)
    await host.run('rm', `${desiredDirectory}/broken.yaml`)
    await converged(host)
    const text = await host.run('journalctl', '--unit', 'vxagent', '--output', 'json', '--no-pager')
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { MESSAGE: string; PRIORITY: string })
    const priorityOf = (message: RegExp) => lines.find(({ MESSAGE }) => message.test(MESSAGE))?.PRIORITY
    expect(priorityOf(/^ready /)).toBe('6')
    expect(priorityOf(/broken\.yaml:3:5/)).toBe('3')
  })

  test('what root does while the service is stopped does not lock the service out', async () => {
    // Without settings below /proc/sys, which root itself cannot write on this machine.
    await declare(host, 'overlay.yaml', { vxlans: { vxlan0 } })
    await converged(host)
    await host.run('systemctl', 'stop', 'vxagent')
    await host.host.ip('link delete vxlan0')
    expect(await host.finish('vxagent', 'apply')).toMatchObject({ code: 0, stderr: '' })
    const owners = await host.run('find', '/var/lib/vxagent', '-printf', '%u\n')
    expect([...new Set(owners.trim().split('\n'))]).toEqual(['vxagent'])
    await host.run('systemctl', 'start', 'vxagent')
    await converged(host)
  })

  test('it may listen on a TCP port only by the drop-in that is shipped', async () => {
    await override(host, 'Environment=VXAGENT_LISTEN=127.0.0.1:9101')
    expect((await host.finish('systemctl', 'restart', 'vxagent')).code).not.toBe(0)
    expect(await statusText(host)).toMatch(
      /^Cannot start: cannot listen on 127\.0\.0\.1 port 9101: .*listen\.conf shows$/,
    )
    await noOverride(host)
    const target = '/etc/systemd/system/vxagent.service.d/listen.conf'
    await host.run('install', '-D', '-m', '644', '/usr/share/doc/vxagent/examples/listen.conf', target)
    await host.run('systemctl', 'daemon-reload')
    await host.run('systemctl', 'restart', 'vxagent')
    expect(await host.run('ss', '--listening', '--tcp', '--numeric')).toContain('127.0.0.1:9101')
    await host.run('rm', target)
    await host.run('systemctl', 'daemon-reload')
    await host.run('systemctl', 'restart', 'vxagent')
    expect(await host.run('ss', '--listening', '--tcp', '--numeric')).not.toContain('9101')
  })

  test('a setting that is none ends it for good, and is told', async () => {
    await override(host, 'Environment=VXAGENT_WATCH=maybe')
    expect((await host.finish('systemctl', 'restart', 'vxagent')).code).not.toBe(0)
    expect(await host.property('vxagent', 'ActiveState')).toBe('failed')
    expect(await statusText(host)).toBe(
      'Cannot start: the environment variable VXAGENT_WATCH must be one of yes, no, not "maybe"',
    )
    await noOverride(host)
    await host.run('systemctl', 'start', 'vxagent')
  })

  describe('comes back', () => {
    /** In seconds, and not the half minute that it has for users. */
    const watched = 'WatchdogSec=3\nTimeoutAbortSec=2\nRestartSec=100ms'

    async function comesBack(pid: number): Promise<number> {
      const began = performance.now()
      await eventually(
        async () => {
          expect(await mainPid(host)).not.toBe(pid)
          expect(await mainPid(host)).not.toBe(0)
        },
        { timeoutMs: 20_000 },
      )
      await isActive(host)
      return performance.now() - began
    }

    beforeAll(async () => {
      // Stands still for good at SIGUSR2: the event loop does, while the process goes on.
      await host.write('/etc/vxagent-test/stand-still.mjs', "process.on('SIGUSR2', () => { for (;;); })\n")
      await override(host, `${watched}\nEnvironment=NODE_OPTIONS=--import=/etc/vxagent-test/stand-still.mjs`)
      await host.run('systemctl', 'restart', 'vxagent')
      await converged(host)
    })

    test('when it was killed: what it made stays, and is known again', async () => {
      const before = await host.host.json('ip -d -j link show vxlan0')
      const pid = await mainPid(host)
      await host.run('sh', '-c', `kill -KILL ${pid}`)
      await comesBack(pid)
      const status = await converged(host)
      expect(status.counters.repairs).toBe(0)
      expect(await host.host.json('ip -d -j link show vxlan0')).toEqual(before)
    })

    test.each([
      { what: 'stopped', signal: '-STOP' },
      { what: 'with a blocked event loop', signal: '-USR2' },
    ])('when it hangs, $what', async ({ signal, what }) => {
      const pid = await mainPid(host)
      await host.run('sh', '-c', `kill ${signal} ${pid}`)
      const ms = await comesBack(pid)
      process.stdout.write(`hung, ${what}: back after ${(ms / 1000).toFixed(1)} s, with WatchdogSec=3\n`)
      expect(await journal(host)).toMatch(/Watchdog timeout/)
      await host.host.ip('link delete vxlan0')
      await eventually(async () => expect(await host.host.json('ip -j link show vxlan0')).toHaveLength(1))
    })

    test('healthy and idle, it is left alone', async () => {
      const pid = await mainPid(host)
      await delay(4500)
      expect(await mainPid(host)).toBe(pid)
    })
  })

  test('a start that takes longer than its limit goes on as long as all is well', async () => {
    // As long as a large state, or a slow disk, makes it; the same on every machine.
    const slow = `
      import { promises } from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      const { readdir } = promises
      promises.readdir = async (...args) => {
        await new Promise((resolve) => setTimeout(resolve, 6000))
        return readdir(...args)
      }
      syncBuiltinESMExports()
    `
    await host.write('/etc/vxagent-test/slow.mjs', slow)
    await override(
      host,
      'TimeoutStartSec=3\nWatchdogSec=2\nEnvironment=NODE_OPTIONS=--import=/etc/vxagent-test/slow.mjs',
    )
    await host.run('systemctl', 'stop', 'vxagent')
    const began = performance.now()
    const started = await host.finish('systemctl', 'start', 'vxagent')
    expect(started.code, await journal(host)).toBe(0)
    expect(performance.now() - began).toBeGreaterThan(6000)
    expect(await statusText(host)).toBe('Converged: 1 link as declared')
    await noOverride(host)
  })
})
