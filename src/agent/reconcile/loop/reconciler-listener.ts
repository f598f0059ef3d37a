/** What a reconciler tells of its work. */
import type { ObjectChange } from '../../answers/status-change.ts'
import type { Outcome } from '../apply/apply.ts'
import type { Action } from '../plan/action.ts'
import type { LostGuest } from './guests.ts'

/** Counts since the start. */
export interface ReconcilerCounters {
  reconciles: number
  /** Actions that mended drift, as opposed to carrying out a new desired state. */
  repairs: number
  resyncs: number
  overruns: number
}

/** What a reconciler tells of its work. */
export interface ReconcilerListener {
  /** A cycle is over, or could not be done: what is different in the objects. The rest of the status may read otherwise, too. */
  onStatus?(changes: readonly ObjectChange[]): void
  /** Requests for these are about to be sent. `isDrift`: of an object that has been as the present desired state wants it. */
  onActions?(actions: readonly Action[], isDrift: (action: Action) => boolean): void
  /** They were answered. */
  onOutcomes?(outcomes: readonly Outcome[], isDrift: (action: Action) => boolean): void
  /** Other programs' links have lost their place in a bridge that vxagent had made. */
  onGuestsLost?(lost: readonly LostGuest[]): void
  /** A cycle is over: how long it took, in milliseconds, and what kept it from its work. */
  onCycle?(tookMs: number, error: Error | undefined): void
}
