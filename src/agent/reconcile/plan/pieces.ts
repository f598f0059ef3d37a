/** Actions into smaller ones, and several into one. Pure. */
import type { Action, ActionOf } from './action.ts'
import { linkPart } from './parts.ts'
import { halvesOf, joinRuns, type RunAction } from './run-actions.ts'

/**
 * Smaller actions that make up this one, in an order that works: one for each key or name, halves of lists of numbers. Fewer than two: it
 * cannot be divided.
 */
export function piecesOf(action: Action): readonly Action[] {
  switch (action.kind) {
    case 'changeLink':
      return linkPieces(action)
    case 'changePort':
      return action.changes.map((change) => ({ ...action, changes: [change] }))
    case 'changeSysctls':
      return action.changes.map((change) => ({ ...action, changes: [change] }))
    case 'changeAltnames':
      return [
        ...action.remove.map((name) => ({ ...action, add: [], remove: [name] })),
        ...action.add.map((name) => ({ ...action, add: [name], remove: [] })),
      ]
    case 'changeVlans':
    case 'changeVlanMap':
    case 'changeVnis':
      return halvesOf(action)
    default:
      return [action]
  }
}

/** One action for pieces of one action. */
export function joined(first: Action, others: readonly Action[]): Action {
  switch (first.kind) {
    case 'changeLink':
      return { ...first, changes: [first, ...ofKind(others, first.kind)].flatMap(({ changes }) => changes) }
    case 'changePort':
      return { ...first, changes: [first, ...ofKind(others, first.kind)].flatMap(({ changes }) => changes) }
    case 'changeSysctls':
      return { ...first, changes: [first, ...ofKind(others, first.kind)].flatMap(({ changes }) => changes) }
    case 'changeAltnames': {
      const all = [first, ...ofKind(others, first.kind)]
      return { ...first, add: all.flatMap(({ add }) => add), remove: all.flatMap(({ remove }) => remove) }
    }
    case 'changeVlans':
    case 'changeVlanMap':
    case 'changeVnis':
      return joinRuns([first, ...ofKind<RunAction['kind']>(others, first.kind)]) ?? first
    default:
      return first
  }
}

function ofKind<K extends Action['kind']>(actions: readonly Action[], kind: K): ActionOf<K>[] {
  return actions.filter((action): action is ActionOf<K> => action.kind === kind)
}

/** A key of its own each, but for keys that the kernel takes together. */
function linkPieces(action: ActionOf<'changeLink'>): ActionOf<'changeLink'>[] {
  const parts = [...new Set(action.changes.map(({ attribute }) => linkPart(attribute)))]
  return parts.map((part) => ({
    ...action,
    changes: action.changes.filter(({ attribute }) => linkPart(attribute) === part),
  }))
}
