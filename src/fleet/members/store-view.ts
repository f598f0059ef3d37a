/** What the store says now: the record of each host that can be read, and what operators say of hosts. Kept up to date key by key. */
import type { Entry } from '../etcd/store.ts'
import { anyNode, type FleetKeys, nodeOfRecord, nodeOfRosterEntry } from '../records/keys.ts'
import { type Member, readMember } from '../records/node-record.ts'
import { type RosterEntry, readRosterEntry } from '../records/roster.ts'
import { UnreadableValue } from '../records/values.ts'

/** Which host a change was about, and whether everybody is concerned. */
export type Concerned = { readonly node: string } | 'all' | 'nobody'

export class StoreView {
  readonly #keys: FleetKeys
  /** Hosts whose record can be read. */
  readonly members = new Map<string, Member>()
  /** Hosts whose record cannot, and why not. They are there, and say something unknown. */
  readonly unreadable = new Map<string, string>()
  readonly #roster = new Map<string, RosterEntry>()
  /** Roster entries that cannot be read, and why not. What could be read last counts on. */
  readonly unreadableRoster = new Map<string, string>()

  constructor(keys: FleetKeys) {
    this.#keys = keys
  }

  /** A key has this value now. Gives whom that concerns. */
  put(entry: Entry): Concerned {
    const node = nodeOfRecord(this.#keys.nodes, entry.key)
    if (node !== undefined) {
      read(() => readMember(node, entry), { name: node, good: this.members, bad: this.unreadable, keepsLast: false })
      return { node }
    }
    const listed = nodeOfRosterEntry(this.#keys.roster, entry.key)
    if (listed === undefined) {
      return 'nobody'
    }
    // It is there to limit: one that cannot be read must not lift what could be read before.
    read(() => readRosterEntry(entry), {
      name: listed,
      good: this.#roster,
      bad: this.unreadableRoster,
      keepsLast: true,
    })
    return listed === anyNode ? 'all' : { node: listed }
  }

  /** A key is gone. */
  delete(key: string): Concerned {
    const node = nodeOfRecord(this.#keys.nodes, key)
    if (node !== undefined) {
      this.members.delete(node)
      this.unreadable.delete(node)
      return { node }
    }
    const listed = nodeOfRosterEntry(this.#keys.roster, key)
    if (listed === undefined) {
      return 'nobody'
    }
    this.#roster.delete(listed)
    this.unreadableRoster.delete(listed)
    return listed === anyNode ? 'all' : { node: listed }
  }

  /** What operators say of a host. */
  rosterOf(node: string): RosterEntry | undefined {
    return this.#roster.get(node) ?? this.#roster.get(anyNode)
  }

  /** Whether the store has a record of it, whatever it says. */
  has(node: string): boolean {
    return this.members.has(node) || this.unreadable.has(node)
  }
}

interface Place<T> {
  readonly name: string
  readonly good: Map<string, T>
  readonly bad: Map<string, string>
  /** Whether what could be read last counts on. */
  readonly keepsLast: boolean
}

function read<T>(from: () => T, { name, good, bad, keepsLast }: Place<T>): void {
  try {
    good.set(name, from())
    bad.delete(name)
  } catch (error) {
    if (!(error instanceof UnreadableValue)) {
      throw error
    }
    if (!keepsLast) {
      good.delete(name)
    }
    bad.set(name, error.message)
  }
}
