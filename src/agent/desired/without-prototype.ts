/** Records that have the names that a file says, and no others. Apart from the values: what takes links from another thread needs no schema. */

/** A record without a prototype, so that a link named `constructor` is found only where there is one. */
export function withoutPrototype<T extends object>(record: T): T {
  return Object.assign(Object.create(null), record)
}
