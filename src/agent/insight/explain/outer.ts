/** The outer packets of a frame: addresses, port, the underlay's way, and what the MTU leaves. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { OuterPacket } from '../../answers/explanation.ts'
import type { UnderlayPath } from '../../answers/tunnel.ts'
import { nextHopKnowledge } from '../../answers/tunnel-state.ts'
import { familyOf, isMulticast } from '../../facts/ip-text.ts'
import { encapsulationOverhead } from '../../facts/vxlan.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { nameOf } from './departure-point.ts'
import type { Sources } from './sources.ts'
import type { StepLog } from './step-log.ts'
import { type Destination, type Dispatch, listed } from './tunnel-entry.ts'

/** As many destinations are told one by one; all of them are in `packets`. */
const mostTold = 8

/** Looks up the ways, and tells of them. */
export async function outerPackets(
  { vxlan, destinations }: Dispatch,
  sources: Sources,
  log: StepLog,
): Promise<{ readonly packets: OuterPacket[]; readonly problems: readonly string[] }> {
  const paths = await Promise.all(destinations.map(({ query }) => sources.path(query)))
  const ways = destinations.map((destination, at) => ({ destination, path: paths[at] as UnderlayPath }))
  for (const { destination, path } of ways.slice(0, mostTold)) {
    tellWay(destination, path, vxlan, sources.nowMs, log)
  }
  if (ways.length > mostTold) {
    const rest = ways.slice(mostTold)
    const broken = rest.filter(({ path }) => !path.isResolved)
    const text = `${rest.length} more destinations`
    if (broken.length > 0) {
      log.warn(
        'underlay',
        `${text}, ${broken.length} of them not resolved: ${listed(broken.map(({ destination }) => destination.address))}`,
      )
    } else {
      log.note('underlay', `${text}, all resolved`)
    }
  }
  tellMtu(vxlan, ways, log)
  const packets = ways.map(({ destination: { vni, address, port }, path: { source, dev, gateway, mtu, problem } }) => ({
    vni,
    remote: address,
    dstport: port,
    ...(source !== undefined && { source }),
    ...(dev !== undefined && { dev }),
    ...(gateway !== undefined && { gateway }),
    ...(mtu !== undefined && { mtu }),
    ...(problem !== undefined && { problem }),
  }))
  return { packets, problems: ways.flatMap(({ path: { problem } }) => (problem === undefined ? [] : [problem])) }
}

function tellWay(
  { address, port, vni }: Destination,
  path: UnderlayPath,
  vxlan: Link,
  nowMs: number,
  log: StepLog,
): void {
  const data = vxlanData(vxlan) ?? {}
  const { low = 0, high = 0 } = data.portRange ?? {}
  const ports =
    low === 0 && high === 0 ? 'a port chosen by the flow' : `a port from ${low} to ${high} chosen by the flow`
  const source = data.local ?? data.local6 ?? path.source ?? 'an address of this host'
  log.note(
    'outer',
    `outer packet: ${source} to ${address}, UDP ${ports} to ${port}, VNI ${vni}${ttlNote(address, data.ttl)}`,
  )
  const { dev, gateway, neighbour, nextHopMac, problem } = path
  if (problem !== undefined) {
    log.warn('underlay', problem)
    return
  }
  const hop = gateway === undefined ? '' : ` by the gateway ${gateway}`
  const known =
    nextHopMac === undefined
      ? ''
      : `, ${nextHopMac} (${nextHopKnowledge(path, (moment) => `${Math.max(0, Math.round((nowMs - Date.parse(moment)) / 1000))} s`)})`
  const asked = neighbour === 'none' ? ', whose MAC address is asked for first' : known
  log.note('underlay', `${address} is reached${hop} on ${dev ?? 'a device that is gone'}${asked}`)
}

/** A multicast packet without a TTL of its own goes no further than the link. Source: vxlan_xmit_one(), drivers/net/vxlan/vxlan_core.c. */
function ttlNote(address: string, ttl: number | undefined): string {
  if (ttl !== undefined && ttl !== 0) {
    return `, TTL ${ttl}`
  }
  return isMulticast(address) ? ', TTL 1: no router passes it on' : ''
}

function tellMtu(
  vxlan: Link,
  ways: readonly { readonly destination: Destination; readonly path: UnderlayPath }[],
  log: StepLog,
): void {
  const own = vxlan.attributes.mtu ?? 0
  const limits = ways.flatMap(({ destination: { address }, path: { mtu, dev } }) =>
    mtu === undefined ? [] : [{ left: mtu - encapsulationOverhead(familyOf(address)), mtu, dev, address }],
  )
  const [least] = limits.toSorted((a, b) => a.left - b.left)
  if (least === undefined) {
    return
  }
  const text = `${least.dev} carries ${least.mtu} bytes to ${least.address}, which leaves ${least.left} for the inner packet; ${nameOf(vxlan)} has an MTU of ${own}`
  if (own > least.left) {
    log.warn('mtu', `${text}: packets of more than ${least.left} bytes are fragmented or lost`)
  } else {
    log.note('mtu', text)
  }
}
