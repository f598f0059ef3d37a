/** What is known of the fleet, for whoever enforces or shows a desired state. */
import { isDeepStrictEqual } from 'node:util'
import type { FleetHandover, FleetLinkState } from '../answers/fleet.ts'
import type { FilledState } from '../desired/filled-state.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from '../desired/schema.ts'
import { mostMacs } from './handover-schema.ts'
import { BadChunk, KeptChunks } from './kept-chunks.ts'
import { LastHandover } from './last-handover.ts'
import { askingLinks, whyUnused, withFleet } from './with-fleet.ts'

export class Fleet {
  readonly #last: LastHandover
  readonly chunks: KeptChunks
  readonly #followers = new Set<() => void>()
  /** What was made of a state last. */
  #made:
    | { readonly of: DesiredState; readonly by: FleetHandover | undefined; readonly filled: DesiredState }
    | undefined

  /** Reads what was handed over to an earlier process. @param onDamage told of a file that cannot be used */
  constructor(stateDir: string, onDamage: (error: Error) => void = () => {}) {
    this.#last = new LastHandover(stateDir, onDamage)
    this.chunks = new KeptChunks(stateDir, onDamage)
  }

  /** What was handed over last. */
  get handover(): FleetHandover | undefined {
    return this.#last.current
  }

  /** Milliseconds since then; undefined when it was handed to an earlier process. */
  get heardMsAgo(): number | undefined {
    return this.#last.heardMsAgo
  }

  /** What was handed over last, if it is of the fleet of this state. */
  usedBy(state: DesiredState): FleetHandover | undefined {
    return state.fleet === undefined || whyUnused(state, this.handover) !== undefined ? undefined : this.handover
  }

  /**
   * The state with the fleet's remotes in it: see `withFleet`. What is equal stays the same object, since what was made of it
   * for thousands of remotes need not be made again.
   */
  fill(state: DesiredState): DesiredState | FilledState {
    const by = this.handover
    if (this.#made?.of !== state || this.#made.by !== by) {
      this.#made = { of: state, by, filled: reuse(withFleet(state, by, this.chunks.get), this.#made?.filled) }
    }
    return this.#made.filled
  }

  /**
   * Takes up what was handed over, for the links that ask. Of a link that it does not speak of, what was handed over before stays: nothing
   * has been derived yet. Throws BadChunk, and has taken nothing then; and when it cannot be written: it is taken up all the same.
   */
  take({ chunks, ...handover }: FleetHandover, state: DesiredState | undefined): void {
    this.chunks.take({ ...(chunks !== undefined && { chunks }) })
    const taken = state === undefined ? handover : { ...handover, links: this.#linksOf(handover, state) }
    this.#requireFew(taken)
    try {
      // What a handover names is on the disk before it, and what none names any more goes after it.
      this.chunks.keep(taken)
      this.#last.take(taken)
      this.chunks.dropOthers(taken)
    } finally {
      for (const follower of this.#followers) {
        follower()
      }
    }
  }

  /** How many lines there really are, whatever was said. */
  #requireFew({ links }: FleetHandover): void {
    const hashes = Object.values(links).flatMap(({ macs }) => macs?.chunks ?? [])
    const count = hashes.reduce((sum, hash) => sum + (this.chunks.get(hash)?.length ?? 0), 0)
    if (count > mostMacs) {
      throw new BadChunk(`cannot take ${count} MAC addresses of the fleet: ${mostMacs} are the most`)
    }
  }

  #linksOf(handover: FleetHandover, state: DesiredState): FleetHandover['links'] {
    const before = this.usedBy(state)?.links ?? {}
    const links: Record<string, FleetLinkState> = Object.create(null)
    for (const name of askingLinks(state)) {
      const link = Object.hasOwn(handover.links, name) ? handover.links[name] : undefined
      const earlier = Object.hasOwn(before, name) ? before[name] : undefined
      const kept = link ?? (handover.fleet === this.handover?.fleet ? earlier : undefined)
      if (kept !== undefined) {
        links[name] = kept
      }
    }
    return links
  }

  /** Forgets what was handed over. Throws when the file cannot be removed. */
  forget(): void {
    this.#last.forget()
    this.chunks.dropOthers({ links: {} })
  }

  /** Calls `follower` after each handover; gives what ends that. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}

/** The state, with what is equal in the one before taken from there. */
function reuse(filled: DesiredState | FilledState, before: DesiredState | FilledState | undefined): DesiredState {
  if (before === undefined || !('fleetParts' in filled && 'fleetParts' in before)) {
    return filled
  }
  const vxlans: Record<string, VxlanSpec> = Object.assign(Object.create(null), filled.vxlans)
  for (const name of filled.fleetParts.keys()) {
    const earlier = before.vxlans[name]
    if (earlier !== undefined && isDeepStrictEqual(earlier, vxlans[name])) {
      vxlans[name] = earlier
    }
  }
  const bridges: Record<string, BridgeSpec> = Object.assign(Object.create(null), filled.bridges)
  for (const [name, bridge] of Object.entries(bridges)) {
    const earlier = before.bridges[name]
    if (earlier !== undefined && isDeepStrictEqual(earlier, bridge)) {
      bridges[name] = earlier
    }
  }
  const { vxlans: _, bridges: __, fleetParts, ...rest } = filled
  const { vxlans: earlier, bridges: bridgesBefore, fleetParts: partsBefore, ...restBefore } = before
  const isSame =
    isSameRecord(vxlans, earlier) &&
    isSameRecord(bridges, bridgesBefore) &&
    isDeepStrictEqual(fleetParts, partsBefore) &&
    isSameRecord(rest, restBefore)
  return isSame ? before : { ...filled, vxlans, bridges }
}

function isSameRecord(left: object, right: object): boolean {
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length && keys.every((key) => Reflect.get(left, key) === Reflect.get(right, key))
  )
}
