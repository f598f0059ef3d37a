/** The mirror and the lease keeper on a real etcd whose members die, are cut off, or are full. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EtcdStore } from '../../src/fleet/etcd/client.ts'
import { concernsOf } from '../../src/fleet/etcd/concerns.ts'
import { LeaseKeeper } from '../../src/fleet/etcd/lease-keeper.ts'
import type { LeaseKeeperEvent } from '../../src/fleet/etcd/lease-keeper-event.ts'
import { amongEveryFault, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { choices, killed } from '../support/etcd-faults.ts'
import { eventually } from '../support/eventually.ts'
import { expectTruth, kindsOf, openStore, prefix, putMany, startMirror } from '../support/mirror-on-etcd.ts'

/** A keeper of one key. */
function startKeeper(store: EtcdStore, name: string, ttl: number): { keeper: LeaseKeeper; events: LeaseKeeperEvent[] } {
  const events: LeaseKeeperEvent[] = []
  const clock = { now: () => performance.now() }
  const keeper = new LeaseKeeper({
    ...{ store, clock, ttl, onEvent: (event) => events.push(event), mayReplace: () => false },
    // Sooner than the lease ends.
    backoff: { minMs: 200, maxMs: 1_000 },
  })
  keeper.set(`${prefix}${name}/record`, Buffer.from(name))
  keeper.start()
  onTestFinished(() => keeper.close({ revoke: false }))
  return { keeper, events }
}

/** Writes a key again and again until `stop`; gives the longest time that a write took. */
function writeSteadily(store: EtcdStore): { stop(): Promise<{ longestMs: number; written: number }> } {
  let isOn = true
  let longestMs = 0
  let written = 0
  const done = (async () => {
    while (isOn) {
      const began = performance.now()
      for (let isDone = false; isOn && !isDone; ) {
        isDone = await store
          .commit([{ kind: 'put', key: `${prefix}w${written % 50}`, value: Buffer.from(`${written}`) }])
          .then(
            () => true,
            () => false,
          )
      }
      longestMs = Math.max(longestMs, performance.now() - began)
      written += 1
      await delay(10)
    }
  })()
  return {
    stop: async () => {
      isOn = false
      await done
      return { longestMs, written }
    },
  }
}

describe.skipIf(!isEtcdInstalled)('a cluster of three', () => {
  test.for(['leader', 'follower'] as const)('the %s is killed while keys are written', async (which, context) => {
    if (which === 'follower') {
      amongEveryFault(context)
    }
    const cluster = await startEtcd(onTestFinished)
    const writer = openStore(onTestFinished, { endpoints: cluster.endpoints })
    const victim = await cluster[which]()
    // The victim serves the watch.
    const endpoints = [victim.endpoint, ...cluster.endpoints.filter(({ host }) => host !== victim.address)]
    const observed = await startMirror(onTestFinished, { endpoints })
    const writing = writeSteadily(writer)
    await killed(async () => [victim])(cluster, () => delay(2_500))
    const { longestMs, written } = await writing.stop()
    await expectTruth(observed, cluster)
    expect(observed.mirror.counts).toMatchObject({
      lists: { start: 1, compacted: 0, rewound: 0, foreign: 0 },
      repairs: 0,
    })
    expect(observed.mirror.state).toMatchObject({ kind: 'live', endpoint: expect.not.stringContaining(victim.address) })
    expect(written).toBeGreaterThan(20)
    expect(longestMs).toBeLessThan(10_000)
  })

  test('all are killed for longer than the leases last: kept ones stay, others go', async () => {
    const cluster = await startEtcd(onTestFinished)
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints }, { maxBackoffMs: 1_000 })
    const store = openStore(onTestFinished, { endpoints: cluster.endpoints })
    const { events } = startKeeper(store, 'alive', 5)
    const dead = await store.grant(5)
    await store.commit([{ kind: 'put', key: `${prefix}dead/record`, value: Buffer.from('dead'), lease: dead.id }])
    await eventually(() => expect(observed.mirror.entries.size).toBe(2))
    await killed(choices.all)(cluster, () => delay(6_000))
    await eventually(() => expect(observed.mirror.entries.has(`${prefix}dead/record`)).toBe(false), {
      timeoutMs: 30_000,
    })
    await expectTruth(observed, cluster)
    const gone = observed.events
      .flatMap((event) => (event.kind === 'changed' ? event.changes : []))
      .filter(({ kind }) => kind === 'delete')
    expect(gone).toMatchObject([{ key: `${prefix}dead/record` }])
    expect(observed.mirror.counts.lists).toMatchObject({ start: 1, compacted: 0, rewound: 0 })
    expect(events.map(({ kind }) => kind)).not.toContain('lost')
  })

  test('the member that serves the watch is cut off from the others: noticed within 5 s, and another one serves', async () => {
    const cluster = await startEtcd(onTestFinished)
    const [first] = cluster.members
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints })
    expect(observed.mirror.state).toMatchObject({ endpoint: '10.77.0.1:2379' })
    await first?.isolate()
    const began = observed.now()
    await eventually(() => expect(kindsOf(observed)).toContain('silent'))
    expect(observed.now() - began).toBeLessThan(8_000)
    expect(observed.events.find(({ kind }) => kind === 'silent')).toMatchObject({ error: { kind: 'no-leader' } })
    await eventually(() =>
      expect(observed.mirror.state).toMatchObject({
        kind: 'live',
        endpoint: expect.not.stringContaining('10.77.0.1:'),
      }),
    )
    await putMany(openStore(onTestFinished, { endpoints: cluster.endpoints.slice(1) }), 50, 'meanwhile')
    await eventually(() => expect(observed.mirror.entries.size).toBe(50))
    const status = await observed.store.status()
    expect(concernsOf(status)).toMatchObject([{ kind: 'no-leader', endpoint: '10.77.0.1:2379' }])
    await first?.rejoin()
    await cluster.ready()
    await expectTruth(observed, cluster)
    expect(observed.mirror.counts.lists).toMatchObject({ start: 1, rewound: 0 })
  })
})

describe.skipIf(!isEtcdInstalled)('a store that is full', () => {
  test('is told as such; what is there stays, and writes go on when there is room', async () => {
    const cluster = await startEtcd(onTestFinished, {
      members: 1,
      args: ['--quota-backend-bytes', String(4 * 1024 * 1024)],
    })
    const observed = await startMirror(onTestFinished, { endpoints: cluster.endpoints })
    const { keeper, events } = startKeeper(observed.store, 'me', 60)
    await eventually(() => expect(events.map(({ kind }) => kind)).toContain('written'))
    const fill = async (): Promise<void> => {
      for (;;) {
        await observed.store.commit([{ kind: 'put', key: '/filler', value: Buffer.alloc(500_000) }])
      }
    }
    await expect(fill()).rejects.toMatchObject({
      kind: 'no-space',
      message: expect.stringContaining('database space exceeded'),
    })
    expect(concernsOf(await observed.store.status())).toMatchObject([
      {
        kind: 'alarm',
        message: expect.stringContaining('reports the alarm NOSPACE of member m1: it serves reads and deletes only'),
      },
    ])
    keeper.set(`${prefix}me/record`, Buffer.from('changed'))
    await eventually(() => expect(keeper.state.failing).toMatchObject({ error: { kind: 'no-space' } }))
    expect(observed.mirror.state.kind).toBe('live')

    const { revision } = await observed.store.position(prefix)
    await cluster.etcdctl(['compact', String(revision)])
    await cluster.etcdctl(['defrag'])
    await cluster.etcdctl(['alarm', 'disarm'])
    await eventually(() => expect(keeper.state.written).toEqual([`${prefix}me/record`]))
    expect(events.at(-2)).toMatchObject({ kind: 'recovered' })
    await expectTruth(observed, cluster)
  })
})
