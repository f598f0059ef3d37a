/** How far a host has got, in its own words: read when somebody asks about the fleet. */
import * as z from 'zod'
import type { Entry } from '../etcd/store.ts'
import { address, nodeId, readValue, word } from './values.ts'

/** As many missing destinations are named. */
export const mostMissing = 16

const stateSchema = z.object({
  v: z.int().min(1),
  /** The store's revision that its kernel is up to date with. */
  applied: z.int().min(0),
  mode: z.enum(['live', 'stale', 'frozen']),
  agent: word(64),
  /** By VNI. */
  vnis: z
    .array(
      z.object({
        vni: z.int().min(0).max(0xffffff),
        /** Hash of the destinations that its kernel has of the fleet's: `hashOfDestinations`. */
        hash: word(64),
        /** Of those that it should have, the ones that its kernel lacks; the first of them. */
        missing: z.array(address).max(mostMissing),
        missingCount: z.int().min(0),
      }),
    )
    .max(4096),
  /** Codes of its problems, and the members that they are about. */
  problems: z.array(z.object({ code: word(64), nodes: z.array(nodeId).max(64) })).max(64),
  /** When its certificate ends: ISO 8601. */
  certificateEnds: z.iso.datetime().optional(),
})

export type StateRecord = z.output<typeof stateSchema>

/** The state of a host. Throws UnreadableValue. */
export function readState({ value }: Pick<Entry, 'value'>): StateRecord {
  return readValue(value, stateSchema)
}

export function writeState(state: StateRecord): Buffer {
  return Buffer.from(JSON.stringify(state))
}
