/**
 * Who belongs to the fleet, by the rule "add at once, remove late". A host that is in the store is a member at once. One whose record is gone, and
 * a VTEP that a record has no longer, stay for the grace. Only time during which the store is followed counts, by the monotonic clock of this
 * host; and they stay longer while the guard holds removals. A host that says that it is leaving goes at once.
 */
import type { FleetHandover } from '../../agent/answers/fleet.ts'
import type { Member } from '../records/node-record.ts'
import { reasonToFreeze, type Suspicion } from './guard.ts'
import { type Claim, type Gone, isSamePlace, type Standing, standingOf } from './standing.ts'

/** Milliseconds of a followed store after which the guard lets go by itself. */
export const guardMs = 3_600_000
/**
 * Nothing is removed earlier than so long after the store began to be followed: others may reach it, and write their records again, later than
 * this host did. Their attempts are 30 s apart at most. Who sets a shorter grace wants it sooner.
 */
export const settleMs = 45_000

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
  /** Milliseconds of a followed store so far. */
  readonly liveMs: number
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #standings = new Map<string, Standing>()
  /** Those of them of whom something is gone: few, or none, so that a change in a large fleet does not make us look at everybody. */
  readonly #waning = new Set<string>()
  #suspicion: Suspicion | undefined
  #freeze: { readonly reason: string; readonly at: Date; readonly since: number } | undefined
  /** Since when the store is followed; undefined while it is not. */
  #liveSince: number | undefined
  /** Milliseconds during which it was followed before that. */
  #livedMs = 0

  constructor(options: MembershipOptions) {
    this.#options = options
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
    return this.#waners().filter(({ gone }) => gone !== undefined).length
  }

  get(node: string): Standing | undefined {
    return this.#standings.get(node)
  }

  get freeze(): Freeze | undefined {
    return this.#freeze && { ...this.#freeze, liveMs: this.liveClock - this.#freeze.since }
  }

  /** Whether the store is followed. */
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
          this.#set({ node, claims, withdrawn: [], createRevision: Number.MAX_SAFE_INTEGER })
        }
      }
    }
  }

  /** The list whose records come next may be wrong: what they would take away counts as gone. Undefined: nothing speaks against it. */
  suspect(suspicion: Suspicion | undefined): void {
    this.#suspicion = suspicion ?? this.#suspicion
  }

  /** The store has this record of a host. */
  present(member: Member): void {
    if (member.node === this.#options.self) {
      return
    }
    if (member.record.leaving === true) {
      this.#dismiss(member.node)
      return
    }
    const now = standingOf(member)
    const before = this.#standings.get(member.node)
    if (before === undefined) {
      this.#set(now)
      return
    }
    const isBack = (claim: Claim): boolean => now.claims.some((each) => isSamePlace(each, claim))
    const withdrawn = [
      ...before.withdrawn.filter(({ claim }) => !isBack(claim)),
      ...before.claims
        .filter((claim) => !isBack(claim))
        .map((claim) => ({ claim, gone: before.gone ?? this.#goneNow() })),
    ]
    this.#set({ ...now, withdrawn })
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
      this.#set({ ...known, gone: this.#goneNow() })
    }
  }

  /** An operator has put a host out. */
  evicted(node: string): void {
    this.#dismiss(node)
  }

  /** The whole store was listed: those who are not in it are gone. */
  listed(has: (node: string) => boolean): void {
    for (const node of [...this.#standings.keys()]) {
      if (!has(node)) {
        this.absent(node)
      }
    }
  }

  /** The store is followed, and what it said until now has been taken in. */
  live(): void {
    this.#liveSince ??= this.#options.now()
  }

  /** The store is silent. */
  silent(): void {
    this.#livedMs = this.liveClock
    this.#liveSince = undefined
  }

  /** A person says that those who are gone are meant to be: the guard lets go. Gives how many they are. */
  accept(): number {
    this.#acceptAll()
    return this.goneCount
  }

  /**
   * Brings the guard up to date, and removes whose time has come. Gives the hosts that it removed. To be called after each batch of changes
   * and at `nextCheckMs`.
   */
  settle(): readonly string[] {
    if ((this.freeze?.liveMs ?? 0) >= guardMs) {
      this.#acceptAll()
    }
    const reason = this.#waning.size === 0 ? undefined : reasonToFreeze(this.#standings.values(), this.#suspicion)
    if (reason === undefined) {
      this.#freeze = undefined
      this.#suspicion = undefined
    } else {
      this.#freeze = { at: new Date(), since: this.liveClock, ...this.#freeze, reason }
    }
    return this.#removeDue()
  }

  /** Milliseconds until something may be due; undefined when nothing is. */
  get nextCheckMs(): number | undefined {
    if (this.#liveSince === undefined) {
      return undefined
    }
    if (this.#freeze !== undefined) {
      return Math.max(0, this.#freeze.since + guardMs - this.liveClock)
    }
    const due = this.#waners().flatMap(({ gone, withdrawn }) =>
      [...(gone === undefined ? [] : [gone]), ...withdrawn.map((each) => each.gone)].map((each) => this.#dueAt(each)),
    )
    return due.length === 0 ? undefined : Math.max(0, Math.min(...due) - this.liveClock)
  }

  /** Milliseconds during which the store has been followed in this run. */
  get liveClock(): number {
    return this.#livedMs + (this.#liveSince === undefined ? 0 : this.#options.now() - this.#liveSince)
  }

  #goneNow(): Gone {
    return { since: this.liveClock, at: new Date(), isAccepted: false }
  }

  #dueAt({ since }: Gone): number {
    const { graceMs } = this.#options
    return Math.max(since + graceMs, this.#livedMs + Math.min(settleMs, graceMs))
  }

  #removeDue(): string[] {
    if (this.#liveSince === undefined || this.#freeze !== undefined) {
      return []
    }
    const now = this.liveClock
    const isOver = (gone: Gone | undefined): boolean => gone !== undefined && this.#dueAt(gone) <= now
    const removed: string[] = []
    for (const standing of this.#waners()) {
      const { node, gone, withdrawn } = standing
      if (isOver(gone)) {
        this.#delete(node)
        removed.push(node)
      } else if (withdrawn.some((each) => isOver(each.gone))) {
        this.#set({ ...standing, withdrawn: withdrawn.filter((each) => !isOver(each.gone)) })
      }
    }
    return removed
  }

  /** A host is to go at once, unless what says so may be of the past. */
  #dismiss(node: string): void {
    if (this.#suspicion === undefined) {
      this.#delete(node)
    } else {
      this.absent(node)
    }
  }

  #acceptAll(): void {
    this.#suspicion = undefined
    const accepted = (gone: Gone): Gone => ({ ...gone, isAccepted: true })
    for (const { gone, withdrawn, ...standing } of this.#waners()) {
      this.#set({
        ...standing,
        ...(gone !== undefined && { gone: accepted(gone) }),
        withdrawn: withdrawn.map((each) => ({ ...each, gone: accepted(each.gone) })),
      })
    }
  }

  #set(standing: Standing): void {
    this.#standings.set(standing.node, standing)
    if (standing.gone === undefined && standing.withdrawn.length === 0) {
      this.#waning.delete(standing.node)
    } else {
      this.#waning.add(standing.node)
    }
  }

  #delete(node: string): void {
    this.#standings.delete(node)
    this.#waning.delete(node)
  }

  #waners(): Standing[] {
    return [...this.#waning].flatMap((node) => this.#standings.get(node) ?? [])
  }
}
