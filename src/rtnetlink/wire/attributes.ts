/** Attribute runs (struct nlattr: length, type, payload, padding) as tables; a table is itself a codec, so tables nest. */
import { DecodeError, EncodeError } from '../errors.ts'
import { type Codec, raw, readU16, writeU16 } from './codec.ts'
import { align, type Writer } from './writer.ts'

const headerSize = 4
/** Bits of nla_type that say how the payload is made, not what it is. Source: NLA_TYPE_MASK, linux/netlink.h. */
const typeMask = 0x3fff
/** NLA_F_NESTED: set on attributes of attributes where the kernel insists on it, as it does for those added since Linux 5.2. */
const nestedBit = 0x8000

/** One attribute that the table does not know, kept as it came, so that newer kernels lose nothing here. */
export interface UnknownAttribute {
  /** nla_type with its flag bits. */
  readonly type: number
  readonly payload: Buffer
}

/** A row of a table: an attribute's number, its kernel name and the codec of its payload. */
export interface Attribute<T> {
  readonly number: number
  readonly name: string
  readonly codec: Codec<T>
  /** Whether requests mark it as holding attributes. Answers are read either way. */
  readonly isMarkedNested?: true
}

/** A row whose attribute may occur many times; its value is the list. */
export interface RepeatedAttribute<T> extends Attribute<T> {
  readonly isRepeated: true
}

/** A row whose payload is read by what another attribute of the same run says. */
export interface DependentAttribute<T> extends Attribute<T> {
  /** The key of the attribute that chooses, which stands before this one in the run. */
  readonly chosenBy: string
  readonly choices: ReadonlyMap<string, Codec<T>>
}

/** One attribute: `attr(1, 'IFLA_VXLAN_ID', u32)`. */
export function attr<T>(number: number, name: string, codec: Codec<T>): Attribute<T> {
  return { number, name, codec }
}

/** A row that requests mark as holding attributes (NLA_F_NESTED). */
export function marked<A extends Rows[string]>(row: A): A {
  return { ...row, isMarkedNested: true }
}

/** An attribute that occurs any number of times, as IFLA_ALT_IFNAME does. */
export function repeated<T>(number: number, name: string, codec: Codec<T>): RepeatedAttribute<T> {
  return { number, name, codec, isRepeated: true }
}

/** An attribute whose codec follows from the value at `chosenBy`; without a choice for that value its bytes stay as they are. */
export function dependent<C extends Readonly<Record<string, AnyCodec>>>(
  number: number,
  name: string,
  chosenBy: string,
  choices: C,
): DependentAttribute<CodecValue<C[keyof C]> | Buffer> {
  type Value = CodecValue<C[keyof C]> | Buffer
  return {
    number,
    name,
    chosenBy,
    codec: raw as unknown as Codec<Value>,
    choices: new Map(Object.entries(choices)) as unknown as ReadonlyMap<string, Codec<Value>>,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: codecs are invariant in their value, so no narrower type takes them all.
type AnyCodec = Codec<any>

type CodecValue<C> = C extends { decode(...parameters: never[]): infer T } ? T : never

// biome-ignore lint/suspicious/noExplicitAny: a table holds rows of any value; `unknown` would refuse them, codecs being invariant.
type Rows = Readonly<Record<string, Attribute<any>>>

type RowValue<R> = R extends RepeatedAttribute<infer T> ? readonly T[] : R extends Attribute<infer T> ? T : never

/** A table's value: each attribute under its key if it was present, and what the table does not know under `unknown`. */
export type AttributesValue<R extends Rows> = { readonly [K in keyof R]?: RowValue<R[K]> | undefined } & {
  readonly unknown?: readonly UnknownAttribute[] | undefined
}

/** A table of attributes. */
export interface AttributeTable<T> extends Codec<T> {
  /**
   * The kernel names on the way to the attribute whose header is at `offset`: what NLMSGERR_ATTR_OFFS points at.
   * Undefined when no attribute starts there.
   */
  pathAt(bytes: Buffer, start: number, end: number, offset: number): readonly string[] | undefined
  /** The keys that lead through a value to the attribute with these kernel names, outermost first; undefined when the table has none such. */
  keysOf(names: readonly string[]): readonly string[] | undefined
}

/** What a codec described by `attributes` decodes to. */
export type ValueOf<C> = CodecValue<C>

function isTable(codec: Codec<unknown>): codec is AttributeTable<unknown> {
  return 'pathAt' in codec
}

interface Entry {
  readonly key: string
  readonly row: Rows[string]
  readonly isRepeated: boolean
  readonly isDependent: boolean
}

function codecOf(row: Rows[string], siblings: Readonly<Record<string, unknown>>): Codec<unknown> {
  if (!('chosenBy' in row)) {
    return row.codec
  }
  const { chosenBy, choices, codec } = row as DependentAttribute<unknown>
  return choices.get(String(siblings[chosenBy])) ?? codec
}

/** Every codec that a row's payload may have. */
function codecsOf(row: Rows[string]): Iterable<Codec<unknown>> {
  return 'choices' in row ? (row as DependentAttribute<unknown>).choices.values() : [row.codec]
}

/** Where the attribute at `at` ends, its padding apart. Throws DecodeError when it does not fit the run, which ends at `end`. */
function endOfAttribute(bytes: Buffer, at: number, end: number): number {
  if (end - at < headerSize) {
    throw new DecodeError([], 'an attribute header', `${end - at} trailing bytes`)
  }
  const length = readU16(bytes, at)
  if (length < headerSize || at + length > end) {
    throw new DecodeError([], `an attribute of ${headerSize} to ${end - at} bytes`, `${length}`)
  }
  return at + length
}

function writeAttribute<T>(writer: Writer, type: number, name: string, codec: Codec<T>, value: T): void {
  const { at } = writer.reserve(headerSize)
  try {
    codec.encode(value, writer)
  } catch (error) {
    throw error instanceof EncodeError ? new EncodeError(`${name}: ${error.message}`, { cause: error }) : error
  }
  const length = writer.length - at
  if (length > 0xffff) {
    throw new EncodeError(`${name} has ${length} bytes: an attribute holds at most 65535`)
  }
  writeU16(writer.bytes, length, at)
  writeU16(writer.bytes, type, at + 2)
  writer.reserve(align(length) - length)
}

function writeRow(writer: Writer, row: Rows[string], codec: Codec<unknown>, value: unknown): void {
  if (!codec.isAbsent?.(value)) {
    writeAttribute(writer, row.isMarkedNested ? row.number | nestedBit : row.number, row.name, codec, value)
  }
}

function appendTo(value: Record<string, unknown>, key: string, item: unknown): void {
  const items = value[key] as unknown[] | undefined
  if (items === undefined) {
    value[key] = [item]
  } else {
    items.push(item)
  }
}

/** The codec of a run of attributes. Rows are written in the order of the value's keys' rows, unknown ones last. */
export function attributes<R extends Rows>(rows: R): AttributeTable<AttributesValue<R>> {
  const entries = Object.entries(rows).map(
    ([key, row]): Entry => ({ key, row, isRepeated: 'isRepeated' in row, isDependent: 'chosenBy' in row }),
  )
  const byNumber: (Entry | undefined)[] = []
  for (const entry of entries) {
    byNumber[entry.row.number] = entry
  }

  return {
    decode(bytes, start, end) {
      const value: Record<string, unknown> = {}
      for (let at = start; at < end; ) {
        const payloadStart = at + headerSize
        const payloadEnd = endOfAttribute(bytes, at, end)
        const type = readU16(bytes, at + 2)
        const entry = byNumber[type & typeMask]
        if (entry === undefined) {
          const attribute: UnknownAttribute = { type, payload: raw.decode(bytes, payloadStart, payloadEnd) }
          appendTo(value, 'unknown', attribute)
        } else {
          const { key, row, isRepeated, isDependent } = entry
          try {
            const codec = isDependent ? codecOf(row, value) : row.codec
            const item = codec.decode(bytes, payloadStart, payloadEnd)
            if (isRepeated) {
              appendTo(value, key, item)
            } else {
              value[key] = item
            }
          } catch (error) {
            throw error instanceof DecodeError ? error.within(row.name) : error
          }
        }
        at += align(payloadEnd - at)
      }
      return value as AttributesValue<R>
    },

    encode(value, writer) {
      const given = value as Readonly<Record<string, unknown>>
      for (const { key, row, isRepeated } of entries) {
        const item = given[key]
        // Of a table's dozens of rows a request states a few.
        if (item === undefined) {
          continue
        }
        const codec = codecOf(row, given)
        if (isRepeated) {
          for (const one of item as readonly unknown[]) {
            writeRow(writer, row, codec, one)
          }
        } else {
          writeRow(writer, row, codec, item)
        }
      }
      for (const { type, payload } of value.unknown ?? []) {
        writeAttribute(writer, type, `attribute ${type & typeMask}`, raw, payload)
      }
    },

    pathAt(bytes, start, end, offset) {
      let path: readonly string[] | undefined
      const siblings: Record<string, unknown> = {}
      for (let at = start; at < end; ) {
        const payloadStart = at + headerSize
        const payloadEnd = endOfAttribute(bytes, at, end)
        const number = readU16(bytes, at + 2) & typeMask
        const entry = byNumber[number]
        const name = entry?.row.name ?? `attribute ${number}`
        if (at === offset) {
          path = [name]
        } else if (entry !== undefined) {
          const codec = codecOf(entry.row, siblings)
          if (isTable(codec) && offset >= payloadStart && offset < payloadEnd) {
            const inner = codec.pathAt(bytes, payloadStart, payloadEnd, offset)
            path = inner === undefined ? path : [name, ...inner]
          } else if (!isTable(codec)) {
            siblings[entry.key] = codec.decode(bytes, payloadStart, payloadEnd)
          }
        }
        at += align(payloadEnd - at)
      }
      return path
    },

    keysOf([name, ...inner]) {
      const entry = entries.find(({ row }) => row.name === name)
      if (entry === undefined || inner.length === 0) {
        return entry && [entry.key]
      }
      for (const codec of codecsOf(entry.row)) {
        const keys = isTable(codec) ? codec.keysOf(inner) : undefined
        if (keys !== undefined) {
          return [entry.key, ...keys]
        }
      }
      return undefined
    },
  }
}
