/**
 * What a host has found out by probes, in its own words: read when somebody asks. No clock is compared: each age is of the moment of writing,
 * and the value is written again at least every `writes` seconds for as long as there is a result in it.
 */
import * as z from 'zod'
import type { Entry } from '../etcd/store.ts'
import { nodeId, readValue, vni } from './values.ts'

/** As many results, and as many senders that were heard, are named: some ten kilobytes. */
export const mostResults = 96

const seconds = z.int().min(0).max(1e9)
/** Probes of a host are numbered. */
const number = z.int().min(0).max(0xffffffff)
const count = z.int().min(0).max(1e9)
/** Of an inner IP packet, in bytes. */
const size = z.int().min(0).max(65_535)

const resultSchema = z.object({
  vni,
  /** The member that was probed. */
  node: nodeId,
  /** `up`: it answered. `down`: it did not. `deaf`: its kernel did, and nobody listens there. */
  state: z.enum(['up', 'down', 'deaf']),
  /** Seconds since the last probe, since its last answer, and since when it is in this state. */
  age: seconds,
  since: seconds,
  /** Of the last probes: sent, lost, and the mean round trip in microseconds. */
  /** The number of the last probe that was answered; where none was, that before the first. */
  answered: number,
  sent: count,
  lost: count,
  roundTrip: count.optional(),
  /** The largest size that passes to it, and the smallest that does not; and the same of its answers. */
  passes: size.optional(),
  fails: size.optional(),
  backPasses: size.optional(),
  backFails: size.optional(),
})

const heardSchema = z.object({
  vni,
  /** The member whose probe was heard, how many seconds ago, and the largest of its probes. */
  node: nodeId,
  age: seconds,
  size,
  /** The number of the last one. */
  number,
})

const probesSchema = z.object({
  v: z.int().min(1),
  /** Seconds between two rounds, and after which a result says nothing any more. */
  every: seconds,
  staleAfter: seconds,
  /** It is written again at least so often, in seconds: what it says may be older by as much. */
  writes: seconds,
  results: z.array(resultSchema).max(mostResults),
  heard: z.array(heardSchema).max(mostResults),
  /** Whether all that were heard are named: only then does silence mean that nothing was heard. */
  isHeardWhole: z.boolean(),
})

export type ProbeRecord = z.output<typeof probesSchema>
export type PublishedResult = ProbeRecord['results'][number]
export type PublishedHearing = ProbeRecord['heard'][number]

/** What a host has found out. Throws UnreadableValue. */
export function readProbes({ value }: Pick<Entry, 'value'>): ProbeRecord {
  return readValue(value, probesSchema)
}

export function writeProbes(record: ProbeRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}
