/**
 * Asks another host of the fleet by the store, and waits for its answer. Only the host that was asked can answer: it alone may write the key that
 * is waited for.
 */
import { randomBytes } from 'node:crypto'
import { Pause } from '../etcd/backoff.ts'
import type { Clock } from '../etcd/clock.ts'
import type { ShortLease } from '../etcd/short-lease.ts'
import { type Entry, type Store, StoreError } from '../etcd/store.ts'
import type { MemberNow } from '../members/member-now.ts'
import type { FleetKeys } from '../records/keys.ts'
import {
  answerKey,
  askKey,
  largestAsk,
  type QuestionKind,
  questionLease,
  readAnswer,
  writeAsk,
} from '../records/question.ts'
import { UnreadableValue } from '../records/values.ts'

/** An answer, or why there is none. */
export type Reply<Answer> = { readonly answer: Answer } | { readonly noAnswer: NoAnswer }

/** Why a host did not answer. */
export interface NoAnswer {
  readonly code: /** No such host is in the store. */
    | 'unknown-member'
    /** It is known, and not asked: its record is gone, or an operator has put it out. */
    | 'not-present'
    /** Its record does not say that it answers such questions. */
    | 'cannot-answer'
    /** It answered that it does not. */
    | 'refused'
    /** It was asked, and said nothing in time. */
    | 'silent'
    /** The store did not take the question, or was not followed. */
    | 'store'
    /** What it answered is no answer to the question. */
    | 'unreadable'
  /** A sentence that names the host. */
  readonly message: string
}

/** What it works with. */
export interface AskerParts {
  readonly store: Store
  readonly keys: FleetKeys
  readonly self: string
  readonly lease: ShortLease
  readonly clock: Clock
  readonly memberNow: (node: string) => MemberNow | undefined
  /** Why the store is not followed at present. */
  readonly silence: () => string | undefined
}

/** How long an answer is waited for, in milliseconds. */
export const usualPatienceMs = 5_000
/** A question must not outlive its lease. */
const mostPatienceMs = (questionLease * 1000) / 2
/** How long after a break the answer is looked for again. */
const retryMs = 200

export class Asker {
  readonly #parts: AskerParts
  readonly #end = new AbortController()

  constructor(parts: AskerParts) {
    this.#parts = parts
  }

  /** Asks `node`. Never rejects for a host or a store that is silent: it says so. */
  async ask<Ask, Answer>(
    node: string,
    kind: QuestionKind<Ask, Answer>,
    ask: Ask,
    patienceMs = usualPatienceMs,
  ): Promise<Reply<Answer>> {
    const { keys, self, lease, clock } = this.#parts
    const hindrance = this.#whyNot(node, kind.name)
    if (hindrance !== undefined) {
      return { noAnswer: hindrance }
    }
    const waitMs = Math.min(patienceMs, mostPatienceMs)
    const name = { asker: self, id: randomBytes(16).toString('hex') }
    const value = writeAsk({ to: node, kind: kind.name, ask })
    if (value.length > largestAsk) {
      throw new RangeError(`a question has at most ${largestAsk} bytes, not ${value.length}`)
    }
    const endsAt = clock.now() + waitMs
    try {
      const put = { key: askKey(keys, name), value }
      const revision = await lease.create(put, { leastMs: waitMs, deadlineMs: Math.ceil(waitMs / 2) })
      const entry = await this.#await(answerKey(keys, node, name), { after: revision, endsAt })
      return entry === undefined ? { noAnswer: this.#silent(node, waitMs) } : readReply(node, kind, entry, self)
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error
      }
      return { noAnswer: { code: 'store', message: `${node} cannot be asked: ${error.message}` } }
    }
  }

  /** Ends the waiting of those who wait. */
  close(): void {
    this.#end.abort()
  }

  /** Why it makes no sense to ask. */
  #whyNot(node: string, kind: string): NoAnswer | undefined {
    const { memberNow, silence } = this.#parts
    const why = silence()
    if (why !== undefined) {
      return { code: 'store', message: `${node} cannot be asked: the store is not followed at present: ${why}` }
    }
    const member = memberNow(node)
    if (member === undefined) {
      return { code: 'unknown-member', message: `the store has no host ${node}` }
    }
    const { state, record } = member
    if (state !== 'present' && state !== 'leaving') {
      const words = { gone: 'its record is gone from the store', evicted: 'an operator has put it out of the fleet' }
      const reason = state === 'unreadable' ? 'nobody can read its record' : words[state]
      return { code: 'not-present', message: `${node} is not asked: ${reason}` }
    }
    if (record?.answers?.includes(kind) === true) {
      return undefined
    }
    const version =
      record === undefined ? '' : `: its record is that of vxagent ${record.agent}, and does not name them`
    return { code: 'cannot-answer', message: `${node} does not answer questions of the kind ${kind}${version}` }
  }

  #silent(node: string, waitedMs: number): NoAnswer {
    const within = `${node} did not answer within ${waitedMs / 1000} s`
    const why = this.#parts.silence()
    if (why !== undefined) {
      return { code: 'store', message: `${within}: the store is no longer followed: ${why}` }
    }
    const state = this.#parts.memberNow(node)?.state
    if (state === undefined || state === 'gone') {
      return { code: 'not-present', message: `${within}: its record has gone from the store meanwhile` }
    }
    const maybe =
      'vxagent-fleet may be stopped there (its record then goes with its lease), cut off from the store, or asked too often'
    return { code: 'silent', message: `${within}, though its record is in the store: ${maybe}` }
  }

  /** Waits for a key; undefined if it does not come in time. */
  async #await(
    key: string,
    { after, endsAt }: { readonly after: number; readonly endsAt: number },
  ): Promise<Entry | undefined> {
    const leftMs = (): number => Math.max(1, Math.ceil(endsAt - this.#parts.clock.now()))
    const time = new AbortController()
    const timer = setTimeout(() => time.abort(), leftMs())
    const over = AbortSignal.any([this.#end.signal, time.signal])
    try {
      for (let from = after + 1; ; ) {
        const heard = await this.#hear(key, from, over)
        if (heard !== 'broken') {
          return heard
        }
        await pauseUnless(over, retryMs)
        const found = over.aborted ? 'over' : await this.#look(key, leftMs())
        if (typeof found !== 'number') {
          return found === 'over' ? undefined : found
        }
        from = found > 0 ? found : from
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** The key if it is there by now, else the revision from which to go on watching; 0 if the store does not say. */
  async #look(key: string, deadlineMs: number): Promise<Entry | number> {
    try {
      const { entries, revision } = await this.#parts.store.list(key, { deadlineMs })
      return entries.find((entry) => entry.key === key) ?? revision + 1
    } catch (error) {
      if (error instanceof StoreError) {
        return 0
      }
      throw error
    }
  }

  /** The key as soon as a watch has it; undefined when the time is over. */
  #hear(key: string, from: number, timeout: AbortSignal): Promise<Entry | 'broken' | undefined> {
    return new Promise((resolve) => {
      const end = (heard: Entry | 'broken' | undefined): void => {
        timeout.removeEventListener('abort', stop)
        watch.close()
        resolve(heard)
      }
      const stop = (): void => end(undefined)
      const watch = this.#parts.store.watch(key, from, {
        created: () => {},
        changed: (changes) => {
          const put = changes.find((change) => change.kind === 'put' && change.entry.key === key)
          if (put?.kind === 'put') {
            end(put.entry)
          }
        },
        progress: () => {},
        failed: () => end('broken'),
      })
      timeout.addEventListener('abort', stop)
      if (timeout.aborted) {
        stop()
      }
    })
  }
}

/** Waits, but not longer than until the signal. */
async function pauseUnless(over: AbortSignal, ms: number): Promise<void> {
  const pause = new Pause()
  const end = (): void => pause.end()
  over.addEventListener('abort', end)
  await (over.aborted ? undefined : pause.wait(ms))
  over.removeEventListener('abort', end)
}

function readReply<Answer>(
  node: string,
  { name, answer: schema }: QuestionKind<unknown, Answer>,
  entry: Entry,
  self: string,
): Reply<Answer> {
  const unreadable = (why: string): Reply<Answer> => {
    return { noAnswer: { code: 'unreadable', message: `what ${node} answered cannot be used: ${why}` } }
  }
  try {
    const { to, kind, answer, refused } = readAnswer(entry)
    if (to !== self || kind !== name) {
      return unreadable('it is the answer to another question')
    }
    if (refused !== undefined) {
      return { noAnswer: { code: 'refused', message: `${node} does not answer: ${refused}` } }
    }
    const result = schema.safeParse(answer)
    return result.success
      ? { answer: result.data }
      : unreadable('it is not what it should be; it may be of another version of vxagent')
  } catch (error) {
    if (error instanceof UnreadableValue) {
      return unreadable(error.message)
    }
    throw error
  }
}
