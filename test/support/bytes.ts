/** Codecs by hand: whole payloads in and out. */
import type { Codec } from '../../src/rtnetlink/wire/codec.ts'
import { Writer } from '../../src/rtnetlink/wire/writer.ts'

/** All of the bytes as one value. */
export function decodeAll<T>(codec: Codec<T>, bytes: Buffer): T {
  return codec.decode(bytes, 0, bytes.length)
}

/** The value's bytes. */
export function encodeAll<T>(codec: Pick<Codec<T>, 'encode'>, value: T): Buffer {
  const writer = new Writer()
  codec.encode(value, writer)
  return writer.finish()
}

/** The bytes that hex digits name; blanks do not matter. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(/\s/g, ''), 'hex')
}
