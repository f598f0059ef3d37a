/** The ways to all unicast remotes, as the kernel sends and as its routing table alone has them. */
import type { RouteQuery, RtnetlinkClient } from '../../../rtnetlink/index.ts'
import { forEachInSlices } from '../../host/slices.ts'
import type { Observed } from '../../kernel/observed.ts'
import type { Remote } from '../tunnels/remotes.ts'
import { lookUpPaths, queryKey, type WayTables } from '../underlay/look-up.ts'
import type { Way } from './facts.ts'

/** Rejects as the client does. Multicast groups, and nexthop groups whose members are not known, have none. */
export async function waysTo(
  remotes: readonly Remote[],
  client: Pick<RtnetlinkClient, 'getRoute'>,
  tables: WayTables,
): Promise<Omit<Way, 'arrival'>[]> {
  const asked = new Map<string, RouteQuery>()
  await forEachInSlices(remotes, ({ isGroup, query }) => {
    for (const each of isGroup || query === undefined ? [] : [query, unbound(query, tables.links)]) {
      if (each !== undefined) {
        asked.set(queryKey(each), each)
      }
    }
  })
  const paths = await lookUpPaths(client, tables, asked.values())
  const ways: Omit<Way, 'arrival'>[] = []
  await forEachInSlices(remotes, (remote) => {
    const { isGroup, query } = remote
    const path = isGroup || query === undefined ? undefined : paths.get(queryKey(query))
    if (path !== undefined && query !== undefined) {
      const free = unbound(query, tables.links)
      ways.push({ remote, path, free: free && paths.get(queryKey(free)) })
    }
  })
  return ways
}

/** The same question without a device; undefined where it names none, and of a device in a VRF, whose routing table is another one. */
function unbound({ oif, ...query }: RouteQuery, links: Observed['links']): RouteQuery | undefined {
  const device = links.get(oif ?? 0)
  const master = links.get(device?.attributes.master ?? 0)
  const isInVrf = [device, master].some((link) => link?.attributes.linkinfo?.kind === 'vrf')
  return oif === undefined || isInVrf ? undefined : query
}
