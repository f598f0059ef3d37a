/** Gathers what the checks look at: asks the kernel, and changes nothing. */
import { constants, type Link, type RtnetlinkClient } from '../../../rtnetlink/index.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { grouped } from '../../facts/grouped.ts'
import { familyOf } from '../../facts/ip-text.ts'
import { agesByUpdated, type KernelRelease } from '../../host/kernel-release.ts'
import { readIfReadable } from '../../host/proc-file.ts'
import { forEachInSlices, inSlices } from '../../host/slices.ts'
import { bridgeData } from '../../kernel/bridge-link.ts'
import { freshNeighbours } from '../../kernel/fresh-tables.ts'
import { readMemberships } from '../../kernel/multicast-membership.ts'
import { listNexthops } from '../../kernel/nexthop-members.ts'
import type { Observed } from '../../kernel/observed.ts'
import { ownAddresses } from '../../kernel/own-addresses.ts'
import { linkCounters, vniCounters } from '../../kernel/packet-counters.ts'
import { readMldQueries, readProtocolCounters } from '../../kernel/protocol-counters.ts'
import type { EventLog } from '../events/event-log.ts'
import { type Remote, remotesOf } from '../tunnels/remotes.ts'
import { arrivalsFrom } from './arrivals.ts'
import type { CounterWatch, PacketCounts } from './counter-watch.ts'
import { type AbsentVxlan, type HealthFacts, type MovingMac, type Queriers, type SeenVxlan, vxlansOf } from './facts.ts'
import { waysTo } from './ways.ts'

/** What is gathered from. */
export interface HealthSources {
  readonly client: Pick<RtnetlinkClient, 'getRoute' | 'listNeighbours' | 'listLinks' | 'listVnis' | 'listNexthops'>
  /** The tables as last heard. */
  readonly tables: { readonly observed: Observed }
  readonly release: KernelRelease
  readonly counters: CounterWatch
  /** Undefined without a daemon. */
  readonly log?: EventLog
  /** What is declared; undefined where nobody knows. */
  readonly desired?: () => DesiredState | undefined
  /** What probes of the fleet have found. */
  readonly probes?: () => HealthFacts['probes']
}

/** For how long a duplicate MAC address counts after its last move, in milliseconds. Source: RFC 7432 §15.1. */
const movesCountMs = 180_000

/** One look. Rejects as the client does. @param before the findings of the last one, by `findingKey` */
export async function gather(
  sources: HealthSources,
  { before, isWatching }: Pick<HealthFacts, 'before' | 'isWatching'>,
): Promise<HealthFacts> {
  const { client, tables, release, counters, log, desired, probes } = sources
  const { observed } = tables
  const nowMs = Date.now()
  const vxlans = vxlansOf(observed.links)
  const [nexthops, links, vnis] = await Promise.all([
    listNexthops(client),
    linkCounters(client, isCounted(vxlans)),
    vniCounters(client, observed),
  ])
  counters.note({ atMs: nowMs, protocol: readProtocolCounters(), links, vnis: packetsOf(vnis) })
  const remotes = await inSlices(remotesOf(observed, agesByUpdated(release), nexthops))
  const sending = new Set(
    vxlans.flatMap(({ link, isUnderlayHere }) => (isUnderlayHere && isUp(link) ? link.index : [])),
  )
  const asked: Remote[] = []
  await forEachInSlices(remotes, (remote) => {
    if (sending.has(remote.index)) {
      asked.push(remote)
    }
  })
  const groups = asked.filter(({ isGroup }) => isGroup)
  // Only a dump tells how long ago one that failed was asked.
  const neighbours = hasFailed(observed) ? await freshNeighbours(client) : observed.neighbours
  const ways = await waysTo(asked, client, { ...observed, neighbours, neighboursAtMs: nowMs })
  return {
    observed,
    vxlans,
    absent: absentVxlans(desired?.(), observed),
    ports: grouped(observed.links.values(), ({ attributes }) => attributes.master),
    remotes,
    own: ownAddresses(observed),
    ways: await arrivalsFrom(ways, client, observed),
    groups,
    memberships: groups.length === 0 ? new Map() : readMemberships(),
    queriers: queriersFor(groups, observed.links),
    mostMemberships: mostMemberships(),
    counters,
    moving: log === undefined ? [] : movingMacs(log, nowMs),
    probes: probes?.(),
    before,
    isWatching,
    nowMs,
  }
}

/** Whether a link is a vxlan or the underlay device of one. */
function isCounted(vxlans: readonly SeenVxlan[]): (index: number) => boolean {
  const counted = new Set(vxlans.flatMap(({ link, data }) => [link.index, data.link ?? 0]))
  return (index) => counted.has(index)
}

function packetsOf(vnis: Awaited<ReturnType<typeof vniCounters>>): Map<number, Map<number, PacketCounts>> {
  return new Map(
    Array.from(vnis, ([index, table]) => [
      index,
      new Map(
        Array.from(table, ([vni, { rxPackets = 0n, txPackets = 0n }]) => [
          vni,
          { rxPackets: Number(rxPackets), txPackets: Number(txPackets) },
        ]),
      ),
    ]),
  )
}

function isUp({ flags }: Link): boolean {
  return (flags & constants.IFF_UP) !== 0
}

function hasFailed({ neighbours }: Observed): boolean {
  for (const table of neighbours.values()) {
    for (const { state } of table.values()) {
      if ((state & constants.NUD_FAILED) !== 0) {
        return true
      }
    }
  }
  return false
}

/** Declared vxlans that are not there, whose device is not there either. */
function absentVxlans(desired: DesiredState | undefined, { links }: Observed): AbsentVxlan[] {
  const names = new Set(Array.from(links.values(), ({ attributes }) => attributes.ifname))
  return Object.entries(desired?.vxlans ?? {}).flatMap(([name, { dev }]) =>
    dev !== undefined && !names.has(dev) && !names.has(name) ? [{ name, dev }] : [],
  )
}

/**
 * Where queries were heard: of MLD the kernel counts them for each device, and a bridge that snoops knows of other queriers. Of IGMP on
 * another device it keeps nothing that can be read.
 */
function queriersFor(groups: readonly Remote[], links: Observed['links']): Queriers {
  const heard = new Map<string, boolean | undefined>()
  for (const { address, query } of groups) {
    const device = links.get(query?.oif ?? 0)
    const dev = device?.attributes.ifname
    if (dev === undefined || heard.has(dev)) {
      continue
    }
    const bridge = bridgeData(device)
    const queries = familyOf(address) === 'IPv6' ? readMldQueries(dev) : undefined
    const isKnown = bridge !== undefined && bridge.mcastSnooping === 1 && bridge.mcastQuerierState !== undefined
    const state = bridge?.mcastQuerierState
    const other = familyOf(address) === 'IPv6' ? state?.ipv6OtherTimer : state?.ipOtherTimer
    heard.set(
      dev,
      isKnown ? bridge.mcastQuerier === 1 || (other ?? 0n) > 0n : queries === undefined ? undefined : queries > 0,
    )
  }
  return heard
}

function mostMemberships(): number | undefined {
  const text = readIfReadable('/proc/sys/net/ipv4/igmp_max_memberships')
  return text === undefined ? undefined : Number(text)
}

/** MAC addresses that were found to move back and forth, or to be in two places, within the last minutes. */
function movingMacs(log: EventLog, nowMs: number): MovingMac[] {
  const found = new Map<string, MovingMac>()
  const recent = log.newestFirst(
    ({ kind, cause }) => kind === 'flapping' || (kind === 'duplicate' && cause === undefined),
  )
  for (const { at, mac, dev, from, vtep } of recent) {
    if (Date.parse(at) < nowMs - movesCountMs) {
      break
    }
    if (mac !== undefined && dev !== undefined && !found.has(`${dev} ${mac}`)) {
      found.set(`${dev} ${mac}`, { mac, link: dev, places: [from, vtep].filter((place) => place !== undefined) })
    }
  }
  return [...found.values()]
}
