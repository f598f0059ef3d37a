/** What probes have shown of each member, and whose probes were heard: kept for a while, and told with its age. Pure but for the clock, which is given. */
import { mostResults, type ProbeRecord, type PublishedResult } from '../records/probe-record.ts'
import type { Outcome, PassingSizes } from './outcome.ts'

/** The last probes that loss is counted over. */
const lastProbes = 20

/** What is known of one member in one VNI. Times are milliseconds on the monotonic clock. */
export interface Known {
  readonly vni: number
  readonly node: string
  readonly state: Outcome['state']
  readonly probedAt: number
  readonly answeredAt?: number
  /** Since when it is in this state: of one that is down, since the last answer, or the first probe. */
  readonly since: number
  /** When it was first seen to be down: later than `since`, which is the last answer. */
  readonly downAt?: number
  /** Whether each of the last probes was answered. */
  readonly last: readonly boolean[]
  /** The number of the last request that was answered; where none was, that before the first. */
  readonly answered: number
  readonly roundTripMs?: number
  readonly sizes?: PassingSizes
  readonly error?: string
}

/** Counts of one VNI since the start. */
export interface ProbeCounts {
  sent: number
  answered: number
  roundTripSeconds: number
}

interface Heard {
  readonly vni: number
  readonly node: string
  readonly at: number
  /** The largest, and the number of the last one. */
  readonly size: number
  readonly number: number
}

export class ProbeBook {
  readonly #known = new Map<string, Known>()
  readonly #heard = new Map<string, Heard>()
  readonly #counts = new Map<number, ProbeCounts>()
  readonly #staleMs: number

  /** @param staleMs after so long a result says nothing any more */
  constructor(staleMs: number) {
    this.#staleMs = staleMs
  }

  /** Takes in what a probe has come to. Gives whether that is news: another state, or another size that passes. */
  note(vni: number, node: string, outcome: Outcome, now: number): boolean {
    const key = keyOf(vni, node)
    const before = this.#known.get(key)
    const { state, sent, roundTripsMs, sizes, error, answered: number = 0 } = outcome
    this.#count(vni, outcome)
    const answered = roundTripsMs.length
    const answers = [
      ...Array<boolean>(answered).fill(true),
      ...Array<boolean>(Math.max(0, sent - answered)).fill(false),
    ]
    const mean = answered === 0 ? undefined : roundTripsMs.reduce((sum, each) => sum + each, 0) / answered
    const answeredAt = answered > 0 ? now : before?.answeredAt
    const sinceChange = state === 'down' ? (before?.answeredAt ?? now) : now
    const downAt = state === 'down' ? (before?.downAt ?? now) : undefined
    const passing = sizes ?? (state === 'up' ? before?.sizes : undefined)
    this.#known.set(key, {
      ...{ vni, node, state, probedAt: now },
      ...(answeredAt !== undefined && { answeredAt }),
      since: before?.state === state ? before.since : sinceChange,
      ...(downAt !== undefined && { downAt }),
      answered: answered > 0 ? number : (before?.answered ?? number),
      last: [...(before?.last ?? []), ...answers].slice(-lastProbes),
      ...(mean !== undefined && { roundTripMs: mean }),
      ...(passing !== undefined && { sizes: passing }),
      ...(error !== undefined && { error }),
    })
    return before?.state !== state || (before.sizes !== undefined && !isSameSizes(before.sizes, passing))
  }

  /** A probe of a member was heard. Gives whether that is news. */
  hear({ vni, node, size, number }: Omit<Heard, 'at'>, now: number): boolean {
    const key = keyOf(vni, node)
    const before = this.#heard.get(key)
    const isFresh = before !== undefined && now - before.at <= this.#staleMs
    this.#heard.set(key, { vni, node, number, at: now, size: isFresh ? Math.max(before.size, size) : size })
    return !isFresh
  }

  /** What is known of a member, if it is fresh. */
  of(vni: number, node: string, now: number): Known | undefined {
    const known = this.#known.get(keyOf(vni, node))
    return known !== undefined && now - known.probedAt <= this.#staleMs ? known : undefined
  }

  /** When a probe of a member was heard last, if that is fresh. */
  heardAt(vni: number, node: string, now: number): number | undefined {
    const at = this.#heard.get(keyOf(vni, node))?.at
    return at !== undefined && now - at <= this.#staleMs ? at : undefined
  }

  /** Whether a member did not answer last. */
  get hasDown(): boolean {
    return [...this.#known.values()].some(({ state }) => state === 'down')
  }

  countsOf(vni: number): Readonly<ProbeCounts> {
    return this.#counts.get(vni) ?? { sent: 0, answered: 0, roundTripSeconds: 0 }
  }

  /** Forgets what is stale, and members that are no longer there. */
  keep(isThere: (vni: number, node: string) => boolean, now: number): void {
    for (const [key, { vni, node, probedAt }] of this.#known) {
      if (now - probedAt > this.#staleMs || !isThere(vni, node)) {
        this.#known.delete(key)
      }
    }
    for (const [key, { vni, node, at }] of this.#heard) {
      if (now - at > this.#staleMs || !isThere(vni, node)) {
        this.#heard.delete(key)
      }
    }
  }

  /** What the others may read of it: bounded, members that fail before others, and the latest first. */
  record(settings: Pick<ProbeRecord, 'every' | 'staleAfter' | 'writes'>, now: number): ProbeRecord {
    const known = [...this.#known.values()].filter(({ probedAt }) => now - probedAt <= this.#staleMs)
    const heard = [...this.#heard.values()].filter(({ at }) => now - at <= this.#staleMs)
    return {
      v: 1,
      ...settings,
      results: known
        .toSorted((one, other) => badness(other) - badness(one) || other.probedAt - one.probedAt)
        .slice(0, mostResults)
        .map((each) => resultOf(each, now)),
      heard: heard
        .toSorted((one, other) => other.at - one.at)
        .slice(0, mostResults)
        .map(({ vni, node, at, size, number }) => ({ vni, node, age: secondsSince(at, now), size, number })),
      isHeardWhole: heard.length <= mostResults,
    }
  }

  #count(vni: number, { sent, roundTripsMs }: Outcome): void {
    const counts = this.#counts.get(vni) ?? { sent: 0, answered: 0, roundTripSeconds: 0 }
    counts.sent += sent
    counts.answered += roundTripsMs.length
    counts.roundTripSeconds += roundTripsMs.reduce((sum, each) => sum + each, 0) / 1000
    this.#counts.set(vni, counts)
  }
}

function resultOf(known: Known, now: number): PublishedResult {
  const { vni, node, state, probedAt, since, last, answered, roundTripMs, sizes } = known
  return {
    ...{ vni, node, state, answered },
    age: secondsSince(probedAt, now),
    since: secondsSince(since, now),
    sent: last.length,
    lost: lostOf(known),
    ...(roundTripMs !== undefined && { roundTrip: Math.round(roundTripMs * 1000) }),
    ...sizes,
  }
}

/** How many of the last probes were lost. */
export function lostOf({ last }: Pick<Known, 'last'>): number {
  return last.filter((isAnswered) => !isAnswered).length
}

/** Whether frames of the full size do not pass in one of the directions. */
export function isSmaller({ sizes }: Pick<Known, 'sizes'>): boolean {
  return sizes?.fails !== undefined || sizes?.backFails !== undefined
}

function badness(known: Known): number {
  return known.state === 'down' ? 2 : Number(isSmaller(known))
}

function secondsSince(at: number, now: number): number {
  return Math.max(0, Math.round((now - at) / 1000))
}

function isSameSizes(one: PassingSizes, other: PassingSizes | undefined): boolean {
  return (['passes', 'fails', 'backPasses', 'backFails'] as const).every((key) => one[key] === other?.[key])
}

function keyOf(vni: number, node: string): string {
  return `${vni} ${node}`
}
