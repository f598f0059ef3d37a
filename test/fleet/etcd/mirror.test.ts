/** The mirror against a fake etcd: races and faults that a real one shows only by chance. */
import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { encode } from '../../../src/fleet/etcd/messages.ts'
import { mirrorOn, prefix, startFakeEtcd, storeOn, until } from '../../support/etcd-clients.ts'
import type { FakeEtcd } from '../../support/fake-etcd.ts'

function entriesOf({ entries }: { entries: ReadonlyMap<string, { value: Buffer }> }): Record<string, string> {
  return Object.fromEntries([...entries].map(([key, { value }]) => [key, value.toString()]))
}

async function untilLive({ mirror }: ReturnType<typeof mirrorOn>): Promise<void> {
  await until(() => expect(mirror.state.kind).toBe('live'))
}

const header = { cluster_id: '11111111111111111111', member_id: '5', revision: 1, raft_term: 2 }

describe('a mirror', () => {
  let fake: FakeEtcd

  test('lists once, then takes changes from its watch', async () => {
    fake = await startFakeEtcd()
    fake.put(`${prefix}a`, '1')
    fake.put('/other', 'not ours')
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.put(`${prefix}b`, '2')
    fake.put(`${prefix}a`, '3')
    fake.delete(`${prefix}b`)
    await until(() => expect(entriesOf(observed.mirror)).toEqual({ [`${prefix}a`]: '3' }))
    expect(observed.events[0]).toMatchObject({
      kind: 'listed',
      reason: 'start',
      revision: 3,
      changes: [{ kind: 'put', entry: { key: `${prefix}a` } }],
    })
    expect(observed.mirror).toMatchObject({ revision: 6, counts: { lists: { start: 1 }, breaks: 0, changes: 3 } })
  })

  test('resumes by revision after a break, and says how long it was silent', async () => {
    fake = await startFakeEtcd()
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.answers.watch = () => ({ code: status.UNAVAILABLE, details: 'not now' })
    fake.breakWatches()
    await until(() => expect(observed.mirror.state.kind).toBe('silent'))
    fake.put(`${prefix}a`, 'meanwhile')
    delete fake.answers.watch
    await untilLive(observed)
    expect(observed.kinds()).toEqual(['listed: start', 'resumed', 'silent', 'resumed', 'changed'])
    expect(fake.calls.filter((call) => call === 'range')).toHaveLength(3)
  })

  test('takes no part of a revision that came in fragments and broke off', async () => {
    fake = await startFakeEtcd()
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    const kv = {
      key: Buffer.from(`${prefix}part`),
      value: Buffer.from('1'),
      create_revision: 2,
      mod_revision: 2,
      version: 1,
    }
    fake.say({ header, watch_id: 0, fragment: true, events: [{ kv }] })
    fake.breakWatches()
    await until(() => expect(observed.kinds()).toEqual(['listed: start', 'resumed', 'silent', 'resumed']))
    expect(observed.mirror).toMatchObject({ revision: 1, entries: new Map() })
    fake.fragmentEvents = 2
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      fake.data.revision = 2
      fake.data.put(prefix + name, name)
    }
    fake.put(`${prefix}f`, 'f')
    await until(() => expect(observed.mirror.entries.size).toBe(6))
    expect(observed.events.filter(({ kind }) => kind === 'changed')).toHaveLength(1)
  })

  test('lists again after a compaction, and says what changed', async () => {
    fake = await startFakeEtcd()
    fake.put(`${prefix}gone`, '1')
    fake.put(`${prefix}same`, '1')
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.lose = () => true
    fake.delete(`${prefix}gone`)
    fake.put(`${prefix}new`, '2')
    fake.data.compact()
    fake.lose = () => false
    fake.breakWatches()
    await until(() => expect(observed.kinds()).toContain('listed: compacted'))
    expect(observed.events.find((event) => event.kind === 'listed' && event.reason === 'compacted')).toMatchObject({
      changes: [
        { kind: 'delete', key: `${prefix}gone` },
        { kind: 'put', entry: { key: `${prefix}new` } },
      ],
    })
  })

  test('notices by its check that the data was wiped while the watch waits in silence', async () => {
    fake = await startFakeEtcd()
    fake.put(`${prefix}a`, '1')
    const observed = mirrorOn(storeOn([fake]), { checkMs: 30 })
    await untilLive(observed)
    fake.data.wipe()
    await until(() => expect(observed.kinds()).toContain('listed: rewound'))
    expect(observed.events.slice(2, 4)).toMatchObject([
      { kind: 'rewound', known: { revision: 2, term: 2 }, found: { revision: 1, term: 2 } },
      { kind: 'listed', reason: 'rewound', revision: 1, changes: [{ kind: 'delete', key: `${prefix}a` }] },
    ])
    fake.put(`${prefix}b`, '1')
    await until(() => expect(entriesOf(observed.mirror)).toEqual({ [`${prefix}b`]: '1' }))
  })

  test('notices by the term that an older snapshot is already ahead of what it knew', async () => {
    fake = await startFakeEtcd()
    fake.data.term = 7
    fake.put(`${prefix}a`, '1')
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.data.wipe()
    fake.data.term = 3
    for (let count = 0; count < 5; count += 1) {
      fake.data.put(`${prefix}b`, String(count))
    }
    fake.breakWatches()
    await until(() => expect(observed.kinds()).toContain('listed: rewound'))
    expect(entriesOf(observed.mirror)).toEqual({ [`${prefix}b`]: '4' })
  })

  test('is not misled by a member that lags behind', async () => {
    fake = await startFakeEtcd()
    fake.put(`${prefix}a`, '1')
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.answers.watch = () =>
      encode('WatchResponse', { header: { ...header, revision: 1, raft_term: 1 }, created: true })
    fake.breakWatches()
    await until(() => expect(observed.kinds()).toEqual(['listed: start', 'resumed', 'silent', 'resumed']))
  })

  test('tells another cluster from its own', async () => {
    fake = await startFakeEtcd()
    fake.put(`${prefix}a`, '1')
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.data.cluster = '12222222222222222222'
    fake.breakWatches()
    await until(() => expect(observed.kinds()).toContain('listed: foreign'))
    expect(observed.events.find(({ kind }) => kind === 'foreign')).toEqual({
      kind: 'foreign',
      known: '11111111111111111111',
      found: '12222222222222222222',
    })
    await untilLive(observed)
  })

  test('finds by a full compare what its watch was never given, and repairs it once', async () => {
    fake = await startFakeEtcd()
    fake.put(`${prefix}gone`, '1')
    const observed = mirrorOn(storeOn([fake]), { compareMs: 60 })
    await untilLive(observed)
    fake.lose = () => true
    fake.delete(`${prefix}gone`)
    fake.put(`${prefix}missed`, '2')
    fake.lose = () => false
    fake.put(`${prefix}seen`, '3')
    await until(() => expect(observed.mirror.counts.repairs).toBe(2))
    expect(entriesOf(observed.mirror)).toEqual({ [`${prefix}missed`]: '2', [`${prefix}seen`]: '3' })
    const lists = observed.mirror.counts.lists.compare
    await until(() => expect(observed.mirror.counts.lists.compare).toBeGreaterThan(lists))
    expect(observed.mirror.counts.repairs).toBe(2)
  })

  test('stays live and tells it when the store does not confirm its position', async () => {
    fake = await startFakeEtcd()
    const observed = mirrorOn(storeOn([fake]), { checkMs: 30 })
    await untilLive(observed)
    fake.answers.range = () => ({ code: status.UNAVAILABLE, details: 'etcdserver: request timed out' })
    await until(() => expect(observed.mirror.state.kind).toBe('silent'))
    fake.put(`${prefix}a`, 'through the watch')
    await until(() => expect(observed.mirror.entries.size).toBe(1))
    delete fake.answers.range
    await untilLive(observed)
    expect(observed.kinds()).toEqual(['listed: start', 'resumed', 'silent', 'changed', 'resumed'])
    expect(fake.calls.filter((call) => call === 'watch')).toHaveLength(1)
  })

  test('starts without a store, and lists when there is one', async () => {
    fake = await startFakeEtcd()
    fake.answers.range = () => ({ code: status.UNAVAILABLE, details: 'etcdserver: no leader' })
    const observed = mirrorOn(storeOn([fake]))
    await until(() => expect(observed.mirror.state).toMatchObject({ kind: 'starting', error: { kind: 'no-leader' } }))
    delete fake.answers.range
    await untilLive(observed)
    expect(observed.kinds()).toEqual(['silent', 'listed: start', 'resumed'])
  })

  test('resumes from the progress notice before the last one, since a notice may overtake changes', async () => {
    fake = await startFakeEtcd()
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    fake.put('/elsewhere', '1')
    fake.progress(2)
    fake.put('/elsewhere', '2')
    fake.progress(3)
    await until(() => expect(observed.mirror.revision).toBe(2))
  })

  test('says nothing after it was closed', async () => {
    fake = await startFakeEtcd()
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    observed.mirror.close()
    fake.put(`${prefix}a`, '1')
    await until(() => expect(fake.watchers).toBe(0))
    expect(observed.kinds()).toEqual(['listed: start', 'resumed'])
    expect(observed.mirror.state.kind).toBe('closed')
  })

  test('goes on after answers that no etcd gives', async () => {
    fake = await startFakeEtcd()
    const observed = mirrorOn(storeOn([fake]))
    await untilLive(observed)
    for (const message of [
      Buffer.from('ffffffff', 'hex'),
      encode('WatchResponse', {}),
      encode('WatchResponse', { header, events: [{}] }),
    ]) {
      const before = observed.mirror.counts.breaks
      fake.say(message)
      await until(() => expect(observed.mirror.counts.breaks).toBe(before + 1))
      await untilLive(observed)
    }
    expect(observed.events.filter(({ kind }) => kind === 'silent')).toMatchObject(
      Array(3).fill({
        error: {
          kind: 'protocol',
          message: expect.stringMatching(/^cannot watch \/v\/ at .*: the answer is not one of etcd v3: /),
        },
      }),
    )
  })
})
