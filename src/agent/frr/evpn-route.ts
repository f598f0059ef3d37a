/** The BGP EVPN route behind a forwarding entry, as FRR tells it. Only what is needed of its answers is read, and every part may be missing. */
import * as z from 'zod'
import { askVty, type FrrDaemon } from './vty.ts'

/** A route of type 2 (a MAC address) or 3 (a VTEP that floods go to). Source: RFC 7432 §7.2, §7.3. */
export interface EvpnRoute {
  readonly type: 2 | 3
  /** Route distinguisher of the host that originated it. */
  readonly rd?: string
  /** The VTEP that it leads to. */
  readonly nexthop?: string
  /** From whom bgpd has it. */
  readonly neighbour?: string
  /** `IGP`, `EGP` or `incomplete`. */
  readonly origin?: string
  /** Route targets and other communities. */
  readonly communities?: string
  /** Mobility sequence number. Source: RFC 7432 §7.7. */
  readonly sequence?: number
  /** When bgpd had it last updated: ISO 8601, UTC. */
  readonly updated?: string
}

/** Asks a daemon. */
export type AskFrr = (daemon: FrrDaemon, command: string) => Promise<unknown>

export function askFrrIn(directory: string): AskFrr {
  return (daemon, command) => askVty(directory, daemon, command)
}

const path = z.looseObject({
  vni: z.string().optional(),
  origin: z.string().optional(),
  bestpath: z.union([z.boolean(), z.looseObject({ overall: z.boolean().optional() })]).optional(),
  extendedCommunity: z.looseObject({ string: z.string() }).optional(),
  lastUpdate: z.looseObject({ epoch: z.number() }).optional(),
  nexthops: z.array(z.looseObject({ ip: z.string().optional() })).optional(),
  peer: z.looseObject({ peerId: z.string().optional() }).optional(),
  peerId: z.string().optional(),
})
type Path = z.output<typeof path>
/** Of some commands a list of lists. */
const paths = z.array(z.union([path, z.array(path)])).transform((all) => all.flat())
const prefixes = z.looseObject({ paths })

/** The route for a MAC address; undefined if bgpd has none. Rejects with VtyError. */
export async function macRoute(mac: string, vni: number, ask: AskFrr): Promise<EvpnRoute | undefined> {
  const [routes, inZebra] = await Promise.all([
    ask('bgpd', `show bgp l2vpn evpn route rd all mac ${mac} json`),
    ask('zebra', `show evpn mac vni ${vni} mac ${mac} json`),
  ])
  const known = pathsByRd(routes).filter(({ of }) => of.vni === undefined || of.vni === `${vni}`)
  const best = known.find(({ of }) => isBest(of)) ?? known[0]
  if (best === undefined) {
    return undefined
  }
  const entry = z.record(z.string(), z.looseObject({ remoteSequence: z.number().optional() })).safeParse(inZebra)
  const sequence = entry.success ? entry.data[mac]?.remoteSequence : undefined
  return { type: 2, rd: best.rd, ...partsOf(best.of), ...(sequence !== undefined && { sequence }) }
}

/** The route by which a VTEP is in the flood list; undefined if bgpd has none. Rejects with VtyError. */
export async function floodRoute(vtep: string, vni: number, ask: AskFrr): Promise<EvpnRoute | undefined> {
  const ofVni = prefixes.safeParse(await ask('bgpd', `show bgp l2vpn evpn route vni ${vni} multicast ${vtep} json`))
  const own = ofVni.success ? (ofVni.data.paths.find(isBest) ?? ofVni.data.paths[0]) : undefined
  if (own === undefined) {
    return undefined
  }
  // The table of one VNI does not have the distinguisher: it is that of the route with the same targets.
  const all = pathsByRd(await ask('bgpd', 'show bgp l2vpn evpn route type multicast json'))
  const same = all.find(
    ({ of, prefix }) => prefix.endsWith(`[${vtep}]`) && communitiesOf(of).join() === communitiesOf(own).join(),
  )
  return { type: 3, ...(same !== undefined && { rd: same.rd }), ...partsOf(own) }
}

interface PathOfRd {
  readonly rd: string
  readonly prefix: string
  readonly of: Path
}

function pathsByRd(answer: unknown): PathOfRd[] {
  const byRd = z.record(z.string(), z.unknown()).safeParse(answer)
  return Object.entries(byRd.success ? byRd.data : {}).flatMap(([rd, ofRd]) => {
    const byPrefix = z.record(z.string(), z.unknown()).safeParse(ofRd)
    return Object.entries(byPrefix.success ? byPrefix.data : {}).flatMap(([prefix, value]) => {
      const read = prefixes.safeParse(value)
      return read.success ? read.data.paths.map((of) => ({ rd, prefix, of })) : []
    })
  })
}

function isBest({ bestpath }: Path): boolean {
  return bestpath === true || (typeof bestpath === 'object' && bestpath.overall === true)
}

/** Its order says nothing. */
function communitiesOf({ extendedCommunity }: Path): string[] {
  return (extendedCommunity?.string ?? '').split(' ').filter(Boolean).sort()
}

function partsOf(of: Path): Omit<EvpnRoute, 'type' | 'rd'> {
  const neighbour = of.peer?.peerId ?? of.peerId
  const nexthop = of.nexthops?.[0]?.ip
  const communities = of.extendedCommunity?.string
  return {
    ...(nexthop !== undefined && { nexthop }),
    ...(neighbour !== undefined && { neighbour }),
    ...(of.origin !== undefined && { origin: of.origin }),
    ...(communities !== undefined && { communities }),
    ...(of.lastUpdate !== undefined && { updated: new Date(of.lastUpdate.epoch * 1000).toISOString() }),
  }
}
