/** Equal desired states have one text, and by it one hash. */
import { createHash } from 'node:crypto'
import type { DesiredState } from './schema.ts'

/**
 * JSON of a state. The schema puts the keys of each object into its own order, so that only names, of links and of the ports of
 * bridges, are left to be sorted.
 */
export function canonicalText({ vxlans, bridges, fleet }: DesiredState): string {
  return JSON.stringify({
    vxlans: sorted(vxlans, (vxlan) => vxlan),
    bridges: sorted(bridges, ({ ports, ...bridge }) =>
      ports === undefined ? bridge : { ...bridge, ports: sorted(ports, (port) => port) },
    ),
    ...(fleet !== undefined && { fleet }),
  })
}

/** SHA-256, in hex, of a state: equal states have equal hashes, in whatever files and order they were stated. */
export function hashOf(state: DesiredState): string {
  return createHash('sha256').update(canonicalText(state)).digest('hex')
}

/** By the code units of the names. */
function sorted<T, U>(byName: Readonly<Record<string, T>>, of: (value: T) => U): Record<string, U> {
  const entries = Object.entries(byName).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, value]) => [name, of(value)]))
}
