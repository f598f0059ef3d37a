/** What the kernel has → what a file says of it, where it came from the fleet: the word, not the members of this moment. Pure. */
import type { FleetHandover, FleetLinkState } from '../answers/fleet.ts'
import { asksFleet, asksFor, statedEntries, statedRemotes } from '../desired/remote-parts.ts'
import { fleetWord } from '../desired/schema/fleet.ts'
import type { NeighbourSpec, RemoteSpec } from '../desired/schema/forwarding.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from '../desired/schema.ts'
import type { ChunkOf } from './kept-chunks.ts'
import { whyUnused } from './with-fleet.ts'

/**
 * @param found what the kernel has, as a desired state
 * @param stated the desired state that is in force
 * @param handover what was handed over last
 * @param chunkOf the chunks of MAC addresses that it names
 */
export function asStated(
  found: DesiredState,
  stated: DesiredState | undefined,
  handover: FleetHandover | undefined,
  chunkOf: ChunkOf = () => undefined,
): DesiredState {
  if (stated?.fleet === undefined) {
    return found
  }
  const used = whyUnused(stated, handover) === undefined ? handover : undefined
  const vxlans: Record<string, VxlanSpec> = Object.assign(Object.create(null), found.vxlans)
  let bridges = found.bridges
  let isAsking = false
  for (const [name, spec] of Object.entries(found.vxlans)) {
    const before = Object.hasOwn(stated.vxlans, name) ? stated.vxlans[name] : undefined
    if (before !== undefined && asksFleet(before) && before.id === spec.id) {
      isAsking = true
      const links = used?.links ?? {}
      const given = Object.hasOwn(links, name) ? links[name] : undefined
      const behind = new Behind(given, chunkOf)
      vxlans[name] = {
        ...spec,
        ...(asksFor(before, 'remotes') && { remotes: [fleetWord, ...otherRemotes(spec, before, given)] }),
        ...(asksFor(before, 'fdb') && { fdb: [fleetWord, ...behind.otherEntries(spec, before)] }),
        ...(asksFor(before, 'neighbours') && {
          neighbours: [fleetWord, ...behind.otherNeighbours(statedEntries(spec.neighbours), before)],
        }),
      }
      if (asksFor(before, 'neighbours')) {
        bridges = behind.withoutNeighbours(bridges, stated)
      }
    }
  }
  return isAsking ? { ...found, vxlans, bridges, fleet: stated.fleet } : found
}

function otherRemotes(spec: VxlanSpec, before: VxlanSpec, given: FleetLinkState | undefined): RemoteSpec[] {
  const ofFleet = new Set(given?.remotes.map(({ dst }) => dst))
  const ofFile = new Set(statedRemotes(before.remotes).map(({ parts }) => parts.dst))
  return (spec.remotes ?? []).filter((remote) => {
    const dst = typeof remote === 'string' ? remote : remote.dst
    return ofFile.has(dst) || !ofFleet.has(dst)
  })
}

/** What is behind the members of one VNI. */
class Behind {
  readonly #macs = new Set<string>()
  /** `IP MAC` */
  readonly #pairs = new Set<string>()

  constructor(given: FleetLinkState | undefined, chunkOf: ChunkOf) {
    for (const { mac, ips } of given?.macs?.chunks.flatMap((hash) => chunkOf(hash) ?? []) ?? []) {
      this.#macs.add(mac)
      for (const ip of ips) {
        this.#pairs.add(`${ip} ${mac}`)
      }
    }
  }

  otherEntries(spec: VxlanSpec, before: VxlanSpec) {
    const ofFile = new Set(statedEntries(before.fdb).map(({ mac }) => mac))
    return statedEntries(spec.fdb).filter(({ mac }) => ofFile.has(mac) || !this.#macs.has(mac))
  }

  otherNeighbours(found: readonly NeighbourSpec[], before: Pick<VxlanSpec, 'neighbours'>): NeighbourSpec[] {
    const ofFile = new Set(statedEntries(before.neighbours).map(({ ip }) => ip))
    return found.filter(({ ip, mac }) => ofFile.has(ip) || !this.#pairs.has(`${ip} ${mac}`))
  }

  withoutNeighbours(bridges: DesiredState['bridges'], stated: DesiredState): DesiredState['bridges'] {
    const left: Record<string, BridgeSpec> = Object.assign(Object.create(null), bridges)
    for (const [name, { neighbours, ...spec }] of Object.entries(bridges)) {
      if (neighbours !== undefined) {
        const others = this.otherNeighbours(
          neighbours,
          Object.hasOwn(stated.bridges, name) ? (stated.bridges[name] ?? {}) : {},
        )
        left[name] = others.length === 0 ? spec : { ...spec, neighbours: others }
      }
    }
    return left
  }
}
