/** The recent past: a bounded run of events, numbered, that many readers follow at their own pace. */
import type { OverlayEvent } from '../../answers/overlay-event.ts'
import { describeEvent } from './describe-event.ts'

/** An event before it has a number and a time. */
export type EventDraft = Omit<OverlayEvent, 'id' | 'at' | 'message'>

/** An event as it is kept: what 100,000 of them a second can be made into. */
export interface KeptEvent {
  readonly draft: EventDraft
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** Of an earlier run of the agent, from the disk. */
  readonly earlierId?: string
}

/** What a reader gets. */
export interface Reading {
  readonly events: readonly OverlayEvent[]
  /** The number of the first event that was looked at. */
  readonly first: number
  /** Where to go on reading. */
  readonly next: number
  /** Events before these that are no longer kept. */
  readonly missed: number
}

/** As many events as are kept, unless told otherwise. */
export const defaultCapacity = 10_000

/** How long after an event its readers are told, in milliseconds: a burst is read in one go. */
const tellAfterMs = 20

/** How a log is kept. */
export interface EventLogOptions {
  /** How many events are kept. */
  readonly capacity?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export class EventLog {
  /** Part of every id, so that a reader of an earlier run of the agent is not taken for one of this. */
  readonly run: string
  readonly #capacity: number
  readonly #kept: KeptEvent[] = []
  /** Events as readers got them, so that many readers cost no more than one. In the places of `#kept`. */
  readonly #told: (OverlayEvent | undefined)[] = []
  /** The number of the next event; numbers count from 0. */
  #next = 0
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  readonly #now: () => number
  #onEach: (draft: EventDraft) => void = () => {}

  constructor({ capacity = defaultCapacity, now = Date.now }: EventLogOptions = {}) {
    this.#capacity = capacity
    this.#now = now
    this.run = now().toString(36)
  }

  get capacity(): number {
    return this.#capacity
  }

  /** How many events are kept now. */
  get size(): number {
    return Math.min(this.#next, this.#capacity)
  }

  /** The number of the event to come. */
  get end(): number {
    return this.#next
  }

  /** The oldest number that is kept. */
  get start(): number {
    return this.#next - this.size
  }

  append(draft: EventDraft, atMs = this.#now()): void {
    this.#put({ draft, atMs })
    this.#onEach(draft)
  }

  /** Takes in what an earlier run of the agent has left, before anything of this one. */
  recall(events: readonly OverlayEvent[]): void {
    for (const { id: earlierId, at, message: _, ...draft } of events.slice(-this.#capacity)) {
      this.#put({ draft, atMs: Date.parse(at), earlierId })
    }
  }

  /** Of up to `limit` events from a number on those that are meant, and how many of those asked for are gone. */
  read(from: number, limit: number, isMeant: (draft: EventDraft) => boolean = () => true): Reading {
    const first = Math.max(from, this.start)
    const next = Math.min(this.#next, first + limit)
    const events: OverlayEvent[] = []
    for (let number = first; number < next; number += 1) {
      if (isMeant(this.#at(number).draft)) {
        events.push(this.#event(number))
      }
    }
    return { events, first, next, missed: first - from }
  }

  /**
   * The number after the event with this id: where its reader goes on. Undefined when the id is of an event that is not kept, and
   * not of this run, so that nobody can tell how many came since.
   */
  after(id: string): number | undefined {
    const [run, number] = id.split('-')
    if (run === this.run && number !== undefined && /^\d{1,15}$/.test(number) && Number(number) < this.#next) {
      return Number(number) + 1
    }
    for (let at = this.start; at < this.#next; at += 1) {
      if (this.#at(at).earlierId === id) {
        return at + 1
      }
    }
    return undefined
  }

  /** Those of the events that are meant, the newest first, one by one. */
  *newestFirst(isMeant: (draft: EventDraft) => boolean): Generator<OverlayEvent> {
    for (let number = this.#next - 1; number >= this.start; number -= 1) {
      if (isMeant(this.#at(number).draft)) {
        yield this.#event(number)
      }
    }
  }

  /** The number from which on there are `count` events that are meant, or fewer when there are no more. */
  numberOfRecent(isMeant: (draft: EventDraft) => boolean, count: number): number {
    let left = count
    let number = this.#next
    while (number > this.start && left > 0) {
      number -= 1
      left -= isMeant(this.#at(number).draft) ? 1 : 0
    }
    return number
  }

  /** Calls `listener` soon after events came, once for all of them. Gives what ends it. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls `count` with each event of this run from now on, at once. There may be 100,000 a second. */
  onEach(count: (draft: EventDraft) => void): void {
    this.#onEach = count
  }

  /** How many follow. */
  get followers(): number {
    return this.#listeners.size
  }

  /** Tells the followers at once, as at the end. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const listener of this.#listeners) {
      listener()
    }
  }

  #put(kept: KeptEvent): void {
    this.#kept[this.#next % this.#capacity] = kept
    this.#told[this.#next % this.#capacity] = undefined
    this.#next += 1
    if (this.#listeners.size > 0) {
      this.#timer ??= setTimeout(() => this.flush(), tellAfterMs)
    }
  }

  #at(number: number): KeptEvent {
    return this.#kept[number % this.#capacity] as KeptEvent
  }

  #event(number: number): OverlayEvent {
    const place = number % this.#capacity
    const told = this.#told[place] ?? this.#tell(number)
    this.#told[place] = told
    return told
  }

  #tell(number: number): OverlayEvent {
    const { draft, atMs, earlierId } = this.#at(number)
    const id = earlierId ?? `${this.run}-${number}`
    const { kind, ...rest } = draft
    return { id, at: new Date(atMs).toISOString(), kind, message: describeEvent(draft), ...rest }
  }
}
