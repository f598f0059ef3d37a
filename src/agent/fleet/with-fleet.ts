/** A desired state and what the fleet process handed over → the state with the fleet's remotes in it. Pure. */
import type { FleetHandover, FleetLinkState, FleetRemote } from '../answers/fleet.ts'
import type { FilledState, FleetPart } from '../desired/filled-state.ts'
import type { Path } from '../desired/finding.ts'
import { asksFleet, asksFor, asksForMacs, type FleetList, fleetLists, statedRemotes } from '../desired/remote-parts.ts'
import { fleetWord } from '../desired/schema/fleet.ts'
import type { RemoteSpec } from '../desired/schema/forwarding.ts'
import { type BridgeSpec, type DesiredState, dstportOf, type VxlanSpec } from '../desired/schema.ts'
import { familyOf, isLinkLocalIpv6, parseIpAddress } from '../facts/ip-text.ts'
import { underlayFamily } from '../facts/vxlan.ts'
import { fillMacs, together } from './fill-macs.ts'
import type { ChunkOf } from './kept-chunks.ts'

/** Names of the vxlans that ask the fleet. */
export function askingLinks({ vxlans }: DesiredState): string[] {
  return Object.entries(vxlans).flatMap(([name, spec]) => (asksFleet(spec) ? [name] : []))
}

/** Why what was handed over is not for this state; undefined where it is, or there is none. */
export function whyUnused({ fleet }: DesiredState, handover: FleetHandover | undefined): string | undefined {
  if (handover === undefined || fleet?.name === handover.fleet) {
    return undefined
  }
  const now = fleet === undefined ? 'the desired state names no fleet' : `this host is in the fleet ${fleet.name} now`
  return `it is of the fleet ${handover.fleet}, and ${now}`
}

/**
 * The state, with what was handed over in the place of `fleet` in the lists of vxlans, and nothing else of it changed but the neighbours of their
 * bridges. A vxlan of which nothing was handed over has what its file states, and is pending. States that nothing asks the fleet in stay as they
 * are.
 * @param chunkOf the chunks of MAC addresses that are here
 */
export function withFleet(
  state: DesiredState,
  handover: FleetHandover | undefined,
  chunkOf: ChunkOf = () => undefined,
): DesiredState | FilledState {
  const asking = askingLinks(state)
  if (asking.length === 0) {
    return state
  }
  const used = whyUnused(state, handover) === undefined ? handover : undefined
  const vxlans: Record<string, VxlanSpec> = Object.assign(Object.create(null), state.vxlans)
  const bridges: Record<string, BridgeSpec> = Object.assign(Object.create(null), state.bridges)
  const fleetParts = new Map<string, FleetPart>()
  for (const name of asking) {
    const spec = vxlans[name] as VxlanSpec
    const given = used !== undefined && Object.hasOwn(used.links, name) ? used.links[name] : undefined
    const isOfVni = given === undefined || given.vni === spec.id
    const { remotes, part } = asksFor(spec, 'remotes') ? fill(spec, given) : asItIs(spec, given)
    const macs = asksForMacs(spec) ? fillMacs(state, name, isOfVni ? given : undefined, chunkOf) : undefined
    const { fdb, neighbours, bridge } = macs ?? {}
    vxlans[name] = {
      ...spec,
      ...(remotes !== undefined && { remotes }),
      ...(fdb !== undefined && { fdb }),
      ...(neighbours !== undefined && { neighbours }),
    }
    fleetParts.set(name, { ...part, ...macs?.part, notes: [...part.notes, ...(macs?.notes ?? [])] })
    if (bridge !== undefined) {
      const ofBridge = bridges[bridge.name] as BridgeSpec
      if (bridge.neighbours.length > 0) {
        bridges[bridge.name] = { ...ofBridge, neighbours: together(ofBridge.neighbours ?? [], bridge.neighbours) }
      }
      const before = fleetParts.get(bridge.name)
      fleetParts.set(bridge.name, { from: 0, isPending: false, notes: [], ...before, ...bridge.part })
    }
  }
  return { ...state, vxlans, bridges, fleetParts }
}

/** Of a link whose `remotes` are stated, or are none. */
function asItIs(
  { remotes, id }: VxlanSpec,
  given: FleetLinkState | undefined,
): { readonly remotes: readonly RemoteSpec[] | undefined; readonly part: FleetPart } {
  const notes = given !== undefined && given.vni !== id ? [otherVni(given.vni, id)] : []
  return { remotes, part: { from: remotes?.length ?? 0, isPending: false, notes } }
}

function otherVni(given: number, id: number | undefined): string {
  return `the fleet process has handed over VNI ${given} for it, which is not used: it has VNI ${id}`
}

const nothingYet =
  'the fleet process has handed over no remotes for it yet: entries that it has stay, and none are added (vxagent-fleet.service)'

function fill(
  spec: VxlanSpec,
  given: FleetLinkState | undefined,
): { readonly remotes: readonly RemoteSpec[]; readonly part: FleetPart } {
  const stated = (spec.remotes ?? []).filter((remote) => remote !== fleetWord)
  if (given === undefined) {
    return { remotes: stated, part: { from: stated.length, isPending: true, notes: [nothingYet] } }
  }
  if (given.vni !== spec.id) {
    return { remotes: stated, part: { from: stated.length, isPending: true, notes: [otherVni(given.vni, spec.id)] } }
  }
  const stays = new Set(statedRemotes(stated).map(({ parts }) => parts.dst))
  // Behind one translated address there may be several members, told apart by the port.
  const known = new Set<string>()
  const ofFleet: RemoteSpec[] = []
  const unfit: FleetRemote[] = []
  for (const remote of given.remotes) {
    if (stays.has(remote.dst) || known.has(`${remote.dst} ${remote.port ?? ''}`)) {
      continue
    }
    if (isUnfit(remote, spec)) {
      unfit.push(remote)
      continue
    }
    known.add(`${remote.dst} ${remote.port ?? ''}`)
    const { dst, port } = remote
    ofFleet.push(port === undefined || port === dstportOf(spec) ? dst : { dst, port })
  }
  const notes = unfit.length === 0 ? [] : [noteOf(unfit, spec)]
  return { remotes: [...stated, ...ofFleet], part: { from: stated.length, isPending: false, notes } }
}

/** What a file may not state either: an address of the other family, one that means nothing without `via`, this host itself. */
function isUnfit({ dst }: FleetRemote, spec: VxlanSpec): boolean {
  return familyOf(dst) !== underlayFamily(spec) || isLinkLocalIpv6(dst) || isLoopback(dst)
}

function isLoopback(text: string): boolean {
  const address = parseIpAddress(text)
  return typeof address !== 'string' && address.kind === 'loopback'
}

function noteOf(unfit: readonly FleetRemote[], spec: VxlanSpec): string {
  const [first] = unfit
  const more = unfit.length > 1 ? ` and ${unfit.length - 1} more` : ''
  return `${first?.dst} (${first?.node})${more} of the fleet cannot be a remote of this link and is left out: it takes ${underlayFamily(spec)} addresses that others have too`
}

/** Where the files speak of what stands at `path` of a filled state: what is the fleet's, at the word for it. */
export function statedPath(stated: DesiredState, path: Path): Path {
  const [section, link, key, index, ...rest] = path
  const spec = section === 'vxlans' ? stated.vxlans[String(link)] : undefined
  const list = fleetLists.find((each) => each === key)
  if (spec === undefined || list === undefined || typeof index !== 'number' || !asksFor(spec, list)) {
    return path
  }
  const entries: readonly unknown[] = spec[list] ?? []
  const at = placeStated(entries, index)
  return [
    'vxlans',
    String(link),
    list satisfies FleetList,
    at ?? entries.indexOf(fleetWord),
    ...(at === undefined ? [] : rest),
  ]
}

/** The place of what is the `index`th without the word; undefined: it is the fleet's. */
function placeStated(entries: readonly unknown[], index: number): number | undefined {
  const word = entries.indexOf(fleetWord)
  const at = index < word ? index : index + 1
  return at < entries.length ? at : undefined
}
