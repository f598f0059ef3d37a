/** Rights and certificates that change under a fleet of real hosts: nobody is removed from a kernel, and everything comes back by itself. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Authority, type CertificateFiles } from '../support/certificates.ts'
import { amongEveryFault, type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { expectMesh, type FleetHost, startHosts } from '../support/fleet-host.ts'

const names = ['vyos01', 'vyos02', 'ubuntu']

interface SecureFleet {
  readonly authority: Authority
  /** etcdctl as root. */
  readonly cluster: EtcdCluster
  readonly hosts: readonly FleetHost[]
  /** Puts a certificate in the place of a host's. */
  readonly certify: (name: string, files: CertificateFiles) => void
  readonly grant: (name: string) => Promise<void>
}

/** Three hosts that know each other and the store by certificates. Authentication is off at first. */
async function secureFleet(): Promise<SecureFleet> {
  const authority = await Authority.create(onTestFinished)
  const root = await authority.node('root')
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-fleet-tls-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const certify = (name: string, { cert, key }: CertificateFiles): void => {
    copyFileSync(cert, join(directory, `${name}.crt`))
    copyFileSync(key, join(directory, `${name}.key`))
  }
  const cluster = (await startEtcd(onTestFinished, { authority })).as(authority, root)
  const hosts = await startHosts(cluster, names, onTestFinished, {
    fleetOf: async (name) => {
      certify(name, await authority.node(name))
      const own = { cert: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) }
      // Long enough for what is refused for a while; the default is longer still.
      return { ca: authority.ca, ...own, lease: 60, grace: 60 }
    },
  })
  await expectMesh(hosts)
  const [operator] = hosts as [FleetHost]
  const grant = async (name: string): Promise<void> => {
    const options = ['--vnis', '42', '--vteps', '10.77.0.0/24', '--cert', root.cert, '--key', root.key]
    const done = await operator.installation.vxagent('fleet', 'grant', name, ...options)
    expect(done, done.stderr).toMatchObject({ code: 0 })
  }
  return { authority, cluster, hosts, certify, grant }
}

async function expectNobodyRemoved(hosts: readonly FleetHost[]): Promise<void> {
  await Promise.all(hosts.map((host) => host.live()))
  await expectMesh(hosts)
  for (const host of hosts) {
    expect(host.removals(), host.log()).toEqual([])
  }
}

/** Waits until a host says why it does not follow the store. */
function stale(host: FleetHost, reason: RegExp): Promise<void> {
  return eventually(async () => {
    const report = await host.report()
    expect('mode' in report ? report : {}, host.log().slice(-2000)).toMatchObject({
      mode: 'stale',
      reason: expect.stringMatching(reason),
    })
  })
}

describe.skipIf(!isEtcdInstalled)('a fleet with certificates', () => {
  test('authentication is turned on without rights, then with them, a role is removed, and it is turned off', async (context) => {
    amongEveryFault(context)
    const { cluster, hosts, grant } = await secureFleet()
    await cluster.etcdctl(['user', 'add', 'root', '--no-password'])
    await cluster.etcdctl(['user', 'grant-role', 'root', 'root'])
    await cluster.etcdctl(['auth', 'enable'])
    for (const member of cluster.members) {
      await member.kill()
      member.start()
      await cluster.ready()
    }
    await Promise.all(hosts.map((host) => stale(host, /refused|permission denied|authentication|user/)))
    for (const name of names) {
      await grant(name)
    }
    await expectNobodyRemoved(hosts)
    await cluster.etcdctl(['role', 'delete', 'vxagent-lab-ubuntu'])
    for (const member of cluster.members) {
      await member.kill()
      member.start()
      await cluster.ready()
    }
    await stale(hosts[2] as FleetHost, /permission denied/)
    await grant('ubuntu')
    await expectNobodyRemoved(hosts)
    await cluster.etcdctl(['auth', 'disable'])
    await delay(3_000)
    await expectNobodyRemoved(hosts)
  })

  test('a certificate that has ended is refused with the reason, and another one brings the host back', async () => {
    const { authority, hosts, certify } = await secureFleet()
    const [host] = hosts as [FleetHost]
    await host.killFleet()
    certify(host.name, await authority.expired(host.name))
    host.startFleet()
    await stale(host, /certificate/)
    certify(host.name, await authority.node(host.name))
    await host.killFleet()
    host.startFleet()
    await expectNobodyRemoved(hosts)
  })
})
