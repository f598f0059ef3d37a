/** What the actions of a plan do to links as ports of bridges: entries of a bridge that follow may count on it. */
import type { Run } from '../../words/vlans.ts'
import type { Action } from './action.ts'

export interface PlannedPorts {
  /** Links that are made, taken over, or put into a bridge. */
  readonly coming: ReadonlySet<string>
  /** Links that go, or leave the bridge that they are in: entries that lead to them go with that. */
  readonly leaving: ReadonlySet<string>
  /** Links whose VLANs as a port, or as the bridge itself, change; and those that they lose. */
  readonly changingVlans: ReadonlyMap<string, ReadonlySet<number>>
}

export function plannedPorts(actions: readonly Action[]): PlannedPorts {
  return {
    coming: new Set(actions.filter(brings).map(({ link }) => link)),
    leaving: new Set(actions.filter(takes).map(({ link }) => link)),
    changingVlans: new Map(
      actions.flatMap((action) =>
        action.kind === 'changeVlans' ? [[action.link, new Set(numbersOf(action.remove))]] : [],
      ),
    ),
  }
}

function* numbersOf(runs: readonly Run<unknown>[]): Generator<number> {
  for (const { first, last } of runs) {
    for (let number = first; number <= last; number += 1) {
      yield number
    }
  }
}

function brings(action: Action): boolean {
  switch (action.kind) {
    case 'createLink':
    case 'replaceLink':
    case 'adoptLink':
    case 'attachPort':
      return true
    case 'changeLink':
      return action.changes.some(({ attribute, to }) => attribute === 'master' && to !== undefined)
    default:
      return false
  }
}

function takes(action: Action): boolean {
  switch (action.kind) {
    case 'deleteLink':
    case 'replaceLink':
    case 'attachPort':
    case 'detachPort':
      return true
    case 'changeLink':
      return action.changes.some(({ attribute }) => attribute === 'master')
    default:
      return false
  }
}
