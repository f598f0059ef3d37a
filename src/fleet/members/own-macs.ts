/**
 * Which MAC addresses of this host count as behind it, and with which sequence number it says so. One that appears here while another host has it
 * has moved: the number is one more than the other's. One that appears elsewhere with a greater number has moved away, and is no longer said, though
 * the bridge here may still have it. One that moves too often is at two places at once: it stays where it was said last, until somebody sees to it.
 * Source: RFC 7432, sections 15.1 and 15.2. Pure.
 */
import { greatestSequence, type MacLine, mostIps } from '../records/mac-record.ts'
import { beats, type MacClaim, mostMacsOfNode } from './mac-table.ts'

/** So many moves within this time, in milliseconds, are too many. */
export const mostMoves = 5
export const movesWithinMs = 180_000

/** For so long one that the bridge has no longer stays said, in milliseconds: it may have moved, and then its next host says so. */
export const lingerMs = 10_000

/** A MAC address of this host, as its agent shows it. */
export interface ShownMac {
  readonly mac: string
  /** Whether it is that of the link itself, or of its bridge: such a one does not move. */
  readonly isOwn: boolean
  readonly ips: readonly string[]
}

interface Known {
  shown: ShownMac
  /** What is said of it; absent: nothing, since another host has it. */
  line?: MacLine
  /** Since when the agent shows it no longer. */
  lostAt?: number
  /** Since when it moves too often. */
  frozenSince?: number
}

/** One that two hosts have. */
export interface Duplicate {
  readonly mac: string
  /** Whether it is that of the link or bridge here. */
  readonly isOwn: boolean
  readonly other?: string
}

export interface OwnMacsOptions {
  readonly self: string
  /** The claim of another host to a MAC address. */
  readonly best: (mac: string) => MacClaim | undefined
  /** What is to be said of a MAC address from now on; undefined: nothing. */
  readonly say: (mac: string, line: MacLine | undefined) => void
  /** What this host said of it before it was started, as the store has it. */
  readonly saidBefore: (mac: string) => MacLine | undefined
}

export class OwnMacs {
  readonly #options: OwnMacsOptions
  readonly #known = new Map<string, Known>()
  readonly #moves = new Map<string, number[]>()
  /** Those that the agent shows no longer, and those that are frozen. */
  readonly #lost = new Set<string>()
  readonly #frozen = new Set<string>()
  #isFull = false

  constructor(options: OwnMacsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#known.size
  }

  /** Whether the host has more than it may say. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Whether frames for it stay on this host, whatever others say. */
  isHere(mac: string): boolean {
    const known = this.#known.get(mac)
    return known !== undefined && (known.line !== undefined || known.frozenSince !== undefined || known.shown.isOwn)
  }

  /** Those that are at two places, or move too often. */
  get duplicates(): Duplicate[] {
    return [...this.#frozen].map((mac) => {
      const other = this.#options.best(mac)?.node
      const isOwn = this.#known.get(mac)?.shown.isOwn === true
      return { mac, isOwn, ...(other !== undefined && { other }) }
    })
  }

  /** The agent shows it now. `now`: milliseconds on the monotonic clock. */
  appeared(shown: ShownMac, now: number): void {
    const { mac } = shown
    const known = this.#known.get(mac)
    if (known === undefined && this.#known.size >= mostMacsOfNode) {
      this.#isFull = true
      return
    }
    const isBack = known?.lostAt !== undefined
    const entry: Known = known ?? { shown }
    entry.shown = shown
    delete entry.lostAt
    this.#lost.delete(mac)
    this.#known.set(mac, entry)
    if (entry.line !== undefined) {
      this.#say(mac, entry, entry.line.sequence)
    } else if (known === undefined || isBack) {
      this.#claim(mac, entry, now)
    }
  }

  /** The agent shows it no longer. */
  disappeared(mac: string, now: number): void {
    const known = this.#known.get(mac)
    if (known === undefined) {
      return
    }
    this.#thawOne(mac, known)
    if (known.line === undefined) {
      this.#known.delete(mac)
    } else {
      known.lostAt ??= now
      this.#lost.add(mac)
    }
  }

  /** What others say of it has changed. */
  reconsider(mac: string, now: number): void {
    const known = this.#known.get(mac)
    if (known === undefined) {
      return
    }
    const rival = this.#options.best(mac)
    if (rival === undefined) {
      this.#thawOne(mac, known)
      if (known.line === undefined) {
        this.#claim(mac, known, now)
      }
      return
    }
    const isLost = known.line !== undefined && beats(rival, { node: this.#options.self, line: known.line })
    if (known.shown.isOwn) {
      known.frozenSince ??= now
      this.#frozen.add(mac)
    } else if (isLost) {
      this.#noteMove(mac, now)
      this.#unsay(mac, known)
      if (known.lostAt !== undefined) {
        this.#forget(mac)
      }
    }
  }

  /** Withdraws what has been gone for long enough. Gives the milliseconds until there is more of it. */
  tick(now: number): number | undefined {
    let next: number | undefined
    for (const mac of [...this.#lost]) {
      const known = this.#known.get(mac)
      const left = (known?.lostAt ?? now) + lingerMs - now
      if (known !== undefined && left > 0) {
        next = Math.min(next ?? left, left)
      } else if (known !== undefined) {
        this.#unsay(mac, known)
        this.#forget(mac)
      }
    }
    for (const [mac, times] of this.#moves) {
      if ((times.at(-1) ?? 0) + movesWithinMs < now) {
        this.#moves.delete(mac)
      }
    }
    return next
  }

  /** A person has seen to what moves too often: it may move again. Gives how many there were. */
  thaw(now: number): number {
    const frozen = [...this.#frozen]
    this.#moves.clear()
    for (const mac of frozen) {
      const known = this.#known.get(mac)
      if (known !== undefined && !known.shown.isOwn) {
        this.#thawOne(mac, known)
        this.#claim(mac, known, now)
      }
    }
    return frozen.length
  }

  #claim(mac: string, known: Known, now: number): void {
    const { best, saidBefore } = this.#options
    const rival = best(mac)
    const before = saidBefore(mac)
    const isStillOurs =
      before !== undefined && (rival === undefined || beats({ node: this.#options.self, line: before }, rival))
    if (isStillOurs) {
      this.#say(mac, known, before.sequence)
    } else if (rival === undefined) {
      this.#say(mac, known, 0)
    } else if (known.shown.isOwn) {
      known.frozenSince ??= now
      this.#frozen.add(mac)
      this.#say(mac, known, 0)
    } else {
      this.#noteMove(mac, now)
      if ((this.#moves.get(mac)?.length ?? 0) >= mostMoves || rival.line.sequence >= greatestSequence) {
        known.frozenSince ??= now
        this.#frozen.add(mac)
      } else {
        this.#say(mac, known, rival.line.sequence + 1)
      }
    }
  }

  #say(mac: string, known: Known, sequence: number): void {
    const ips = known.shown.ips.slice(0, mostIps)
    const before = known.line
    if (before === undefined || before.sequence !== sequence || before.ips.join() !== ips.join()) {
      known.line = { mac, sequence, ips }
      this.#options.say(mac, known.line)
    }
  }

  #unsay(mac: string, known: Known): void {
    if (known.line !== undefined) {
      delete known.line
      this.#options.say(mac, undefined)
    }
  }

  #forget(mac: string): void {
    this.#known.delete(mac)
    this.#lost.delete(mac)
    this.#frozen.delete(mac)
  }

  #thawOne(mac: string, known: Known): void {
    delete known.frozenSince
    this.#frozen.delete(mac)
  }

  #noteMove(mac: string, now: number): void {
    const times = (this.#moves.get(mac) ?? []).filter((each) => each + movesWithinMs >= now)
    this.#moves.set(mac, [...times, now].slice(-mostMoves))
  }
}
