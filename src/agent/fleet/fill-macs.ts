/** What is behind the members → entries of a vxlan and its bridge, and neighbours, in the place of `fleet`. Pure. */
import type { FleetLinkState, FleetMac } from '../answers/fleet.ts'
import type { FleetPart } from '../desired/filled-state.ts'
import { type DesiredVxlan, overlayOf } from '../desired/overlay.ts'
import { asksFor, statedEntries } from '../desired/remote-parts.ts'
import type { FdbSpec, NeighbourSpec } from '../desired/schema/forwarding.ts'
import { type BridgeSpec, type DesiredState, dstportOf, type VxlanSpec } from '../desired/schema.ts'
import { rangeBounds } from '../desired/values.ts'
import { familyOf } from '../facts/ip-text.ts'
import { underlayFamily } from '../facts/vxlan.ts'
import type { ChunkOf } from './kept-chunks.ts'

/** What a vxlan gets, and what its bridge does. */
export interface FilledMacs {
  readonly fdb?: readonly FdbSpec[]
  readonly neighbours?: readonly NeighbourSpec[]
  readonly part: Pick<FleetPart, 'fdbFrom' | 'isFdbPending' | 'areNeighboursPending'>
  /** The declared bridge that the link is a port of, and the neighbours that it gets beside its own. */
  readonly bridge?: {
    readonly name: string
    readonly neighbours: readonly NeighbourSpec[]
    readonly part: Pick<FleetPart, 'isFdbPending' | 'areNeighboursPending'>
  }
  readonly notes: readonly string[]
}

const notYet =
  'the fleet process has handed over no MAC addresses for it yet: entries that it has stay, and none are added (vxagent-fleet.service)'

/**
 * @param given what was handed over for the link, where it is for its VNI
 * @param chunkOf the chunks that are here
 */
export function fillMacs(
  state: DesiredState,
  name: string,
  given: FleetLinkState | undefined,
  chunkOf: ChunkOf,
): FilledMacs {
  const link = overlayOf(state).links.get(name) as DesiredVxlan
  const { spec } = link
  const wants = { fdb: asksFor(spec, 'fdb'), neighbours: asksFor(spec, 'neighbours') }
  const chunks = given?.macs?.chunks.map(chunkOf)
  const isPending = chunks === undefined || chunks.includes(undefined)
  const here = isPending ? [] : (chunks as readonly (readonly FleetMac[])[])
  const place = placeOf(state, link)
  const onBridge = wants.neighbours && place.bridge !== undefined
  const onLink = wants.neighbours && (place.bridge === undefined || spec.proxy === true)
  const stated = statedEntries(spec.fdb)
  const neighbours = wants.neighbours ? neighboursIn(here) : []
  const pending = {
    ...(wants.fdb && isPending && { isFdbPending: true }),
    ...(wants.neighbours && isPending && { areNeighboursPending: true }),
  }
  return {
    ...(wants.fdb && { fdb: [...stated, ...entriesIn(here, stated, { spec, ...place })] }),
    ...(wants.neighbours && { neighbours: together(statedEntries(spec.neighbours), onLink ? neighbours : []) }),
    part: { ...(wants.fdb && { fdbFrom: stated.length }), ...pending },
    ...(place.bridge !== undefined && {
      bridge: { name: place.bridge, neighbours: onBridge ? neighbours : [], part: pending },
    }),
    notes: isPending ? [notYet] : [],
  }
}

/** The neighbours that a list states, and those that it does not speak of. */
export function together(
  stated: readonly NeighbourSpec[],
  ofFleet: readonly NeighbourSpec[],
): readonly NeighbourSpec[] {
  const known = new Set(stated.map(({ ip }) => ip))
  return ofFleet.length === 0 ? stated : [...stated, ...ofFleet.filter(({ ip }) => !known.has(ip))]
}

interface Place {
  /** The declared bridge that the link is a port of. */
  readonly bridge?: string
  /** Of that, which its entries are for; undefined: all. */
  readonly vlan?: number
}

function placeOf({ bridges }: DesiredState, { spec: { master }, port }: DesiredVxlan): Place {
  const bridge = master !== undefined && Object.hasOwn(bridges, master) ? bridges[master] : undefined
  if (bridge === undefined || master === undefined) {
    return {}
  }
  const vlan = bridge.vlan_filtering === true ? pvidOf(bridge, port?.spec.vlans) : undefined
  return { bridge: master, ...(vlan !== undefined && { vlan }) }
}

/** The VLAN that frames without a tag belong to at a port: those of the VNI. */
function pvidOf({ vlan_default_pvid: usual = 1 }: BridgeSpec, vlans: VlanList): number | undefined {
  if (vlans === undefined) {
    return usual === 0 ? undefined : usual
  }
  const own = vlans.flatMap((vlan) => (typeof vlan === 'object' && vlan.pvid === true ? [vlan.vid] : []))[0]
  return own === undefined ? undefined : rangeBounds(own)[0]
}

type VlanList = NonNullable<DesiredVxlan['port']>['spec']['vlans']

interface EntryPlace extends Place {
  readonly spec: VxlanSpec
}

/** What was made of a chunk: the same objects each time, since there may be 100,000 of them. */
const made = new WeakMap<readonly FleetMac[], { readonly how: string; readonly entries: readonly FdbSpec[] }>()

function entriesIn(chunks: readonly (readonly FleetMac[])[], stated: readonly FdbSpec[], place: EntryPlace): FdbSpec[] {
  const own = new Set(stated.map(({ mac }) => mac))
  const all = chunks.flatMap((chunk) => entriesOf(chunk, place))
  return own.size === 0 ? all : all.filter(({ mac }) => !own.has(mac))
}

function entriesOf(chunk: readonly FleetMac[], { spec, bridge, vlan }: EntryPlace): readonly FdbSpec[] {
  const dstport = dstportOf(spec)
  const family = underlayFamily(spec)
  const how = [dstport, family, bridge !== undefined, vlan].join()
  const known = made.get(chunk)
  if (known?.how === how) {
    return known.entries
  }
  const marks = bridge === undefined ? {} : { master: true, ...(vlan !== undefined && { vlan }) }
  const entries = chunk.flatMap(({ mac, dst, port }): FdbSpec[] =>
    familyOf(dst) === family ? [{ mac, dst, ...(port !== undefined && port !== dstport && { port }), ...marks }] : [],
  )
  made.set(chunk, { how, entries })
  return entries
}

/** Of two MAC addresses with one IP address the first in order counts. */
function neighboursIn(chunks: readonly (readonly FleetMac[])[]): NeighbourSpec[] {
  const byIp = new Map<string, string>()
  for (const { mac, ips } of chunks.flat()) {
    for (const ip of ips) {
      const known = byIp.get(ip)
      if (known === undefined || mac < known) {
        byIp.set(ip, mac)
      }
    }
  }
  return Array.from(byIp, ([ip, mac]) => ({ ip, mac }))
}
