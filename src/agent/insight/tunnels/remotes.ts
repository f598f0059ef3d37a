/** Which remotes the vxlans have, by their forwarding entries. Pure. */
import { constants, type Link, type Neighbour, type RouteQuery } from '../../../rtnetlink/index.ts'
import type { TunnelSource } from '../../answers/tunnel.ts'
import { isMulticast } from '../../facts/ip-text.ts'
import { nexthopGroupName } from '../../facts/nexthop-group.ts'
import { eachStep, type Steps } from '../../facts/steps.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import { type Nexthops, nexthopMembers } from '../../kernel/nexthop-members.ts'
import type { Observed } from '../../kernel/observed.ts'
import { remoteOf, vxlanData } from '../../kernel/vxlan-link.ts'
import { hasManyDestinations, isLearned } from '../../words/fdb-entry.ts'

/** One remote of one VNI, gathered from all entries that lead there. */
export interface Remote {
  /** The vxlan link's ifindex. */
  readonly index: number
  readonly ifname: string
  readonly vni: number
  /** Of a nexthop group whose members are not known: what it is called. */
  readonly address: string
  /** The nexthop groups that it is a member of. */
  readonly nexthopGroups: Set<number>
  readonly isGroup: boolean
  readonly dstport: number
  readonly sources: Set<TunnelSource>
  macs: number
  isFloodedTo: boolean
  /** How the way there is asked for; undefined of a nexthop group whose members are not known. */
  readonly query: RouteQuery | undefined
  /** Clock ticks since the kernel had a frame from there (of learned entries), the least of all. */
  idleTicks: number | undefined
  /** Clock ticks since the oldest of its entries that do not age was put there, or changed. */
  standingTicks: number | undefined
}

/**
 * The remotes of all vxlans, by link and VNI. `fdb` must not change between two steps. Each member of a nexthop group is a remote.
 * @param agesByUpdated which of an entry's two ages the kernel counts from
 * @param nexthops by id; a group that is not among them counts as one remote, without a way of its own
 */
export function* remotesOf(
  { links, fdb, vnis }: Pick<Observed, 'links' | 'fdb' | 'vnis'>,
  agesByUpdated: boolean,
  nexthops: Nexthops = new Map(),
): Steps<Remote[]> {
  const remotes: Remote[] = []
  // The links as they are now: one that comes later has no entries here.
  for (const link of [...links.values()]) {
    if (vxlanData(link) !== undefined) {
      const entries = fdb.get(link.index)?.values() ?? []
      for (const remote of yield* remotesOfLink(link, entries, vnis.get(link.index), { agesByUpdated, nexthops })) {
        remotes.push(remote)
      }
      yield
    }
  }
  return remotes
}

function* remotesOfLink(
  link: Link,
  entries: Iterable<Neighbour>,
  vnis: ReadonlyMap<number, string | undefined> | undefined,
  { agesByUpdated, nexthops }: { readonly agesByUpdated: boolean; readonly nexthops: Nexthops },
): Steps<Remote[]> {
  const data = vxlanData(link) ?? {}
  const remotes = new Map<string, Remote>()
  const { id = 0, local, local6, port = 0 } = data
  const src = local ?? local6
  const own = remoteOf(data)
  // The kernel binds to the device the link's own remote and entries with `via`; others go by the routing table.
  const wayTo = (dst: string, via: number | undefined): RouteQuery => ({
    dst,
    ...(src !== undefined && { src }),
    ...(via !== undefined && { oif: via }),
  })
  const remoteAt = (
    vni: number,
    address: string,
    dstport: number,
    via: number | undefined,
    isUnknown = false,
  ): Remote => {
    const key = `${vni} ${address} ${dstport} ${via ?? ''}`
    let remote = remotes.get(key)
    if (remote === undefined) {
      remote = {
        index: link.index,
        ifname: link.attributes.ifname ?? `${link.index}`,
        vni,
        address,
        isGroup: isMulticast(address),
        dstport,
        nexthopGroups: new Set(),
        sources: new Set(),
        macs: 0,
        isFloodedTo: false,
        query: isUnknown ? undefined : wayTo(address, via),
        idleTicks: undefined,
        standingTicks: undefined,
      }
      remotes.set(key, remote)
    }
    return remote
  }
  yield* eachStep(entries, ({ state, flags, attributes }) => {
    const { lladdr, dst, vni, srcVni, port: ownPort, ifindex, nhId, cacheinfo } = attributes
    const members = nhId === undefined ? undefined : nexthopMembers(nhId, nexthops)
    const addresses = dst === undefined ? (members ?? (nhId === undefined ? [] : [nexthopGroupName(nhId)])) : [dst]
    for (const address of addresses) {
      // The kernel shows the device of the default entry as the entry's own.
      const isUnknown = dst === undefined && members === undefined
      const remote = remoteAt(vni ?? srcVni ?? id, address, ownPort ?? port, ifindex, isUnknown)
      if (nhId !== undefined) {
        remote.nexthopGroups.add(nhId)
      }
      noteEntry(remote, { lladdr, state, flags, cacheinfo }, agesByUpdated)
    }
  })
  for (const [vni, group = own] of vnis ?? []) {
    if (group !== undefined) {
      const remote = remoteAt(vni, group, port, data.link)
      remote.sources.add(remote.isGroup ? 'group' : 'head-end')
      remote.isFloodedTo = true
    }
  }
  return mergeByWay([...remotes.values()])
}

/** Takes in one entry that leads there. */
function noteEntry(
  remote: Remote,
  {
    lladdr,
    state,
    flags,
    cacheinfo,
  }: Pick<Neighbour, 'state' | 'flags'> & Pick<Neighbour['attributes'], 'lladdr' | 'cacheinfo'>,
  agesByUpdated: boolean,
): void {
  const isFlood = lladdr === zeroMac
  const isDynamic = isLearned({ state, flags })
  if ((flags & constants.NTF_EXT_LEARNED) !== 0) {
    remote.sources.add('extern_learn')
  } else if (!isFlood) {
    remote.sources.add(isDynamic ? 'learned' : 'static')
  }
  if (isFlood) {
    remote.sources.add(remote.isGroup ? 'group' : 'head-end')
    remote.isFloodedTo = true
  } else if (!hasManyDestinations(lladdr)) {
    remote.macs += 1
  }
  if (!isDynamic && cacheinfo !== undefined) {
    remote.standingTicks = Math.max(remote.standingTicks ?? 0, cacheinfo.updated)
  }
  if (isDynamic && cacheinfo !== undefined) {
    const idle = agesByUpdated ? cacheinfo.updated : cacheinfo.used
    remote.idleTicks = Math.min(remote.idleTicks ?? Number.POSITIVE_INFINITY, idle)
  }
}

/** A VTEP known with a device and without one is one tunnel: that by which it is flooded to tells the way. */
function mergeByWay(remotes: readonly Remote[]): Remote[] {
  const merged = new Map<string, Remote>()
  for (const remote of remotes.toSorted((a, b) => Number(b.isFloodedTo) - Number(a.isFloodedTo))) {
    const key = `${remote.vni} ${remote.address} ${remote.dstport}`
    const known = merged.get(key)
    if (known === undefined) {
      merged.set(key, remote)
      continue
    }
    for (const source of remote.sources) {
      known.sources.add(source)
    }
    for (const group of remote.nexthopGroups) {
      known.nexthopGroups.add(group)
    }
    known.macs += remote.macs
    known.isFloodedTo ||= remote.isFloodedTo
    known.idleTicks =
      known.idleTicks === undefined || remote.idleTicks === undefined
        ? (known.idleTicks ?? remote.idleTicks)
        : Math.min(known.idleTicks, remote.idleTicks)
    known.standingTicks =
      known.standingTicks === undefined || remote.standingTicks === undefined
        ? (known.standingTicks ?? remote.standingTicks)
        : Math.max(known.standingTicks, remote.standingTicks)
  }
  return [...merged.values()].toSorted((a, b) => a.vni - b.vni || compareText(a.address, b.address))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
