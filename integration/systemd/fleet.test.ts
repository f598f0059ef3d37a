/** The fleet process as its package installs it: what it may, how it gets its certificates, and that the agent takes its word. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keysOf } from '../../src/fleet/records/keys.ts'
import type { FleetReport } from '../../src/fleet/run/report.ts'
import { recordOf, vtepOf } from '../../test/support/fleet-members.ts'
import { Authority } from '../support/certificates.ts'
import { etcdBinary, isEtcdInstalled } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { type Machine, machine, whyNoMachine } from '../support/machine.ts'
import { namespace } from '../support/namespace.ts'
import { builtPackage } from '../support/package.ts'
import { declare, install, isActive, systemdVersion } from '../support/service.ts'

const refusal = (await whyNoMachine()) ?? (isEtcdInstalled ? undefined : 'etcd is not installed')
if (refusal !== undefined) {
  process.stdout.write(`the tests of the fleet process under systemd are skipped: ${refusal}\n`)
}

const directory = '/etc/vxagent/fleet'
const endpoint = 'https://127.0.0.1:2379'
const fleet = {
  name: 'lab',
  endpoints: [endpoint],
  ca: `${directory}/ca.crt`,
  cert: `${directory}/node.crt`,
  key: `${directory}/node.key`,
}
const vxlan0 = { id: 42, dev: 'eth1', dstport: 4789, remotes: 'fleet', addresses: ['10.0.1.1/24'] }

describe.skipIf(refusal !== undefined)('the fleet service', () => {
  const undo: (() => void | Promise<void>)[] = []
  const cleanup = (part: () => void | Promise<void>): void => void undo.push(part)
  let host: Machine

  const etcdctl = (...words: readonly string[]): Promise<string> =>
    host.run('env', 'ETCDCTL_API=3', 'etcdctl', ...certificateFlags, ...words)
  const certificateFlags = [
    ...['--endpoints', endpoint, '--cacert', '/root/etcd/ca.crt'],
    ...['--cert', '/root/etcd/root.crt', '--key', '/root/etcd/root.key'],
  ]
  const floods = async (): Promise<string[]> => {
    const entries = await host.host.json('bridge -d -j fdb show dev vxlan0')
    return entries
      .filter(({ mac }: { mac: string }) => mac === '00:00:00:00:00:00')
      .map(({ dst }: { dst: string }) => dst)
  }
  const report = async (): Promise<FleetReport> =>
    JSON.parse(
      await host.run('curl', '--silent', '--unix-socket', '/run/vxagent-fleet/fleet.sock', 'http://fleet/v1/fleet'),
    )

  beforeAll(async () => {
    const path = await builtPackage()
    const network = await namespace(cleanup)
    await network.addVeth('eth1', '10.0.2.1/24')
    host = await machine(network, cleanup)
    await host.boot()
    expect(await install(host, path)).toMatchObject({ code: 0 })
    const authority = await Authority.create(cleanup)
    const member = await authority.member('m1', ['127.0.0.1'])
    const root = await authority.node('root')
    const node = await authority.node('ubuntu')
    const files = {
      '/root/etcd/ca.crt': authority.ca,
      '/root/etcd/m1.crt': member.cert,
      '/root/etcd/m1.key': member.key,
      '/root/etcd/root.crt': root.cert,
      '/root/etcd/root.key': root.key,
      [fleet.ca]: authority.ca,
      [fleet.cert]: node.cert,
      [fleet.key]: node.key,
    }
    for (const [there, here] of Object.entries(files)) {
      await host.write(there, readFileSync(here, 'utf8'))
    }
    await host.run('chmod', '600', fleet.key)
    // As on a VyOS router, where the folder is a link to one below /config; the guide's test has it in place.
    await host.run('mkdir', '--parents', '/config/vxagent')
    await host.run('mv', directory, '/config/vxagent/fleet')
    await host.run('ln', '--symbolic', '/config/vxagent/fleet', directory)
    await host.run(
      ...(['systemd-run', '--unit', 'lab-etcd', etcdBinary, '--data-dir', '/root/etcd/data'] as const),
      ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
      ...[
        '--listen-peer-urls',
        'http://127.0.0.1:2380',
        '--client-cert-auth',
        '--trusted-ca-file',
        '/root/etcd/ca.crt',
      ],
      ...['--cert-file', '/root/etcd/m1.crt', '--key-file', '/root/etcd/m1.key'],
    )
    await eventually(() => etcdctl('endpoint', 'health'), { timeoutMs: 20_000 }).catch(async (error: Error) => {
      throw new Error(await host.run('journalctl', '--unit', 'lab-etcd', '--no-pager'), { cause: error })
    })
  }, 120_000)

  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  test('is installed, and does not run until somebody wants it', async () => {
    expect((await host.finish('systemctl', 'is-enabled', 'vxagent-fleet')).stdout.trim()).toBe('disabled')
    expect((await host.finish('systemctl', 'is-active', 'vxagent-fleet')).stdout.trim()).toBe('inactive')
    expect((await host.run('stat', '--dereference', '--format', '%a %U', directory)).trim()).toBe('700 root')
  })

  test('without a fleet section it runs, and opens no connection', async () => {
    await host.run('systemctl', 'enable', '--now', 'vxagent-fleet')
    await eventually(async () =>
      expect(await host.property('vxagent-fleet', 'StatusText')).toBe('In no fleet: no file has a fleet: section'),
    )
    const sockets = await host.run('ss', '--tcp', '--udp', '--numeric', '--processes', '--all')
    expect(sockets).not.toContain('vxagent')
  })

  test('joins the fleet of a file that is dropped, with a certificate that its user cannot read', async () => {
    await isActive(host)
    await declare(host, 'fleet.yaml', { fleet, vxlans: { vxlan0 } })
    await eventually(
      async () => expect(await host.property('vxagent-fleet', 'StatusText')).toBe('In fleet lab as ubuntu'),
      { timeoutMs: 20_000 },
    )
    await eventually(async () => expect(await report()).toMatchObject({ mode: 'live', publishing: 'yes' }))
    const own = JSON.parse(await etcdctl('get', '--print-value-only', keysOf('lab').record('ubuntu')))
    expect(own).toMatchObject({ id: 'ubuntu', vteps: [{ vni: 42, local: '10.0.2.1', dstport: 4789 }] })
  })

  test('a member that the store gets is in the kernel within a second or so, and the agent says so', async () => {
    const other = recordOf('vyos01', { vteps: [vtepOf({ local: '10.0.2.254' })] })
    await etcdctl('put', keysOf('lab').record('vyos01'), JSON.stringify(other))
    await eventually(async () => expect(await floods()).toEqual(['10.0.2.254']))
    expect(await host.run('vxagent', 'status')).toMatch(/^Converged/)
  })

  test('runs as its own user without any capability, and may neither netlink nor run a program', async () => {
    const pid = await host.property('vxagent-fleet', 'MainPID')
    const status = await host.run('cat', `/proc/${pid}/status`)
    const value = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
    const uid = (await host.run('id', '-u', 'vxagent-fleet')).trim()
    expect(uid).not.toBe('0')
    expect(uid).not.toBe((await host.run('id', '-u', 'vxagent')).trim())
    expect(value('Uid')).toBe([uid, uid, uid, uid].join('\t'))
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(BigInt(`0x${value(set)}`)).toBe(0n)
    }
    expect(value('NoNewPrivs')).toBe('1')
    expect(value('Name')).toBe('vxagent-fleet')
    expect(await host.property('vxagent-fleet', 'RestrictAddressFamilies')).toBe('AF_INET AF_INET6 AF_UNIX')
    expect(await host.property('vxagent', 'RestrictAddressFamilies')).toBe('AF_NETLINK AF_UNIX')
    const shell = await host.finish('nsenter', '--target', pid, '--mount', '--', '/bin/sh', '-c', 'true')
    expect(shell.code).not.toBe(0)
    const key = await host.finish('runuser', '--user', 'vxagent-fleet', '--', 'cat', fleet.key)
    expect(key.code).not.toBe(0)
  })

  test('is exposed no more than 2 of 10', async (context) => {
    if ((await systemdVersion(host)) < 250) {
      context.skip('systemd-analyze security knows --offline from systemd 250 on')
    }
    const unit = '/lib/systemd/system/vxagent-fleet.service'
    const { stdout } = await host.finish('systemd-analyze', 'security', '--no-pager', '--offline=yes', unit)
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])
    process.stdout.write(`systemd-analyze security: vxagent-fleet ${exposure}\n`)
    expect(exposure).toBeLessThanOrEqual(2)
  })

  test('its end changes nothing, nor does that of the agent and of etcd', async () => {
    await host.run('systemctl', 'stop', 'vxagent-fleet')
    await host.run('systemctl', 'stop', 'lab-etcd')
    await host.run('systemctl', 'restart', 'vxagent')
    await isActive(host)
    await eventually(async () => expect(await host.run('vxagent', 'status')).toMatch(/^Converged/))
    expect(await floods()).toEqual(['10.0.2.254'])
  })

  test('after a reboot without etcd the last known is in the kernel', async () => {
    await host.powerOff()
    await host.host.ip('link delete vxlan0')
    await host.boot()
    await isActive(host)
    await eventually(async () => expect(await floods()).toEqual(['10.0.2.254']), { timeoutMs: 20_000 })
    await eventually(async () => expect(await report()).toMatchObject({ mode: 'stale' }))
    expect(await floods()).toEqual(['10.0.2.254'])
  })
})
