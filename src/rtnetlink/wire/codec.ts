/** Payloads as values and back: the scalar codecs that structs and attribute tables are made of. */
import { endianness } from 'node:os'
import { DecodeError, EncodeError } from '../errors.ts'
import { formatIp, formatLinkLayerAddress, parseIp, parseLinkLayerAddress } from './address-text.ts'
import type { Writer } from './writer.ts'

/** One payload as a value and back. Integers are in host byte order unless the name ends in `be`. */
export interface Codec<T> {
  /** Reads `bytes` from `start` up to `end`. Throws DecodeError when that cannot be a T. Keeps no reference to `bytes`. */
  decode(bytes: Buffer, start: number, end: number): T
  /** Appends the value's bytes, unpadded. Throws EncodeError when the value has no such bytes. */
  encode(value: T, writer: Writer): void
  /** True for a value that is told by leaving the attribute out, as a flag's `false`. */
  isAbsent?(value: T): boolean
}

/** A codec whose payload always has the same size, so that it can be a field of a struct. */
export interface FixedCodec<T> extends Codec<T> {
  /** In bytes. */
  readonly size: number
}

const isLittleEndian = endianness() === 'LE'

function octet(bytes: Buffer, at: number): number {
  return bytes[at] as number
}

function integer(
  name: string,
  size: number,
  [low, high]: readonly [number, number],
  read: (bytes: Buffer, at: number) => number,
  write: (bytes: Buffer, value: number, at: number) => void,
): FixedCodec<number> {
  return {
    size,
    decode(bytes, start, end) {
      if (end - start !== size) {
        throw new DecodeError([], `${size} byte${size > 1 ? 's' : ''}`, `${end - start}`)
      }
      return read(bytes, start)
    },
    encode(value, writer) {
      if (!Number.isInteger(value) || value < low || value > high) {
        throw new EncodeError(`${value} is no ${name}: expected a whole number from ${low} to ${high}`)
      }
      const { bytes, at } = writer.reserve(size)
      write(bytes, value, at)
    },
  }
}

/** 0 to 255. */
export const u8 = integer(
  'u8',
  1,
  [0, 0xff],
  (bytes, at) => bytes.readUInt8(at),
  (bytes, value, at) => bytes.writeUInt8(value, at),
)

/** 0 to 65535 in network byte order, as UDP ports are. */
export const u16be = integer(
  'u16',
  2,
  [0, 0xffff],
  (bytes, at) => bytes.readUInt16BE(at),
  (bytes, value, at) => bytes.writeUInt16BE(value, at),
)

/** 0 to 2³²-1 in network byte order, as the IPv6 flow label is. */
export const u32be = integer(
  'u32',
  4,
  [0, 0xffffffff],
  (bytes, at) => bytes.readUInt32BE(at),
  (bytes, value, at) => bytes.writeUInt32BE(value, at),
)

// The readers below are Buffer's own without its checks, which cost a dump a fifth of its time.

/** Reads a u16 in host byte order; the caller has checked the bounds. */
export const readU16 = isLittleEndian
  ? (bytes: Buffer, at: number): number => octet(bytes, at) | (octet(bytes, at + 1) << 8)
  : (bytes: Buffer, at: number): number => (octet(bytes, at) << 8) | octet(bytes, at + 1)

/** Reads an s32 in host byte order; the caller has checked the bounds. */
export const readS32 = isLittleEndian
  ? (bytes: Buffer, at: number): number => readU16(bytes, at) | (readU16(bytes, at + 2) << 16)
  : (bytes: Buffer, at: number): number => (readU16(bytes, at) << 16) | readU16(bytes, at + 2)

/** Reads a u32 in host byte order; the caller has checked the bounds. */
export function readU32(bytes: Buffer, at: number): number {
  return readS32(bytes, at) >>> 0
}

/** Writes a u16 in host byte order; the caller has checked the value. */
export const writeU16 = isLittleEndian
  ? (bytes: Buffer, value: number, at: number): number => bytes.writeUInt16LE(value, at)
  : (bytes: Buffer, value: number, at: number): number => bytes.writeUInt16BE(value, at)

/** Writes a u32 in host byte order; the caller has checked the value. */
export const writeU32 = isLittleEndian
  ? (bytes: Buffer, value: number, at: number): number => bytes.writeUInt32LE(value, at)
  : (bytes: Buffer, value: number, at: number): number => bytes.writeUInt32BE(value, at)

/** 0 to 65535. */
export const u16 = integer('u16', 2, [0, 0xffff], readU16, writeU16)

/** 0 to 2³²-1. */
export const u32 = integer('u32', 4, [0, 0xffffffff], readU32, writeU32)

/** -2³¹ to 2³¹-1: error numbers, interface indexes. */
export const s32 = integer(
  's32',
  4,
  [-0x80000000, 0x7fffffff],
  readS32,
  isLittleEndian
    ? (bytes, value, at) => bytes.writeInt32LE(value, at)
    : (bytes, value, at) => bytes.writeInt32BE(value, at),
)

/** 0 to 2⁶⁴-1, as a bigint. */
export const u64: FixedCodec<bigint> = {
  size: 8,
  decode(bytes, start, end) {
    if (end - start !== 8) {
      throw new DecodeError([], '8 bytes', `${end - start}`)
    }
    return isLittleEndian ? bytes.readBigUInt64LE(start) : bytes.readBigUInt64BE(start)
  },
  encode(value, writer) {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
      throw new EncodeError(`${value} is no u64: expected a whole number from 0 to 2^64-1`)
    }
    const { bytes, at } = writer.reserve(8)
    if (isLittleEndian) {
      bytes.writeBigUInt64LE(value, at)
    } else {
      bytes.writeBigUInt64BE(value, at)
    }
  },
}

/** Reads a u64 in host byte order as a number, exact up to 2⁵³; the caller has checked the bounds. */
export function readU64(bytes: Buffer, at: number): number {
  return isLittleEndian
    ? readU32(bytes, at) + readU32(bytes, at + 4) * 0x1_0000_0000
    : readU32(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 4)
}

/** As {@link u64}, where a number will do: counters. Exact up to 2⁵³. */
export const u64AsNumber: FixedCodec<number> = {
  size: 8,
  decode: (bytes, start, end) => Number(u64.decode(bytes, start, end)),
  encode: (value, writer) => u64.encode(BigInt(value), writer),
}

/** A u8 that is read as a boolean: anything but 0 is true. */
export const bool: FixedCodec<boolean> = {
  size: 1,
  decode: (bytes, start, end) => u8.decode(bytes, start, end) !== 0,
  encode: (value, writer) => u8.encode(value ? 1 : 0, writer),
}

/** NLA_FLAG: present means true. The kernel dumps some flags (vxlan's ttl-inherit) as a u8, yet refuses a u8 when they are set. */
export const flag: Codec<boolean> = {
  decode: (bytes, start, end) => end === start || bytes[start] !== 0,
  encode: () => {},
  isAbsent: (value) => !value,
}

/** A run of s32, as long as it comes: the kernel appends to its own over the years. */
export const s32Array: Codec<readonly number[]> = {
  decode(bytes, start, end) {
    if ((end - start) % 4 !== 0) {
      throw new DecodeError([], 'a multiple of 4 bytes', `${end - start}`)
    }
    const values = new Array<number>((end - start) / 4)
    for (let index = 0; index < values.length; index += 1) {
      values[index] = readS32(bytes, start + index * 4)
    }
    return values
  },
  encode(values, writer) {
    for (const value of values) {
      s32.encode(value, writer)
    }
  },
}

/** Exactly 8 bytes as 16 lower-case hex digits, in the order in which they stand. */
export const hex64: FixedCodec<string> = {
  size: 8,
  decode(bytes, start, end) {
    if (end - start !== 8) {
      throw new DecodeError([], '8 bytes', `${end - start}`)
    }
    return bytes.toString('hex', start, end)
  },
  encode(value, writer) {
    if (!/^[0-9a-f]{16}$/i.test(value)) {
      throw new EncodeError(`${value} is no run of 8 bytes: expected 16 hex digits`)
    }
    writer.append(Buffer.from(value, 'hex'))
  },
}

/** A NUL-terminated string. Read with or without the NUL (kernel and iproute2 differ for IFLA_INFO_KIND), written with it. */
export const cstring: Codec<string> = {
  decode(bytes, start, end) {
    const nul = bytes.indexOf(0, start)
    return bytes.toString('utf8', start, nul === -1 || nul > end ? end : nul)
  },
  encode(value, writer) {
    if (value.includes('\0')) {
      throw new EncodeError(`${JSON.stringify(value)} is no C string: it holds a NUL`)
    }
    writer.append(Buffer.from(`${value}\0`))
  },
}

/** An IPv4 or IPv6 address as text; 4 bytes or 16 tell which. */
export const ip: Codec<string> = {
  decode(bytes, start, end) {
    if (end - start !== 4 && end - start !== 16) {
      throw new DecodeError([], '4 or 16 bytes', `${end - start}`)
    }
    return formatIp(bytes, start, end)
  },
  encode: (value, writer) => writer.append(parseIp(value)),
}

function ipOfLength(length: 4 | 16): Codec<string> {
  return {
    decode(bytes, start, end) {
      if (end - start !== length) {
        throw new DecodeError([], `${length} bytes`, `${end - start}`)
      }
      return formatIp(bytes, start, end)
    },
    encode(value, writer) {
      const address = parseIp(value)
      if (address.length !== length) {
        throw new EncodeError(`${value} is no IPv${length === 4 ? 4 : 6} address`)
      }
      writer.append(address)
    },
  }
}

/** An IPv4 address as text, `10.0.2.254`. */
export const ipv4 = ipOfLength(4)

/** An IPv6 address as text in its RFC 5952 form, `fe80::1`. */
export const ipv6 = ipOfLength(16)

/** A link-layer address of any length as lower-case hex, `52:54:00:12:34:56`; Ethernet's has 6 bytes. */
export const linkLayerAddress: Codec<string> = {
  decode: formatLinkLayerAddress,
  encode: (value, writer) => writer.append(parseLinkLayerAddress(value)),
}

/** Bytes left as they are, copied. */
export const raw: Codec<Buffer> = {
  decode: (bytes, start, end) => Buffer.from(bytes.subarray(start, end)),
  encode: (value, writer) => writer.append(value),
}
