/** What a host says of itself to the others: its VTEPs as its kernel has them. Kept in the store on the host's lease. */
import * as z from 'zod'
import type { Entry } from '../etcd/store.ts'
import { address, macAddress, mtu, nodeId, port, prefix, readValue, UnreadableValue, vni, word } from './values.ts'

/** Features that both ends of a tunnel must agree on, or should. */
const flags = ['learning', 'gbp', 'gpe'] as const

/** One VTEP: a vxlan link. */
const vtepSchema = z.object({
  vni,
  /** Name of the link, for people. */
  link: word(15),
  /** Outer source address on that host. */
  local: address,
  /** The address to send to, where it is another (NAT). */
  advertise: address.optional(),
  /** UDP port that it listens on. */
  dstport: port,
  /** Of the link, and of its underlay device, in bytes. */
  mtu,
  underlayMtu: mtu.optional(),
  mac: macAddress,
  /** Unknown ones of a later version are dropped. */
  flags: z
    .array(z.string().max(32))
    .max(32)
    .transform((all) => flags.filter((flag) => all.includes(flag))),
  /** Whether it floods to a multicast group besides. */
  group: z.boolean().optional(),
  /** Overlay addresses with their prefix lengths. */
  addresses: z.array(prefix).max(64),
})

export type PublishedVtep = z.output<typeof vtepSchema>

/** The most VTEPs of one host. */
export const mostVteps = 4096

const recordSchema = z.object({
  v: z.int().min(1),
  id: nodeId,
  /** Made once on each host, so that two with one id are told apart. */
  instance: word(64),
  /** The kernel's id of this boot: two clones share their instance, and never this. */
  boot: word(64),
  /** Version of vxagent. */
  agent: word(64),
  vteps: z.array(vtepSchema).max(mostVteps),
  /** Kinds of question that it answers; absent: it is of a version that answers none. */
  answers: z.array(word(32)).max(32).optional(),
  /** The host is going: peers remove it without a grace. */
  leaving: z.boolean().optional(),
})

export type NodeRecord = z.output<typeof recordSchema>

/** The address that others send to. */
export function addressOf({ local, advertise }: Pick<PublishedVtep, 'local' | 'advertise'>): string {
  return advertise ?? local
}

/** A host as the store has it. */
export interface Member {
  readonly node: string
  readonly record: NodeRecord
  /** Of two claims to one address the older counts. */
  readonly createRevision: number
  readonly modRevision: number
}

/** The record of host `node`. Throws UnreadableValue. */
export function readMember(node: string, { value, createRevision, modRevision }: Entry): Member {
  const record = readValue(value, recordSchema)
  if (record.id !== node) {
    throw new UnreadableValue('it is that of another host')
  }
  return { node, record, createRevision, modRevision }
}

/** The bytes of a record. */
export function writeRecord(record: NodeRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}
