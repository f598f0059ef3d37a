/** Questions between the hosts of a fleet: this host asks others, and answers them. They go by the store: no host listens for another. */
import type { Logger } from 'pino'
import type { Clock } from '../etcd/clock.ts'
import { ShortLease } from '../etcd/short-lease.ts'
import type { Store } from '../etcd/store.ts'
import { Tail } from '../etcd/tail.ts'
import type { MemberNow } from '../members/member-now.ts'
import type { FleetKeys } from '../records/keys.ts'
import { asksOf, type QuestionKind, questionLease } from '../records/question.ts'
import { Answerer, type Answering } from './answerer.ts'
import { Asker, type Reply } from './asker.ts'

/** What it works with. */
export interface QuestionsParts {
  readonly store: Store
  readonly keys: FleetKeys
  /** Id of this host. */
  readonly self: string
  readonly clock: Clock
  /** How a host of the fleet is now; undefined if nothing is known of it. */
  readonly memberNow: (node: string) => MemberNow | undefined
  /** Why the store is not followed at present; undefined while it is. */
  readonly silence: () => string | undefined
  /** By kind of question, how this host answers. */
  readonly answerings: readonly Answering[]
  readonly log: Logger
}

export class Questions {
  readonly #parts: QuestionsParts
  readonly #asker: Asker
  readonly #answerer: Answerer
  readonly #tail: Tail

  constructor(parts: QuestionsParts) {
    this.#parts = parts
    const { store, keys, clock } = parts
    const lease = new ShortLease(store, clock, questionLease)
    this.#asker = new Asker({ ...parts, lease })
    this.#answerer = new Answerer({ ...parts, lease })
    this.#tail = new Tail({ store, clock, prefix: asksOf(keys), onChanges: (changes) => this.#answerer.take(changes) })
  }

  /** Kinds of question that this host answers, for its record. */
  get kinds(): string[] {
    return this.#parts.answerings.map(({ name }) => name)
  }

  /** Questions to this host that were not answered. */
  get ignored(): number {
    return this.#answerer.ignored
  }

  /** Begins to answer. */
  start(): void {
    this.#tail.start()
  }

  /** The store was seen to answer. */
  hurry(): void {
    this.#tail.hurry()
  }

  /**
   * Asks a host, this one among them, which needs no store. Never rejects for a host or a store that is silent: the reply says so.
   * @param patienceMs how long the answer is waited for: 15 s at most
   */
  async ask<Ask, Answer>(
    node: string,
    kind: QuestionKind<Ask, Answer>,
    ask: Ask,
    patienceMs?: number,
  ): Promise<Reply<Answer>> {
    return node === this.#parts.self
      ? await this.#answerer.answerSelf(kind, ask)
      : await this.#asker.ask(node, kind, ask, patienceMs)
  }

  close(): void {
    this.#tail.close()
    this.#asker.close()
  }
}
