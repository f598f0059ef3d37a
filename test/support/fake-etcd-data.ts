/** The data of a fake etcd: keys with revisions, leases without time, transactions. */
import { status } from '@grpc/grpc-js'
import type { Message } from '../../src/fleet/etcd/messages.ts'

interface Pair {
  readonly key: string
  readonly value: Buffer
  readonly created: number
  readonly changed: number
  readonly version: number
  readonly lease: string
}

export interface FakeEvent {
  readonly revision: number
  readonly key: string
  /** Undefined: it was deleted. */
  readonly pair: Pair | undefined
}

/** What a fake etcd stores. */
export class FakeEtcdData {
  cluster = '11111111111111111111'
  term = 2
  revision = 1
  compacted = 0
  events: FakeEvent[] = []
  #pairs = new Map<string, Pair>()
  #leases = new Map<string, number>()
  #lastLease = 7_000_000_000_000_000_001n

  /** Changes a key as another client would. */
  put(key: string, value: string, lease = '0'): number {
    this.revision += 1
    this.#put(key, Buffer.from(value), lease)
    return this.revision
  }

  delete(key: string): number {
    this.revision += 1
    this.#delete(key)
    return this.revision
  }

  value(key: string): string | undefined {
    return this.#pairs.get(key)?.value.toString()
  }

  leaseOf(key: string): string | undefined {
    return this.#pairs.get(key)?.lease
  }

  /** Ends a lease, and deletes its keys. */
  expire(lease: string): void {
    this.#leases.delete(lease)
    const keys = [...this.#pairs.values()].filter((pair) => pair.lease === lease).map(({ key }) => key)
    if (keys.length > 0) {
      this.revision += 1
      for (const key of keys) {
        this.#delete(key)
      }
    }
  }

  get leases(): string[] {
    return [...this.#leases.keys()]
  }

  compact(): void {
    this.compacted = this.revision
  }

  /** Everything is gone. */
  wipe(): void {
    this.#pairs = new Map()
    this.events = []
    this.#leases = new Map()
    this.revision = 1
    this.compacted = 0
  }

  grant(ttl: number): string {
    this.#lastLease += 1n
    this.#leases.set(String(this.#lastLease), ttl)
    return String(this.#lastLease)
  }

  /** Seconds of a lease; 0 if there is none. */
  ttlOf(lease: string): number {
    return this.#leases.get(lease) ?? 0
  }

  revoke(lease: string): void {
    if (!this.#leases.has(lease)) {
      throw new Refusal(status.NOT_FOUND, 'etcdserver: requested lease not found')
    }
    this.expire(lease)
  }

  header(): Message<'ResponseHeader'> {
    return { cluster_id: this.cluster, member_id: '5', revision: this.revision, raft_term: this.term }
  }

  range(request: Message<'RangeRequest'>): Message<'RangeResponse'> {
    const [from, to] = [text(request.key), text(request.range_end)]
    const limit = Number(request.limit ?? 0)
    const inRange = [...this.#pairs.values()]
      .filter(({ key }) => (to === '' ? key === from : key >= from && key < to))
      .sort((one, other) => (one.key < other.key ? -1 : 1))
    const kvs = limit > 0 ? inRange.slice(0, limit) : inRange
    const header = this.header()
    if (request.count_only === true) {
      return { header, count: inRange.length }
    }
    return { header, kvs: kvs.map(pairMessage), more: kvs.length < inRange.length, count: inRange.length }
  }

  txn({ compare = [], success = [], failure = [] }: Message<'TxnRequest'>): Message<'TxnResponse'> {
    const succeeded = compare.every(
      ({ key, mod_revision: wanted }) => (this.#pairs.get(text(key))?.changed ?? 0) === Number(wanted),
    )
    const operations = succeeded ? success : failure
    for (const { request_put: put } of operations) {
      const lease = String(put?.lease ?? 0)
      if (put && lease !== '0' && !this.#leases.has(lease)) {
        throw new Refusal(status.NOT_FOUND, 'etcdserver: requested lease not found')
      }
    }
    if (operations.some(({ request_range: range }) => !range)) {
      this.revision += 1
    }
    const responses = operations.map(
      ({ request_put: put, request_delete_range: del, request_range: range }): Message<'ResponseOp'> => {
        if (put) {
          this.#put(text(put.key), Buffer.from(put.value ?? []), String(put.lease ?? 0))
          return { response_put: {} }
        }
        if (del) {
          this.#delete(text(del.key))
          return { response_delete_range: {} }
        }
        return { response_range: this.range(range ?? {}) }
      },
    )
    return { header: this.header(), succeeded, responses }
  }

  #put(key: string, value: Buffer, lease: string): void {
    const before = this.#pairs.get(key)
    const pair = {
      key,
      value,
      created: before?.created ?? this.revision,
      changed: this.revision,
      version: (before?.version ?? 0) + 1,
      lease,
    }
    this.#pairs.set(key, pair)
    this.events.push({ revision: this.revision, key, pair })
  }

  #delete(key: string): void {
    if (this.#pairs.delete(key)) {
      this.events.push({ revision: this.revision, key, pair: undefined })
    }
  }
}

/** What etcd answers in place of data. */
export class Refusal extends Error {
  readonly code: number

  constructor(code: number, details: string) {
    super(details)
    this.code = code
  }
}

function pairMessage({ key, value, created, changed, version, lease }: Pair): Message<'KeyValue'> {
  return { key: Buffer.from(key), value, create_revision: created, mod_revision: changed, version, lease }
}

/** An event as etcd sends it. */
export function eventMessage({ revision, key, pair }: FakeEvent): Message<'Event'> {
  return pair === undefined
    ? { type: 1, kv: { key: Buffer.from(key), mod_revision: revision } }
    : { type: 0, kv: pairMessage(pair) }
}

/** A key as text. */
export function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString()
}
