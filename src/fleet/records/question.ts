/**
 * Questions between hosts of a fleet, and their answers: where they stand in the store, and what is in them. A host writes below its own name
 * alone: its questions below `asks/`, its answers below `answers/`. Both are the words of a stranger.
 */
import * as z from 'zod'
import type { Entry } from '../etcd/store.ts'
import { type FleetKeys, isNodeId } from './keys.ts'
import { nodeId, readValue, sentence, word } from './values.ts'

/** Seconds after which the store drops a question or an answer that nobody has read. */
export const questionLease = 30

/** The most bytes of a question, and of an answer. */
export const largestAsk = 4 * 1024
export const largestAnswer = 64 * 1024

/** What a name of a kind may be. */
const kindName = word(32)

/** One kind of question: what is asked, and what is answered, both checked on either side. */
export interface QuestionKind<Ask, Answer> {
  readonly name: string
  readonly ask: z.ZodType<Ask>
  readonly answer: z.ZodType<Answer>
}

/** A question as it stands in the store. */
const askSchema = z.object({
  v: z.int().min(1),
  /** The host that is to answer. */
  to: nodeId,
  kind: kindName,
  ask: z.unknown(),
})

export type Ask = z.output<typeof askSchema>

/** An answer as it stands in the store: what the kind says, or why there is none. */
const answerSchema = z.object({
  v: z.int().min(1),
  /** The host that asked. */
  to: nodeId,
  kind: kindName,
  answer: z.unknown().optional(),
  /** Why it does not answer, as the end of a sentence. */
  refused: sentence(500).optional(),
})

export type Answer = z.output<typeof answerSchema>

/** Who asked, and the id of the question. */
export interface AskName {
  readonly asker: string
  readonly id: string
}

const idPattern = /^[0-9a-f]{32}$/

/** Where the questions of all hosts stand. */
export function asksOf({ all }: FleetKeys): string {
  return `${all}asks/`
}

/** @param id 128 random bits, as 32 hexadecimal digits */
export function askKey(keys: FleetKeys, { asker, id }: AskName): string {
  return `${asksOf(keys)}${asker}/${id}`
}

/** Where `answerer` answers it. The asker is in the key, so that no host can take the place of an answer to another. */
export function answerKey({ all }: FleetKeys, answerer: string, { asker, id }: AskName): string {
  return `${all}answers/${answerer}/${asker}/${id}`
}

/** The question that stands at this key; undefined for any other key. */
export function nameOfAsk(keys: FleetKeys, key: string): AskName | undefined {
  const prefix = asksOf(keys)
  const [asker = '', id = '', ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
  return isNodeId(asker) && idPattern.test(id) && more.length === 0 ? { asker, id } : undefined
}

/** A question. Throws UnreadableValue. */
export function readAsk({ value }: Pick<Entry, 'value'>): Ask {
  return readValue(value, askSchema, largestAsk)
}

export function writeAsk(ask: Omit<Ask, 'v'>): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...ask }))
}

/** An answer. Throws UnreadableValue. */
export function readAnswer({ value }: Pick<Entry, 'value'>): Answer {
  return readValue(value, answerSchema, largestAnswer)
}

export function writeAnswer(answer: Omit<Answer, 'v'>): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...answer }))
}
