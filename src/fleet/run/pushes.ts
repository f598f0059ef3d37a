/**
 * Pushed files on this host: follows what operators push, offers it to the agent, and writes how it stands below this host's own name. What the
 * store no longer has is not removed here: only a push removes a file.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { FleetPicture } from '../../agent/answers/fleet.ts'
import type { PushedPicture } from '../../agent/answers/pushed.ts'
import type { Clock } from '../etcd/clock.ts'
import type { LeaseKeeper } from '../etcd/lease-keeper.ts'
import { Mirror } from '../etcd/mirror.ts'
import type { MirrorEvent } from '../etcd/mirror-event.ts'
import type { Entry, Store } from '../etcd/store.ts'
import { type PushStep, pushSteps } from '../members/push-steps.ts'
import { asLine, asPlan, type FilesRecord, type HostPlan, mostSessions, writeFiles } from '../records/files-record.ts'
import { type FleetKeys, pushOfKey } from '../records/keys.ts'
import { type Push, type PushSession, readableOnly, readPush, readPushSession } from '../records/push-record.ts'
import type { AgentLink } from './agent-link.ts'

/** What it works with. */
export interface PushesParts {
  readonly fleet: string
  readonly self: string
  readonly keys: FleetKeys
  readonly store: Store
  readonly clock: Clock
  readonly keeper: Pick<LeaseKeeper, 'set' | 'remove'>
  readonly agent: Pick<AgentLink, 'offerFile' | 'confirmFile' | 'planFile'>
  /** Whether this host is in the fleet, and no operator has put it out: else it takes nothing, and says nothing. */
  readonly isIn: () => boolean
  /** Problems of severity error that this host knows of. */
  readonly errors: () => number
  readonly log: Logger
}

/** Pushes that are followed: nobody pushes more, unless it is meant ill. */
const mostPushes = 256
/** The word on pushed files is written this often at most. */
const spacingMs = 500
/** After a failure of the agent or the store it is tried again. */
const retryMs = 2_000

export class Pushes {
  readonly #parts: PushesParts
  readonly #mirror: Mirror
  readonly #pushes = new Map<string, Push>()
  readonly #sessions = new Map<string, PushSession>()
  /** By session: the plan for it. */
  readonly #plans = new Map<string, HostPlan>()
  #picture: PushedPicture | undefined
  #written: FilesRecord | undefined
  #writtenAt = Number.NEGATIVE_INFINITY
  #isWorking = false
  #isWanted = false
  #workTimer: NodeJS.Timeout | undefined
  #writeTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(parts: PushesParts) {
    const { store, keys, clock } = parts
    this.#parts = parts
    this.#mirror = new Mirror({ store, prefix: keys.config, clock, onEvent: (event) => this.#onMirror(event) })
  }

  /** Begins to follow the store. */
  start(picture: FleetPicture): void {
    this.#picture = picture.pushed
    this.#mirror.start()
  }

  /** The agent shows how pushed files stand. */
  take({ pushed, settings }: FleetPicture): void {
    // An agent that has just started has not read its files yet: it does not refuse for that.
    if (settings !== undefined) {
      this.#picture = pushed
    }
    this.#work()
  }

  /** By name: the last push of each file, as far as this host has heard. */
  get known(): ReadonlyMap<string, Push> {
    return this.#pushes
  }

  /** The store was seen to answer. */
  hurry(): void {
    if (this.#mirror.state.kind === 'silent') {
      this.#mirror.hurry()
    }
  }

  /** Something changed that this host's word may have: whether it is evicted, or its problems. */
  notice(): void {
    this.#work()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#workTimer)
    clearTimeout(this.#writeTimer)
    this.#mirror.close()
  }

  #onMirror(event: MirrorEvent): void {
    if (event.kind === 'listed' || event.kind === 'changed') {
      for (const change of event.changes) {
        const key = change.kind === 'put' ? change.entry.key : change.key
        this.#takeKey(key, change.kind === 'put' ? change.entry : undefined)
      }
      this.#work()
    } else if (event.kind === 'silent') {
      this.#parts.log.debug({ err: event.error }, 'the pushes of the fleet are not followed at present')
    }
  }

  #takeKey(key: string, entry: Entry | undefined): void {
    const { keys, log } = this.#parts
    const place = pushOfKey(keys.config, key)
    if (place === undefined) {
      return
    }
    const { name, what } = place
    if (what === 'session') {
      const session = entry && readableOnly(entry, readPushSession)
      const earlier = this.#sessions.get(name)
      if (earlier !== undefined && earlier.id !== session?.id) {
        this.#plans.delete(earlier.id)
      }
      this.#keep(this.#sessions, name, session)
      return
    }
    const push = entry && readableOnly(entry, readPush)
    if (entry !== undefined && push === undefined) {
      log.warn({ file: name }, 'a push in the store cannot be read, and is ignored')
    }
    this.#keep(this.#pushes, name, push)
  }

  #keep<T>(known: Map<string, T>, name: string, value: T | undefined): void {
    if (value === undefined) {
      known.delete(name)
    } else if (known.has(name) || known.size < mostPushes) {
      known.set(name, value)
    } else {
      this.#parts.log.warn({ file: name }, `more than ${mostPushes} files are pushed; this one is ignored`)
    }
  }

  /** Does what is to be done, one thing after the other. */
  #work(): void {
    this.#isWanted = true
    if (this.#isWorking || this.#isClosed) {
      return
    }
    clearTimeout(this.#workTimer)
    this.#isWorking = true
    this.#doAll()
      .catch((error: unknown) => {
        this.#parts.log.warn({ err: error }, 'cannot bring the agent to what was pushed; trying again')
        this.#isWanted = false
        this.#workTimer = setTimeout(() => this.#work(), retryMs)
      })
      .finally(() => {
        this.#isWorking = false
        if (this.#isWanted) {
          this.#work()
        }
      })
  }

  async #doAll(): Promise<void> {
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false
      try {
        if (this.#parts.isIn()) {
          // A confirmation waits for no plan, nor for one that fails.
          await this.#step()
          await this.#plan()
        }
      } finally {
        this.#say()
      }
    }
  }

  /** The plans that operators ask for. */
  async #plan(): Promise<void> {
    const { agent, fleet } = this.#parts
    for (const [name, session] of this.#asked()) {
      const { plan, id } = session
      if (plan !== undefined && !this.#plans.has(id)) {
        const { text, confirmSeconds } = plan
        const planned = await agent.planFile({
          v: 1,
          ...{ fleet, name },
          ...(text !== undefined && { text }),
          ...(confirmSeconds !== undefined && { confirmSeconds }),
        })
        this.#plans.set(id, asPlan(planned))
      }
    }
  }

  /** Sessions that ask this host; a few of them, if there are many. */
  #asked(): [string, PushSession][] {
    const { self } = this.#parts
    return [...this.#sessions].filter(([, { nodes }]) => nodes.includes(self)).slice(0, mostSessions)
  }

  async #step(): Promise<void> {
    const { fleet, self } = this.#parts
    const picture = this.#picture
    if (picture?.accepts !== true) {
      return
    }
    const [step] = pushSteps({ fleet, self, pushes: this.#pushes, standings: picture.files })
    if (step !== undefined) {
      await this.#take(step)
      this.#isWanted = true
    }
  }

  async #take(step: PushStep): Promise<void> {
    const { agent, store, keys, log } = this.#parts
    if (step.kind === 'offer') {
      const { name, revision, by } = step.offer
      log.info({ file: name, revision }, `offering a file that ${by} pushed to the agent`)
      this.#note(await agent.offerFile(step.offer))
      return
    }
    // A confirmation that came before the trial began says nothing of what the trial cut: the store is asked once more.
    await store.position(keys.push(step.file.name))
    const { name, revision } = step.file
    log.info({ file: name, revision }, 'an operator has confirmed a file on trial')
    this.#note(await agent.confirmFile(step.file))
  }

  /** The answer is newer than the picture, which follows. */
  #note(standing: PushedPicture['files'][number]): void {
    if (this.#picture !== undefined) {
      const others = this.#picture.files.filter(({ name }) => name !== standing.name)
      this.#picture = { ...this.#picture, files: [...others, standing] }
    }
  }

  /** Writes this host's word: now, or as soon as it may be written again. */
  #say(): void {
    if (this.#isClosed) {
      return
    }
    const { keeper, keys, self, clock, isIn } = this.#parts
    if (!isIn()) {
      if (this.#written !== undefined) {
        this.#written = undefined
        keeper.remove(keys.files(self))
      }
      return
    }
    const record = this.#record()
    if (record === undefined || isDeepStrictEqual(record, this.#written)) {
      return
    }
    const waitMs = this.#writtenAt + spacingMs - clock.now()
    clearTimeout(this.#writeTimer)
    if (waitMs > 0) {
      this.#writeTimer = setTimeout(() => this.#say(), waitMs)
      return
    }
    this.#written = record
    this.#writtenAt = clock.now()
    keeper.set(keys.files(self), writeFiles(record))
  }

  #record(): FilesRecord | undefined {
    const picture = this.#picture
    if (picture === undefined) {
      return undefined
    }
    const { accepts, converged, failing, files } = picture
    return {
      v: 1,
      config: accepts ? 'accept' : 'refuse',
      converged,
      failing,
      errors: this.#parts.errors(),
      files: files.map(({ name, revision, id, state, reason, inForce }) => ({
        ...{ name, revision, id, state },
        ...(reason !== undefined && { reason: asLine(reason, 2000) }),
        ...(inForce !== undefined && { inForce }),
      })),
      heard: this.#asked().map(([, { id, round, plan: asked }]) => {
        const plan = asked && this.#plans.get(id)
        return { session: id, round, ...(plan !== undefined && { plan }) }
      }),
    }
  }
}
