/** What every rtnetlink message is made of: a fixed struct, then attributes. */
import type { AttributeTable } from '../wire/attributes.ts'
import type { Codec } from '../wire/codec.ts'
import type { Struct } from '../wire/struct.ts'
import { align, type Writer } from '../wire/writer.ts'

/** The codec of one kind of kernel object: the struct's fields, and the attributes under `attributes`. */
export interface RouteObjectCodec<S, A> extends Codec<S & { readonly attributes: A }> {
  /** Fields not given are 0. */
  encode(value: Partial<S> & { readonly attributes?: A }, writer: Writer): void
  /** As {@link AttributeTable.pathAt}. */
  pathAt: AttributeTable<A>['pathAt']
  /** As {@link AttributeTable.keysOf}: keys of `attributes`. */
  keysOf: AttributeTable<A>['keysOf']
}

/** What such a codec decodes to. */
export type RouteObject<C> =
  C extends RouteObjectCodec<infer S, infer A> ? Readonly<S> & { readonly attributes: A } : never

/** What such a codec encodes: struct fields may be left out. */
export type RouteRequest<C> =
  C extends RouteObjectCodec<infer S, infer A> ? Readonly<Partial<S>> & { readonly attributes?: A } : never

/** Joins a struct and a table to one codec. */
export function routeObject<S extends object, A>(header: Struct<S>, table: AttributeTable<A>): RouteObjectCodec<S, A> {
  const attributesStart = align(header.size)
  return {
    decode(bytes, start, end) {
      const value = header.decode(bytes, start, end) as S & { attributes: A }
      value.attributes = table.decode(bytes, Math.min(start + attributesStart, end), end)
      return value
    },
    encode(value, writer) {
      header.encodePartial(value, writer)
      writer.reserve(attributesStart - header.size)
      if (value.attributes !== undefined) {
        table.encode(value.attributes, writer)
      }
    },
    pathAt: (bytes, start, end, offset) => table.pathAt(bytes, start + attributesStart, end, offset),
    keysOf: table.keysOf,
  }
}
