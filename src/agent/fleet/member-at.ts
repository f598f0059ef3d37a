/** Which member of the fleet is behind an address, as it was handed over last. */
import type { FleetHandover, FleetRemote } from '../answers/fleet.ts'
import { grouped } from '../facts/grouped.ts'

/** Finds a member by the VNI, the address of its VTEP, and the UDP port that frames to it are sent to. */
export type MemberAt = (vni: number, address: string, dstport: number) => FleetRemote | undefined

const tables = new WeakMap<FleetHandover, ReadonlyMap<string, readonly FleetRemote[]>>()

/** Made once for each handover: there may be thousands of members, and each is looked for. */
export function memberIn(handover: FleetHandover | undefined): MemberAt {
  if (handover === undefined) {
    return () => undefined
  }
  const table = tables.get(handover) ?? tableOf(handover)
  tables.set(handover, table)
  return (vni, address, dstport) => {
    // Behind one translated address there may be several, told apart by the port.
    const known = table.get(`${vni} ${address}`) ?? []
    return known.find(({ port }) => port === dstport) ?? known.find(({ port }) => port === undefined)
  }
}

function tableOf({ links }: FleetHandover): ReadonlyMap<string, readonly FleetRemote[]> {
  const all = Object.values(links).flatMap(({ vni, remotes }) => remotes.map((remote) => ({ vni, remote })))
  const byPlace = grouped(all, ({ vni, remote }) => `${vni} ${remote.dst}`)
  return new Map(Array.from(byPlace, ([place, found]) => [place, found.map(({ remote }) => remote)]))
}
