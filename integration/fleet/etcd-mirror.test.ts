/** The mirror on a real etcd, through what happens to stores and paths. Each test ends with: the mirror is what etcdctl lists. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { cuttingProxy } from '../support/cutting-proxy.ts'
import { isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { restored, wiped } from '../support/etcd-faults.ts'
import { eventually } from '../support/eventually.ts'
import { expectTruth, kindsOf, openStore, prefix, putMany, startMirror } from '../support/mirror-on-etcd.ts'

describe.skipIf(!isEtcdInstalled)('the mirror of a prefix', () => {
  test('lists once more when what it missed was compacted', async () => {
    const cluster = await startEtcd(onTestFinished, { members: 1 })
    const writer = openStore(onTestFinished, { endpoints: cluster.endpoints })
    const proxy = await cuttingProxy(onTestFinished, cluster.endpoints[0] as never)
    await putMany(writer, 10, 'first')
    const observed = await startMirror(onTestFinished, { endpoints: [proxy.endpoint] })
    await expectTruth(observed, cluster)

    proxy.limit = 0
    proxy.breakAll()
    await putMany(writer, 8, 'second')
    await cluster.etcdctl(['del', `${prefix}n9`])
    await writer.ask('compact', { revision: (await writer.position(prefix)).revision }, 'compact')
    proxy.limit = undefined
    await expectTruth(observed, cluster)
    expect(kindsOf(observed)).toContain('listed: compacted')
    expect(observed.mirror.counts.lists).toMatchObject({ start: 1, compacted: 1 })
  })

  test('catches up after 20 broken attempts without a second list', async () => {
    const cluster = await startEtcd(onTestFinished, { members: 1 })
    const writer = openStore(onTestFinished, { endpoints: cluster.endpoints })
    const proxy = await cuttingProxy(onTestFinished, cluster.endpoints[0] as never)
    const observed = await startMirror(onTestFinished, { endpoints: [proxy.endpoint] }, { maxBackoffMs: 100 })
    proxy.limit = 0
    proxy.breakAll()
    await putMany(writer, 2000, 'x'.repeat(200))
    const before = proxy.cuts
    proxy.limit = 20_000
    await eventually(() => expect(proxy.cuts).toBeGreaterThanOrEqual(before + 20), { timeoutMs: 30_000 })
    expect(observed.mirror.entries.size).toBe(0)
    proxy.limit = undefined
    await expectTruth(observed, cluster)
    expect(observed.mirror.entries.size).toBe(2000)
    expect(observed.mirror.counts.lists).toMatchObject({ start: 1, compacted: 0 })
  })

  test('notices that all data was wiped and the revision is back, and lists what is left', async () => {
    const cluster = await startEtcd(onTestFinished)
    const writer = openStore(onTestFinished, { endpoints: cluster.endpoints })
    await putMany(writer, 300, 'before')
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints })
    const known = observed.mirror.entries.size
    await wiped(cluster, async () => undefined)
    await eventually(() => expect(kindsOf(observed)).toContain('listed: rewound'), { timeoutMs: 60_000 })
    const listed = observed.events.find((event) => event.kind === 'listed' && event.reason === 'rewound')
    expect(listed).toMatchObject({ changes: expect.objectContaining({ length: known }) })
    await putMany(openStore(onTestFinished, { endpoints: cluster.endpoints }), 5, 'after')
    await expectTruth(observed, cluster)
  })

  test('notices that an older snapshot was restored', async () => {
    const cluster = await startEtcd(onTestFinished)
    const writer = openStore(onTestFinished, { endpoints: cluster.endpoints })
    await putMany(writer, 20, 'in the snapshot')
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints })
    await restored(cluster, async () => {
      for (const value of ['one', 'two', 'three']) {
        await putMany(writer, 30, value)
      }
      await eventually(() => expect(observed.mirror.entries.size).toBe(30))
    })
    await expectTruth(observed, cluster)
    expect(observed.mirror.entries.size).toBe(20)
    expect(kindsOf(observed).some((kind) => kind === 'rewound' || kind === 'foreign')).toBe(true)
  })
})
