/** Probes of this host: it answers those of members, sends some now and then, and sends more when somebody asks. They decide nothing about entries. */
import type { Logger } from 'pino'
import type { FleetHandover, FleetLink } from '../../agent/answers/fleet.ts'
import type { ProbeSummary } from '../../agent/answers/probes.ts'
import { probeDefaults, probeOff } from '../../agent/desired/schema/fleet.ts'
import type { FleetSpec } from '../../agent/desired/schema.ts'
import { isLinkLocalIpv6 } from '../../agent/facts/ip-text.ts'
import type { Member, PublishedVtep } from '../records/node-record.ts'
import { type ProbeRecord, writeProbes } from '../records/probe-record.ts'
import { ProbeBook } from './book.ts'
import { whySilent } from './directions.ts'
import { tellAll } from './exchange.ts'
import { Listening } from './listening.ts'
import type { Outcome } from './outcome.ts'
import { probeTarget } from './probe-target.ts'
import type { Hearing } from './responder.ts'
import { pick, roundMs } from './rounds.ts'
import { Saying, writesMs } from './saying.ts'
import { type ProbedVni, summaryOf } from './summary.ts'
import { counterpartsOn, type ProbeTarget, probeLinksOf, senderKey, sendersOf, targetsOn } from './targets.ts'

/** A result says nothing after so many rounds, and never before ten minutes. */
const staleRounds = 15
const leastStaleSeconds = 600

/** After the start, and after a member has come, the first round is soon. */
const firstRoundMs = 2_000

/** A member that says by a repeated request that it does not hear us is probed back, no more often than this. */
const probeBackMs = 20_000

export interface ProbingParts {
  readonly self: string
  readonly settings: FleetSpec['probe']
  readonly members: ReadonlyMap<string, Member>
  /** Writes this host's results into the store, or removes them. */
  readonly publish: (value: Buffer | undefined) => void
  /** There is something to hand over to the agent. */
  readonly onNews: () => void
  readonly log: Logger
  readonly now: () => number
  readonly random: () => number
}

export class Probing {
  readonly #parts: ProbingParts
  readonly #settings: { readonly every: number; readonly members: number; readonly port: number } | undefined
  readonly #book: ProbeBook
  readonly #saying: Saying
  readonly #listening: Listening
  readonly #probedBack = new Map<string, number>()
  /** By VNI: when its next round is due. */
  readonly #rounds = new Map<number, { readonly timer: NodeJS.Timeout; readonly dueAt: number }>()
  #links: readonly FleetLink[] | undefined
  #without: ReturnType<typeof probeLinksOf>['without'] = []
  #vnis: readonly ProbedVni[] = []
  #senders: ReadonlyMap<string, string> = new Map()
  #number = Math.floor(Date.now() / 1000) >>> 0
  #isClosed = false

  constructor(parts: ProbingParts) {
    this.#parts = parts
    const { settings, now } = parts
    this.#settings = settings === probeOff ? undefined : { ...probeDefaults, ...settings }
    this.#book = new ProbeBook(this.staleAfter * 1000)
    this.#listening = new Listening({
      ...{ self: parts.self, log: parts.log, now },
      senderAt: (vni, address) => this.#senders.get(senderKey(vni, address)),
      onHeard: (heard) => this.#hear(heard),
    })
    this.#saying = new Saying(() => this.#publish(), now)
  }

  get settings(): { readonly every: number; readonly members: number; readonly port: number } | undefined {
    return this.#settings
  }

  /** Seconds after which a result says nothing. */
  get staleAfter(): number {
    return Math.max(leastStaleSeconds, (this.#settings?.every ?? 0) * staleRounds)
  }

  /** Links on which nothing can be probed, and why. */
  get without(): readonly { readonly link: string; readonly vni: number; readonly why: string }[] {
    return this.#settings === undefined ? [] : [...this.#without, ...this.#listening.refused]
  }

  /** What is known of each VNI that is probed. */
  get vnis(): readonly ProbedVni[] {
    return this.#vnis
  }

  /** Members of those VNIs that cannot be probed, and why. */
  get silent(): readonly { readonly vni: number; readonly node: string; readonly why: string }[] {
    return this.#vnis.flatMap(({ link: { vni, place }, counterparts, targets }) => {
      const probed = new Set(targets.map(({ node }) => node))
      return counterparts.flatMap(({ node }) => {
        const why = whySilent(vni, node, this.#parts.members.get(node)?.record)
        return probed.has(node)
          ? []
          : [
              {
                vni,
                node,
                why: why ?? `${node} answers probes at no address that ${place.device} has one on the network of`,
              },
            ]
      })
    })
  }

  /** Takes up the links of this host as they are now, and opens and closes sockets by them. */
  takeLinks(links: readonly FleetLink[]): void {
    if (this.#settings === undefined || this.#isClosed || links === this.#links) {
      return
    }
    this.#links = links
    const found = probeLinksOf(links)
    this.#without = found.without
    this.#listening.take(found.links, this.#settings.port)
    const before = new Map(this.#vnis.map((each) => [each.link.vni, each]))
    this.#vnis = found.links.map((link) => {
      const { counterparts = [] } = before.get(link.vni) ?? {}
      return { link, counterparts, targets: targetsOn(link, counterparts) }
    })
  }

  /** Takes up whom frames of each link are sent to now. */
  takeMembers(derived: FleetHandover['links']): void {
    this.#vnis = this.#vnis.map(({ link }) => {
      const counterparts = counterpartsOn(link, derived, this.#parts.members)
      return { link, counterparts, targets: targetsOn(link, counterparts) }
    })
    const targets = this.#targets
    this.#senders = sendersOf(targets)
    const there = new Set(targets.map(({ vni, node }) => `${vni} ${node}`))
    this.#book.keep((vni, node) => there.has(`${vni} ${node}`), this.#parts.now())
    for (const key of this.#probedBack.keys()) {
      if (!there.has(key)) {
        this.#probedBack.delete(key)
      }
    }
    for (const { link, targets: ofLink } of this.#vnis) {
      const hasNew = ofLink.some(({ vni, node }) => this.#book.of(vni, node, this.#parts.now()) === undefined)
      // Where a round probes few of many, a newcomer waits for its turn.
      if (ofLink.length > 0 && (!this.#rounds.has(link.vni) || (hasNew && ofLink.length <= this.#membersARound))) {
        this.#plan(link.vni, firstRoundMs * (0.5 + this.#parts.random()))
      }
    }
  }

  /** Where others may probe this host on a link, for its record. */
  publishedOn(link: string): PublishedVtep['probe'] {
    const addresses = this.#listening.addressesOn(link)
    return addresses && this.#settings && { addresses: [...addresses], port: this.#settings.port }
  }

  /** What is handed over to the agent; undefined where probes are off. */
  summary(): ProbeSummary | undefined {
    return this.#settings === undefined
      ? undefined
      : summaryOf({
          book: this.#book,
          vnis: this.#vnis,
          settings: { every: this.#settings.every, staleAfter: this.staleAfter },
          requests: this.#listening.requests,
          now: this.#parts.now(),
          wallTime: Date.now(),
        })
  }

  /** What this host has found out, as of now. */
  get record(): ProbeRecord | undefined {
    return this.#settings && this.#recordThatIsWritten(0)
  }

  /** Members that can be probed, of all VNIs. */
  get targets(): readonly ProbeTarget[] {
    return this.#targets
  }

  /** Probes one member now. @param size inner IP packet, in bytes, in the place of as much as the VNI carries. Never rejects. */
  async probe(
    target: ProbeTarget,
    { count = 1, size }: { readonly count?: number; readonly size?: number } = {},
  ): Promise<Outcome> {
    const { log, now, onNews } = this.#parts
    const { vni, node } = target
    const known = size === undefined ? this.#book.of(vni, node, now())?.sizes : undefined
    const outcome = await probeTarget(target, { count, size, known, nextNumber: () => this.#nextNumber() })
    // What was not sent says nothing of the member.
    if (this.#isClosed || outcome.sent === 0) {
      return outcome
    }
    const { sizes: _, ...rest } = outcome
    const isNews = this.#book.note(vni, node, size === undefined ? outcome : rest, now())
    if (isNews) {
      log.info({ vni, node, ...outcome, roundTripsMs: undefined }, `a probe of ${node} has changed: ${outcome.state}`)
      onNews()
    }
    this.#saying.want(isNews, this.#writesMs)
    if (outcome.state === 'down' && isLinkLocalIpv6(target.local)) {
      await tellAll(target, this.#nextNumber()).catch((error: unknown) =>
        log.debug({ err: error, vni }, 'cannot send a probe to all members of a VNI'),
      )
    }
    return outcome
  }

  close(): void {
    this.#isClosed = true
    this.#saying.close()
    for (const { timer } of this.#rounds.values()) {
      clearTimeout(timer)
    }
    this.#listening.close()
  }

  get #targets(): ProbeTarget[] {
    return this.#vnis.flatMap(({ targets }) => targets)
  }

  get #writesMs(): number {
    return writesMs(this.#parts.members.size, this.#book.hasDown)
  }

  get #membersARound(): number {
    return this.#settings?.members ?? 0
  }

  #hear({ isRepeated, ...hearing }: Hearing): void {
    const { vni, node } = hearing
    const { now } = this.#parts
    const isNews = this.#book.hear(hearing, now())
    this.#saying.want(isNews || isRepeated, this.#writesMs)
    const target = isRepeated ? this.#targets.find((each) => each.vni === vni && each.node === node) : undefined
    const key = `${vni} ${node}`
    if (target !== undefined && now() - (this.#probedBack.get(key) ?? Number.NEGATIVE_INFINITY) > probeBackMs) {
      this.#probedBack.set(key, now())
      this.#probeAll([target])
    }
  }

  /** Of the time of day when the process started, so that those of a later run are mostly greater. */
  #nextNumber(): number {
    this.#number = (this.#number + 1) >>> 0
    return this.#number
  }

  /** The next round of a VNI; an earlier one that is planned already stays. */
  #plan(vni: number, waitMs: number): void {
    const planned = this.#rounds.get(vni)
    const dueAt = this.#parts.now() + waitMs
    if (this.#isClosed || this.#membersARound === 0 || (planned !== undefined && planned.dueAt <= dueAt)) {
      return
    }
    clearTimeout(planned?.timer)
    const timer = setTimeout(() => {
      this.#rounds.delete(vni)
      this.#round(vni)
    }, waitMs)
    this.#rounds.set(vni, { timer, dueAt })
  }

  #round(vni: number): void {
    const { random, now } = this.#parts
    const probed = this.#vnis.find(({ link }) => link.vni === vni)
    const settings = this.#settings
    if (probed === undefined || settings === undefined || probed.targets.length === 0) {
      return
    }
    const picked = pick(probed.targets, settings.members, ({ node }) => this.#book.of(vni, node, now()), random)
    const { learning } = probed.link.vtep
    const size = probed.counterparts.length
    const down = picked.filter(({ node }) => this.#book.of(vni, node, now())?.state === 'down').length
    const lasts = roundMs(settings.every * 1000, { size, picks: picked.length, down, learning })
    this.#probeAll(picked)
    // Not all members at once, whatever began at the same time.
    this.#plan(vni, lasts * (0.75 + random() / 2))
  }

  /** One after the other. */
  #probeAll(targets: readonly ProbeTarget[]): void {
    const probeEach = async (): Promise<void> => {
      for (const target of targets) {
        if (!this.#isClosed) {
          await this.probe(target)
        }
      }
    }
    probeEach().catch((error: unknown) => this.#parts.log.error({ err: error }, 'cannot probe'))
  }

  #recordThatIsWritten(writes: number): ProbeRecord {
    const every = this.#settings?.every ?? 0
    return this.#book.record({ every, staleAfter: this.staleAfter, writes }, this.#parts.now())
  }

  #publish(): void {
    const { publish } = this.#parts
    const record = this.#recordThatIsWritten(Math.round(this.#writesMs / 1000))
    publish(record.results.length + record.heard.length === 0 ? undefined : writeProbes(record))
  }
}
