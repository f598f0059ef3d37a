/**
 * Who belongs to the fleet, by the rule "add at once, remove late". A host that is in the store is a member at once. One whose record is gone
 * stays for the grace, counted by the monotonic clock of this host, and longer while the store is silent or the guard holds removals.
 */
import type { FleetHandover } from '../../agent/answers/fleet.ts'
import type { Member } from '../records/node-record.ts'
import { reasonToFreeze, type Suspicion } from './guard.ts'
import { type Claim, type Standing, standingOf } from './standing.ts'

/** Milliseconds of a live store after which the guard lets go by itself. */
export const guardMs = 3_600_000
/** Nothing is removed earlier than so long after the store began to answer: what it missed may still be on its way. */
export const settleMs = 5_000

/** How it is made. */
export interface MembershipOptions {
  /** Id of this host: its own record is no other member. */
  readonly self: string
  readonly graceMs: number
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number
}

/** That removals are held. */
export interface Freeze {
  readonly reason: string
  readonly at: Date
  /** Milliseconds of a live store so far. */
  readonly liveMs: number
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #standings = new Map<string, Standing>()
  /** Those of them who are gone: few, or none, so that what changes in a large fleet does not make us look at everybody. */
  readonly #gone = new Set<string>()
  #suspicion: Suspicion | undefined
  #freeze: { readonly reason: string; readonly at: Date; liveMs: number } | undefined
  /** Since when the store answers; undefined while it does not, and before the first list of this run. */
  #liveSince: number | undefined
  #countedUntil: number

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#countedUntil = options.now()
  }

  /** All hosts but this one, in no order. */
  get others(): Iterable<Standing> {
    return this.#standings.values()
  }

  get size(): number {
    return this.#standings.size
  }

  /** How many of them are gone. */
  get goneCount(): number {
    return this.#gone.size
  }

  get(node: string): Standing | undefined {
    return this.#standings.get(node)
  }

  get freeze(): Freeze | undefined {
    return this.#freeze
  }

  /** Whether the store answers. */
  get isLive(): boolean {
    return this.#liveSince !== undefined
  }

  /** Takes up what an earlier run had derived, so that nobody is forgotten who is not in the first list. For before that list. */
  remember({ links }: Pick<FleetHandover, 'links'>): void {
    for (const { vni, remotes } of Object.values(links)) {
      for (const { dst, port, node } of remotes) {
        const claim: Claim = { vni, address: dst, ...(port !== undefined && { dstport: port }) }
        const known = this.#standings.get(node)
        if (node !== this.#options.self) {
          const claims = [...(known?.claims ?? []), claim]
          this.#set({ node, claims, createRevision: Number.MAX_SAFE_INTEGER })
        }
      }
    }
  }

  /** The store has this record of a host. One that is leaving is no member any more. */
  present(member: Member): void {
    if (member.node === this.#options.self) {
      return
    }
    if (member.record.leaving === true) {
      this.#delete(member.node)
    } else {
      this.#set(standingOf(member))
    }
  }

  /** The store has a record of a host that cannot be read: what was known of it stays. */
  unreadable(node: string): void {
    const known = this.#standings.get(node)
    if (known?.gone !== undefined) {
      const { gone: _, ...present } = known
      this.#set(present)
    }
  }

  /** The store has no record of a host any more. */
  absent(node: string): void {
    const known = this.#standings.get(node)
    if (known !== undefined && known.gone === undefined) {
      const gone = { since: this.#options.now(), at: new Date(), isAccepted: false }
      this.#set({ ...known, gone })
    }
  }

  /** An operator has put a host out. */
  evicted(node: string): void {
    this.#delete(node)
  }

  /** The whole store was listed: those who are not in it are gone. `suspicion`: why the list may be wrong. */
  listed(has: (node: string) => boolean, suspicion?: Suspicion): void {
    this.#suspicion = suspicion ?? this.#suspicion
    for (const node of [...this.#standings.keys()]) {
      if (!has(node)) {
        this.absent(node)
      }
    }
  }

  /** The store answers, and what it said until now has been taken in. */
  live(): void {
    this.#liveSince ??= this.#options.now()
  }

  /** The store is silent. */
  silent(): void {
    this.#countLiveTime()
    this.#liveSince = undefined
  }

  /** A person says that those who are gone are meant to be: the guard lets go. Gives how many they are. */
  accept(): number {
    this.#acceptAll()
    return this.#gone.size
  }

  /**
   * Brings the guard up to date, and removes whose time has come. Gives the hosts that it removed. To be called after each batch of changes
   * and at `nextCheckMs`.
   */
  settle(): readonly string[] {
    this.#countLiveTime()
    if (this.#freeze !== undefined && this.#freeze.liveMs >= guardMs) {
      this.#acceptAll()
    }
    const reason = this.#gone.size === 0 ? undefined : reasonToFreeze(this.#standings.values(), this.#suspicion)
    if (reason === undefined) {
      this.#freeze = undefined
      this.#suspicion = undefined
    } else {
      this.#freeze = { at: new Date(), liveMs: 0, ...this.#freeze, reason }
    }
    return this.#removeDue()
  }

  /** Milliseconds until something may be due; undefined when nothing is. */
  get nextCheckMs(): number | undefined {
    const now = this.#options.now()
    if (this.#liveSince === undefined) {
      return undefined
    }
    if (this.#freeze !== undefined) {
      return Math.max(0, guardMs - this.#freeze.liveMs - (now - this.#countedUntil))
    }
    const due = this.#whoIsGone().map(({ gone }) => this.#dueAt(gone.since))
    return due.length === 0 ? undefined : Math.max(0, Math.min(...due) - now)
  }

  #dueAt(goneSince: number): number {
    return Math.max(goneSince + this.#options.graceMs, (this.#liveSince ?? 0) + settleMs)
  }

  #removeDue(): string[] {
    if (this.#liveSince === undefined || this.#freeze !== undefined) {
      return []
    }
    const now = this.#options.now()
    const due = this.#whoIsGone().filter(({ gone }) => this.#dueAt(gone.since) <= now)
    for (const { node } of due) {
      this.#delete(node)
    }
    return due.map(({ node }) => node)
  }

  #acceptAll(): void {
    this.#suspicion = undefined
    for (const standing of this.#whoIsGone()) {
      this.#set({ ...standing, gone: { ...standing.gone, isAccepted: true } })
    }
  }

  #set(standing: Standing): void {
    this.#standings.set(standing.node, standing)
    if (standing.gone === undefined) {
      this.#gone.delete(standing.node)
    } else {
      this.#gone.add(standing.node)
    }
  }

  #delete(node: string): void {
    this.#standings.delete(node)
    this.#gone.delete(node)
  }

  #whoIsGone(): (Standing & Required<Pick<Standing, 'gone'>>)[] {
    return [...this.#gone].flatMap((node) => {
      const standing = this.#standings.get(node)
      return standing?.gone === undefined ? [] : [{ ...standing, gone: standing.gone }]
    })
  }

  #countLiveTime(): void {
    const now = this.#options.now()
    if (this.#freeze !== undefined && this.#liveSince !== undefined) {
      this.#freeze.liveMs += now - Math.max(this.#countedUntil, this.#liveSince)
    }
    this.#countedUntil = now
  }
}
