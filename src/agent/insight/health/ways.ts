/** The ways to all unicast remotes, as the kernel sends and as its routing table alone has them. */
import type { RtnetlinkClient } from '../../../rtnetlink/index.ts'
import type { Remote } from '../tunnels/remotes.ts'
import { lookUpPaths, queryKey, type WayTables } from '../underlay/look-up.ts'
import type { Way } from './facts.ts'

/** Rejects as the client does. Multicast groups, and nexthop groups whose members are not known, have none. */
export async function waysTo(
  remotes: readonly Remote[],
  client: Pick<RtnetlinkClient, 'getRoute'>,
  tables: WayTables,
): Promise<Omit<Way, 'arrival'>[]> {
  const asked = remotes.flatMap((remote) =>
    remote.isGroup || remote.query === undefined ? [] : [{ remote, bound: remote.query, free: unbound(remote.query) }],
  )
  const queries = asked.flatMap(({ bound, free }) => (free === undefined ? [bound] : [bound, free]))
  const paths = await lookUpPaths(client, tables, queries)
  return asked.flatMap(({ remote, bound, free }) => {
    const path = paths.get(queryKey(bound))
    return path === undefined ? [] : [{ remote, path, free: free && paths.get(queryKey(free)) }]
  })
}

/** The same question without a device; undefined where it names none. */
function unbound({ oif, ...query }: NonNullable<Remote['query']>): Remote['query'] {
  return oif === undefined ? undefined : query
}
