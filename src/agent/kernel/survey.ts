/**
 * Looks up what hangs on links that are about to be replaced. Not followed by events: in the normal cycle nobody asks for it. What is asked
 * for grows with the number of links, not with its square.
 */
import {
  ClosedError,
  constants,
  KernelError,
  type Neighbour,
  type Nexthop,
  type Route,
  type RtnetlinkClient,
  type TrafficControl,
} from '../../rtnetlink/index.ts'
import { eachStep, type Steps } from '../facts/steps.ts'
import { inSlices, startInSlices } from '../host/slices.ts'
import type { Attachments, Qdisc } from './attachments.ts'

/** Up to this many links the kernel filters routes and nexthops for each; beyond, the whole tables are read once. */
const fewLinks = 8

/** Handles of hash tables of the `u32` classifier have none of these bits. Source: TC_U32_KEY(), linux/pkt_cls.h. */
const u32Key = 0xfffff

/** What hangs on one link, qdiscs with their handles still. */
interface Hanging {
  readonly qdiscs: TrafficControl[]
  readonly multicast: Attachments['multicast'][number][]
  readonly routes: Route[]
  readonly nexthops: Nexthop[]
  readonly proxies: Neighbour[]
}

/**
 * What hangs on each of these links, by ifindex, or why that could not be found out: an error of the client, which names what was asked.
 * The other links are none the worse for one that fails. What this kernel cannot list is taken for absent. Rejects with ClosedError alone.
 */
export async function survey(
  client: RtnetlinkClient,
  ifindexes: readonly number[],
): Promise<ReadonlyMap<number, Attachments | Error>> {
  const found = new Map<number, Attachments | Error>()
  const isFew = ifindexes.length <= fewLinks
  let hanging: ReadonlyMap<number, Hanging>
  try {
    hanging = await listHanging(client, ifindexes, isFew)
  } catch (error) {
    throwIfClosed(error)
    return new Map(ifindexes.map((index) => [index, error as Error]))
  }
  await startInSlices(hanging, async ([index, each]) => {
    try {
      const { multicast, proxies } = each
      const [routes, nexthops] = isFew
        ? await Promise.all([listRoutes(client, index), listed(client.listNexthops({ oif: index }))])
        : [each.routes, each.nexthops]
      const qdiscs = await countFilters(client, each.qdiscs)
      found.set(index, {
        qdiscs,
        multicast,
        routes: routes.filter((route) => outgoingOf(route).has(index)),
        nexthops: nexthops.filter(({ attributes }) => attributes.oif === index),
        proxies,
      })
    } catch (error) {
      throwIfClosed(error)
      found.set(index, error as Error)
    }
  })
  return found
}

function throwIfClosed(error: unknown): void {
  if (error instanceof ClosedError) {
    throw error
  }
}

/** What the kernel lists for all links at once; of few links without their routes and nexthops. */
async function listHanging(
  client: RtnetlinkClient,
  ifindexes: readonly number[],
  isFew: boolean,
): Promise<ReadonlyMap<number, Hanging>> {
  const [qdiscs, multicast, proxies, routes, nexthops] = await Promise.all([
    listed(client.listQdiscs()),
    listed(client.listMdb()),
    listed(client.listProxies()),
    isFew ? [] : listRoutes(client),
    isFew ? [] : listed(client.listNexthops()),
  ])
  const hanging = new Map<number, Hanging>(
    ifindexes.map((index) => [index, { qdiscs: [], multicast: [], routes: [], nexthops: [], proxies: [] }]),
  )
  function* sort(): Steps<void> {
    yield* eachStep(qdiscs, (qdisc) => {
      if (qdisc.handle !== 0) {
        hanging.get(qdisc.ifindex)?.qdiscs.push(qdisc)
      }
    })
    yield* eachStep(multicast, (each) => {
      const { owner, entry } = each
      for (const index of entry.state === constants.MDB_PERMANENT ? new Set([owner, entry.ifindex]) : []) {
        hanging.get(index)?.multicast.push(each)
      }
    })
    yield* eachStep(proxies, (proxy) => hanging.get(proxy.ifindex)?.proxies.push(proxy))
    yield* eachStep(routes, (route) => {
      for (const index of outgoingOf(route)) {
        hanging.get(index)?.routes.push(route)
      }
    })
    yield* eachStep(nexthops, (nexthop) => hanging.get(nexthop.attributes.oif ?? 0)?.nexthops.push(nexthop))
  }
  await inSlices(sort())
  return hanging
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
async function listRoutes(client: RtnetlinkClient, oif?: number): Promise<Route[]> {
  const families = [constants.AF_INET, constants.AF_INET6]
  const dumps = families.map((family) => listed(client.listRoutes({ family, ...(oif !== undefined && { oif }) })))
  const ownProtocols = [constants.RTPROT_REDIRECT, constants.RTPROT_KERNEL, constants.RTPROT_RA]
  return (await Promise.all(dumps))
    .flat()
    .filter(({ protocol, flags }) => !ownProtocols.includes(protocol) && (flags & constants.RTM_F_CLONED) === 0)
}

/** ifindexes of the links by which it leads. */
function outgoingOf({ attributes: { oif, multipath = [] } }: Route): ReadonlySet<number> {
  return new Set([...(oif === undefined ? [] : [oif]), ...multipath.map(({ ifindex }) => ifindex)])
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
