/** Values that are wanted against values that are there. */
import { isDeepStrictEqual } from 'node:util'

/** Values by key. */
export type Values = Readonly<Record<string, unknown>>

/** One value that differs, in iproute2's words. */
export interface AttributeChange {
  /** The desired file's key: `ttl`, `learning` of a port, `ipv4.arp_accept` of a sysctl. */
  readonly attribute: string
  /** What the kernel has; undefined when it has nothing there. */
  readonly from: unknown
  readonly to: unknown
}

/** What differs of the wanted, in the order of `keys`. */
export function changesBetween(keys: Iterable<string>, present: Values, wanted: Values): AttributeChange[] {
  const changes: AttributeChange[] = []
  for (const key of keys) {
    if (key in wanted && !isDeepStrictEqual(present[key], wanted[key])) {
      changes.push({ attribute: key, from: present[key], to: wanted[key] })
    }
  }
  return changes
}

/** What is stated, and the kernel's default for what was stated when last applied and is no longer. */
export function withDropped(stated: Values, before: readonly string[], fallbacks: Values): Values {
  const dropped = before.filter((key) => !(key in stated) && key in fallbacks)
  return dropped.length === 0
    ? stated
    : { ...Object.fromEntries(dropped.map((key) => [key, fallbacks[key]])), ...stated }
}

/** Keys of the form `port.learning`, without what stands before. */
export function keysWithin(prefix: string, keys: readonly string[]): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}
