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
import { Exchanger, smallSize, tellAll } from './exchange.ts'
import type { Outcome } from './outcome.ts'
import { probeMember } from './probe-member.ts'
import { Allowances } from './rate.ts'
import { answerRates, type Hearing, Responder } from './responder.ts'
import { pick, roundMs } from './rounds.ts'
import { Saying, writesMs } from './saying.ts'
import { type ProbedVni, summaryOf } from './summary.ts'
import {
  counterpartsOn,
  type ProbeLink,
  type ProbeTarget,
  probeLinksOf,
  senderKey,
  sendersOf,
  targetsOn,
} from './targets.ts'

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
  readonly #allowances: Allowances
  readonly #responders = new Map<string, Responder>()
  /** By link: why its socket could not be opened. */
  readonly #refused = new Map<string, string>()
  readonly #requests = { answered: 0, refused: 0 }
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
    this.#allowances = new Allowances(answerRates.perPeer, answerRates.inAll, now())
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
    const refused = [...this.#refused].map(([link, why]) => ({
      ...{ link, why },
      vni: this.#vnis.find((each) => each.link.name === link)?.link.vni ?? 0,
    }))
    return this.#settings === undefined ? [] : [...this.#without, ...refused]
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
    const wanted = new Map(found.links.map((link) => [link.name, link]))
    for (const [name, responder] of this.#responders) {
      if (placeKey(wanted.get(name)) !== placeKey(responder.link)) {
        responder.close()
        this.#responders.delete(name)
      }
    }
    for (const name of this.#refused.keys()) {
      if (!wanted.has(name)) {
        this.#refused.delete(name)
      }
    }
    for (const link of found.links) {
      if (!this.#responders.has(link.name)) {
        this.#listen(link, this.#settings.port)
      }
    }
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
    const responder = this.#responders.get(link)
    return responder === undefined || this.#settings === undefined
      ? undefined
      : { addresses: [...responder.link.place.addresses], port: this.#settings.port }
  }

  /** What is handed over to the agent; undefined where probes are off. */
  summary(): ProbeSummary | undefined {
    return this.#settings === undefined
      ? undefined
      : summaryOf({
          book: this.#book,
          vnis: this.#vnis,
          settings: { every: this.#settings.every, staleAfter: this.staleAfter },
          requests: this.#requests,
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
    const outcome = await this.#outcomeOf(target, count, size)
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
    for (const responder of this.#responders.values()) {
      responder.close()
    }
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

  #listen(link: ProbeLink, port: number): void {
    const { log, now } = this.#parts
    try {
      const responder = new Responder({
        ...{ link, port, now },
        allowances: this.#allowances,
        senderAt: (vni, address) => this.#senders.get(senderKey(vni, address)),
        onHeard: (heard) => this.#hear(heard),
        onDone: (done) => {
          this.#requests[done] += 1
        },
        onError: (error) => {
          log.warn(
            { err: error, link: link.name },
            'a socket for probes has failed; opening it again when the link changes',
          )
          this.#responders.get(link.name)?.close()
          this.#responders.delete(link.name)
          this.#refused.set(link.name, error.message)
        },
      })
      this.#responders.set(link.name, responder)
      this.#refused.delete(link.name)
    } catch (error) {
      const { message } = error as Error
      if (this.#refused.get(link.name) !== message) {
        log.warn(
          { err: error, link: link.name },
          'cannot answer probes on this link; trying again when the agent shows its links',
        )
      }
      this.#refused.set(link.name, message)
    }
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
      void this.probe(target)
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
    const lasts = roundMs(settings.every * 1000, { size, picks: picked.length, learning })
    void this.#probeAll(picked)
    // Not all members at once, whatever began at the same time.
    this.#plan(vni, lasts * (0.75 + random() / 2))
  }

  /** One after the other. */
  async #probeAll(targets: readonly ProbeTarget[]): Promise<void> {
    for (const target of targets) {
      if (!this.#isClosed) {
        await this.probe(target)
      }
    }
  }

  async #outcomeOf(target: ProbeTarget, count: number, size: number | undefined): Promise<Outcome> {
    const { vni, node } = target
    let exchanger: Exchanger
    try {
      exchanger = await Exchanger.open(target, () => this.#nextNumber())
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return { state: 'down', sent: 0, roundTripsMs: [], error: code ?? message }
    }
    try {
      const full = size === undefined ? target.size : Math.min(size, target.size)
      const known = size === undefined ? this.#book.of(vni, node, this.#parts.now())?.sizes : undefined
      const outcome = await probeMember(exchanger.exchange, { count, small: Math.min(smallSize, full), full, known })
      return { ...outcome, answered: exchanger.answered }
    } finally {
      exchanger.close()
    }
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

/** A link whose key is another one needs another socket. */
function placeKey(link: ProbeLink | undefined): string {
  return link === undefined ? '' : JSON.stringify([link.vni, link.place.device, link.place.index, link.place.addresses])
}
