/** Counters as they were and are: whether one grows, and whether a link that sends hears anything. */
import type { LinkStats } from '../../../rtnetlink/index.ts'
import type { ProtocolCounter, ProtocolCounters } from '../../kernel/protocol-counters.ts'

/** Packets in and out of a link, or of one VNI of it. */
export type PacketCounts = Pick<LinkStats, 'rxPackets' | 'txPackets'>

/** Counters of one moment. */
export interface CounterSample {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly protocol: ProtocolCounters
  /** Of vxlan links and underlay devices, by ifindex. */
  readonly links: ReadonlyMap<number, LinkStats>
  /** Of vxlans that count per VNI: by ifindex, then by VNI. */
  readonly vnis: ReadonlyMap<number, ReadonlyMap<number, PacketCounts>>
}

/** What a counter of a link counts that is lost. */
export const lossCounters = ['rxErrors', 'txErrors', 'rxDropped', 'txDropped'] as const
export type LossCounter = (typeof lossCounters)[number]

/** How much a counter has grown of late. */
export interface Growth {
  readonly count: number
  /** When it was last seen before it began to grow: milliseconds since 1970. */
  readonly sinceMs: number
}

/** A link, or a VNI of it, that sends and hears nothing. */
export interface Silence {
  /** Packets sent since the last one was received. */
  readonly sent: number
  /** When the last one was received: milliseconds since 1970; undefined: never, since the link was made. */
  readonly heardMs: number | undefined
  /** For how long it has been watched without anything received, in milliseconds. */
  readonly watchedMs: number
}

/** How long a counter that has stopped growing is still reported, in milliseconds. */
export const growthLastsMs = 60_000

/** How long what was sent counts as sent lately, in milliseconds. */
const sendingMs = 60_000

/** Silence of less than this, in milliseconds, means nothing. */
export const silentMs = 30_000

interface Grown {
  value: number
  count: number
  sinceMs: number
  lastMs: number
  /** Values of the last minute, those that differ: each as it was before it grew. */
  recent: { readonly atMs: number; readonly value: number }[]
  /** The most that it grew within a minute, since it began to. */
  most: number
}

interface Heard {
  counts: PacketCounts
  heardMs: number | undefined
  /** Since when nothing was received, as far as it was watched. */
  quietMs: number
  txWhenHeard: number
  /** What was sent by when, of the last minute. */
  sent: { readonly atMs: number; readonly txPackets: number }[]
  /** The most that was sent within a minute, and nothing received for longer than {@link silentMs}. */
  mostSent: number
}

export class CounterWatch {
  readonly #grown = new Map<string, Grown>()
  readonly #heard = new Map<string, Heard>()
  readonly #isOneLook: boolean
  #firstMs: number | undefined
  #lastMs = 0
  #beforeMs = 0

  /** @param isOneLook whether there will be one look or two, so that a link which never received anything counts as silent at once */
  constructor({ isOneLook = false }: { readonly isOneLook?: boolean } = {}) {
    this.#isOneLook = isOneLook
  }

  /** Takes in the counters of a moment later than all before. What is not in it any more is forgotten. */
  note({ atMs, protocol, links, vnis }: CounterSample): void {
    this.#beforeMs = this.#firstMs === undefined ? atMs : this.#lastMs
    this.#firstMs ??= atMs
    this.#lastMs = atMs
    const present = new Set<string>()
    for (const [counter, value] of protocol) {
      this.#noteGrowth(counter, value, present)
    }
    for (const [index, stats] of links) {
      for (const counter of lossCounters) {
        this.#noteGrowth(lossKey(index, counter), stats[counter], present)
      }
      this.#noteTraffic(trafficKey(index, undefined), stats, present)
    }
    for (const [index, table] of vnis) {
      for (const [vni, counts] of table) {
        this.#noteTraffic(trafficKey(index, vni), counts, present)
      }
    }
    for (const table of [this.#grown, this.#heard]) {
      for (const key of table.keys()) {
        if (!present.has(key)) {
          table.delete(key)
        }
      }
    }
  }

  /** For how long counters have been watched, in milliseconds. */
  get watchedMs(): number {
    return this.#lastMs - (this.#firstMs ?? this.#lastMs)
  }

  /** Growth of a counter of the host, until it has stood still for a minute. @param least if it grew by as much within a minute */
  growth(counter: ProtocolCounter, least = 1): Growth | undefined {
    return this.#growthAt(counter, least)
  }

  /** Growth of a counter of a link, likewise. */
  loss(index: number, counter: LossCounter, least = 1): Growth | undefined {
    return this.#growthAt(lossKey(index, counter), least)
  }

  /**
   * Of a link, or of one of its VNIs, that hears nothing and has sent enough to be answered. Until something is heard again.
   * @param least how many packets within a minute are enough
   */
  silence(
    index: number,
    { vni, least }: { readonly vni?: number | undefined; readonly least: number },
  ): Silence | undefined {
    const heard = this.#heard.get(trafficKey(index, vni))
    return heard !== undefined && heard.mostSent >= least
      ? {
          sent: heard.counts.txPackets - heard.txWhenHeard,
          heardMs: heard.heardMs,
          watchedMs: this.#lastMs - heard.quietMs,
        }
      : undefined
  }

  #growthAt(key: string, least: number): Growth | undefined {
    const grown = this.#grown.get(key)
    return grown === undefined || grown.most < least || this.#lastMs - grown.lastMs > growthLastsMs
      ? undefined
      : { count: grown.count, sinceMs: grown.sinceMs }
  }

  #noteGrowth(key: string, value: number, present: Set<string>): void {
    present.add(key)
    const atMs = this.#lastMs
    const known = this.#grown.get(key)
    if (known === undefined || value < known.value) {
      this.#grown.set(key, { value, count: 0, sinceMs: atMs, lastMs: atMs, recent: [], most: 0 })
    } else if (value > known.value) {
      const goesOn = known.count > 0 && atMs - known.lastMs <= growthLastsMs
      if (!goesOn) {
        known.count = 0
        known.most = 0
        known.sinceMs = this.#beforeMs
      }
      known.recent.push({ atMs, value: known.value })
      while ((known.recent[0]?.atMs ?? atMs) < atMs - growthLastsMs) {
        known.recent.shift()
      }
      known.count += value - known.value
      known.most = Math.max(known.most, value - (known.recent[0]?.value ?? value))
      known.value = value
      known.lastMs = atMs
    }
  }

  #noteTraffic(key: string, counts: PacketCounts, present: Set<string>): void {
    present.add(key)
    const atMs = this.#lastMs
    const known = this.#heard.get(key)
    if (
      known === undefined ||
      counts.rxPackets !== known.counts.rxPackets ||
      counts.txPackets < known.counts.txPackets
    ) {
      // Of what was received before it was watched nobody knows when; what was never received is known at once.
      const wasHeard = counts.rxPackets > 0
      const isFirst = known === undefined
      this.#heard.set(key, {
        counts,
        heardMs: wasHeard ? atMs : undefined,
        quietMs: atMs,
        txWhenHeard: wasHeard || !isFirst ? counts.txPackets : 0,
        sent: [{ atMs, txPackets: counts.txPackets }],
        mostSent: this.#isOneLook && isFirst && !wasHeard ? counts.txPackets : 0,
      })
      return
    }
    known.counts = counts
    if (counts.txPackets !== known.sent.at(-1)?.txPackets) {
      known.sent.push({ atMs, txPackets: counts.txPackets })
    }
    while ((known.sent[1]?.atMs ?? atMs) < atMs - sendingMs) {
      known.sent.shift()
    }
    const sentLately = counts.txPackets - (known.sent[0]?.txPackets ?? counts.txPackets)
    if (atMs - known.quietMs >= silentMs) {
      known.mostSent = Math.max(known.mostSent, sentLately)
    }
  }
}

function lossKey(index: number, counter: LossCounter): string {
  return `${index} ${counter}`
}

function trafficKey(index: number, vni: number | undefined): string {
  return `${index}/${vni ?? ''}`
}
