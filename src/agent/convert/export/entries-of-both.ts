/** Entries that a vxlan and its bridge both have, as one statement. */

import { statedEntries } from '../../desired/remote-parts.ts'
import type { BridgeFdbSpec } from '../../desired/schema/bridge-forwarding.ts'
import type { FdbSpec } from '../../desired/schema/forwarding.ts'
import type { DesiredState, VxlanSpec } from '../../desired/schema.ts'

/**
 * The state with `master: true` on entries of vxlans instead of entries of bridges, where that says the same. A MAC address that either has
 * more than once stays as it is.
 */
export function statedOnce({ vxlans, bridges }: DesiredState): DesiredState {
  const said = new Set<BridgeFdbSpec>()
  const merged = mapValues(vxlans, (spec, name) => withMaster(spec, entriesToward(name, bridges), said))
  return {
    vxlans: merged,
    bridges: mapValues(bridges, ({ fdb, ...spec }) => {
      const left = fdb?.filter((entry) => !said.has(entry)) ?? []
      return left.length === 0 ? spec : { ...spec, fdb: left }
    }),
  }
}

/** Static ones, by MAC address. */
function entriesToward(port: string, bridges: DesiredState['bridges']): ReadonlyMap<string, readonly BridgeFdbSpec[]> {
  return grouped(
    Object.values(bridges)
      .flatMap(({ fdb = [] }) => fdb)
      .filter(({ dev, state }) => dev === port && state === undefined),
  )
}

function withMaster(
  spec: VxlanSpec,
  toward: ReadonlyMap<string, readonly BridgeFdbSpec[]>,
  said: Set<BridgeFdbSpec>,
): VxlanSpec {
  if (spec.fdb === undefined || toward.size === 0) {
    return spec
  }
  const listed = statedEntries(spec.fdb)
  const own = grouped(listed)
  const fdb = listed.map((entry): FdbSpec => {
    const [same, ...others] = toward.get(entry.mac) ?? []
    const isOnce = others.length === 0 && own.get(entry.mac)?.length === 1
    if (same === undefined || !isOnce || same.sticky !== entry.sticky) {
      return entry
    }
    said.add(same)
    return { ...entry, master: true, ...(same.vlan !== undefined && { vlan: same.vlan }) }
  })
  return { ...spec, fdb }
}

function grouped<Entry extends { readonly mac: string }>(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const group = groups.get(entry.mac) ?? []
    group.push(entry)
    groups.set(entry.mac, group)
  }
  return groups
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Result,
): Record<string, Result> {
  const mapped = Object.entries(values).map(([key, value]): [string, Result] => [key, map(value, key)])
  return Object.assign(Object.create(null), Object.fromEntries(mapped))
}
