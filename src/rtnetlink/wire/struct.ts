/** Fixed C structs as field tables. */
import { DecodeError } from '../errors.ts'
import type { Codec, FixedCodec } from './codec.ts'
import type { Writer } from './writer.ts'

/** Bytes of a struct that mean nothing: written as zeros, not read. */
export interface Padding {
  readonly padding: number
}

/** `size` bytes of a struct that mean nothing. */
export function padding(size: number): Padding {
  return { padding: size }
}

type Fields = Readonly<Record<string, FixedCodec<number> | Padding>>

/** A struct's value: its fields without the padding. */
export type StructValue<F extends Fields> = {
  [K in keyof F as F[K] extends Padding ? never : K]: number
}

/** A C struct: reading takes at least its size, since kernels append fields. */
export interface Struct<T> extends Codec<T> {
  /** In bytes. */
  readonly size: number
  /** As `encode`; a field not given is written as 0. */
  encodePartial(value: Partial<T>, writer: Writer): void
}

/**
 * The codec of a C struct. Keys stand in the struct's order.
 * @param name the struct's name in the kernel, for errors: `struct ndmsg`
 */
export function struct<F extends Fields>(name: string, fields: F): Struct<StructValue<F>> {
  let size = 0
  const members: { key: string; at: number; codec: FixedCodec<number> }[] = []
  for (const [key, field] of Object.entries(fields)) {
    if ('padding' in field) {
      size += field.padding
    } else {
      members.push({ key, at: size, codec: field })
      size += field.size
    }
  }
  const encodePartial = (value: object, writer: Writer): void => {
    const given = value as Readonly<Record<string, number | undefined>>
    for (const [key, field] of Object.entries(fields)) {
      if ('padding' in field) {
        writer.reserve(field.padding)
      } else {
        field.encode(given[key] ?? 0, writer)
      }
    }
  }
  return {
    size,
    decode(bytes, start, end) {
      if (end - start < size) {
        throw new DecodeError([name], `${size} bytes`, `${end - start}`)
      }
      const value: Record<string, number> = {}
      for (const { key, at, codec } of members) {
        value[key] = codec.decode(bytes, start + at, start + at + codec.size)
      }
      return value as StructValue<F>
    },
    encode: (value, writer) => encodePartial(value, writer),
    encodePartial,
  }
}
