/** Asks the kernel for the ways to many addresses. */
import type { RouteQuery, RtnetlinkClient } from '../../../rtnetlink/index.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import { forEachInSlices } from '../../host/slices.ts'
import type { Observed } from '../../kernel/observed.ts'
import { hasAddress } from '../../kernel/own-addresses.ts'
import { noPath, type PathTables, pathBy } from './path.ts'

/** Ways by {@link queryKey}. */
export type UnderlayPaths = ReadonlyMap<string, UnderlayPath>

/** The tables that ways are read from. */
export type WayTables = PathTables & Pick<Observed, 'addresses'>

/** Requests in flight at a time. */
const batch = 256

/** Two queries with the same key have the same answer. */
export function queryKey({ dst, src, oif }: RouteQuery): string {
  return `${dst} ${src ?? ''} ${oif ?? ''}`
}

/** The ways, each asked for once. Rejects when the kernel cannot be asked at all. */
export async function lookUpPaths(
  client: Pick<RtnetlinkClient, 'getRoute'>,
  tables: WayTables,
  queries: Iterable<RouteQuery>,
): Promise<UnderlayPaths> {
  const byKey = new Map<string, RouteQuery>()
  await forEachInSlices(queries, (query) => {
    byKey.set(queryKey(query), query)
  })
  const wanted = [...byKey]
  const paths = new Map<string, UnderlayPath>()
  for (let start = 0; start < wanted.length; start += batch) {
    await Promise.all(
      wanted.slice(start, start + batch).map(async ([key, query]) => {
        paths.set(key, await lookUpPath(client, tables, query))
      }),
    )
  }
  return paths
}

/** One way. */
export async function lookUpPath(
  client: Pick<RtnetlinkClient, 'getRoute'>,
  tables: WayTables,
  query: RouteQuery,
): Promise<UnderlayPath> {
  try {
    return pathBy(await client.getRoute(query), query.dst, tables)
  } catch (error) {
    return noPath(error, query.dst, hasAddress(tables, query.src) ? undefined : query.src)
  }
}
