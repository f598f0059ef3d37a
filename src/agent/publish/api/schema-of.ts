/** Schemas that are checked against the types whose values they describe, when the program is compiled. */
import type * as z from 'zod'

/** A type without what makes no difference in JSON: `readonly`, and `undefined` in place of a key that may be absent. */
type Plain<T> = T extends readonly (infer Element)[]
  ? { readonly listOf: Plain<Element> }
  : T extends object
    ? {
        readonly [K in keyof T]-?: [
          mayBeAbsent: Partial<Pick<T, K>> extends Pick<T, K> ? true : false,
          Plain<Exclude<T[K], undefined>>,
        ]
      }
    : T

/** `unknown` when the two types have the same values, to the last key and word; else what keeps the call from compiling. */
type Same<A, B> = [Plain<A>, Plain<B>] extends [Plain<B>, Plain<A>] ? unknown : { readonly differsFrom: B }

/** The schema of all that T describes and of nothing else. */
export function schemaOf<T>(): <S extends z.ZodType>(schema: S & Same<z.output<S>, T>) => z.ZodType<T, T> {
  return (schema) => schema as z.ZodType as z.ZodType<T, T>
}

/** A type as a schema has it: its lists may be written. */
type Mutable<T> = T extends readonly (infer Element)[]
  ? Mutable<Element>[]
  : T extends object
    ? { [K in keyof T]: Mutable<T[K]> }
    : T

/** A schema that every T passes, for what it does not state too. */
export function schemaOfPartOf<T>(): <S extends z.ZodType>(
  schema: S & (Mutable<T> extends z.input<S> ? unknown : { readonly isTooNarrowFor: T }),
) => z.ZodType<T, T> {
  return (schema) => schema as z.ZodType as z.ZodType<T, T>
}
