/** Many requests of one kind as a few datagrams: 100,000 forwarding entries without a promise, a closure or a text for each. */
import type { KernelError } from '../errors.ts'
import { NLM_F_ACK, NLM_F_REQUEST } from '../messages/constants.ts'
import type { Transport } from '../socket/transport.ts'
import type { Ack } from '../wire/ack.ts'
import { appendMessage, forEachMessage, messageHeader } from '../wire/message.ts'
import { Writer } from '../wire/writer.ts'
import { refusal } from './refusal.ts'

/** Requests of one kind. */
export interface BulkRequest {
  /** What they are together, for errors that concern none of them by itself: `add forwarding entries`. */
  readonly operation: string
  /** RTM_*. */
  readonly type: number
  /** NLM_F_* besides NLM_F_REQUEST and NLM_F_ACK, which are set here. */
  readonly flags: number
  readonly count: number
  /** Appends the struct and the attributes of one of them. Throws EncodeError. */
  readonly encode: (index: number, writer: Writer) => void
  /** One of them in words, asked for only when it is refused. */
  readonly operationOf: (index: number) => string
  /** Names the attribute at an offset of the payload, for errors. */
  readonly pathAt: (bytes: Buffer, start: number, end: number, offset: number) => readonly string[] | undefined
}

/** One result for each request, in their order; undefined: it succeeded. */
export type BulkResult = readonly (KernelError | undefined)[]

/**
 * So many messages share a datagram: fewer take longer in all, and more do not take less. The kernel queues an error message for
 * each that it refuses, and as many as these fit the smallest receive buffer.
 */
const batchMessages = 256

/** A datagram of requests in a row. */
interface Batch {
  readonly request: BulkRequest
  /** The request of its first message. */
  readonly first: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly bytes: Buffer
}

/** A batch that waits for its answer. */
interface SentBatch {
  readonly batch: Batch
  /** The results of the whole bulk request. */
  readonly errors: (KernelError | undefined)[]
  /** Ends the wait; with an error when there is no answer to be had. */
  readonly settle: (failure?: Error) => void
}

/** What a bulk request shares with the other requests on its socket. */
export interface BulkSocket {
  readonly transport: Transport
  /** Takes so many sequence numbers in a row, and gives the first. */
  takeSequences(count: number): number
  /** Told whenever something was sent, for the clock that waits for an answer. */
  onSent(): void
}

/** The bulk requests of one socket. */
export class BulkRequests {
  readonly #socket: BulkSocket
  readonly #sent = new Set<SentBatch>()

  constructor(socket: BulkSocket) {
    this.#socket = socket
  }

  get isIdle(): boolean {
    return this.#sent.size === 0
  }

  /** Sends all of them. Rejects with TimeoutError, ClosedError, EncodeError, or KernelError ENOBUFS when answers were lost. */
  async perform(request: BulkRequest): Promise<BulkResult> {
    const errors = new Array<KernelError | undefined>(request.count).fill(undefined)
    let answer: Promise<Error | undefined> = Promise.resolve(undefined)
    for (let first = 0; first < request.count; first += batchMessages) {
      // Written while the kernel works on the one before; sent after its answer, so that all take effect in their order.
      const batch = this.#encode(request, first)
      throwIfAny(await answer)
      answer = this.#send(batch, errors)
    }
    throwIfAny(await answer)
    return errors
  }

  /** Takes an answer in, if it is to one of these requests. */
  receive(sequence: number, ack: Ack): void {
    for (const sent of this.#sent) {
      const { firstSequence, lastSequence, first, request } = sent.batch
      if (sequence >= firstSequence && sequence <= lastSequence) {
        if (ack.errno !== 0) {
          const index = first + sequence - firstSequence
          sent.errors[index] = refusal(request.operationOf(index), ack, pathOf(sent.batch, sequence, ack))
        }
        // Errors come for each request unasked; whatever the last one gets tells that all are done.
        if (sequence === lastSequence) {
          this.#settle(sent)
        }
        return
      }
    }
  }

  /** Gives up on everything that is unanswered. */
  rejectAll(reason: (operation: string) => Error): void {
    for (const sent of this.#sent) {
      this.#settle(sent, reason(sent.batch.request.operation))
    }
  }

  #encode(request: BulkRequest, first: number): Batch {
    const count = Math.min(batchMessages, request.count - first)
    const firstSequence = this.#socket.takeSequences(count)
    const lastSequence = firstSequence + count - 1
    return { request, first, firstSequence, lastSequence, bytes: encodeMessages(request, first, count, firstSequence) }
  }

  /** What went wrong, if anything did, with the batch as a whole. */
  #send(batch: Batch, errors: (KernelError | undefined)[]): Promise<Error | undefined> {
    const { transport, onSent } = this.#socket
    return new Promise((resolve) => {
      const sent: SentBatch = { batch, errors, settle: resolve }
      this.#sent.add(sent)
      onSent()
      transport.send(batch.bytes).then(
        // The kernel has answered what it has taken: to be told of that by the event loop takes as long as the work.
        () => transport.drain(),
        (error: Error) => this.#settle(sent, error),
      )
    })
  }

  #settle(sent: SentBatch, failure?: Error): void {
    this.#sent.delete(sent)
    sent.settle(failure)
  }
}

function throwIfAny(failure: Error | undefined): void {
  if (failure !== undefined) {
    throw failure
  }
}

/** One for all: to allocate a buffer of unknown size for each datagram takes longer than writing it. */
const writer = new Writer(32 * 1024)

function encodeMessages(request: BulkRequest, first: number, count: number, firstSequence: number): Buffer {
  writer.clear()
  let index = first
  const encode = (): void => request.encode(index, writer)
  for (; index < first + count; index += 1) {
    const ack = index === first + count - 1 ? NLM_F_ACK : 0
    const flags = NLM_F_REQUEST | request.flags | ack
    appendMessage(writer, { type: request.type, flags, sequence: firstSequence + index - first }, encode)
  }
  return writer.finish()
}

/** The kernel names on the way to the attribute that the answer to one of the messages points at. */
function pathOf({ request, bytes }: Batch, sequence: number, { offset }: Ack): readonly string[] | undefined {
  if (offset === undefined) {
    return undefined
  }
  let path: readonly string[] | undefined
  forEachMessage(bytes, (header, start, end) => {
    if (header.sequence === sequence) {
      path = request.pathAt(bytes, start, end, start - messageHeader.size + offset)
    }
  })
  return path
}
