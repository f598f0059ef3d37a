/** Members that fall silent without closing a connection: pings have to notice. These tests wait for them. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { amongEveryFault, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { choices, frozen, unplugged } from '../support/etcd-faults.ts'
import { eventually } from '../support/eventually.ts'
import { expectTruth, type ObservedMirror, openStore, putMany, startMirror } from '../support/mirror-on-etcd.ts'

/** A half-open path is pinged after 10 s, and the answer waited for 5 s. */
const noticedMs = 20_000

/** Waits until another member serves the watch; gives how long it took. */
async function movedFrom(observed: ObservedMirror, address: string): Promise<number> {
  const began = observed.now()
  await eventually(
    () =>
      expect(observed.mirror.state).toMatchObject({
        kind: 'live',
        endpoint: expect.not.stringContaining(`${address}:`),
      }),
    { timeoutMs: 30_000 },
  )
  return observed.now() - began
}

describe.skipIf(!isEtcdInstalled)('a member that falls silent', () => {
  test.for(['leader', 'follower'] as const)('the %s is stopped with SIGSTOP', async (which, context) => {
    amongEveryFault(context)
    const cluster = await startEtcd(onTestFinished)
    const victim = await cluster[which]()
    const others = cluster.endpoints.filter(({ host }) => host !== victim.address)
    const observed = await startMirror(onTestFinished, { endpoints: [victim.endpoint, ...others] })
    const writer = openStore(onTestFinished, { endpoints: others })
    await frozen(async () => [victim])(cluster, async () => {
      expect(await movedFrom(observed, victim.address)).toBeLessThan(noticedMs)
      await eventually(() => putMany(writer, 50, 'meanwhile'))
      await eventually(() => expect(observed.mirror.entries.size).toBe(50))
    })
    await expectTruth(observed, cluster)
    expect(observed.mirror.counts).toMatchObject({ lists: { start: 1, compacted: 0, rewound: 0 }, repairs: 0 })
  })

  test('its cable is taken out: no reset comes, and the watch moves within 20 s', async () => {
    const cluster = await startEtcd(onTestFinished)
    const victim = await cluster.follower()
    const others = cluster.endpoints.filter(({ host }) => host !== victim.address)
    const observed = await startMirror(onTestFinished, { endpoints: [victim.endpoint, ...others] })
    const writer = openStore(onTestFinished, { endpoints: others })
    await unplugged(async () => victim)(cluster, async () => {
      const moved = movedFrom(observed, victim.address)
      await putMany(writer, 50, 'meanwhile')
      expect(await moved).toBeLessThan(noticedMs)
      await eventually(() => expect(observed.mirror.entries.size).toBe(50))
    })
    await expectTruth(observed, cluster)
    expect(observed.mirror.counts.lists).toMatchObject({ start: 1, compacted: 0, rewound: 0 })
  })

  test('all are stopped for 20 s: everything stays, and goes on', async (context) => {
    amongEveryFault(context)
    const cluster = await startEtcd(onTestFinished)
    const writer = openStore(onTestFinished, { endpoints: cluster.endpoints })
    await putMany(writer, 50, 'before')
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints }, { maxBackoffMs: 2_000 })
    await frozen(choices.all)(cluster, async () => {
      await delay(20_000)
      expect(observed.mirror.state.kind).toBe('silent')
      expect(observed.mirror.entries.size).toBe(50)
    })
    await eventually(() => putMany(writer, 60, 'after'))
    await expectTruth(observed, cluster)
    expect(observed.mirror.counts.lists).toMatchObject({ start: 1, compacted: 0, rewound: 0 })
  })
})
