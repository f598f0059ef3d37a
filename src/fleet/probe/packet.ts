/**
 * The packet of a probe: the payload of a UDP datagram between addresses in the overlay. Pure. An answer is never larger than its request, so
 * nobody is worth more to an attacker than what he sends himself.
 */

/** Bytes of the header; the rest is padding. */
export const headerBytes = 36
export const nonceBytes = 16

/** What IP and UDP add, by the family of the addresses, in bytes. */
export const overheadBytes = { IPv4: 28, IPv6: 48 } as const

/** Every IPv6 host of a link hears what is sent there. Source: RFC 4291, 2.7.1. */
export const allNodes = 'ff02::1'

const magic = Buffer.from('vxpb')
const version = 1
const kinds = ['request', 'answer'] as const

export interface ProbePacket {
  readonly kind: (typeof kinds)[number]
  readonly vni: number
  /** Bytes of the payload. */
  readonly length: number
  /** Of a request: bytes that the answer is to have. Of an answer: bytes that the request had. */
  readonly otherLength: number
  /** Of a request: it is repeated, so the answer did not arrive; whoever hears it is to say so in the store. */
  readonly isRepeated: boolean
  /** Requests of one host are numbered, so that who hears one can say which. An answer has the number of its request. */
  readonly number: number
  /** Made for each request; the answer to it has the same. */
  readonly nonce: Buffer
}

/** The bytes of a packet. */
export function writePacket({ kind, vni, length, otherLength, isRepeated, number, nonce }: ProbePacket): Buffer {
  const bytes = Buffer.alloc(length)
  magic.copy(bytes)
  bytes.writeUInt8(version, 4)
  bytes.writeUInt8(kinds.indexOf(kind) + 1, 5)
  bytes.writeUIntBE(vni, 6, 3)
  bytes.writeUInt8(isRepeated ? 1 : 0, 9)
  bytes.writeUInt16BE(length, 10)
  bytes.writeUInt16BE(otherLength, 12)
  nonce.copy(bytes, 16, 0, nonceBytes)
  bytes.writeUInt32BE(number, 32)
  return bytes
}

/** The packet; undefined where the bytes are none, or ask for more than they bring. */
export function readPacket(bytes: Buffer): ProbePacket | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, 4).equals(magic) || bytes.readUInt8(4) !== version) {
    return undefined
  }
  const kind = kinds[bytes.readUInt8(5) - 1]
  const [length, otherLength] = [bytes.readUInt16BE(10), bytes.readUInt16BE(12)]
  const isWhole = length === bytes.length && otherLength >= headerBytes
  // An answer that is larger than its request was not asked for.
  const [request, answer] = kind === 'request' ? [length, otherLength] : [otherLength, length]
  if (kind === undefined || !isWhole || answer > request) {
    return undefined
  }
  return {
    ...{ kind, length, otherLength },
    vni: bytes.readUIntBE(6, 3),
    isRepeated: (bytes.readUInt8(9) & 1) !== 0,
    number: bytes.readUInt32BE(32),
    nonce: Buffer.from(bytes.subarray(16, 16 + nonceBytes)),
  }
}

/** The answer to a request: of the size that it asks for, which is never more than its own. */
export function answerTo({ vni, length, otherLength, number, nonce }: ProbePacket): Buffer {
  return writePacket({
    kind: 'answer',
    vni,
    length: otherLength,
    otherLength: length,
    isRepeated: false,
    number,
    nonce,
  })
}
