/** A kernel of whom nothing is known but what a test has it say: datagrams in and out. */
import type { Transport } from '../../src/rtnetlink/socket/transport.ts'
import { encodeMessage, forEachMessage, type MessageHeader } from '../../src/rtnetlink/wire/message.ts'
import type { Writer } from '../../src/rtnetlink/wire/writer.ts'

const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const NLM_F_CAPPED_ACK_TLVS = 0x300

/** A message that was sent. */
export interface SentMessage {
  readonly header: MessageHeader
  readonly payload: Buffer
}

export class FakeTransport implements Transport {
  /** Every datagram sent, as its messages. */
  readonly sent: SentMessage[][] = []
  isClosed = false
  isSending = false
  drains = 0
  /** What the next `send` rejects with. */
  failure: Error | undefined
  #held: Promise<void> | undefined
  #onDatagram: (datagram: Buffer) => void = () => {}
  #onOverrun: () => void = () => {}

  async send(datagram: Buffer): Promise<void> {
    if (this.failure !== undefined) {
      const error = this.failure
      this.failure = undefined
      throw error
    }
    const messages: SentMessage[] = []
    forEachMessage(datagram, (header, start, end) => {
      messages.push({ header, payload: Buffer.from(datagram.subarray(start, end)) })
    })
    this.sent.push(messages)
    await this.#held
  }

  /** From now on the kernel is busy: `send` resolves no earlier than the function given back is called. */
  hold(): () => void {
    let release = (): void => {}
    this.#held = new Promise((resolve) => {
      release = () => {
        this.#held = undefined
        resolve()
      }
    })
    return () => release()
  }

  /** The last filter that was set. */
  program: Buffer | undefined

  filter(program: Buffer | undefined): boolean {
    this.program = program
    return true
  }

  onDatagram(listener: (datagram: Buffer) => void): void {
    this.#onDatagram = listener
  }

  onOverrun(listener: () => void): void {
    this.#onOverrun = listener
  }

  async drain(): Promise<void> {
    this.drains += 1
  }

  /** Whether reading is to be left to another thread. */
  isDumping = false

  setDumping(isDumping: boolean): void {
    this.isDumping = isDumping
  }

  close(): void {
    this.isClosed = true
  }

  /** The messages of all datagrams sent so far, once the queue has been worked off. */
  async requests(): Promise<SentMessage[]> {
    await new Promise((resolve) => setImmediate(resolve))
    return this.sent.flat()
  }

  /** The request that was sent as number `index`, from 0, once the queue has been worked off. */
  async request(index: number): Promise<SentMessage> {
    const sent = (await this.requests())[index]
    if (sent === undefined) {
      throw new Error(`no request ${index} was sent`)
    }
    return sent
  }

  /** The sequence number of that request. */
  async sequence(index: number): Promise<number> {
    return (await this.request(index)).header.sequence
  }

  /** Delivers messages in one datagram. */
  deliver(...messages: readonly Buffer[]): void {
    this.#onDatagram(Buffer.concat(messages.map(padded)))
  }

  /** Delivers a datagram in the very buffer, as the socket does, which uses it again. */
  deliverIn(datagram: Buffer): void {
    this.#onDatagram(datagram)
  }

  overrun(): void {
    this.#onOverrun()
  }
}

function padded(message: Buffer): Buffer {
  return Buffer.concat([message, Buffer.alloc(((message.length + 3) & ~3) - message.length)])
}

/** Any message in answer to a request. */
export function message(type: number, sequence: number, encode: (writer: Writer) => void, flags = 0): Buffer {
  return encodeMessage({ type, flags, sequence }, encode)
}

/** NLMSG_ERROR: with errno 0 an acknowledgement. The extended ack may have a sentence and an offset. */
export function ack(sequence: number, errno = 0, words?: string, offset?: number): Buffer {
  return message(
    NLMSG_ERROR,
    sequence,
    (writer) => {
      const { bytes, at } = writer.reserve(20)
      bytes.writeInt32LE(-errno, at)
      bytes.writeUInt32LE(16, at + 4)
      writer.append(extension(words, offset))
    },
    NLM_F_CAPPED_ACK_TLVS,
  )
}

/** NLMSG_DONE, which may carry an error. */
export function done(
  sequence: number,
  { errno = 0, flags = 0, words }: { errno?: number; flags?: number; words?: string } = {},
): Buffer {
  return message(
    NLMSG_DONE,
    sequence,
    (writer) => {
      const { bytes, at } = writer.reserve(4)
      bytes.writeInt32LE(-errno, at)
      writer.append(extension(words))
    },
    flags | (words === undefined ? 0 : 0x200),
  )
}

/** NLMSGERR_ATTR_MSG and NLMSGERR_ATTR_OFFS. */
function extension(words?: string, offset?: number): Buffer {
  const parts: Buffer[] = []
  if (words !== undefined) {
    const text = Buffer.from(`${words}\0`)
    parts.push(Buffer.from(Uint16Array.of(4 + text.length, 1).buffer), padded(text))
  }
  if (offset !== undefined) {
    parts.push(Buffer.from(Uint16Array.of(8, 2).buffer), Buffer.from(Uint32Array.of(offset).buffer))
  }
  return Buffer.concat(parts)
}
