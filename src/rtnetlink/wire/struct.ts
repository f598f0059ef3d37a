/** Fixed C structs, each described once by taking its fields in order. */
import { DecodeError } from '../errors.ts'
import {
  type Codec,
  type FixedCodec,
  readS32,
  readU16,
  readU32,
  readU64,
  s32,
  u8,
  u16,
  u16be,
  u32,
  u64AsNumber,
} from './codec.ts'
import type { Writer } from './writer.ts'

/** The fields of a struct from its start on: each call gives the next one. Host byte order unless the name ends in `be`. */
export interface Fields {
  u8(): number
  u16(): number
  u16be(): number
  u32(): number
  s32(): number
  /** Exact up to 2⁵³. */
  u64(): number
  /** Passes over bytes that mean nothing: written as zeros, not read. */
  skip(size: number): this
}

/** A C struct: reading takes at least its size, since kernels append fields. */
export interface Struct<T> extends Codec<T> {
  /** In bytes. */
  readonly size: number
  /** As `encode`; a field not given is written as 0. */
  encodePartial(value: Partial<T>, writer: Writer): void
}

/** What a codec made by `struct` decodes to. */
export type StructValue<S> = S extends Struct<infer T> ? T : never

/**
 * The codec of a C struct: `struct('struct ndmsg', (next) => ({ family: next.u8(), ifindex: next.skip(3).s32(), … }))`.
 * An object literal instead of a table of fields, since dumps read structs by the hundred thousand and V8 makes such a literal
 * three times as fast as an object that is filled in a loop.
 * @param name the struct's name in the kernel, for errors: `struct ndmsg`
 * @param take gives the struct's value, its keys in the order of the fields
 */
export function struct<T extends { readonly [K in keyof T]: number }>(
  name: string,
  take: (next: Fields) => T,
): Struct<T> {
  const outline = new Outline()
  const keys = Object.keys(take(outline)) as (keyof T)[]
  const encodePartial = (value: Partial<T>, writer: Writer): void => {
    for (let index = 0; index < keys.length; index += 1) {
      const { skipped, codec } = outline.fields[index] as StructField
      if (skipped > 0) {
        writer.reserve(skipped)
      }
      codec.encode(value[keys[index] as keyof T] ?? 0, writer)
    }
  }
  const { size } = outline
  return {
    size,
    decode(bytes, start, end) {
      if (end - start < size) {
        throw new DecodeError([name], `${size} bytes`, `${end - start}`)
      }
      return take(reader.from(bytes, start))
    },
    encode: (value, writer) => encodePartial(value, writer),
    encodePartial,
  }
}

/** Reads the fields from bytes that are known to be there. */
class FieldReader implements Fields {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  from(bytes: Buffer, at: number): this {
    this.#bytes = bytes
    this.#at = at
    return this
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] as number
  }

  u16(): number {
    return readU16(this.#bytes, this.#advance(2))
  }

  u16be(): number {
    return this.#bytes.readUInt16BE(this.#advance(2))
  }

  u32(): number {
    return readU32(this.#bytes, this.#advance(4))
  }

  s32(): number {
    return readS32(this.#bytes, this.#advance(4))
  }

  u64(): number {
    return readU64(this.#bytes, this.#advance(8))
  }

  skip(size: number): this {
    this.#advance(size)
    return this
  }

  #advance(size: number): number {
    const at = this.#at
    this.#at = at + size
    return at
  }
}

/** One for all structs: none is read while another one is. */
const reader = new FieldReader()

interface StructField {
  /** Bytes before it that mean nothing. */
  readonly skipped: number
  readonly codec: FixedCodec<number>
}

/** Notes which fields are taken, for writing them. */
class Outline implements Fields {
  readonly fields: StructField[] = []
  size = 0
  #skipped = 0

  u8 = (): number => this.#note(u8)
  u16 = (): number => this.#note(u16)
  u16be = (): number => this.#note(u16be)
  u32 = (): number => this.#note(u32)
  s32 = (): number => this.#note(s32)
  u64 = (): number => this.#note(u64AsNumber)

  skip(size: number): this {
    this.#skipped += size
    return this
  }

  #note(codec: FixedCodec<number>): number {
    this.fields.push({ skipped: this.#skipped, codec })
    this.size += this.#skipped + codec.size
    this.#skipped = 0
    return 0
  }
}
