/** Looks up what hangs on links that are about to be replaced. Not followed by events: in the normal cycle nobody asks for it. */
import {
  constants,
  KernelError,
  type Nexthop,
  type Route,
  type RtnetlinkClient,
  type TrafficControl,
} from '../../rtnetlink/index.ts'
import type { Attachments, Qdisc } from './attachments.ts'

/** Up to this many links the kernel filters the routing tables for each; beyond, the whole tables are read once. */
const fewLinks = 8

/** Handles of hash tables of the `u32` classifier have none of these bits. Source: TC_U32_KEY(), linux/pkt_cls.h. */
const u32Key = 0xfffff

/** What hangs on each of these links, by ifindex. Rejects as the client does; what this kernel cannot list is taken for absent. */
export async function survey(
  client: RtnetlinkClient,
  ifindexes: readonly number[],
): Promise<ReadonlyMap<number, Attachments>> {
  const [qdiscs, multicast, routes, nexthops, proxies] = await Promise.all([
    listed(client.listQdiscs()),
    listed(client.listMdb()),
    listRoutes(client, ifindexes),
    Promise.all(ifindexes.map((oif) => listed(client.listNexthops({ oif })))),
    listed(client.listProxies()),
  ])
  const found = ifindexes.map(
    async (index, at): Promise<[number, Attachments]> => [
      index,
      {
        qdiscs: await countFilters(
          client,
          qdiscs.filter(({ ifindex, handle }) => ifindex === index && handle !== 0),
        ),
        multicast: multicast.filter(
          ({ owner, entry }) => (owner === index || entry.ifindex === index) && entry.state === constants.MDB_PERMANENT,
        ),
        routes: routes.filter((route) => isBy(route, index)),
        // Kernels before 5.3 take the filter for one by any device.
        nexthops: (nexthops[at] as Nexthop[]).filter(({ attributes }) => attributes.oif === index),
        proxies: proxies.filter(({ ifindex }) => ifindex === index),
      },
    ],
  )
  return new Map(await Promise.all(found))
}

/** Codes of kernels that were built without, or before, what is asked for. */
const unsupported = new Set(['EOPNOTSUPP', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ENODEV', 'EINVAL', 'ENOENT'])

async function listed<T>(request: Promise<T[]>): Promise<T[]> {
  try {
    return await request
  } catch (error) {
    if (error instanceof KernelError && unsupported.has(error.code)) {
      return []
    }
    throw error
  }
}

/** Those that somebody, or a routing daemon, added: the kernel makes its own again with the addresses. */
async function listRoutes(client: RtnetlinkClient, ifindexes: readonly number[]): Promise<Route[]> {
  const oifs = ifindexes.length > fewLinks ? [undefined] : ifindexes
  const families = [constants.AF_INET, constants.AF_INET6]
  const dumps = families.flatMap((family) =>
    oifs.map((oif) => listed(client.listRoutes({ family, ...(oif !== undefined && { oif }) }))),
  )
  const ownProtocols = [constants.RTPROT_REDIRECT, constants.RTPROT_KERNEL, constants.RTPROT_RA]
  return (await Promise.all(dumps))
    .flat()
    .filter(({ protocol, flags }) => !ownProtocols.includes(protocol) && (flags & constants.RTM_F_CLONED) === 0)
}

function isBy({ attributes: { oif, multipath = [] } }: Route, index: number): boolean {
  return oif === index || multipath.some(({ ifindex }) => ifindex === index)
}

async function countFilters(client: RtnetlinkClient, qdiscs: readonly TrafficControl[]): Promise<Qdisc[]> {
  return Promise.all(
    qdiscs.map(async ({ ifindex, handle, attributes: { kind = 'unknown' } }) => {
      const parents =
        kind === 'clsact' || kind === 'ingress' ? [constants.TC_H_MIN_INGRESS, constants.TC_H_MIN_EGRESS] : [handle]
      const filters = await Promise.all(parents.map((parent) => listed(client.listFilters({ index: ifindex, parent }))))
      return { kind, filters: new Set(filters.flat().filter(isFilter).map(identityOf)).size }
    }),
  )
}

/** Filters of kind `u32` on either end of a `clsact` are reported for both: all of them are in one table. */
function identityOf({ handle, parent, info, attributes: { kind } }: TrafficControl): string {
  return kind === 'u32' ? `u32 ${info} ${handle}` : `${kind} ${parent} ${info} ${handle}`
}

/** Not the classifier, of which the kernel also reports, nor a hash table of `u32`. */
function isFilter({ handle, attributes: { kind, options } }: TrafficControl): boolean {
  return options !== undefined && handle !== 0 && !(kind === 'u32' && (handle & u32Key) === 0)
}
