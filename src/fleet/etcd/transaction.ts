/** A transaction of etcd: conditions on revisions, operations, and what is there instead if a condition does not hold. */
import type { AnswerOf, Message } from './messages.ts'
import { type Commit, type Condition, type Entry, maxOperations, type Operation } from './store.ts'
import { entryOf, positionOf } from './values.ts'

const equal = 0
const modRevisionTarget = 2

/** Throws a RangeError if it is larger than etcd takes. */
export function transactionOf(
  operations: readonly Operation[],
  conditions: readonly Condition[],
): Message<'TxnRequest'> {
  const size = Math.max(operations.length, conditions.length)
  if (size > maxOperations) {
    throw new RangeError(`a transaction has at most ${maxOperations} operations and conditions, not ${size}`)
  }
  return {
    compare: conditions.map(({ key, modRevision }) => ({
      result: equal,
      target: modRevisionTarget,
      key: Buffer.from(key),
      mod_revision: modRevision,
    })),
    success: operations.map(requestOf),
    failure: conditions.map(({ key }) => ({ request_range: { key: Buffer.from(key) } })),
  }
}

/** How it ended. */
export function commitOf({ header, succeeded, responses = [] }: AnswerOf<'txn'>): Commit {
  const { revision } = positionOf(header)
  if (succeeded === true) {
    return { done: true, revision }
  }
  const present = responses.flatMap(({ response_range: range }) => range?.kvs?.map(entryOf) ?? [])
  return { done: false, revision, present: present.filter((entry): entry is Entry => entry !== undefined) }
}

function requestOf(operation: Operation): Message<'RequestOp'> {
  const key = Buffer.from(operation.key)
  if (operation.kind === 'delete') {
    return { request_delete_range: { key } }
  }
  const { value, lease } = operation
  return { request_put: { key, value, ...(lease !== undefined && { lease }) } }
}
