/** A store on etcd v3. Load this file by open.ts: it brings gRPC with it. */
import { type Certificates, Channel, type ChannelTimes, type Endpoint } from './channel.ts'
import { mayHelpElsewhere, protocolError } from './failures.ts'
import { listByPages } from './listing.ts'
import type { AnswerOf, MethodName, RequestOf } from './messages.ts'
import {
  type CallOptions,
  type Commit,
  type Condition,
  type Entry,
  type Lease,
  type LeaseId,
  type Listing,
  type Member,
  type Operation,
  type Position,
  type Store,
  StoreError,
  type StoreStatus,
  type Watch,
  type WatchListener,
} from './store.ts'
import { commitOf, transactionOf } from './transaction.ts'
import { digitsOf, entryOf, memberOf, memberStatusOf, numberOf, positionOf } from './values.ts'
import { openWatch } from './watch.ts'

/** Times in milliseconds; each has a default. */
export interface EtcdTimes extends ChannelTimes {
  /** How long one endpoint may take for a call. */
  readonly deadlineMs: number
  /** The same for one page of a list. */
  readonly pageDeadlineMs: number
  /** How long a member may take to accept a watch. */
  readonly createdMs: number
}

/** Where the store is, and who we are there. */
export interface EtcdOptions {
  readonly endpoints: readonly Endpoint[]
  /** Needed for endpoints with TLS. */
  readonly certificates?: Certificates
  readonly times?: Partial<EtcdTimes>
  /** Keys a page of a list: each page costs etcd a count of all that follow. */
  readonly pageSize?: number
  /** Chooses the endpoint that is asked first, so that a fleet spreads over all of them. */
  readonly random?: () => number
}

const usualTimes: EtcdTimes = {
  pingMs: 10_000,
  pingTimeoutMs: 5_000,
  deadlineMs: 2_000,
  pageDeadlineMs: 20_000,
  createdMs: 5_000,
}
const usualPageSize = 10_000

/** etcd as a store. */
export class EtcdStore implements Store {
  readonly #channels: readonly Channel[]
  readonly #times: EtcdTimes
  readonly #pageSize: number
  readonly #watches = new Set<Watch>()
  /** The endpoint that is asked first: the last one that answered. */
  #preferred: number
  /** The end of the list that is under way: one at a time, so that a cluster that came back is not flooded. */
  #listing: Promise<unknown> = Promise.resolve()

  constructor({ endpoints, certificates, times, pageSize = usualPageSize, random = Math.random }: EtcdOptions) {
    if (endpoints.length === 0) {
      throw new RangeError('a store needs an endpoint')
    }
    this.#times = { ...usualTimes, ...times }
    this.#channels = endpoints.map((endpoint) => new Channel(endpoint, certificates, this.#times))
    this.#pageSize = pageSize
    this.#preferred = Math.floor(random() * endpoints.length)
  }

  list(prefix: string, options: CallOptions & { readonly revision?: number } = {}): Promise<Listing> {
    const { revision, deadlineMs = this.#times.pageDeadlineMs } = options
    const turn = this.#listing.then(() =>
      listByPages(prefix, { revision, pageSize: this.#pageSize }, (request) =>
        this.#call('range', request, `list ${prefix}`, { deadlineMs }, ({ header, kvs = [], more = false }) => {
          return { at: positionOf(header), pairs: kvs, hasMore: more }
        }),
      ),
    )
    this.#listing = turn.catch(() => undefined)
    return turn
  }

  async get(key: string, options: CallOptions = {}): Promise<Entry | undefined> {
    const answer = await this.#call('range', { key: Buffer.from(key) }, `read ${key}`, options, (each) => each)
    return answer.kvs?.map(entryOf)[0]
  }

  position(key: string, options: CallOptions = {}): Promise<Position> {
    const request = { key: Buffer.from(key), count_only: true }
    return this.#call('range', request, 'read the revision', options, ({ header }) => positionOf(header))
  }

  watch(prefix: string, from: number, listener: WatchListener): Watch {
    const index = this.#preferred
    const watch = openWatch(
      this.#channel(index),
      { prefix, from, createdMs: this.#times.createdMs },
      {
        created: (at) => listener.created(at),
        changed: (changes, at) => listener.changed(changes, at),
        progress: (at) => listener.progress(at),
        failed: (error) => {
          this.#watches.delete(closable)
          if (mayHelpElsewhere(error)) {
            this.#avoid(index)
          }
          listener.failed(error)
        },
      },
    )
    const closable: Watch = {
      endpoint: watch.endpoint,
      close: () => {
        this.#watches.delete(closable)
        watch.close()
      },
    }
    this.#watches.add(closable)
    return closable
  }

  commit(
    operations: readonly Operation[],
    conditions: readonly Condition[] = [],
    options: CallOptions = {},
  ): Promise<Commit> {
    const request = transactionOf(operations, conditions)
    return this.#call('txn', request, `write ${summary(operations.map(({ key }) => key))}`, options, commitOf)
  }

  grant(ttl: number, options: CallOptions = {}): Promise<Lease> {
    return this.#call('grant', { TTL: ttl }, 'get a lease', options, (answer) => {
      return { id: digitsOf(answer.ID), ttl: numberOf(answer.TTL) }
    })
  }

  async keepAlive(lease: LeaseId, options: CallOptions = {}): Promise<number> {
    const doing = `keep lease ${lease} alive`
    const ttl = await this.#tryEach((channel) => keepAliveOnce(channel, lease, doing, this.#deadline(options)))
    if (ttl === 0) {
      throw new StoreError('lease-not-found', `cannot ${doing}: the lease has ended; vxagent asks for a new lease`)
    }
    return ttl
  }

  async revoke(lease: LeaseId, options: CallOptions = {}): Promise<void> {
    try {
      await this.#call('revoke', { ID: lease }, `revoke lease ${lease}`, options, () => undefined)
    } catch (error) {
      if (!(error instanceof StoreError && error.kind === 'lease-not-found')) {
        throw error
      }
    }
  }

  async status(options: CallOptions = {}): Promise<StoreStatus> {
    const doing = 'read the status'
    const asked = this.#channels.map(async (channel) => {
      try {
        const answer = await channel.call(
          'status',
          {},
          { doing, deadlineMs: this.#deadline(options), needsLeader: false },
        )
        return { endpoint: channel.name, status: read(channel, doing, () => memberStatusOf(channel.name, answer)) }
      } catch (error) {
        return { endpoint: channel.name, error: asStoreError(error) }
      }
    })
    return { endpoints: await Promise.all(asked), members: await this.#members(options) }
  }

  /** A call to the first endpoint that answers: for the operator's calls, whose answers need no translation. */
  ask<Name extends MethodName>(method: Name, request: RequestOf<Name>, doing: string): Promise<AnswerOf<Name>> {
    return this.#call(method, request, doing, {}, (answer) => answer)
  }

  close(): void {
    for (const watch of this.#watches) {
      watch.close()
    }
    for (const channel of this.#channels) {
      channel.close()
    }
  }

  async #members(options: CallOptions): Promise<readonly Member[] | StoreError> {
    try {
      return await this.#call('memberList', {}, 'list the members', options, ({ members = [] }) =>
        members.map(memberOf),
      )
    } catch (error) {
      return asStoreError(error)
    }
  }

  #call<Name extends MethodName, T>(
    method: Name,
    request: RequestOf<Name>,
    doing: string,
    options: CallOptions,
    translate: (answer: AnswerOf<Name>) => T,
  ): Promise<T> {
    return this.#tryEach(async (channel) => {
      const answer = await channel.call(method, request, { doing, deadlineMs: this.#deadline(options) })
      return read(channel, doing, () => translate(answer))
    })
  }

  /** Tries the endpoints in turn, the preferred one first; a single one twice, since a broken connection is noticed by using it. */
  async #tryEach<T>(attempt: (channel: Channel) => Promise<T>): Promise<T> {
    const attempts = Math.max(this.#channels.length, 2)
    for (let tried = 1; ; tried += 1) {
      const index = this.#preferred
      try {
        return await attempt(this.#channel(index))
      } catch (error) {
        if (!(error instanceof StoreError) || !mayHelpElsewhere(error)) {
          throw error
        }
        this.#avoid(index)
        if (tried === attempts) {
          throw error
        }
      }
    }
  }

  #deadline({ deadlineMs = this.#times.deadlineMs }: CallOptions): number {
    return deadlineMs
  }

  #channel(index: number): Channel {
    return this.#channels[index] as Channel
  }

  /** Prefers the next endpoint, unless another call has moved on already. */
  #avoid(index: number): void {
    if (this.#preferred === index) {
      this.#preferred = (index + 1) % this.#channels.length
    }
  }
}

/** One beat: etcd has keep-alives as a stream only. Gives the seconds that the lease has now, 0 if it has ended. */
function keepAliveOnce(channel: Channel, lease: LeaseId, doing: string, deadlineMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = channel.stream(
      'keepAlive',
      doing,
      {
        answer: (answer) => {
          stream.close()
          try {
            resolve(read(channel, doing, () => numberOf(answer.TTL)))
          } catch (error) {
            reject(error)
          }
        },
        ended: reject,
      },
      deadlineMs,
    )
    stream.send({ ID: lease })
  })
}

function read<T>(channel: Channel, doing: string, translate: () => T): T {
  try {
    return translate()
  } catch (error) {
    throw error instanceof RangeError ? protocolError(doing, channel.name, error.message, error) : error
  }
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error
  }
  throw error
}

/** The first key, and how many more. */
function summary(keys: readonly string[]): string {
  return keys.length === 1 ? String(keys[0]) : `${keys[0]} and ${keys.length - 1} more keys`
}
