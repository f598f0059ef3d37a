/**
 * Values by key: what is wanted, what is there, and what differs. The types are those of the schema, so that a value is of one type from the
 * file to the request.
 */
import { isDeepStrictEqual } from 'node:util'

/** Values of some keys of `Spec`. A key that is there and undefined says that there is to be none, or is none. */
export type ValuesOf<Spec, Key extends keyof Spec> = { readonly [K in Key]?: Spec[K] | undefined }

/** The keys of `Values` whose values are of a type. */
export type KeysOfType<Values, Type> = {
  [K in keyof Values]-?: NonNullable<Values[K]> extends Type ? K : never
}[keyof Values] &
  string

/** One value that differs. */
export type ChangeOf<Values> = {
  readonly [K in keyof Values]-?: {
    /** The desired file's key: `ttl`, `learning` of a port, `ipv4.arp_accept` of a sysctl. */
    readonly attribute: K
    /** What the kernel has; undefined when it has nothing there. */
    readonly from: Values[K]
    readonly to: Values[K]
  }
}[keyof Values]

/** Any value, to be printed. */
export type Value = string | number | boolean | readonly number[] | undefined

/** Any change, to be told in iproute2's words. */
export interface AttributeChange {
  readonly attribute: string
  readonly from: Value
  readonly to: Value
}

/** What differs of the wanted, in the order of `keys`. */
export function changesBetween<Values extends object>(
  keys: Iterable<keyof Values>,
  present: Values,
  wanted: Values,
): ChangeOf<Values>[] {
  const changes: ChangeOf<Values>[] = []
  for (const key of keys) {
    if (key in wanted && !isDeepStrictEqual(present[key], wanted[key])) {
      changes.push({ attribute: key, from: present[key], to: wanted[key] })
    }
  }
  return changes
}

/** The values that changes lead to. */
export function changedTo<Values>(changes: readonly ChangeOf<Values>[]): Partial<Values> {
  const values: Partial<Values> = {}
  for (const { attribute, to } of changes) {
    values[attribute] = to
  }
  return values
}

/** The values that changes lead away from. */
export function changedFrom<Values>(changes: readonly ChangeOf<Values>[]): Partial<Values> {
  const values: Partial<Values> = {}
  for (const { attribute, from } of changes) {
    values[attribute] = from
  }
  return values
}

/** Those of the values that have one of `keys`. */
export function pick<Values extends object, Key extends keyof Values>(
  values: Values,
  keys: Iterable<Key>,
): { -readonly [K in Key]?: Values[K] } {
  const picked: { -readonly [K in Key]?: Values[K] } = {}
  for (const key of keys) {
    if (Object.hasOwn(values, key)) {
      picked[key] = values[key]
    }
  }
  return picked
}

/** Those of the values whose key is such a one. */
export function pickBy<Values extends object>(
  values: Values,
  isSuch: (key: string) => boolean,
): { -readonly [K in keyof Values]?: Values[K] } {
  const picked: { -readonly [K in keyof Values]?: Values[K] } = {}
  for (const key in values) {
    if (isSuch(key)) {
      picked[key] = values[key]
    }
  }
  return picked
}

/** Those of the values that are not the same in `others`: numbers, texts and booleans. */
export function differing<Values extends object>(
  values: Values,
  others: Values,
): { -readonly [K in keyof Values]?: Values[K] } {
  const found: { -readonly [K in keyof Values]?: Values[K] } = {}
  for (const key in values) {
    if (values[key] !== others[key]) {
      found[key] = values[key]
    }
  }
  return found
}

/** Values without those that are none. */
export type Stated<Values> = { -readonly [K in keyof Values]?: Exclude<Values[K], undefined> }

/** Whether there is a value. */
function isThere<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined
}

/** As a file can state them: what is none is left out. */
export function statable<Values extends object>(values: Values): Stated<Values> {
  const stated: Stated<Values> = {}
  for (const key in values) {
    const value = values[key]
    if (isThere(value)) {
      stated[key] = value
    }
  }
  return stated
}

/** A value for each key. */
export function valuesBy<Values, Row extends { readonly key: keyof Values & string }>(
  rows: readonly Row[],
  read: (row: Row) => Values[keyof Values & string],
): Partial<Values> {
  const values: Partial<Values> = {}
  for (const row of rows) {
    values[row.key] = read(row)
  }
  return values
}

/** What is stated, and the kernel's default for what was stated when last applied and is no longer. */
export function withDropped<Values extends object>(
  stated: Values,
  before: readonly string[],
  fallbacks: Values,
): Values {
  const isDropped = (key: string): key is keyof Values & string => !(key in stated) && key in fallbacks
  const dropped = before.filter(isDropped)
  return dropped.length === 0 ? stated : { ...pick(fallbacks, dropped), ...stated }
}

/** Keys of the form `port.learning`, without what stands before. */
export function keysWithin(prefix: string, keys: readonly string[]): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}
