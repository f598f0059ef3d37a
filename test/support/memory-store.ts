/** A store in memory, for several hosts of a test: revisions, watches and leases as etcd has them; silence and loss at the test's word. */
import {
  type Change,
  type Commit,
  type Condition,
  type Entry,
  type Lease,
  type LeaseId,
  type Listing,
  type Operation,
  type Position,
  type Store,
  StoreError,
  type StoreStatus,
  type Watch,
  type WatchListener,
} from '../../src/fleet/etcd/store.ts'

interface OpenWatch {
  readonly prefix: string
  readonly listener: WatchListener
  readonly by: MemoryStore
}

/** What all clients share. */
export class MemoryCluster {
  readonly entries = new Map<string, Entry>()
  readonly changes: Change[] = []
  readonly leases = new Set<LeaseId>()
  readonly watches = new Set<OpenWatch>()
  revision = 1
  cluster = '1'
  #leases = 0

  client(): MemoryStore {
    return new MemoryStore(this)
  }

  get position(): Position {
    return { cluster: this.cluster, revision: this.revision, term: 1 }
  }

  grant(): LeaseId {
    this.#leases += 1
    const id = String(this.#leases)
    this.leases.add(id)
    return id
  }

  apply(operations: readonly Operation[]): void {
    this.revision += 1
    const changes = operations.flatMap((operation): Change[] => {
      const before = this.entries.get(operation.key)
      if (operation.kind === 'delete') {
        this.entries.delete(operation.key)
        return before === undefined ? [] : [{ kind: 'delete', key: operation.key, modRevision: this.revision }]
      }
      const { kind: _, ...put } = operation
      const entry: Entry = {
        ...put,
        createRevision: before?.createRevision ?? this.revision,
        modRevision: this.revision,
        version: (before?.version ?? 0) + 1,
      }
      this.entries.set(operation.key, entry)
      return [{ kind: 'put', entry }]
    })
    this.changes.push(...changes)
    for (const { prefix, listener, by } of [...this.watches]) {
      const ofPrefix = changes.filter((change) => keyOf(change).startsWith(prefix))
      if (!by.isSilent && ofPrefix.length > 0) {
        listener.changed(ofPrefix, this.position)
      }
    }
  }

  /** The end of a lease: its keys go with it. */
  endLease(lease: LeaseId): void {
    this.leases.delete(lease)
    const keys = [...this.entries.values()].filter((entry) => entry.lease === lease).map(({ key }) => key)
    if (keys.length > 0) {
      this.apply(keys.map((key) => ({ kind: 'delete', key })))
    }
  }

  /** All data is lost: the revision begins again, the cluster has the same id. */
  wipe(): void {
    this.entries.clear()
    this.changes.length = 0
    this.leases.clear()
    this.revision = 1
  }
}

function keyOf(change: Change): string {
  return change.kind === 'put' ? change.entry.key : change.key
}

/** One client's view of the cluster. */
export class MemoryStore implements Store {
  readonly #cluster: MemoryCluster
  isSilent = false
  /** Whether watches fail, though calls are answered. */
  refusesWatches = false

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster
  }

  /** Calls fail from now on, and watches break. */
  fallSilent(): void {
    this.isSilent = true
    for (const watch of [...this.#cluster.watches].filter(({ by }) => by === this)) {
      this.#cluster.watches.delete(watch)
      watch.listener.failed(this.#unreachable())
    }
  }

  answerAgain(): void {
    this.isSilent = false
  }

  async list(prefix: string): Promise<Listing> {
    await this.#answer()
    const entries = [...this.#cluster.entries.values()].filter(({ key }) => key.startsWith(prefix))
    return { ...this.#cluster.position, entries, unreadable: 0 }
  }

  async get(key: string): Promise<Entry | undefined> {
    await this.#answer()
    return this.#cluster.entries.get(key)
  }

  async position(): Promise<Position> {
    await this.#answer()
    return this.#cluster.position
  }

  watch(prefix: string, from: number, listener: WatchListener): Watch {
    const watch = { prefix, listener, by: this }
    let isClosed = false
    queueMicrotask(() => {
      if (isClosed) {
        return
      }
      if (this.isSilent || this.refusesWatches) {
        listener.failed(this.#unreachable())
        return
      }
      this.#cluster.watches.add(watch)
      listener.created(this.#cluster.position)
      const missed = this.#cluster.changes.filter(
        (change) =>
          keyOf(change).startsWith(prefix) &&
          (change.kind === 'put' ? change.entry.modRevision : change.modRevision) >= from,
      )
      if (missed.length > 0) {
        listener.changed(missed, this.#cluster.position)
      }
      listener.progress(this.#cluster.position)
    })
    return {
      endpoint: 'memory:0',
      close: () => {
        isClosed = true
        this.#cluster.watches.delete(watch)
      },
    }
  }

  async commit(operations: readonly Operation[], conditions: readonly Condition[] = []): Promise<Commit> {
    await this.#answer()
    const present = conditions.flatMap(({ key }) => this.#cluster.entries.get(key) ?? [])
    const holds = conditions.every(
      ({ key, modRevision }) => (this.#cluster.entries.get(key)?.modRevision ?? 0) === modRevision,
    )
    if (!holds) {
      return { done: false, revision: this.#cluster.revision, present }
    }
    const lost = operations.find(
      (operation) =>
        operation.kind === 'put' && operation.lease !== undefined && !this.#cluster.leases.has(operation.lease),
    )
    if (lost !== undefined) {
      throw new StoreError('lease-not-found', 'cannot write: the lease has ended')
    }
    this.#cluster.apply(operations)
    return { done: true, revision: this.#cluster.revision }
  }

  async grant(ttl: number): Promise<Lease> {
    await this.#answer()
    return { id: this.#cluster.grant(), ttl }
  }

  async keepAlive(lease: LeaseId): Promise<number> {
    await this.#answer()
    if (!this.#cluster.leases.has(lease)) {
      throw new StoreError('lease-not-found', 'cannot keep the lease alive: it has ended')
    }
    return 60
  }

  async revoke(lease: LeaseId): Promise<void> {
    await this.#answer()
    this.#cluster.endLease(lease)
  }

  async status(): Promise<StoreStatus> {
    const { cluster, revision } = this.#cluster
    return this.isSilent
      ? { endpoints: [{ endpoint: 'memory:0', error: this.#unreachable() }], members: this.#unreachable() }
      : {
          endpoints: [
            {
              endpoint: 'memory:0',
              status: {
                ...{ endpoint: 'memory:0', member: '1', cluster, version: '3.5.16', leader: '1', isLearner: false },
                ...{ revision, term: 1, size: 0, sizeInUse: 0, alarms: [] },
              },
            },
          ],
          members: [],
        }
  }

  close(): void {
    for (const watch of [...this.#cluster.watches].filter(({ by }) => by === this)) {
      this.#cluster.watches.delete(watch)
    }
  }

  /** Nothing is answered in the same moment in which it was asked. */
  async #answer(): Promise<void> {
    await Promise.resolve()
    if (this.isSilent) {
      throw this.#unreachable()
    }
  }

  #unreachable(): StoreError {
    return new StoreError('unreachable', 'cannot reach the store at memory:0: no answer', { endpoint: 'memory:0' })
  }
}
