/** A desired state with what the fleet says of it. */
import type { DesiredState } from './schema.ts'

/** What a link has of the fleet. */
export interface FleetPart {
  /** The index in `remotes` from which on they are the fleet's; those before it are stated. */
  readonly from: number
  /** Whether nothing was handed over for it yet: what it has of earlier times stays until then. */
  readonly isPending: boolean
  /** The index in `fdb` from which on the entries are the fleet's. */
  readonly fdbFrom?: number
  /** The same as `isPending` for entries of MAC addresses, and for neighbours. */
  readonly isFdbPending?: boolean
  readonly areNeighboursPending?: boolean
  /** What is to be known of what the fleet says, a sentence each. */
  readonly notes: readonly string[]
}

/** Its lists are entries alone: what the fleet gives stands after what the files state, in the place of `fleet`. */
export interface FilledState extends DesiredState {
  /** By the name of each vxlan that asks the fleet, and of each bridge that has something by that. */
  readonly fleetParts: ReadonlyMap<string, FleetPart>
}

/** The part of a link; undefined where it does not ask the fleet, or nobody has said yet what that gives. */
export function fleetPartOf(state: DesiredState | FilledState, link: string): FleetPart | undefined {
  return 'fleetParts' in state ? state.fleetParts.get(link) : undefined
}
