/** Actions → the groups in which a pass takes them. Pure. A kind, or an order of replacement, that has no group does not compile. */
import { type Action, type ActionOf, isAboutBridgeEntries } from '../plan/action.ts'
import type { PartAction } from './perform.ts'

export interface Phases {
  readonly restorations: readonly ActionOf<'restoreLink'>[]
  readonly deletions: readonly ActionOf<'deleteLink'>[]
  readonly adoptions: readonly ActionOf<'adoptLink'>[]
  readonly creations: readonly ActionOf<'createLink'>[]
  /** Replacements of which the old link goes first. */
  readonly breakFirst: readonly ActionOf<'replaceLink'>[]
  /** Replacements of which the new link is made and filled first. */
  readonly makeFirst: readonly ActionOf<'replaceLink'>[]
  /** Of filtering links: each VNI is on one link only. */
  readonly vniRemovals: readonly ActionOf<'changeVnis'>[]
  /** All the rest, of links that are there. */
  readonly parts: readonly PartAction[]
  /** Entries of bridges that go, while their ports have the VLANs that these are for. */
  readonly bridgeRemovals: readonly PartAction[]
  /** Entries of bridges that come, which need their ports in place. */
  readonly bridgeEntries: readonly PartAction[]
}

type Growing = { -readonly [Phase in keyof Phases]: Phases[Phase][number][] }

/** Each group in the order of the plan. */
export function phasesOf(actions: readonly Action[]): Phases {
  const phases: Growing = {
    restorations: [],
    deletions: [],
    adoptions: [],
    creations: [],
    breakFirst: [],
    makeFirst: [],
    vniRemovals: [],
    parts: [],
    bridgeRemovals: [],
    bridgeEntries: [],
  }
  for (const action of actions) {
    take(phases, action)
  }
  return phases
}

function take(phases: Growing, action: Action): unknown {
  if ('isLater' in action && action.isLater === true) {
    return undefined
  }
  switch (action.kind) {
    case 'restoreLink':
      return phases.restorations.push(action)
    case 'deleteLink':
      return phases.deletions.push(action)
    case 'adoptLink':
      return phases.adoptions.push(action)
    case 'createLink':
      return phases.creations.push(action)
    case 'replaceLink':
      return replacementsOf(phases, action).push(action)
    case 'changeVnis':
      return action.remove.length > 0 ? phases.vniRemovals.push(action) : phases.parts.push(action)
    default:
      // Takes what `perform` can do, and that switches on every kind.
      return partsOf(phases, action).push(action)
  }
}

function partsOf(phases: Growing, action: PartAction): PartAction[] {
  if (!isAboutBridgeEntries(action)) {
    return phases.parts
  }
  return action.kind === 'removeEntries' ? phases.bridgeRemovals : phases.bridgeEntries
}

function replacementsOf(phases: Growing, { order }: ActionOf<'replaceLink'>): ActionOf<'replaceLink'>[] {
  switch (order) {
    case 'break before make':
      return phases.breakFirst
    case 'make before break':
      return phases.makeFirst
    default:
      return order satisfies never
  }
}
