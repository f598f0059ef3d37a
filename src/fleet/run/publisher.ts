/** Keeps what this host says of itself in the store. It is written by this host alone: who else has its id is noticed, and not written over. */
import { isDeepStrictEqual } from 'node:util'
import type { FleetLink } from '../../agent/answers/fleet.ts'
import type { LeaseKeeper } from '../etcd/lease-keeper.ts'
import type { Entry } from '../etcd/store.ts'
import type { FleetFinding } from '../members/finding.ts'
import type { Identity, OwnRecord } from '../members/own-record.ts'
import type { FleetKeys } from '../records/keys.ts'
import { type Member, type NodeRecord, readMember, writeRecord } from '../records/node-record.ts'
import { type StateRecord, writeState } from '../records/state-record.ts'
import { UnreadableValue } from '../records/values.ts'

/**
 * A join makes every host say its state again. So that the whole fleet writes no more than some hundred states a second, each waits the longer
 * the more members there are.
 */
const stateEveryMs = { perMember: 10, least: 1_000, most: 60_000 }

/** What it works with. */
export interface PublisherParts {
  readonly keys: FleetKeys
  readonly identity: Identity
  readonly ownRecord: OwnRecord
  readonly keeper: Pick<LeaseKeeper, 'set' | 'remove' | 'retry' | 'state'>
  /** Milliseconds after which the store drops a record that nobody keeps alive. */
  readonly leaseMs: number
  readonly now: () => number
}

/** Whether this host is in the store. */
export type Publishing = 'not yet' | 'yes' | 'taken' | 'evicted' | 'leaving'

export class Publisher {
  readonly #parts: PublisherParts
  #record: NodeRecord | undefined
  #state: StateRecord | undefined
  #stateAt = Number.NEGATIVE_INFINITY
  #stateTimer: NodeJS.Timeout | undefined
  #isEvicted = false
  #isLeaving = false
  /** Since when the key is somebody else's, in milliseconds. */
  #takenSince: number | undefined

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  get publishing(): Publishing {
    const { keeper, keys, identity } = this.#parts
    const { written, taken } = keeper.state
    if (this.#isEvicted) {
      return 'evicted'
    }
    const other = taken.find(({ key }) => key === keys.record(identity.id))
    if (other === undefined) {
      this.#takenSince = undefined
    } else {
      this.#takenSince ??= this.#parts.now()
      return this.#isLeftover(other) ? 'not yet' : 'taken'
    }
    return !written.includes(keys.record(identity.id)) ? 'not yet' : this.#isLeaving ? 'leaving' : 'yes'
  }

  /** What is published, or to be. */
  get record(): NodeRecord | undefined {
    return this.#record
  }

  /** Takes up the links of this host as they are now. */
  update(links: readonly FleetLink[]): void {
    const record = this.#parts.ownRecord.update(links, this.#parts.now())
    this.#put({ ...record, ...(this.#isLeaving && { leaving: true }) })
  }

  /** Tells the others that this host is going; it stays so until the process ends. */
  leave(): void {
    this.#isLeaving = true
    if (this.#record !== undefined) {
      this.#put({ ...this.#record, leaving: true })
    }
  }

  /** An operator has put this host out of the fleet, or has taken it in again. */
  setEvicted(isEvicted: boolean): void {
    if (isEvicted !== this.#isEvicted) {
      this.#isEvicted = isEvicted
      const { keeper, keys, identity } = this.#parts
      if (isEvicted) {
        keeper.remove(keys.record(identity.id))
        keeper.remove(keys.state(identity.id))
        keeper.remove(keys.probes(identity.id))
      } else if (this.#record !== undefined) {
        keeper.set(keys.record(identity.id), writeRecord(this.#record))
      }
    }
  }

  /** Says how far this host is: now, or as soon as it may be said again. */
  say(state: StateRecord, members: number): void {
    if (this.#isEvicted || isDeepStrictEqual(state, this.#state)) {
      return
    }
    this.#state = state
    const { perMember, least, most } = stateEveryMs
    const everyMs = Math.min(most, Math.max(least, members * perMember))
    const waitMs = this.#stateAt + everyMs - this.#parts.now()
    clearTimeout(this.#stateTimer)
    if (waitMs <= 0) {
      this.#writeState()
    } else {
      this.#stateTimer = setTimeout(() => this.#writeState(), waitMs)
    }
  }

  /** Says what this host has found out by probes; undefined: nothing. */
  tellProbes(value: Buffer | undefined): void {
    const { keeper, keys, identity } = this.#parts
    if (value === undefined || this.#isEvicted) {
      keeper.remove(keys.probes(identity.id))
    } else {
      keeper.set(keys.probes(identity.id), value)
    }
  }

  /**
   * Whether what stands at our key may be written over: it was written in this boot of this host. What is of another boot is what this host wrote
   * before it was rebooted, or is written by a clone, which has our instance too. The one goes with its lease, and is waited for.
   */
  mayReplace(present: Entry): boolean {
    const other = this.#readOwn(present)
    const { instance, boot } = this.#parts.identity
    return other === undefined || (other.record.instance === instance && other.record.boot === boot)
  }

  /** What keeps this host from being in the fleet. */
  findings(): FleetFinding[] {
    const { id } = this.#parts.identity
    const publishing = this.publishing
    if (publishing === 'taken') {
      const message = `another host has the id ${id}: its record is in the store, and this host publishes nothing; give one of the two another id (fleet.node, or a certificate of its own), or end vxagent-fleet there: its record goes with its lease`
      return [{ code: 'duplicate-node', severity: 'error', nodes: [id], message }]
    }
    if (publishing === 'evicted') {
      const message = `an operator has put ${id} out of the fleet: others send nothing to it; vxagent fleet grant ${id} takes it in again`
      return [{ code: 'evicted', severity: 'error', nodes: [id], message }]
    }
    return []
  }

  close(): void {
    clearTimeout(this.#stateTimer)
  }

  /** Whether it may be what this host wrote before it was rebooted: that goes when its lease ends. */
  #isLeftover(other: Entry): boolean {
    const waited = this.#parts.now() - (this.#takenSince ?? 0)
    return this.#readOwn(other)?.record.instance === this.#parts.identity.instance && waited < this.#parts.leaseMs * 1.5
  }

  #put(record: NodeRecord): void {
    const { keeper, keys, identity } = this.#parts
    if (!isDeepStrictEqual(record, this.#record)) {
      this.#record = record
      if (!this.#isEvicted) {
        keeper.set(keys.record(identity.id), writeRecord(record))
      }
    }
  }

  #writeState(): void {
    const { keeper, keys, identity, now } = this.#parts
    if (this.#state !== undefined && !this.#isEvicted) {
      this.#stateAt = now()
      keeper.set(keys.state(identity.id), writeState(this.#state))
    }
  }

  /** The record at our key; undefined for another key, and for one that nobody can read. */
  #readOwn(present: Entry): Member | undefined {
    const { id } = this.#parts.identity
    if (present.key !== this.#parts.keys.record(id)) {
      return undefined
    }
    try {
      return readMember(id, present)
    } catch (error) {
      if (error instanceof UnreadableValue) {
        return undefined
      }
      throw error
    }
  }
}
