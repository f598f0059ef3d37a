/**
 * An operator at a pushed file: alone, on a lease that ends with the command, so that a command that is killed leaves nobody locked out. Every
 * change of the file is made on the condition that the session is still ours.
 */
import { randomUUID } from 'node:crypto'
import {
  type Commit,
  type Condition,
  type Entry,
  type LeaseId,
  type Store,
  StoreError,
  type Operation as StoreOperation,
} from '../etcd/store.ts'
import type { FilesByNode } from '../members/push-standing.ts'
import { type FilesRecord, readFiles } from '../records/files-record.ts'
import { keysOf, nodeOfFiles } from '../records/keys.ts'
import {
  type Operator,
  operatorText,
  readableOnly,
  readPushSession,
  type PushSession as SessionRecord,
  writePush,
} from '../records/push-record.ts'
import { NotToBeDone } from './parts.ts'

/** Where it is done. */
export interface PushPlace {
  readonly store: Pick<Store, 'get' | 'list' | 'commit' | 'grant' | 'keepAlive' | 'revoke'>
  readonly fleet: string
  readonly operator: Operator
}

/** Seconds that the session outlives the command, and how often the lease is kept, in milliseconds. */
const leaseSeconds = 20
const keepMs = 5_000
/** How often hosts are looked at, in milliseconds; more of them less often. */
const lookMs = 500
const lookMsPerHost = 2

export class PushSession {
  readonly name: string
  readonly #place: PushPlace
  readonly #lease: LeaseId
  readonly #timer: NodeJS.Timeout
  #record: SessionRecord
  #modRevision: number
  #failure: Error | undefined

  private constructor(
    place: PushPlace,
    name: string,
    { lease, record, modRevision }: { lease: LeaseId; record: SessionRecord; modRevision: number },
  ) {
    this.name = name
    this.#place = place
    this.#lease = lease
    this.#record = record
    this.#modRevision = modRevision
    this.#timer = setInterval(() => {
      place.store.keepAlive(lease).catch((error: unknown) => {
        // A store that is silent for a moment may answer again before the lease ends.
        if (error instanceof StoreError && error.kind === 'lease-not-found') {
          this.#failure = error
        }
      })
    }, keepMs)
  }

  /** Fails with StoreError, and with NotToBeDone while another operator is at this file. */
  static async open(place: PushPlace, name: string): Promise<PushSession> {
    const { store, fleet, operator } = place
    const key = keysOf(fleet).pushSession(name)
    const at = new Date().toISOString()
    const record: SessionRecord = { v: 1, id: randomUUID(), by: operator, at, round: 1, nodes: [] }
    const { id: lease } = await store.grant(leaseSeconds)
    const commit = await store.commit(
      [{ kind: 'put', key, value: writePush(record), lease }],
      [{ key, modRevision: 0 }],
    )
    if (!commit.done) {
      await store.revoke(lease)
      throw new NotToBeDone(whoIsAtIt(name, commit.present[0]))
    }
    return new PushSession(place, name, { lease, record, modRevision: commit.revision })
  }

  get id(): string {
    return this.#record.id
  }

  /** Asks these hosts how they are now, and what a file would change. Gives the round in which they answer. */
  async ask(nodes: readonly string[], plan?: SessionRecord['plan']): Promise<number> {
    const { plan: _, ...rest } = this.#record
    const record: SessionRecord = {
      ...rest,
      round: rest.round + 1,
      nodes: [...nodes],
      ...(plan !== undefined && { plan }),
    }
    const key = keysOf(this.#place.fleet).pushSession(this.name)
    const { revision } = await this.commit([{ kind: 'put', key, value: writePush(record), lease: this.#lease }])
    this.#record = record
    this.#modRevision = revision
    return record.round
  }

  /**
   * Changes the store, if the session is still ours and the conditions hold. Fails with StoreError, and with NotToBeDone where somebody else was
   * quicker.
   */
  async commit(operations: readonly StoreOperation[], conditions: readonly Condition[] = []): Promise<Commit> {
    const key = keysOf(this.#place.fleet).pushSession(this.name)
    const { store } = this.#place
    const commit = await store.commit(operations, [{ key, modRevision: this.#modRevision }, ...conditions])
    if (!commit.done) {
      const other = commit.present.find((entry) => entry.key === key)
      throw new NotToBeDone(
        other === undefined
          ? `the store has ended this command's turn at ${this.name}, since it was not heard of for ${leaseSeconds} s, or somebody else changed ${this.name}; look at vxagent fleet history ${this.name}, and run this again`
          : other.modRevision === this.#modRevision
            ? `somebody else has changed ${this.name} just now; look at vxagent fleet history ${this.name}, and run this again`
            : whoIsAtIt(this.name, other),
      )
    }
    return commit
  }

  /** What hosts say of pushed files. */
  async files(): Promise<FilesByNode> {
    const { store, fleet } = this.#place
    return filesIn(store, fleet)
  }

  /**
   * Looks at the hosts until `judge` gives something. The last look is at the deadline, or after.
   * @param judge is told whether the time is over, and must give something then
   */
  async watch<T>(
    waitMs: number,
    judge: (files: FilesByNode, isLate: boolean) => T | undefined | Promise<T | undefined>,
  ): Promise<T> {
    const deadline = performance.now() + waitMs
    for (;;) {
      if (this.#failure !== undefined) {
        throw this.#failure
      }
      const isLate = performance.now() >= deadline
      const files = await this.files()
      const found = await judge(files, isLate)
      if (found !== undefined) {
        return found
      }
      if (isLate) {
        throw new Error(`nothing was decided about ${this.name} in time`)
      }
      await pause(Math.max(lookMs, files.size * lookMsPerHost))
    }
  }

  /** Lets others at the file. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#place.store.revoke(this.#lease)
  }
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** What hosts say of pushed files, by node; what nobody can read is left out. */
export async function filesIn(store: Pick<Store, 'list'>, fleet: string): Promise<FilesByNode> {
  const { states } = keysOf(fleet)
  const { entries } = await store.list(states)
  const files = new Map<string, FilesRecord>()
  for (const entry of entries) {
    const node = nodeOfFiles(states, entry.key)
    const record = node === undefined ? undefined : readableOnly(entry, readFiles)
    if (node !== undefined && record !== undefined) {
      files.set(node, record)
    }
  }
  return files
}

function whoIsAtIt(name: string, present: Entry | undefined): string {
  const other = present && readableOnly(present, readPushSession)
  const who = other === undefined ? 'another operator' : operatorText(other.by)
  const since = other === undefined ? '' : ` since ${other.at}, by the clock there`
  return `${who} is at ${name}${since}; wait until that command has ended (after a crash, ${leaseSeconds} s)`
}
