/** NLMSG_ERROR and NLMSG_DONE: how a request or a dump ended, with the extended ack's words. Source: struct nlmsgerr, enum nlmsgerr_attrs, linux/netlink.h. */
import { attr, attributes } from './attributes.ts'
import { cstring, s32, u32 } from './codec.ts'
import { type MessageHeader, messageHeader } from './message.ts'
import { align } from './writer.ts'

/** The request is not echoed whole, only its header (NETLINK_CAP_ACK). */
const NLM_F_CAPPED = 0x100
/** Attributes of enum nlmsgerr_attrs follow (NETLINK_EXT_ACK). */
const NLM_F_ACK_TLVS = 0x200
const NLMSG_DONE = 3

const ackAttributes = attributes({
  message: attr(1, 'NLMSGERR_ATTR_MSG', cstring),
  offset: attr(2, 'NLMSGERR_ATTR_OFFS', u32),
})

/** How a request ended. */
export interface Ack {
  /** A positive errno; 0 for success. */
  readonly errno: number
  /** The kernel's own sentence; a warning when `errno` is 0. */
  readonly message?: string | undefined
  /** Where in the request the offending attribute starts, counted from its struct nlmsghdr. */
  readonly offset?: number | undefined
}

/** Reads the payload of an NLMSG_ERROR or NLMSG_DONE message. Throws DecodeError. */
export function decodeAck(header: MessageHeader, bytes: Buffer, start: number, end: number): Ack {
  if (header.type === NLMSG_DONE && end === start) {
    return { errno: 0 }
  }
  const errno = Math.abs(s32.decode(bytes, start, Math.min(start + s32.size, end)))
  if (!(header.flags & NLM_F_ACK_TLVS)) {
    return { errno }
  }
  const extension = header.type === NLMSG_DONE ? start + s32.size : afterEcho(header, bytes, start + s32.size, end)
  const { message, offset } = ackAttributes.decode(bytes, Math.min(extension, end), end)
  return { errno, message, offset }
}

/** NLMSG_ERROR repeats the request between the error number and the attributes: its header, and uncapped its payload too. */
function afterEcho(header: MessageHeader, bytes: Buffer, start: number, end: number): number {
  const request = messageHeader.decode(bytes, start, end)
  const isCapped = (header.flags & NLM_F_CAPPED) !== 0
  return start + (isCapped ? messageHeader.size : align(request.length))
}
