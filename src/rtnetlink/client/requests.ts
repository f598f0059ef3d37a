/** Requests and their answers on one socket: sequence numbers, acks, multi-part dumps, timeouts, interrupted dumps repeated. */
import { ClosedError, DecodeError, KernelError, TimeoutError } from '../errors.ts'
import { NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from '../messages/constants.ts'
import { decodeRouteMessage, type RouteMessage } from '../messages/index.ts'
import type { Transport } from '../socket/transport.ts'
import { type Ack, decodeAck } from '../wire/ack.ts'
import { encodeMessage, forEachMessage, type MessageHeader, messageHeader } from '../wire/message.ts'
import type { Writer } from '../wire/writer.ts'
import { type BulkRequest, BulkRequests, type BulkResult } from './bulk.ts'
import { answerLost, refusal } from './refusal.ts'
import { type Outgoing, SendQueue } from './send-queue.ts'

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
  /** A mere sign of life: its answer does not stand for one to anything else that is waited for. */
  readonly isPing?: true
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
  /** Datagrams that the kernel sent. */
  heard: number
}

interface Pending extends Outgoing {
  readonly request: Request
  readonly sequence: number
  readonly onMessage: (message: RouteMessage) => void
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  isInterrupted: boolean
}

const dumpAttempts = 10

/** The asking side of a netlink socket. Many requests may be in flight; dumps go one after the other, as the kernel wants it. */
export class Requests {
  readonly counters: RequestCounters = { requests: 0, dumps: 0, interruptedDumps: 0, overruns: 0, heard: 0 }
  readonly #transport: Transport
  readonly #timeoutMs: number
  readonly #onUndecodable: (message: UndecodableMessage) => void
  /** Sent and not yet answered, by sequence number, in the order sent. */
  readonly #inFlight = new Map<number, Pending>()
  readonly #queue: SendQueue<Pending>
  readonly #bulk: BulkRequests
  #dumps: Promise<unknown> = Promise.resolve()
  #sequence = 0
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(transport: Transport, { timeoutMs = 30_000, onUndecodable = () => {} }: RequestsOptions = {}) {
    this.#transport = transport
    this.#timeoutMs = timeoutMs
    this.#onUndecodable = onUndecodable
    this.#queue = new SendQueue(transport, {
      onSend: (batch) => this.#await(batch),
      onFailure: (batch, error) => {
        this.#noteDump(batch, false)
        this.#settleAll(batch, () => error)
      },
    })
    this.#bulk = new BulkRequests({
      transport,
      takeSequences: (count) => this.#takeSequences(count),
      onSent: () => this.#restartTimer(),
    })
    transport.onDatagram((datagram) => this.#receive(datagram))
    transport.onOverrun(() => this.#overrun())
  }

  /** Whether the kernel has not come back yet from taking what was sent. */
  get isSending(): boolean {
    return this.#transport.isSending
  }

  /** A request that is answered by an ack alone. Rejects with KernelError, TimeoutError, ClosedError or EncodeError. */
  perform(request: Request): Promise<void> {
    return this.#enqueue(request, 0, () => {})
  }

  /** Many requests that are answered by acks alone: one result for each, in their order. Rejects as `perform` does, for all of them. */
  performAll(request: BulkRequest): Promise<BulkResult> {
    if (this.#isClosed) {
      return Promise.reject(new ClosedError(request.operation))
    }
    this.counters.requests += request.count
    return this.#bulk.perform(request)
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
    // Without its value: that may be 100,000 messages, kept until the next dump.
    this.#dumps = result.then(
      () => {},
      () => {},
    )
    return result
  }

  /** Rejects whatever is unanswered with ClosedError. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#transport.close()
    this.#settleAll(this.#queue.takeBack(), (operation) => new ClosedError(operation))
    this.#rejectAll((operation) => new ClosedError(operation))
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
      const sequence = this.#takeSequences(1)
      const flags = NLM_F_REQUEST | (request.flags ?? 0) | dumpFlags
      const bytes = encodeMessage({ type: request.type, flags, sequence }, request.encode)
      const isDump = dumpFlags !== 0
      const isAlone = isDump || request.isPing === true
      this.counters.requests += 1
      this.#queue.add({ request, sequence, bytes, isDump, isAlone, onMessage, resolve, reject, isInterrupted: false })
    })
  }

  /** So many numbers in a row, of which 0 is none. */
  #takeSequences(count: number): number {
    const first = this.#sequence + count > 0xffff_ffff ? 1 : this.#sequence + 1
    this.#sequence = first + count - 1
    return first
  }

  #await(batch: readonly Pending[]): void {
    this.#noteDump(batch, true)
    for (const pending of batch) {
      this.#inFlight.set(pending.sequence, pending)
    }
    if (this.#timer === undefined || batch.some(({ request }) => !request.isPing)) {
      this.#restartTimer()
    }
  }

  #receive(datagram: Buffer): void {
    this.counters.heard += 1
    let isPingAlone = true
    try {
      forEachMessage(datagram, (header, start, end) => {
        isPingAlone &&= this.#inFlight.get(header.sequence)?.request.isPing === true
        this.#receiveMessage(header, datagram, start, end)
      })
    } catch (error) {
      this.#passOver(error, datagram)
    }
    if (!isPingAlone || this.#isIdle) {
      this.#restartTimer()
    }
  }

  /** Dumps go one after the other, so the end of one is the end of all. */
  #noteDump(batch: readonly Pending[], isUnderWay: boolean): void {
    if (batch.some(({ isDump }) => isDump)) {
      this.#transport.setDumping(isUnderWay)
    }
  }

  #receiveMessage(header: MessageHeader, datagram: Buffer, start: number, end: number): void {
    const pending = this.#inFlight.get(header.sequence)
    // Also of a dump that was given up: the kernel has gone on with it.
    if (header.type === NLMSG_DONE || (header.type === NLMSG_ERROR && pending?.isDump === true)) {
      this.#transport.setDumping(false)
    }
    if (pending === undefined) {
      this.#receiveForBulk(header, datagram, start, end)
      return
    }
    pending.isInterrupted ||= (header.flags & NLM_F_DUMP_INTR) !== 0
    try {
      if (header.type === NLMSG_ERROR || header.type === NLMSG_DONE) {
        this.#finish(pending, decodeAck(header, datagram, start, end))
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

  #receiveForBulk(header: MessageHeader, datagram: Buffer, start: number, end: number): void {
    if (header.type !== NLMSG_ERROR || this.#bulk.isIdle) {
      return
    }
    try {
      this.#bulk.receive(header.sequence, decodeAck(header, datagram, start, end))
    } catch (error) {
      this.#passOver(error, datagram.subarray(start - messageHeader.size, end))
    }
  }

  #finish(pending: Pending, ack: Ack): void {
    const { request, bytes, isDump, isInterrupted } = pending
    if (!isDump && !request.isPing) {
      // The kernel works through a datagram in order: whatever was sent earlier and drew no error has succeeded.
      for (const other of this.#inFlight.values()) {
        if (other === pending) {
          break
        }
        if (!other.isDump) {
          this.#settle(other)
        }
      }
    }
    if (ack.errno !== 0) {
      const { offset } = ack
      const path = offset === undefined ? undefined : request.pathAt?.(bytes, messageHeader.size, bytes.length, offset)
      this.#settle(pending, refusal(request.operation, ack, path))
    } else {
      this.#settle(pending, isInterrupted ? new InterruptedDump() : undefined)
    }
  }

  #settle({ sequence, resolve, reject }: Pending, error?: Error): void {
    this.#inFlight.delete(sequence)
    if (error === undefined) {
      resolve()
    } else {
      reject(error)
    }
  }

  #settleAll(requests: Iterable<Pending>, reason: (operation: string) => Error): void {
    for (const pending of requests) {
      this.#settle(pending, reason(pending.request.operation))
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
    this.#rejectAll(answerLost)
  }

  #rejectAll(reason: (operation: string) => Error): void {
    this.#bulk.rejectAll(reason)
    this.#settleAll(this.#inFlight.values(), reason)
  }

  get #isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#bulk.isIdle
  }

  /** The clock runs from the last sign of life. */
  #restartTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isIdle) {
      this.#timer = setTimeout(
        () => this.#rejectAll((operation) => new TimeoutError(operation, this.#timeoutMs)),
        this.#timeoutMs,
      )
    }
  }
}

class InterruptedDump extends Error {}
