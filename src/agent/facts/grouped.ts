/** Items by what they have in common. */

/** Items by key, in their order; those without a key are left out. */
export function grouped<Key, T>(items: Iterable<T>, keyOf: (item: T) => Key | undefined): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = key === undefined ? undefined : groups.get(key)
    if (group !== undefined) {
      group.push(item)
    } else if (key !== undefined) {
      groups.set(key, [item])
    }
  }
  return groups
}
