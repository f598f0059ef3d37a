/** What operators say of a host: which addresses and VNIs it may claim, and whether it has been evicted. Hosts cannot write this. */
import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import type { Entry } from '../etcd/store.ts'
import { prefix, readValue, vniRange } from './values.ts'

const rosterSchema = z.object({
  v: z.int().min(1),
  /** Addresses, with prefix lengths, that its VTEPs may be reached at; absent: any. */
  vteps: z.array(prefix).max(256).optional(),
  /** `42`, `10000-13999`; absent: any. */
  vnis: z.array(vniRange).max(4096).optional(),
  /** Its record does not count, and it is to publish none. */
  evicted: z.boolean().optional(),
})

export type RosterEntry = z.output<typeof rosterSchema>

/** What a roster entry is made from. */
export interface RosterText {
  readonly vteps?: readonly string[]
  readonly vnis?: readonly string[]
  readonly evicted?: true
}

/** An entry. Throws UnreadableValue. */
export function readRosterEntry({ value }: Pick<Entry, 'value'>): RosterEntry {
  return readValue(value, rosterSchema)
}

export function writeRosterEntry(entry: RosterText): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...entry }))
}

/** Whether the roster lets a host have a VNI: claim it, and hear of it. */
export function mayHaveVni(entry: RosterEntry | undefined, vni: number): boolean {
  return entry?.vnis?.some(({ low, high }) => low <= vni && vni <= high) !== false
}

/** Why the roster does not let a host claim a VTEP, as the end of a sentence; undefined when it does. */
export function whyNotOnRoster(
  entry: RosterEntry | undefined,
  { vni, address }: { readonly vni: number; readonly address: string },
): string | undefined {
  if (!mayHaveVni(entry, vni)) {
    return `it may not claim VNI ${vni}`
  }
  if (entry?.vteps?.some((each) => contains(each, address)) === false) {
    return `it may not claim the address ${address}`
  }
  return undefined
}

function contains(network: string, address: string): boolean {
  const [base, length] = ipaddr.parseCIDR(network)
  const parsed = ipaddr.parse(address)
  return parsed.kind() === base.kind() && parsed.match(base, length)
}
