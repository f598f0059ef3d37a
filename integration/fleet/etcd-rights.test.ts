/** Rights and certificates on a real etcd: who is refused, and with which words. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Certificates } from '../../src/fleet/etcd/channel.ts'
import type { EtcdStore } from '../../src/fleet/etcd/client.ts'
import { EtcdRights } from '../../src/fleet/etcd/rights.ts'
import { Authority } from '../support/certificates.ts'
import { type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { expectTruth, openStore, prefix, startMirror } from '../support/mirror-on-etcd.ts'

const own = `${prefix}nodes/a/`
const others = `${prefix}nodes/b/`

describe.skipIf(!isEtcdInstalled)('etcd with authentication', () => {
  let authority: Authority
  let cluster: EtcdCluster
  let rights: EtcdRights

  const store = (certificates: Certificates): EtcdStore =>
    openStore(onTestFinished, { endpoints: cluster.endpoints, certificates })
  const put = (at: EtcdStore, key: string): Promise<unknown> =>
    at.commit([{ kind: 'put', key, value: Buffer.from('value') }])

  beforeEach(async () => {
    authority = await Authority.create(onTestFinished)
    const root = await authority.node('root')
    cluster = (await startEtcd(onTestFinished, { members: 1, authority })).as(authority, root)
    rights = new EtcdRights(store(authority.credentials(root)))
    await rights.addUser('root')
    await rights.grantRole('root', 'root')
    await rights.addUser('a')
    await rights.addRole('node-a')
    await rights.grantRight('node-a', { prefix, access: 'read' })
    await rights.grantRight('node-a', { prefix: own, access: 'readwrite' })
    await rights.grantRole('a', 'node-a')
    await cluster.etcdctl(['auth', 'enable'])
  })

  test('a node writes under its own prefix only, and its watch shows everything', async () => {
    const certificates = authority.credentials(await authority.node('a'))
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints, certificates })
    await put(observed.store, `${own}record`)
    await expect(put(observed.store, `${others}record`)).rejects.toMatchObject({
      kind: 'refused',
      message: `cannot write ${others}record at 10.77.0.1:2379: permission denied; let an operator run \`vxagent fleet grant\` for this node`,
    })
    await expect(observed.store.list('/vxagent/v1/other/')).rejects.toMatchObject({ kind: 'refused' })
    await cluster.put(`${others}record`, 'of b')
    await expectTruth(observed, cluster)

    expect(await rights.rightsOf('node-a')).toEqual([
      { prefix, access: 'read' },
      { prefix: own, access: 'readwrite' },
    ])
    // What is asked for twice is so already.
    await rights.addUser('a')
    await rights.addRole('node-a')
    await rights.revokeRight('node-a', own)
    await rights.revokeRight('node-a', own)
    await expect(put(observed.store, `${own}record`)).rejects.toMatchObject({ kind: 'refused' })

    await rights.deleteRole('node-a')
    await rights.deleteRole('node-a')
    expect(await rights.rolesOf('a')).toEqual([])
    await expect(observed.store.list(prefix)).rejects.toMatchObject({ kind: 'refused' })
    // Its watch was allowed when it began; a new one is not, and nothing is dropped.
    const late = openStore(onTestFinished, { endpoints: cluster.endpoints, certificates })
    const failed = new Promise((resolve) => {
      const ignore = (): void => {}
      late.watch(prefix, 1, { created: ignore, changed: ignore, progress: ignore, failed: resolve })
    })
    expect(await failed).toMatchObject({ kind: 'refused', message: expect.stringContaining('permission denied') })
    expect(observed.mirror.entries.size).toBe(2)

    await rights.deleteUser('a')
    await rights.deleteUser('a')
    expect(await rights.rolesOf('a')).toBeUndefined()
    await expect(put(late, `${own}record`)).rejects.toMatchObject({ kind: 'refused' })
  })

  test('tells of a certificate that is refused', async () => {
    const other = await Authority.create(onTestFinished)
    const node = await authority.node('a')
    const refusedByMember =
      /: the member refused the certificate of this node \((?:[a-z ]*certificate[a-z ]*|unknown ca)\); /
    const refused: [string, Certificates, RegExp][] = [
      ['an expired one', authority.credentials(await authority.expired('a')), refusedByMember],
      ['none', authority.credentials(), refusedByMember],
      [
        'one of another authority',
        { ...other.credentials(await other.node('a')), ca: authority.credentials().ca },
        refusedByMember,
      ],
      [
        'a member of another authority',
        { ...authority.credentials(node), ca: other.credentials().ca },
        /: the certificate of the member was refused here \(unable to verify the first certificate\); /,
      ],
      [
        'a text that is no certificate',
        { ...authority.credentials(node), cert: Buffer.from('nothing') },
        /: `ca`, `cert` or `key` cannot be used \(no start line\); /,
      ],
      [
        'a key of another certificate',
        { ...authority.credentials(node), key: other.credentials(await other.node('a')).key ?? Buffer.of() },
        /: `ca`, `cert` or `key` cannot be used \(key values mismatch\); /,
      ],
    ]
    for (const [name, certificates, words] of refused) {
      const error = await store(certificates)
        .position(own)
        .catch((each: unknown) => each)
      expect(error, name).toMatchObject({ kind: 'refused', message: expect.stringMatching(words) })
      expect(error, name).toMatchObject({
        message: expect.stringMatching(
          /^cannot read the revision at 10\.77\.0\.1:2379: .* and the clock of this host$/,
        ),
      })
    }
  })

  test('reads the status and the members with a node’s certificate', async () => {
    const at = store(authority.credentials(await authority.node('a')))
    const status = await eventually(() => at.status())
    expect(status.endpoints).toMatchObject([
      { endpoint: '10.77.0.1:2379', status: { alarms: [], version: expect.stringMatching(/^3\./) } },
    ])
    expect(status.members).toMatchObject([{ name: 'm1', clientUrls: ['https://10.77.0.1:2379'] }])
  })
})
