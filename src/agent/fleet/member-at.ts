/** Which member of the fleet is behind an address, as it was handed over last. */
import type { FleetHandover, FleetRemote } from '../answers/fleet.ts'

/** Finds a member by the vxlan link and the address of its VTEP. */
export type MemberAt = (link: string, address: string) => FleetRemote | undefined

type ByAddress = ReadonlyMap<string, FleetRemote>

const tables = new WeakMap<FleetHandover, Map<string, ByAddress>>()

/** Made once for each handover: there may be thousands of members, and each is looked for. */
export function memberIn(handover: FleetHandover | undefined): MemberAt {
  if (handover === undefined) {
    return () => undefined
  }
  const known = tables.get(handover) ?? new Map<string, ByAddress>()
  tables.set(handover, known)
  return (link, address) => {
    const state = Object.hasOwn(handover.links, link) ? handover.links[link] : undefined
    const table = known.get(link) ?? new Map(state?.remotes.map((remote) => [remote.dst, remote]))
    known.set(link, table)
    return table.get(address)
  }
}
