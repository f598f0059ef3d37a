/** Tables as the kernel has them now, with the ages of their entries, which notifications do not tell. */
import type { Neighbour, RtnetlinkClient } from '../../rtnetlink/index.ts'
import { forEachInSlices } from '../host/slices.ts'
import { neighbourKey, type Observed } from './observed.ts'

/** ARP and ND entries: while the kernel asks for an address it tells nothing. Rejects as the client does. */
export async function freshNeighbours(
  client: Pick<RtnetlinkClient, 'listNeighbours'>,
): Promise<Observed['neighbours']> {
  return tablesOf(await client.listNeighbours(), ({ ifindex }) => ifindex, neighbourKey)
}

/** Entries by whose table they are in, then by their key. */
export async function tablesOf(
  entries: Iterable<Neighbour>,
  ownerOf: (entry: Neighbour) => number,
  keyOf: (entry: Neighbour) => string,
): Promise<Map<number, Map<string, Neighbour>>> {
  const tables = new Map<number, Map<string, Neighbour>>()
  await forEachInSlices(entries, (entry) => {
    const owner = ownerOf(entry)
    const table = tables.get(owner) ?? new Map<string, Neighbour>()
    tables.set(owner, table.set(keyOf(entry), entry))
  })
  return tables
}
