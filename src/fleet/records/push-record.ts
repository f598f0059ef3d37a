/** A push of a desired file, as an operator wrote it: who takes it, on which terms, and who pushed it. Hosts cannot write this. */
import * as z from 'zod'
import type { Entry } from '../etcd/store.ts'
import { nodeId, readValue, UnreadableValue, word } from './values.ts'

/** Bytes of one push in the store. It is written twice in one request, with its history; etcd takes 1.5 MiB. */
export const largestPush = 700 * 1024

/** Pushes of one file that are kept. */
export const mostHistory = 32

/** Hosts of one push. */
export const mostPushNodes = 10_000

/** One line of text for people. */
export const line = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !/\p{C}|\p{Zl}|\p{Zp}/u.test(text))

const operatorSchema = z.object({
  user: line(64),
  host: line(64),
  /** CommonName of the certificate, where there was one. */
  certificate: line(64).optional(),
})

const revision = z.int().min(1)

const pushSchema = z.object({
  v: z.int().min(1),
  revision,
  /** Tells it from another push of the same revision, as there may be one after the store was restored. */
  id: word(64),
  /** The file; absent: it is removed. */
  text: z.string().max(largestPush).optional(),
  /** What the operator said, for people: `canaries` and `nodes` are what counts. */
  selector: line(1000),
  by: operatorSchema,
  /** By the operator's clock: for people, compared with nothing. */
  at: z.iso.datetime(),
  /** Hosts that take it first. */
  canaries: z.array(nodeId).max(mostPushNodes),
  /** Hosts that take it when it is released, the canaries among them. */
  nodes: z.array(nodeId).max(mostPushNodes),
  isReleased: z.boolean(),
  /** On trial for so many seconds on each host. */
  confirmSeconds: z.int().min(1).max(86_400).optional(),
  confirmed: z.object({ by: operatorSchema, at: z.iso.datetime() }).optional(),
  /** The earlier revision whose text this is. */
  restores: revision.optional(),
})

export type Operator = z.output<typeof operatorSchema>
export type Push = z.output<typeof pushSchema>

/** An operator who is at a file, and what is asked of hosts meanwhile. On a lease: it goes with the operator's command. */
const sessionSchema = z.object({
  v: z.int().min(1),
  id: word(64),
  by: operatorSchema,
  at: z.iso.datetime(),
  /** Grows. A host that has written it in its word on pushed files has heard it, and says how it is since then. */
  round: z.int().min(1),
  /** Hosts that are asked. */
  nodes: z.array(nodeId).max(mostPushNodes),
  /** What they are to plan; without a text the file's removal. */
  plan: z
    .object({
      text: z.string().max(largestPush).optional(),
      confirmSeconds: z.int().min(1).max(86_400).optional(),
    })
    .optional(),
})

export type PushSession = z.output<typeof sessionSchema>

/** Throws UnreadableValue. */
export function readPush({ value }: Pick<Entry, 'value'>): Push {
  return readValue(value, pushSchema)
}

/** Throws UnreadableValue. */
export function readPushSession({ value }: Pick<Entry, 'value'>): PushSession {
  return readValue(value, sessionSchema)
}

/** The bytes of either. */
export function writePush(record: Push | PushSession): Buffer {
  return Buffer.from(JSON.stringify(record))
}

/** What `read` makes of it; undefined where nobody can read it. */
export function readableOnly<T>(entry: Entry, read: (entry: Entry) => T): T | undefined {
  try {
    return read(entry)
  } catch (error) {
    if (error instanceof UnreadableValue) {
      return undefined
    }
    throw error
  }
}

/** `alice@ops1 (certificate ops)`. */
export function operatorText({ user, host, certificate }: Operator): string {
  return `${user}@${host}${certificate === undefined ? '' : ` (certificate ${certificate})`}`
}
