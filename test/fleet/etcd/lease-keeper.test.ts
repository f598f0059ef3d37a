/** The lease keeper against a fake etcd. */
import { status } from '@grpc/grpc-js'
import { describe, expect, test, vi } from 'vitest'
import { decode } from '../../../src/fleet/etcd/messages.ts'
import { keeperOn, mirrorOn, prefix, startFakeEtcd, storeOn, until } from '../../support/etcd-clients.ts'

const [one, two] = [`${prefix}one`, `${prefix}two`]
const bytes = (text: string): Buffer => Buffer.from(text)

describe('a lease keeper', () => {
  test('puts its keys on one lease in one transaction, and only what changed after that', async () => {
    const fake = await startFakeEtcd()
    const { keeper, kinds } = keeperOn(storeOn([fake]))
    keeper.set(one, bytes('1'))
    keeper.set(two, bytes('2'))
    await until(() => expect(keeper.state.written).toEqual([one, two]))
    expect(fake.calls).toEqual(['grant', 'txn'])
    expect(fake.data.leaseOf(one)).toBe(keeper.state.lease?.id)
    keeper.set(one, bytes('1'))
    keeper.set(two, bytes('3'))
    await until(() => expect(fake.data.value(two)).toBe('3'))
    keeper.remove(one)
    await until(() => expect(fake.data.value(one)).toBeUndefined())
    expect(kinds()).toEqual(['granted', 'written', 'written', 'written'])
    expect(keeper.state).toMatchObject({ written: [two], pending: [], taken: [] })
  })

  test('grants again and puts everything again when its lease is lost, however it learns of it', async () => {
    const fake = await startFakeEtcd()
    const { keeper, kinds } = keeperOn(storeOn([fake]), { ttl: 1 })
    keeper.set(one, bytes('1'))
    keeper.set(two, bytes('2'))
    await until(() => expect(keeper.state.written).toHaveLength(2))
    // By its next beat.
    fake.expire(keeper.state.lease?.id ?? '')
    await until(() => expect(fake.data.value(two)).toBe('2'))
    expect(kinds()).toEqual(['granted', 'written', 'lost', 'granted', 'written'])
    // By a write.
    fake.expire(keeper.state.lease?.id ?? '')
    keeper.set(one, bytes('3'))
    await until(() => expect([fake.data.value(one), fake.data.value(two)]).toEqual(['3', '2']))
  })

  test('puts a key again that somebody deleted, and one of an earlier life of this node', async () => {
    const fake = await startFakeEtcd()
    fake.put(one, 'instance a, earlier')
    const store = storeOn([fake])
    const mayReplace = vi.fn(() => true)
    const { keeper } = keeperOn(store, { mayReplace })
    const { mirror, events } = mirrorOn(store)
    const forward = setInterval(() => events.splice(0).map((event) => keeper.notice(event)), 5)
    try {
      keeper.set(one, bytes('instance a'))
      await until(() => expect(fake.data.value(one)).toBe('instance a'))
      expect(mayReplace).toHaveBeenCalledWith(
        one,
        expect.objectContaining({ value: bytes('instance a, earlier') }),
        bytes('instance a'),
      )
      await until(() => expect(mirror.entries.size).toBe(1))
      fake.delete(one)
      await until(() => expect(fake.data.value(one)).toBe('instance a'))
      fake.put(one, 'by hand')
      await until(() => expect(fake.data.value(one)).toBe('instance a'))
    } finally {
      clearInterval(forward)
    }
  })

  test('never overwrites another host with the same id: it says so, and publishes when that one is gone', async () => {
    const fake = await startFakeEtcd()
    fake.put(one, 'instance b')
    const { keeper, events } = keeperOn(storeOn([fake]))
    keeper.set(one, bytes('instance a'))
    keeper.set(two, bytes('of its own'))
    await until(() => expect(keeper.state.taken).toHaveLength(1))
    await until(() => expect(keeper.state.written).toEqual([two]))
    expect(events.filter(({ kind }) => kind === 'taken')).toMatchObject([
      { key: one, present: { value: bytes('instance b') } },
    ])
    expect(fake.data.value(one)).toBe('instance b')
    keeper.retry(one)
    await until(() => expect(events.filter(({ kind }) => kind === 'taken')).toHaveLength(2))
    fake.delete(one)
    const before = { key: one, value: bytes('instance b'), createRevision: 2, modRevision: 2, version: 1 }
    keeper.notice({ kind: 'changed', revision: 4, changes: [{ kind: 'delete', key: one, before }] })
    await until(() => expect(fake.data.value(one)).toBe('instance a'))
    keeper.set(one, bytes('instance a, changed'))
    fake.put(one, 'instance b, meanwhile')
    await until(() => expect(keeper.state.taken).toMatchObject([{ value: bytes('instance b, meanwhile') }]))
    keeper.remove(one)
    await until(() => expect(keeper.state).toMatchObject({ written: [two], pending: [], taken: [] }))
    expect(fake.data.value(one)).toBe('instance b, meanwhile')
  })

  test('takes a write that succeeded without an answer for its own', async () => {
    const fake = await startFakeEtcd()
    const { keeper, kinds } = keeperOn(storeOn([fake]))
    let isFirst = true
    fake.answers.txn = (request) => {
      if (!isFirst) {
        return undefined
      }
      isFirst = false
      fake.data.txn(decode('TxnRequest', request))
      return 'silence'
    }
    keeper.set(one, bytes('1'))
    await until(() => expect(keeper.state.written).toEqual([one]))
    expect(kinds()).toEqual(['granted', 'written'])
    expect(keeper.state.taken).toEqual([])
  })

  test('writes the other keys when one is refused, and says which', async () => {
    const fake = await startFakeEtcd()
    fake.answers.txn = (request) => {
      const isForOne = (decode('TxnRequest', request).success ?? []).some(
        ({ request_put: put }) => Buffer.from(put?.key ?? []).toString() === one,
      )
      return isForOne ? { code: status.PERMISSION_DENIED, details: 'etcdserver: permission denied' } : undefined
    }
    const { keeper, events, kinds } = keeperOn(storeOn([fake]))
    keeper.set(one, bytes('1'))
    keeper.set(two, bytes('2'))
    await until(() => expect(keeper.state).toMatchObject({ written: [two], pending: [one] }))
    expect(events.find(({ kind }) => kind === 'failing')).toMatchObject({ keys: [one], error: { kind: 'refused' } })
    delete fake.answers.txn
    await until(() => expect(keeper.state.written).toEqual([one, two]))
    expect(kinds().slice(-2)).toEqual(['recovered', 'written'])
  })

  test('looks at all its keys again after the store went back', async () => {
    const fake = await startFakeEtcd()
    const { keeper } = keeperOn(storeOn([fake]))
    keeper.set(one, bytes('1'))
    await until(() => expect(keeper.state.written).toEqual([one]))
    fake.data.wipe()
    keeper.notice({ kind: 'rewound', known: { revision: 2, term: 2 }, found: { revision: 1, term: 2 } })
    await until(() => expect(fake.data.value(one)).toBe('1'))
    expect(fake.data.leaseOf(one)).toBe(keeper.state.lease?.id)
  })

  test('says once that the store does not answer, and that it does again', async () => {
    const fake = await startFakeEtcd()
    fake.answers.grant = () => ({ code: status.UNAVAILABLE, details: 'etcdserver: no leader' })
    const { keeper, kinds } = keeperOn(storeOn([fake]))
    keeper.set(one, bytes('1'))
    await until(() => expect(fake.calls.length).toBeGreaterThan(6))
    delete fake.answers.grant
    await until(() => expect(keeper.state.written).toEqual([one]))
    expect(kinds()).toEqual(['failing', 'recovered', 'granted', 'written'])
  })

  test('leaves its keys when it is closed, or revokes them', async () => {
    const fake = await startFakeEtcd()
    const store = storeOn([fake])
    for (const revoke of [false, true]) {
      const { keeper } = keeperOn(store, { mayReplace: () => true })
      keeper.set(one, bytes('1'))
      await until(() => expect(keeper.state.written).toEqual([one]))
      await keeper.close({ revoke })
      expect(fake.data.value(one)).toBe(revoke ? undefined : '1')
    }
  })
})
