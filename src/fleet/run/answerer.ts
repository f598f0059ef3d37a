/**
 * Answers what other hosts of the fleet ask this one. A question is the word of a stranger: it counts only if its host is a present member, it is
 * checked, and each host may ask so often.
 */
import type { Logger } from 'pino'
import type { Clock } from '../etcd/clock.ts'
import type { ShortLease } from '../etcd/short-lease.ts'
import { type Change, type Entry, StoreError } from '../etcd/store.ts'
import type { MemberNow } from '../members/member-now.ts'
import type { FleetKeys } from '../records/keys.ts'
import {
  type Ask,
  type AskName,
  answerKey,
  largestAnswer,
  nameOfAsk,
  type QuestionKind,
  readAsk,
  writeAnswer,
} from '../records/question.ts'
import type { RosterEntry } from '../records/roster.ts'
import { UnreadableValue } from '../records/values.ts'
import { Allowance } from './allowance.ts'
import type { Reply } from './asker.ts'

/** Who asks. */
export interface Asking {
  readonly asker: string
  /** What operators say of the asker. */
  readonly roster: RosterEntry | undefined
}

/** How questions of one kind are answered. */
export interface Answering {
  readonly name: string
  /** Rejects with {@link Refused} when there is no answer for this asker, or to this question. */
  answer(ask: unknown, asking: Asking): Promise<unknown>
}

/** This question is not answered: why, as the end of a sentence. It is told to the asker. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Answers questions of a kind by `answer`. */
export function answering<Question, Answer>(
  { name, ask: schema }: QuestionKind<Question, Answer>,
  answer: (ask: Question, asking: Asking) => Promise<Answer>,
): Answering {
  return {
    name,
    async answer(ask, asking) {
      const result = schema.safeParse(ask)
      if (!result.success) {
        throw new Refused('it does not understand the question, which may be of another version of vxagent')
      }
      return await answer(result.data, asking)
    },
  }
}

/** What it works with. */
export interface AnswererParts {
  readonly keys: FleetKeys
  readonly self: string
  readonly lease: ShortLease
  readonly clock: Clock
  readonly memberNow: (node: string) => MemberNow | undefined
  readonly answerings: readonly Answering[]
  readonly log: Logger
}

/** How often one host may ask, and how many questions are worked on at the same time. */
const limits = { atOnce: 20, perSecond: 2 }
const mostAtWork = { ofOne: 8, inAll: 64 }
/** How long an answer is to stay, and how long it may take, in milliseconds. */
const answerStaysMs = 10_000
const workMs = 8_000
const writeMs = 3_000

export class Answerer {
  readonly #parts: AnswererParts
  readonly #answerings: ReadonlyMap<string, Answering>
  readonly #allowance: Allowance
  /** Hosts whose questions are worked on, once for each question. */
  readonly #atWork: string[] = []
  #ignored = 0

  constructor(parts: AnswererParts) {
    this.#parts = parts
    this.#answerings = new Map(parts.answerings.map((each) => [each.name, each]))
    this.#allowance = new Allowance(limits, () => parts.clock.now())
  }

  /** Questions to this host that were not answered: of nobody that counts, or too many. */
  get ignored(): number {
    return this.#ignored
  }

  /** Takes what was written below `asks/`. */
  take(changes: readonly Change[]): void {
    for (const change of changes) {
      // A question is written once: what was written over is none.
      if (change.kind === 'put' && change.entry.version === 1) {
        this.#takeEntry(change.entry)
      }
    }
  }

  /** Answers what this host asks itself. */
  async answerSelf<Question, Answer>(kind: QuestionKind<Question, Answer>, ask: Question): Promise<Reply<Answer>> {
    const { self } = this.#parts
    const outcome = await this.#outcomeOf(kind.name, ask, self)
    return 'refused' in outcome
      ? { noAnswer: { code: 'refused', message: `${self} does not answer: ${outcome.refused}` } }
      : { answer: kind.answer.parse(outcome.answer) }
  }

  #takeEntry(entry: Entry): void {
    const { keys, self, log } = this.#parts
    const name = nameOfAsk(keys, entry.key)
    const ask = name === undefined ? undefined : readOrNone(entry)
    if (name === undefined || ask === undefined || ask.to !== self || name.asker === self) {
      return
    }
    const why = this.#whyIgnored(name.asker)
    if (why !== undefined) {
      this.#ignored += 1
      log.debug({ asker: name.asker, kind: ask.kind }, `a question is not answered: ${why}`)
      return
    }
    this.#atWork.push(name.asker)
    this.#answer(name, ask)
      .catch((error: unknown) => {
        if (!(error instanceof StoreError)) {
          throw error
        }
        log.warn({ err: error, asker: name.asker }, 'cannot write an answer to the store; the asker hears nothing')
      })
      .finally(() => {
        this.#atWork.splice(this.#atWork.indexOf(name.asker), 1)
      })
  }

  #whyIgnored(asker: string): string | undefined {
    const member = this.#parts.memberNow(asker)
    if (member?.record === undefined || (member.state !== 'present' && member.state !== 'leaving')) {
      return 'it is not of a present member'
    }
    if (!this.#allowance.take(asker)) {
      return `that host asks more than ${limits.perSecond} questions a second`
    }
    const ofOne = this.#atWork.filter((each) => each === asker).length
    return ofOne >= mostAtWork.ofOne || this.#atWork.length >= mostAtWork.inAll
      ? `${ofOne} others of that host are being answered, and ${this.#atWork.length} in all`
      : undefined
  }

  async #answer(name: AskName, { kind, ask }: Ask): Promise<void> {
    const { keys, self, lease } = this.#parts
    const outcome = await this.#outcomeOf(kind, ask, name.asker)
    const value = writeAnswer({ to: name.asker, kind, ...outcome })
    const fits = value.length <= largestAnswer
    const refusal = { refused: `its answer would be ${value.length} bytes long, and ${largestAnswer} is the most` }
    const put = {
      key: answerKey(keys, self, name),
      value: fits ? value : writeAnswer({ to: name.asker, kind, ...refusal }),
    }
    await lease.create(put, { leastMs: answerStaysMs, deadlineMs: writeMs })
  }

  async #outcomeOf(kind: string, ask: unknown, asker: string): Promise<{ answer: unknown } | { refused: string }> {
    const answering = this.#answerings.get(kind)
    if (answering === undefined) {
      return { refused: `it knows no questions of the kind ${kind}` }
    }
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Refused(`it could not answer within ${workMs / 1000} s`)), workMs)
    })
    try {
      const roster = this.#parts.memberNow(asker)?.roster
      return { answer: await Promise.race([answering.answer(ask, { asker, roster }), tooLong]) }
    } catch (error) {
      if (!(error instanceof Refused)) {
        this.#parts.log.warn({ err: error, asker, kind }, 'cannot answer a question')
      }
      return { refused: printable((error as Error).message) }
    } finally {
      clearTimeout(timer)
    }
  }
}

function readOrNone(entry: Entry): Ask | undefined {
  try {
    return readAsk(entry)
  } catch (error) {
    if (error instanceof UnreadableValue) {
      return undefined
    }
    throw error
  }
}

/** Text that the other side takes. */
function printable(text: string): string {
  return text.replace(/\p{C}+/gu, ' ').slice(0, 500) || 'it gives no reason'
}
