/** Requests on their way out: what is asked for in one turn shares a datagram, and an ack is asked for on its last message only. */
import { NLM_F_ACK } from '../messages/constants.ts'
import type { Transport } from '../socket/transport.ts'
import { readU16, writeU16 } from '../wire/codec.ts'

/** A request that is ready to be sent. */
export interface Outgoing {
  /** The whole message; its flags are mended when an ack is asked for. */
  readonly bytes: Buffer
  /** A dump is answered by a stream of its own, and gets no ack. */
  readonly isDump: boolean
  /** Goes in a datagram of its own, so that its answer is about nothing else. */
  readonly isAlone: boolean
}

/** What happens to the requests of a datagram. */
export interface SendListener<T> {
  /** Told before they are sent, since answers may come before the sending has returned. */
  onSend(batch: readonly T[]): void
  onFailure(batch: readonly T[], error: Error): void
}

/** So much fits one datagram; a socket's send buffer holds 200 KiB at least. */
const batchBytes = 32 * 1024
/** The kernel queues an error message for each failed request of a batch; this many fit the smallest receive buffer. */
const batchMessages = 128
/** nlmsg_flags in struct nlmsghdr. */
const flagsOffset = 6

/** Sends datagrams one after the other, each once the kernel has taken the one before. */
export class SendQueue<T extends Outgoing> {
  readonly #transport: Pick<Transport, 'send'>
  readonly #listener: SendListener<T>
  #queue: T[] = []
  #isSending = false

  constructor(transport: Pick<Transport, 'send'>, listener: SendListener<T>) {
    this.#transport = transport
    this.#listener = listener
  }

  add(request: T): void {
    this.#queue.push(request)
    if (this.#queue.length === batchMessages) {
      // A full datagram goes at once, so that the kernel works on it while the next one is written.
      this.#startSending()
    } else if (this.#queue.length === 1) {
      queueMicrotask(() => this.#startSending())
    }
  }

  /** Takes back what has not been sent. */
  takeBack(): readonly T[] {
    const requests = this.#queue
    this.#queue = []
    return requests
  }

  #startSending(): void {
    if (!this.#isSending) {
      this.#isSending = true
      void this.#sendAll()
    }
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchLength(this.#queue))
      const last = batch.at(-1)
      if (last !== undefined && !last.isDump) {
        // Errors come for each request unasked, so an ack on the last one tells that the others succeeded.
        writeU16(last.bytes, readU16(last.bytes, flagsOffset) | NLM_F_ACK, flagsOffset)
      }
      this.#listener.onSend(batch)
      try {
        await this.#transport.send(Buffer.concat(batch.map(({ bytes }) => bytes)))
      } catch (error) {
        this.#listener.onFailure(batch, error as Error)
      }
    }
    this.#isSending = false
  }
}

/** How many of a queue that is not empty share the next datagram. */
function batchLength(queue: readonly Outgoing[]): number {
  let messages = 0
  let bytes = 0
  for (const request of queue) {
    bytes += request.bytes.length
    if (messages > 0 && (request.isAlone || messages === batchMessages || bytes > batchBytes)) {
      break
    }
    messages += 1
    if (request.isAlone) {
      break
    }
  }
  return messages
}
