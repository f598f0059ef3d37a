/** Requests and their answers on one socket: sequence numbers, acks, multi-part dumps, timeouts, interrupted dumps repeated. */
import { ClosedError, DecodeError, errnoName, KernelError, TimeoutError } from '../errors.ts'
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../messages/constants.ts'
import { decodeRouteMessage, type RouteMessage } from '../messages/index.ts'
import type { Transport } from '../socket/transport.ts'
import { type Ack, decodeAck } from '../wire/ack.ts'
import { readU16, writeU16 } from '../wire/codec.ts'
import { encodeMessage, forEachMessage, type MessageHeader, messageHeader } from '../wire/message.ts'
import type { Writer } from '../wire/writer.ts'

/** A request before it has a sequence number. */
export interface Request {
  /** In words, naming the object: `create link vxlan0`. Errors begin with it. */
  readonly operation: string
  /** RTM_*. */
  readonly type: number
  /** NLM_F_* besides NLM_F_REQUEST, NLM_F_ACK and NLM_F_DUMP, which are set here. */
  readonly flags?: number
  /** Appends the struct and the attributes. Throws EncodeError. */
  readonly encode: (writer: Writer) => void
  /** Names the attribute at an offset of the payload, for errors. */
  readonly pathAt?: (bytes: Buffer, start: number, end: number, offset: number) => readonly string[] | undefined
}

/** A message that could not be read; it was passed over. */
export interface UndecodableMessage {
  readonly error: DecodeError
  /** The message, header and all. */
  readonly bytes: Buffer
}

export interface RequestsOptions {
  /** How long the kernel may stay silent on a request, in milliseconds. */
  readonly timeoutMs?: number
  /** Told of each message that could not be read. */
  readonly onUndecodable?: (message: UndecodableMessage) => void
}

/** Counts since the socket was opened. */
export interface RequestCounters {
  requests: number
  dumps: number
  /** Dumps begun again because the kernel said that they were inconsistent. */
  interruptedDumps: number
  overruns: number
}

interface Pending {
  readonly request: Request
  readonly bytes: Buffer
  readonly isDump: boolean
  readonly onMessage: (message: RouteMessage) => void
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  isInterrupted: boolean
}

/** So much fits one datagram; a socket's send buffer holds 200 KiB at least. */
const batchBytes = 32 * 1024
/** The kernel queues an error message for each failed request of a batch; this many fit the smallest receive buffer. */
const batchMessages = 128
const dumpAttempts = 10

/** The asking side of a netlink socket. Many requests may be in flight; dumps go one after the other, as the kernel wants it. */
export class Requests {
  readonly counters: RequestCounters = { requests: 0, dumps: 0, interruptedDumps: 0, overruns: 0 }
  readonly #transport: Transport
  readonly #timeoutMs: number
  readonly #onUndecodable: (message: UndecodableMessage) => void
  /** Sent and not yet answered, by sequence number, in the order sent. */
  readonly #inFlight = new Map<number, Pending>()
  readonly #queue: (readonly [sequence: number, pending: Pending])[] = []
  #dumps: Promise<unknown> = Promise.resolve()
  #sequence = 0
  #isSending = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(transport: Transport, { timeoutMs = 30_000, onUndecodable = () => {} }: RequestsOptions = {}) {
    this.#transport = transport
    this.#timeoutMs = timeoutMs
    this.#onUndecodable = onUndecodable
    transport.onDatagram((datagram) => this.#receive(datagram))
    transport.onOverrun(() => this.#overrun())
  }

  /** A request that is answered by an ack alone. Rejects with KernelError, TimeoutError, ClosedError or EncodeError. */
  perform(request: Request): Promise<void> {
    return this.#enqueue(request, 0, () => {})
  }

  /** A request that is answered by one message. Rejects as `perform` does. */
  async get(request: Request): Promise<RouteMessage> {
    let answer: RouteMessage | undefined
    await this.#enqueue(request, 0, (message) => {
      answer = message
    })
    if (answer === undefined) {
      throw new KernelError({ operation: request.operation, code: 'ENODATA', kernelMessage: 'no readable answer came' })
    }
    return answer
  }

  /**
   * All objects that the request asks for. A dump that the kernel marks as interrupted (NLM_F_DUMP_INTR: the table changed
   * under it) is repeated. Rejects as `perform` does, and with KernelError EINTR after 10 interrupted dumps.
   */
  dump(request: Request): Promise<RouteMessage[]> {
    const result = this.#dumps.then(() => this.#dumpUntilWhole(request))
    this.#dumps = result.catch(() => {})
    return result
  }

  /** Rejects whatever is unanswered with ClosedError. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#transport.close()
    this.#rejectAll(({ request }) => new ClosedError(request.operation))
  }

  async #dumpUntilWhole(request: Request): Promise<RouteMessage[]> {
    for (let attempt = 0; attempt < dumpAttempts; attempt += 1) {
      const messages: RouteMessage[] = []
      this.counters.dumps += 1
      try {
        await this.#enqueue(request, NLM_F_DUMP, (message) => messages.push(message))
        return messages
      } catch (error) {
        if (!(error instanceof InterruptedDump)) {
          throw error
        }
        this.counters.interruptedDumps += 1
      }
    }
    throw new KernelError({
      operation: request.operation,
      code: 'EINTR',
      kernelMessage: `the table changed during each of ${dumpAttempts} dumps`,
    })
  }

  #enqueue(request: Request, dumpFlags: number, onMessage: (message: RouteMessage) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        throw new ClosedError(request.operation)
      }
      this.#sequence = (this.#sequence % 0xffff_fffe) + 1
      const sequence = this.#sequence
      const flags = NLM_F_REQUEST | (request.flags ?? 0) | dumpFlags
      const bytes = encodeMessage({ type: request.type, flags, sequence }, request.encode)
      const isDump = dumpFlags !== 0
      this.counters.requests += 1
      this.#queue.push([sequence, { request, bytes, isDump, onMessage, resolve, reject, isInterrupted: false }])
      if (this.#queue.length === batchMessages) {
        // A full datagram goes at once, so that the kernel works on it while the next one is written.
        this.#startSending()
      } else if (this.#queue.length === 1) {
        // What is asked for in the same turn shares a datagram.
        queueMicrotask(() => this.#startSending())
      }
    })
  }

  #startSending(): void {
    if (!this.#isSending) {
      this.#isSending = true
      void this.#sendQueue()
    }
  }

  async #sendQueue(): Promise<void> {
    while (this.#queue.length > 0 && !this.#isClosed) {
      const batch = this.#queue.splice(0, batchLength(this.#queue))
      const last = batch.at(-1)?.[1]
      if (last !== undefined && !last.isDump) {
        // Errors come for each request unasked, so an ack on the last one tells that the others succeeded.
        writeU16(last.bytes, readU16(last.bytes, flagsOffset) | NLM_F_ACK, flagsOffset)
      }
      for (const [sequence, pending] of batch) {
        this.#inFlight.set(sequence, pending)
      }
      try {
        this.#restartTimer()
        await this.#transport.send(Buffer.concat(batch.map(([, pending]) => pending.bytes)))
      } catch (error) {
        for (const [sequence, pending] of batch) {
          this.#settle(sequence, pending, error as Error)
        }
      }
    }
    this.#isSending = false
  }

  #receive(datagram: Buffer): void {
    try {
      forEachMessage(datagram, (header, start, end) => this.#receiveMessage(header, datagram, start, end))
    } catch (error) {
      this.#passOver(error, datagram)
    }
    this.#restartTimer()
  }

  #receiveMessage(header: MessageHeader, datagram: Buffer, start: number, end: number): void {
    const pending = this.#inFlight.get(header.sequence)
    if (pending === undefined) {
      return
    }
    pending.isInterrupted ||= (header.flags & NLM_F_DUMP_INTR) !== 0
    try {
      if (header.type === NLMSG_ERROR || header.type === NLMSG_DONE) {
        this.#finish(header.sequence, pending, decodeAck(header, datagram, start, end))
      } else {
        const message = decodeRouteMessage(header, datagram, start, end)
        if (message !== undefined) {
          pending.onMessage(message)
        }
      }
    } catch (error) {
      this.#passOver(error, datagram.subarray(start - messageHeader.size, end))
    }
  }

  #finish(sequence: number, pending: Pending, ack: Ack): void {
    if (!pending.isDump) {
      // The kernel works through a datagram in order: whatever was sent earlier and drew no error has succeeded.
      for (const [earlier, other] of this.#inFlight) {
        if (earlier === sequence) {
          break
        }
        if (!other.isDump) {
          this.#settle(earlier, other)
        }
      }
    }
    if (ack.errno !== 0) {
      this.#settle(sequence, pending, refusal(pending, ack))
    } else {
      this.#settle(sequence, pending, pending.isInterrupted ? new InterruptedDump() : undefined)
    }
  }

  #settle(sequence: number, pending: Pending, error?: Error): void {
    this.#inFlight.delete(sequence)
    if (error === undefined) {
      pending.resolve()
    } else {
      pending.reject(error)
    }
  }

  #passOver(error: unknown, bytes: Buffer): void {
    if (!(error instanceof DecodeError)) {
      throw error
    }
    this.#onUndecodable({ error, bytes: Buffer.from(bytes) })
  }

  #overrun(): void {
    this.counters.overruns += 1
    const kernelMessage = 'the receive buffer overflowed and the answer may be lost'
    this.#rejectAll(({ request }) => new KernelError({ operation: request.operation, code: 'ENOBUFS', kernelMessage }))
  }

  #rejectAll(reason: (pending: Pending) => Error): void {
    const unanswered = [...this.#inFlight, ...(this.#isClosed ? this.#queue : [])]
    for (const [sequence, pending] of unanswered) {
      this.#settle(sequence, pending, reason(pending))
    }
  }

  /** The clock runs from the last sign of life. */
  #restartTimer(): void {
    clearTimeout(this.#timer)
    if (this.#inFlight.size > 0) {
      this.#timer = setTimeout(() => {
        this.#rejectAll(({ request }) => new TimeoutError(request.operation, this.#timeoutMs))
      }, this.#timeoutMs)
    }
  }
}

const flagsOffset = 6

class InterruptedDump extends Error {}

/** How many of a queue that is not empty share the next datagram. A dump goes alone: its answer is a stream of its own. */
function batchLength(queue: readonly (readonly [number, Pick<Pending, 'bytes' | 'isDump'>])[]): number {
  let messages = 0
  let bytes = 0
  for (const [, pending] of queue) {
    bytes += pending.bytes.length
    if (messages > 0 && (pending.isDump || messages === batchMessages || bytes > batchBytes)) {
      break
    }
    messages += 1
    if (pending.isDump) {
      break
    }
  }
  return messages
}

function refusal({ request, bytes }: Pending, { errno, message, offset }: Ack): KernelError {
  const path = offset === undefined ? undefined : request.pathAt?.(bytes, messageHeader.size, bytes.length, offset)
  return new KernelError({
    operation: request.operation,
    code: errnoName(errno),
    ...(path !== undefined && { attribute: path.join(': ') }),
    ...(message !== undefined && { kernelMessage: message }),
  })
}
