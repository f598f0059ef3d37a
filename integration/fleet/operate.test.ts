/** Taking hosts into a fleet and putting them out, by the command line, on a real etcd. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { EtcdStore } from '../../src/fleet/etcd/client.ts'
import { EtcdRights } from '../../src/fleet/etcd/rights.ts'
import type { Outcome } from '../../src/fleet/operate/parts.ts'
import { Authority, type CertificateFiles } from '../support/certificates.ts'
import { type Finished, finish } from '../support/command.ts'
import { type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { openStore } from '../support/mirror-on-etcd.ts'
import { vxagentPath } from '../support/vxagent.ts'

const all = '/vxagent/v1/test/'
const recordOf = (node: string): string => `${all}nodes/${node}/record`

describe.skipIf(!isEtcdInstalled)('an operator', () => {
  let authority: Authority
  let cluster: EtcdCluster
  let root: CertificateFiles

  /** `vxagent fleet ARGUMENTS` with this certificate. */
  const fleet = (files: CertificateFiles, ...args: readonly string[]): Promise<Finished> => {
    const [member] = cluster.members
    const place = ['--fleet', 'test', '--endpoints', member?.url ?? '', '--ca', authority.ca]
    const own = ['--cert', files.cert, '--key', files.key]
    return finish(process.execPath, [vxagentPath, 'fleet', ...args, ...place, ...own])
  }
  const outcome = async (...args: readonly string[]): Promise<Outcome> => {
    const { code, stdout, stderr } = await fleet(root, ...args, '--json')
    expect(code, stderr).toBe(0)
    return JSON.parse(stdout) as Outcome
  }
  const storeOf = async (node: string): Promise<EtcdStore> => {
    const certificates = authority.credentials(await authority.node(node))
    return openStore(onTestFinished, { endpoints: cluster.endpoints, certificates })
  }
  const put = (store: EtcdStore, key: string): Promise<unknown> =>
    store.commit([{ kind: 'put', key, value: Buffer.from('{}') }])
  const enableAuthentication = async (): Promise<void> => {
    const rights = new EtcdRights(
      openStore(onTestFinished, { endpoints: cluster.endpoints, certificates: authority.credentials(root) }),
    )
    await rights.addUser('root')
    await rights.addRole('root')
    await rights.grantRole('root', 'root')
    await cluster.etcdctl(['auth', 'enable'])
  }

  beforeEach(async () => {
    authority = await Authority.create(onTestFinished)
    root = await authority.node('root')
    cluster = (await startEtcd(onTestFinished, { members: 1, authority })).as(authority, root)
  })

  test('grants a host what is its own and nothing else, and evicts it', async () => {
    await enableAuthentication()
    const { steps, enforced } = await outcome('grant', 'a', '--vnis', '42', '--vteps', '10.0.0.1')
    expect(enforced).toBe(true)
    expect(steps.every(({ changed }) => changed)).toBe(true)
    await outcome('grant', 'ab')
    expect((await outcome('grant', 'a')).steps.filter(({ changed }) => changed)).toEqual([])

    const a = await storeOf('a')
    for (const part of ['nodes', 'state', 'asks', 'answers']) {
      await put(a, `${all}${part}/a/record`)
      await expect(put(a, `${all}${part}/ab/record`), part).rejects.toMatchObject({ kind: 'refused' })
    }
    for (const part of ['config/f/file', 'config/f/session', 'config-history/f/0000000001']) {
      await expect(put(a, `${all}${part}`), part).rejects.toMatchObject({ kind: 'refused' })
    }
    await expect(put(a, `${all}roster/a`)).rejects.toMatchObject({ kind: 'refused' })
    await expect(put(a, `${all}nodes/c/record`)).rejects.toMatchObject({ kind: 'refused' })
    await put(await storeOf('ab'), recordOf('ab'))
    expect((await a.list(all)).entries.map(({ key }) => key)).toContain(recordOf('ab'))
    await expect(a.list('/vxagent/v1/other/')).rejects.toMatchObject({ kind: 'refused' })

    const evicted = await outcome('evict', 'a')
    expect(evicted.steps.every(({ changed }) => changed)).toBe(true)
    expect([...(await cluster.truth(all)).keys()].sort()).toEqual([recordOf('ab'), `${all}roster/a`])
    expect((await cluster.truth(`${all}roster/`)).get(`${all}roster/a`)?.value).toBe(
      '{"v":1,"vteps":["10.0.0.1/32"],"vnis":["42"],"evicted":true}',
    )
    expect((await cluster.etcdctl(['user', 'list'])).trim().split('\n').sort()).toEqual(['ab', 'root'])
    expect((await cluster.etcdctl(['role', 'list'])).trim().split('\n').sort()).toEqual(['root', 'vxagent-test-ab'])
    await expect(put(a, recordOf('a'))).rejects.toMatchObject({ kind: 'refused' })
    await expect(a.list(all)).rejects.toMatchObject({ kind: 'refused' })
    expect((await outcome('evict', 'a')).steps.filter(({ changed }) => changed)).toEqual([])

    await outcome('grant', 'a')
    await put(a, recordOf('a'))
    expect((await cluster.truth(`${all}roster/`)).get(`${all}roster/a`)?.value).toBe(
      '{"v":1,"vteps":["10.0.0.1/32"],"vnis":["42"]}',
    )
  })

  test('is refused with the certificate of a host, and told which one it takes', async () => {
    await enableAuthentication()
    await outcome('grant', 'a')
    const a = await authority.node('a')
    await put(await storeOf('a'), recordOf('a'))
    const directory = mkdtempSync(join(tmpdir(), 'vxagent-push-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'f.yaml')
    writeFileSync(file, 'vxlans: {}')
    for (const args of [
      ['grant', 'b'],
      ['evict', 'a'],
      ['push', file, '--to', 'a', '--yes'],
    ]) {
      const { code, stderr, stdout } = await fleet(a, ...args)
      expect(code).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toMatch(
        /^vxagent: cannot .* at 10\.77\.0\.1:2379: permission denied; the CommonName of --cert must be a user of etcd that has its role root\n$/,
      )
    }
    const { code, stderr } = await fleet(root, 'evict', 'unknown')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^vxagent: there is no host unknown in the fleet test: /)
    expect((await cluster.etcdctl(['user', 'list'])).trim().split('\n').sort()).toEqual(['a', 'root'])
    expect([...(await cluster.truth(all)).keys()]).toEqual([recordOf('a')])
    const foreign = await fleet(await (await Authority.create(onTestFinished)).node('root'), 'grant', 'b')
    expect(foreign.code).toBe(1)
    expect(foreign.stderr).toMatch(/; check --ca, --cert and --key, and the clock of this host\n$/)
  })

  test('may grant before authentication is on, and is told that nothing is enforced yet', async () => {
    const { code, stdout } = await fleet(root, 'grant', 'a')
    expect(code).toBe(0)
    expect(stdout).toMatch(/\nAuthentication is off in etcd: .* until etcdctl auth enable\.\n$/)
    const a = await storeOf('a')
    await put(a, recordOf('b'))
    await enableAuthentication()
    await put(a, recordOf('a'))
    await expect(put(a, recordOf('b'))).rejects.toMatchObject({ kind: 'refused' })
    expect((await fleet(root, 'grant', 'a')).stdout).not.toContain('Authentication is off')
  })
})
