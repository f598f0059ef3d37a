/** struct nlmsghdr, and the messages that ride in one datagram. Source: linux/netlink.h, RFC 3549 §2.3.2. */
import { DecodeError } from '../errors.ts'
import { writeU32 } from './codec.ts'
import { type StructValue, struct } from './struct.ts'
import { align, Writer } from './writer.ts'

/** struct nlmsghdr. `length` counts the header itself. */
export const messageHeader = struct('struct nlmsghdr', (next) => ({
  length: next.u32(),
  type: next.u16(),
  flags: next.u16(),
  sequence: next.u32(),
  portId: next.u32(),
}))
export type MessageHeader = StructValue<typeof messageHeader>

/** Calls `visit` for each message of a datagram, with the bounds of its payload. Throws DecodeError on a length that cannot be. */
export function forEachMessage(
  datagram: Buffer,
  visit: (header: MessageHeader, payloadStart: number, payloadEnd: number) => void,
): void {
  let at = 0
  while (at + messageHeader.size <= datagram.length) {
    const header = messageHeader.decode(datagram, at, at + messageHeader.size)
    if (header.length < messageHeader.size || at + header.length > datagram.length) {
      const most = datagram.length - at
      throw new DecodeError(['nlmsg_len'], `${messageHeader.size} to ${most} bytes`, `${header.length}`)
    }
    visit(header, at + messageHeader.size, at + header.length)
    at += align(header.length)
  }
}

/** Appends a message: a header and what `encodePayload` appends. A message before it is padded first. */
export function appendMessage(
  writer: Writer,
  { type, flags, sequence }: Pick<MessageHeader, 'type' | 'flags' | 'sequence'>,
  encodePayload: (writer: Writer) => void,
): void {
  writer.reserve(align(writer.length) - writer.length)
  const start = writer.length
  messageHeader.encodePartial({ type, flags, sequence }, writer)
  encodePayload(writer)
  writeU32(writer.bytes, writer.length - start, start)
}

/** One for all messages: to allocate a buffer of unknown size for each took longer than writing it. */
const writer = new Writer()

/** One message as a buffer of its own. */
export function encodeMessage(
  header: Pick<MessageHeader, 'type' | 'flags' | 'sequence'>,
  encodePayload: (writer: Writer) => void,
): Buffer {
  writer.clear()
  appendMessage(writer, header, encodePayload)
  return writer.finish()
}
