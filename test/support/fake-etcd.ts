/**
 * A small etcd in this process, on gRPC: for what a real one cannot be made to do on demand. It has keys with revisions, leases without time,
 * transactions and watches; a test takes them away, holds answers back, or answers what it likes.
 */
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Endpoint } from '../../src/fleet/etcd/channel.ts'
import { decode, encode, type Message, type MethodName, methods } from '../../src/fleet/etcd/messages.ts'
import { eventMessage, FakeEtcdData, Refusal, text } from './fake-etcd-data.ts'

type WatchStream = ServerDuplexStream<Buffer, Buffer>

interface Watcher {
  readonly call: WatchStream
  readonly from: string
  readonly to: string
  next: number
}

/** What a call is answered with in place of the usual: an error of gRPC, silence, or bytes. */
export type Answer = { readonly code: number; readonly details: string } | 'silence' | Buffer

/** A server on a free port of the loopback. */
export class FakeEtcd {
  readonly data = new FakeEtcdData()
  /** Answers that a test wants, by method; a function is asked each time, and undefined means the usual. */
  readonly answers: Partial<Record<MethodName, (request: Buffer) => Answer | undefined>> = {}
  /** Events that watchers are not given. */
  lose: (event: { readonly key: string }) => boolean = () => false
  /** Bytes of events in one message; more are sent as fragments. */
  fragmentEvents = Number.POSITIVE_INFINITY
  readonly calls: MethodName[] = []
  readonly #watchers = new Set<Watcher>()
  readonly #server = new Server()
  #port = 0

  static async start(): Promise<FakeEtcd> {
    const fake = new FakeEtcd()
    fake.#server.addService(fake.#service(), fake.#handlers())
    fake.#port = await new Promise<number>((resolve, reject) => {
      fake.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      )
    })
    return fake
  }

  get endpoint(): Endpoint {
    return { host: '127.0.0.1', port: this.#port, isTls: false }
  }

  get watchers(): number {
    return this.#watchers.size
  }

  stop(): void {
    this.#server.forceShutdown()
  }

  /** Changes a key as another client would. */
  put(key: string, value: string, lease = '0'): number {
    const revision = this.data.put(key, value, lease)
    this.#notify()
    return revision
  }

  delete(key: string): void {
    this.data.delete(key)
    this.#notify()
  }

  /** Ends a lease, and deletes its keys. */
  expire(lease: string): void {
    this.data.expire(lease)
    this.#notify()
  }

  /** Breaks all watches. */
  breakWatches(code = status.UNAVAILABLE, details = 'the path broke'): void {
    for (const { call } of this.#watchers) {
      call.emit('error', { code, details })
    }
    this.#watchers.clear()
  }

  /** Sends all watchers a progress notice. */
  progress(revision = this.data.revision): void {
    for (const { call } of this.#watchers) {
      call.write(encode('WatchResponse', { header: { ...this.data.header(), revision }, watch_id: 0 }))
    }
  }

  /** Sends all watchers a message as it is. */
  say(message: Message<'WatchResponse'> | Buffer): void {
    for (const { call } of this.#watchers) {
      call.write(Buffer.isBuffer(message) ? message : encode('WatchResponse', message))
    }
  }

  #service(): ServiceDefinition {
    const isStream = (name: string): boolean => name === 'watch' || name === 'keepAlive'
    const same = (bytes: Buffer): Buffer => bytes
    return Object.fromEntries(
      Object.entries(methods).map(([name, [path]]) => [
        name,
        {
          path,
          requestStream: isStream(name),
          responseStream: isStream(name),
          ...{ requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same },
        },
      ]),
    )
  }

  #handlers(): UntypedServiceImplementation {
    const unary =
      (name: MethodName, answer: (request: Buffer) => Buffer) =>
      (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => {
        this.calls.push(name)
        const wanted = this.answers[name]?.(call.request)
        if (wanted === 'silence') {
          return
        }
        try {
          if (wanted !== undefined && !Buffer.isBuffer(wanted)) {
            throw new Refusal(wanted.code, wanted.details)
          }
          reply(null, wanted ?? answer(call.request))
        } catch (error) {
          reply(error instanceof Refusal ? { code: error.code, details: error.message } : (error as Error))
        }
      }
    return {
      range: unary('range', (bytes) => encode('RangeResponse', this.data.range(decode('RangeRequest', bytes)))),
      txn: unary('txn', (bytes) => this.#txn(bytes)),
      grant: unary('grant', (bytes) => {
        const ttl = Number(decode('LeaseGrantRequest', bytes).TTL)
        return encode('LeaseGrantResponse', { header: this.data.header(), ID: this.data.grant(ttl), TTL: ttl })
      }),
      revoke: unary('revoke', (bytes) => {
        this.data.revoke(String(decode('LeaseRevokeRequest', bytes).ID))
        this.#notify()
        return encode('LeaseRevokeResponse', { header: this.data.header() })
      }),
      status: unary('status', () => {
        return encode('StatusResponse', { header: this.data.header(), version: '3.4.23', leader: '5', dbSize: 20480 })
      }),
      memberList: unary('memberList', () => {
        return encode('MemberListResponse', {
          header: this.data.header(),
          members: [{ ID: '5', name: 'm1', clientURLs: ['http://m1:2379'] }],
        })
      }),
      keepAlive: (call: WatchStream) => {
        call.on('data', (bytes: Buffer) => {
          this.calls.push('keepAlive')
          const wanted = this.answers.keepAlive?.(bytes)
          if (wanted === 'silence') {
            return
          }
          if (wanted !== undefined && !Buffer.isBuffer(wanted)) {
            call.emit('error', wanted)
            return
          }
          const { ID } = decode('LeaseKeepAliveRequest', bytes)
          const TTL = this.data.ttlOf(String(ID))
          call.write(wanted ?? encode('LeaseKeepAliveResponse', { header: this.data.header(), ID: String(ID), TTL }))
        })
        call.on('end', () => call.end())
      },
      watch: (call: WatchStream) => {
        call.on('data', (bytes: Buffer) => this.#watch(call, bytes))
        call.on('end', () => call.end())
      },
    }
  }

  #txn(bytes: Buffer): Buffer {
    const answer = this.data.txn(decode('TxnRequest', bytes))
    this.#notify()
    return encode('TxnResponse', answer)
  }

  #watch(call: WatchStream, bytes: Buffer): void {
    this.calls.push('watch')
    const wanted = this.answers.watch?.(bytes)
    if (wanted === 'silence') {
      return
    }
    if (Buffer.isBuffer(wanted)) {
      call.write(wanted)
      return
    }
    if (wanted !== undefined) {
      call.emit('error', wanted)
      return
    }
    const { create_request: create } = decode('WatchRequest', bytes)
    const next = Number(create?.start_revision)
    call.write(encode('WatchResponse', { header: this.data.header(), watch_id: 0, created: true }))
    if (next <= this.data.compacted) {
      call.write(
        encode('WatchResponse', {
          header: this.data.header(),
          watch_id: 0,
          canceled: true,
          compact_revision: this.data.compacted,
        }),
      )
      return
    }
    const watcher = { call, from: text(create?.key), to: text(create?.range_end), next }
    this.#watchers.add(watcher)
    call.on('cancelled', () => this.#watchers.delete(watcher))
    this.#notify()
  }

  #notify(): void {
    for (const watcher of this.#watchers) {
      const { call, from, to, next } = watcher
      const events = this.data.events.filter(({ revision, key }) => revision >= next && key >= from && key < to)
      if (this.data.revision >= next) {
        watcher.next = this.data.revision + 1
      }
      const sent = events.filter((event) => !this.lose(event)).map(eventMessage)
      for (let first = 0; first < sent.length; first += this.fragmentEvents) {
        const part = sent.slice(first, first + this.fragmentEvents)
        const fragment = first + this.fragmentEvents < sent.length
        call.write(encode('WatchResponse', { header: this.data.header(), watch_id: 0, events: part, fragment }))
      }
    }
  }
}
