/** One membership in one fleet: from the settings of the files until they change, or the process ends. */
import type { Logger } from 'pino'
import type { FleetHandover, FleetLink, FleetPicture, FleetReceipt } from '../../agent/answers/fleet.ts'
import type { FleetSpec } from '../../agent/desired/schema.ts'
import { LeaseKeeper } from '../etcd/lease-keeper.ts'
import type { LeaseKeeperEvent } from '../etcd/lease-keeper-event.ts'
import { Mirror } from '../etcd/mirror.ts'
import type { MirrorEvent } from '../etcd/mirror-event.ts'
import type { Store, StoreStatus } from '../etcd/store.ts'
import { type Claims, resolveClaims } from '../members/claims.ts'
import type { FleetFinding } from '../members/finding.ts'
import { memberNow } from '../members/member-now.ts'
import { Membership } from '../members/membership.ts'
import { type Identity, OwnRecord } from '../members/own-record.ts'
import { standingOf } from '../members/standing.ts'
import { StoreView } from '../members/store-view.ts'
import { Probing } from '../probe/probing.ts'
import { keysOf } from '../records/keys.ts'
import { whyNotOnRoster } from '../records/roster.ts'
import type { AgentLink } from './agent-link.ts'
import { type AgentReport, AgentStanding } from './agent-standing.ts'
import type { Answering } from './answerer.ts'
import type { OwnCertificate } from './credentials.ts'
import { type Followed, Follower } from './follower.ts'
import { derivedFrom, linksToDerive, type ModeNow, modeFrom } from './handover.ts'
import { logChanges, what } from './log-changes.ts'
import { logLease } from './log-lease.ts'
import { MacExchange } from './mac-exchange.ts'
import { stateFrom } from './own-state.ts'
import { Problems } from './problems.ts'
import { Publisher } from './publisher.ts'
import { Pushes } from './pushes.ts'
import { Questions } from './questions.ts'
import { Sender } from './sender.ts'
import { StoreCare } from './store-care.ts'
import { WithChunks } from './with-chunks.ts'

/** What a session is made of. */
export interface SessionParts {
  readonly settings: Required<Pick<FleetSpec, 'name' | 'lease' | 'grace'>> &
    Pick<FleetSpec, 'advertise' | 'page' | 'probe'>
  readonly identity: Identity
  readonly certificate?: OwnCertificate
  readonly store: Store
  readonly agent: Pick<AgentLink, 'handOver' | 'keptChunks' | 'offerFile' | 'confirmFile' | 'planFile'>
  /** How this host answers what others ask it. */
  readonly answerings?: readonly Answering[]
  readonly log: Logger
}

const now = (): number => performance.now()

export class Session {
  readonly #parts: SessionParts
  readonly view: StoreView
  readonly membership: Membership
  readonly follower: Follower
  readonly publisher: Publisher
  readonly keeper: LeaseKeeper
  readonly care: StoreCare
  /** Asks other hosts, and answers them. */
  readonly questions: Questions
  readonly probing: Probing
  readonly pushes: Pushes
  readonly macs: MacExchange
  readonly #ownRecord: OwnRecord
  readonly #mirrors: Readonly<Record<Followed, Mirror>>
  readonly #sender: Sender
  readonly #problems = new Problems()
  #links: readonly FleetLink[] = []
  /** What was derived last, and what was found by that. */
  #derived: FleetHandover['links'] = {}
  #found: readonly FleetFinding[] = []
  #mode: ModeNow | undefined
  readonly #agentStanding: AgentStanding
  #leases = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { settings, identity, store, agent, answerings = [], log } = parts
    const keys = keysOf(settings.name)
    const graceMs = settings.grace * 1000
    this.view = new StoreView(keys)
    this.membership = new Membership({ self: identity.id, graceMs, now })
    this.follower = new Follower(this.view, this.membership)
    this.#agentStanding = new AgentStanding(log, now)
    const clock = { now }
    this.questions = new Questions({
      ...{ store, keys, clock, log, answerings, self: identity.id },
      memberNow: (node) => memberNow(this, node),
      silence: () => this.#silence,
    })
    const advertise = settings.advertise ?? []
    this.#ownRecord = new OwnRecord({
      identity,
      advertise: typeof advertise === 'string' ? [advertise] : advertise,
      graceMs,
      answers: this.questions.kinds,
      page: settings.page,
      probeOn: (link) => this.probing.publishedOn(link),
    })
    this.probing = new Probing({
      ...{ log, now, self: identity.id, settings: settings.probe, members: this.view.members, random: Math.random },
      publish: (value) => this.publisher.tellProbes(value),
      onNews: () => this.#work(),
    })
    this.keeper = new LeaseKeeper({
      store,
      ttl: settings.lease,
      // A new leader gives every lease its whole time again: the next attempt is to come before that is over.
      backoff: { minMs: 200, maxMs: Math.min(30_000, (settings.lease * 1000) / 3) },
      clock,
      onEvent: (event) => this.#onLease(event),
      mayReplace: (_key, present) => this.publisher.mayReplace(present),
    })
    const leaseMs = settings.lease * 1000
    this.publisher = new Publisher({ keys, identity, ownRecord: this.#ownRecord, keeper: this.keeper, leaseMs, now })
    const mirrorOf = (which: Followed, prefix: string): Mirror =>
      new Mirror({ store, prefix, clock, onEvent: (event) => this.#onMirror(which, event) })
    this.#mirrors = { nodes: mirrorOf('nodes', keys.nodes), roster: mirrorOf('roster', keys.roster) }
    this.macs = new MacExchange({
      ...{ store, keys, self: identity.id, keeper: this.keeper, membership: this.membership, graceMs, now },
      onChange: () => {
        this.#sender.want()
        this.#wakeLater()
      },
      onMirror: (vni, event) => logChanges(log, `MAC addresses of VNI ${vni}`, event),
    })
    const withChunks = new WithChunks({
      handOver: (handover) => agent.handOver(handover),
      textOf: (hash) => this.macs.textOf(hash),
    })
    this.#sender = new Sender({
      make: () => this.#makeHandover(),
      send: (handover) => withChunks.send(handover),
      onTaken: (taken, handover) => this.#onTaken(taken, handover),
      onFailure: (error) => this.#agentStanding.failed(error),
      now,
    })
    this.care = new StoreCare(store, log, () => this.#sender.want())
    this.pushes = new Pushes({
      ...{ fleet: settings.name, self: identity.id, keys, store, clock, keeper: this.keeper, agent, log },
      isIn: () => this.follower.hasListed && this.view.rosterOf(identity.id)?.evicted !== true,
      errors: () => this.problems.filter(({ severity }) => severity === 'error').length,
    })
    log.debug({ fleet: settings.name, node: identity.id }, 'joining the fleet')
  }

  /** Begins to follow the store. `picture`: what the agent shows, and what it was given last. */
  start(picture: FleetPicture): void {
    const { handover } = picture
    const { settings, identity } = this.#parts
    if (handover !== undefined && handover.fleet === settings.name && handover.node === identity.id) {
      this.membership.remember(handover)
      this.follower.remember({ revision: handover.revision, wasFrozen: handover.mode === 'frozen' })
      this.#derived = handover.links
      this.#mode = { mode: handover.mode, since: handover.since }
    }
    this.#links = picture.links
    this.macs.setLinks(picture.links)
    this.#rememberMacs()
    this.keeper.start()
    this.#mirrors.roster.start()
    this.#mirrors.nodes.start()
    this.care.start()
    this.questions.start()
    this.pushes.start(picture)
    this.#sender.want(true)
  }

  /** The agent shows its links as they are now. */
  take(picture: FleetPicture): void {
    const { links, handover } = picture
    this.#links = links
    this.pushes.take(picture)
    this.macs.setLinks(links)
    // An agent that has lost what it was given, or never had it, is given it again.
    const { last } = this.#sender
    this.#work(last !== undefined && (handover === undefined || handover.revision < last.revision))
  }

  /** The agent does not answer: what was last known of its links stays. */
  agentIsSilent(error: Error): void {
    this.#agentStanding.silent(error)
  }

  /** Asks how the store is, and brings what is known of problems up to date with it. */
  async look(deadlineMs: number): Promise<StoreStatus> {
    const status = await this.care.look(deadlineMs)
    this.#noteProblems()
    return status
  }

  /** Lets removals go on that the guard holds, and addresses move that moved too often. Gives how many members are gone, and addresses. */
  accept(): { readonly gone: number; readonly macs: number } {
    const gone = this.membership.accept()
    const macs = this.macs.thaw()
    this.#work()
    return { gone, macs }
  }

  /** Tells the others that this host is going. */
  leave(): void {
    this.publisher.leave()
    this.#work()
  }

  /** Ends it. `revokes`: the record goes from the store at once, else with its lease. */
  async close({ revokes = false } = {}): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#sender.close()
    this.publisher.close()
    this.care.close()
    this.questions.close()
    this.probing.close()
    this.pushes.close()
    this.#mirrors.nodes.close()
    this.#mirrors.roster.close()
    this.macs.close()
    if (!revokes) {
      // What is under way fails at once, instead of being waited for.
      this.#parts.store.close()
    }
    try {
      await this.keeper.close({ revoke: revokes })
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'cannot end the lease at the store; it ends by itself')
    } finally {
      this.#parts.store.close()
    }
  }

  get settings(): SessionParts['settings'] {
    return this.#parts.settings
  }

  get identity(): Identity {
    return this.#parts.identity
  }

  get certificate(): OwnCertificate | undefined {
    return this.#parts.certificate
  }

  get store(): Store {
    return this.#parts.store
  }

  get links(): readonly FleetLink[] {
    return this.#links
  }

  get derived(): FleetHandover['links'] {
    return this.#derived
  }

  get mode(): ModeNow {
    this.#mode = modeFrom(this.#mode, { silence: this.#silence, freeze: this.membership.freeze?.reason })
    return this.#mode
  }

  /** Why the store is not followed at present. */
  get #silence(): string | undefined {
    const { isFollowed, silence } = this.follower
    return isFollowed ? undefined : (silence?.reason ?? 'the store is not followed yet in this run')
  }

  get problems(): Problems['list'] {
    return this.#problems.list
  }

  get agentReport(): AgentReport {
    return this.#agentStanding.report
  }

  get counters(): FleetHandover['counters'] {
    const counts = [...Object.values(this.#mirrors), ...this.macs.mirrors].map((mirror) => mirror.counts)
    const sum = (of: (count: (typeof counts)[number]) => number): number =>
      counts.reduce((total, count) => total + of(count), 0)
    return {
      lists: sum(({ lists }) => Object.values(lists).reduce((total, each) => total + each, 0)),
      repairs: sum(({ repairs }) => repairs),
      leases: this.#leases,
      failures: sum(({ breaks }) => breaks) + this.#failures,
    }
  }

  /** What an earlier run handed over of hosts that may be gone by now. */
  #rememberMacs(): void {
    const chunks = Object.values(this.#derived).flatMap(
      ({ vni, macs }) => macs?.chunks.map((hash) => ({ vni, hash })) ?? [],
    )
    if (chunks.length > 0) {
      this.#parts.agent.keptChunks().then(
        (texts) => {
          for (const { vni, hash } of chunks) {
            this.macs.remember(vni, texts[hash] ?? '')
          }
          this.#work()
        },
        (error: Error) =>
          this.#parts.log.warn({ err: error }, 'cannot ask the agent for the MAC addresses that it was given'),
      )
    }
  }

  /** Which claims count, this host's among them. */
  claims(): Claims {
    const own = this.view.members.get(this.#parts.identity.id)
    const standings = [...this.membership.others, ...(own === undefined ? [] : [standingOf(own)])]
    return resolveClaims(standings, (node, claim) => whyNotOnRoster(this.view.rosterOf(node), claim))
  }

  #onMirror(which: Followed, event: MirrorEvent): void {
    const { log, identity } = this.#parts
    const wasListed = this.follower.hasListed
    this.follower.take(which, event)
    logChanges(log, what[which], event)
    const own = this.view.members.get(identity.id)
    if (!wasListed && this.follower.hasListed && own?.record.instance === identity.instance) {
      this.#ownRecord.remember(own.record, now())
    }
    if (which === 'nodes') {
      this.keeper.notice(event)
    }
    if (event.kind === 'resumed') {
      this.#hurry()
    }
    this.#work()
  }

  /** One part has reached the store again: the others need not wait for their next attempt. */
  #hurry(): void {
    for (const mirror of Object.values(this.#mirrors)) {
      if (mirror.state.kind === 'silent') {
        mirror.hurry()
      }
    }
    this.pushes.hurry()
    this.macs.hurry()
    this.keeper.hurry()
    this.questions.hurry()
  }

  #onLease(event: LeaseKeeperEvent): void {
    logLease(this.#parts.log, event)
    if (event.kind === 'granted') {
      this.#leases += 1
    } else if (event.kind === 'failing') {
      this.#failures += 1
    } else if (event.kind === 'recovered') {
      this.#hurry()
    }
    this.#work()
  }

  /** Does what follows from any change. */
  #work(isForced = false): void {
    // An answer that was on its way comes too late.
    if (this.#isClosed) {
      return
    }
    const { log, identity } = this.#parts
    if (this.follower.hasListed) {
      this.publisher.setEvicted(this.view.rosterOf(identity.id)?.evicted === true)
      this.probing.takeLinks(this.#links)
      this.publisher.update(this.#links)
      for (const node of this.membership.settle()) {
        log.info({ node }, 'the grace of a member is over; removing its entries')
      }
      this.macs.setPublishing(this.publisher.publishing)
    }
    this.#sender.want(isForced)
    this.#wakeLater()
  }

  #wakeLater(): void {
    clearTimeout(this.#timer)
    const waits = [this.membership.nextCheckMs, this.#ownRecord.withdrawalInMs(now()), this.macs.settle()].filter(
      (wait) => wait !== undefined,
    )
    if (waits.length > 0) {
      // Not at once: what is due was done a moment ago.
      this.#timer = setTimeout(() => this.#work(), Math.max(50, Math.min(...waits, 2 ** 31 - 1)))
    }
  }

  #makeHandover(): FleetHandover {
    const { settings, identity } = this.#parts
    const { mode, since, reason } = this.mode
    const removesSomeday = mode === 'live'
    const claims = this.follower.hasListed ? this.claims() : undefined
    if (claims !== undefined) {
      this.macs.setClaims(claims.counted)
    }
    const { links: derived, findings } = claims
      ? derivedFrom(claims, this.view, {
          self: identity.id,
          links: linksToDerive(this.#links, this.#derived),
          graceMs: removesSomeday ? settings.grace * 1000 : undefined,
        })
      : { links: this.#derived, findings: [] }
    const links = this.macs.fill(derived, this.#derived)
    this.#derived = links
    this.#found = findings
    this.probing.takeMembers(links)
    const probes = this.probing.summary()
    this.#noteProblems()
    return {
      v: 1,
      fleet: settings.name,
      node: identity.id,
      revision: this.follower.revision,
      ...{ mode, since },
      ...(reason !== undefined && { reason: reason.slice(0, 1000) }),
      members: this.membership.size + 1,
      gone: this.membership.goneCount,
      links,
      problems: this.problems,
      ...(probes !== undefined && { probes }),
      counters: this.counters,
    }
  }

  #noteProblems(): void {
    const { log } = this.#parts
    const { begun, over } = this.#problems.update([
      ...this.publisher.findings(),
      ...this.#agentStanding.findings(this.#parts.identity.id),
      ...this.#found,
      ...this.macs.findings(),
      ...this.care.findings(),
    ])
    for (const { code, message } of begun) {
      log.warn({ code }, message)
    }
    for (const { code, message } of over) {
      log.info({ code }, `no longer so: ${message}`)
    }
  }

  #onTaken(taken: FleetReceipt, handover: FleetHandover): void {
    this.#agentStanding.taken(taken)
    this.pushes.notice()
    // Before the first list there is nothing to say.
    if (taken.revision > 0) {
      this.publisher.say(
        stateFrom(handover, this.#links, {
          applied: this.#agentStanding.applied,
          agent: this.#parts.identity.agent,
          certificateEnds: this.#parts.certificate?.ends,
        }),
        handover.members,
      )
    }
  }
}
