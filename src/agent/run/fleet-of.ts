/** The fleet's part of an agent. */
import type { Logger } from 'pino'
import type { FleetPicture } from '../answers/fleet.ts'
import { Fleet } from '../fleet/fleet.ts'
import { fleetPicture } from '../fleet/picture.ts'
import { whyUnused } from '../fleet/with-fleet.ts'
import type { Observer } from '../kernel/observer.ts'
import type { EnforcedState } from '../trial/enforced-state.ts'
import type { Enforcer } from '../trial/enforcer.ts'
import type { PushedTaker } from '../trial/pushed-taker.ts'

/** What was handed over last, as the state directory has it. A file that cannot be used is told and ignored. */
export function fleetOf(stateDir: string, log: Logger): Fleet {
  return new Fleet(stateDir, (error) =>
    log.error({ err: error }, 'cannot read what the fleet process handed over; going on without it'),
  )
}

/** What the picture is made of. */
export interface FleetParts {
  readonly enforcedState: EnforcedState
  readonly enforcer: Enforcer
  readonly fleet: Fleet
  readonly observer: Observer
  readonly pushed: Pick<PushedTaker, 'picture'>
}

/** The answer of `GET /v1/fleet`. */
export function fleetPictureOf({
  enforcedState: { state },
  enforcer,
  fleet,
  observer,
  pushed,
}: FleetParts): FleetPicture {
  const picture = fleetPicture({
    state,
    desired: enforcer.desired,
    tables: observer,
    objects: enforcer.status().objects,
    handover: fleet.handover,
    heardMsAgo: fleet.heardMsAgo,
    unused: state && whyUnused(state, fleet.handover),
  })
  return { ...picture, pushed: pushed.picture }
}
