/** From the messages of etcd to the values of the store's interface. Throws a RangeError when a message is none of etcd. */
import { isUtf8 } from 'node:buffer'
import type Long from 'long'
import type { Message } from './messages.ts'
import type { Alarm, Change, Entry, Member, MemberStatus, Position } from './store.ts'

type Wide = Long | string | number | undefined

/** A 64-bit field that is a count or a revision. */
export function numberOf(field: Wide): number {
  const value = Number(field ?? 0)
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${String(field)} is no count below 2^53`)
  }
  return value
}

/** A 64-bit field that is an id, as digits. */
export function digitsOf(field: Wide): string {
  return String(field ?? 0)
}

/** Where the answering member stands. */
export function positionOf(header: Message<'ResponseHeader'> | null | undefined): Position {
  if (header === null || header === undefined) {
    throw new RangeError('it has no header')
  }
  return {
    cluster: digitsOf(header.cluster_id),
    revision: numberOf(header.revision),
    term: numberOf(header.raft_term),
  }
}

/** A key's text; undefined if it is not UTF-8. */
export function keyOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes !== undefined && isUtf8(bytes) ? Buffer.from(bytes).toString() : undefined
}

/** A key with its value; undefined if the key is not UTF-8. */
export function entryOf(pair: Message<'KeyValue'>): Entry | undefined {
  const key = keyOf(pair.key)
  if (key === undefined) {
    return undefined
  }
  const lease = digitsOf(pair.lease)
  return {
    key,
    // A copy: a part of the answer would keep all of it in memory.
    value: Buffer.from(pair.value ?? []),
    createRevision: numberOf(pair.create_revision),
    modRevision: numberOf(pair.mod_revision),
    version: numberOf(pair.version),
    ...(lease !== '0' && { lease }),
  }
}

const deletion = 1

/** A change of a key; undefined if the key is not UTF-8. */
export function changeOf({ type, kv }: Message<'Event'>): Change | undefined {
  if (kv === null || kv === undefined) {
    throw new RangeError('an event has no key')
  }
  if (type === deletion) {
    const key = keyOf(kv.key)
    return key === undefined ? undefined : { kind: 'delete', key, modRevision: numberOf(kv.mod_revision) }
  }
  const entry = entryOf(kv)
  return entry === undefined ? undefined : { kind: 'put', entry }
}

/** A member as it reports itself. */
export function memberStatusOf(endpoint: string, answer: Message<'StatusResponse'>): MemberStatus {
  const { cluster, revision, term } = positionOf(answer.header)
  const leader = digitsOf(answer.leader)
  return {
    endpoint,
    member: digitsOf(answer.header?.member_id),
    cluster,
    version: answer.version ?? '',
    ...(leader !== '0' && { leader }),
    isLearner: answer.isLearner ?? false,
    revision,
    term,
    size: numberOf(answer.dbSize),
    sizeInUse: numberOf(answer.dbSizeInUse),
    alarms: (answer.errors ?? []).flatMap(alarmOf),
  }
}

/** An alarm in the words of etcd's status: `memberID:10276657743932975437 alarm:NOSPACE `. Other errors there are no alarms. */
function alarmOf(text: string): Alarm[] {
  const kind = /\balarm:\s*([A-Z]+)/.exec(text)?.[1]
  const member = /\bmemberID:\s*(\d+)/.exec(text)?.[1]
  return kind === undefined ? [] : [{ kind, member: member ?? '0' }]
}

/** A member by the cluster's list. */
export function memberOf(member: Message<'Member'>): Member {
  return {
    id: digitsOf(member.ID),
    name: member.name ?? '',
    clientUrls: member.clientURLs ?? [],
    isLearner: member.isLearner ?? false,
  }
}

/** The end of the range of all keys that begin with a prefix: its last byte raised by one. */
export function endOfPrefix(prefix: string): Buffer {
  const bytes = Buffer.from(prefix)
  const last = bytes.at(-1)
  // No byte of UTF-8 is 255, so there is always room.
  if (last === undefined) {
    throw new RangeError('a prefix must not be empty')
  }
  bytes[bytes.length - 1] = last + 1
  return bytes
}
