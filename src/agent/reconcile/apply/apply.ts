/** Runs a plan. One object's failure stays its own. */
import type { Action, ActionOf } from '../plan/action.ts'
import type { Outcome } from './ledger.ts'
import type { PartAction } from './perform.ts'
import { Run, type Workplace } from './run.ts'

export type { Outcome } from './ledger.ts'
export type { Workplace } from './run.ts'

/**
 * Runs the actions: deletions first, since a VNI may be wanted again at once; then what is new; then the rest, link by link and
 * all links side by side; at last links that were made beside others take the place of these. What is to be created is recorded before
 * it is created. VNIs of filtering links go before others come. Never rejects for what the kernel refuses; the first failure of a link leaves the rest of that link's actions
 * undone.
 */
export async function apply(actions: readonly Action[], workplace: Workplace): Promise<Outcome[]> {
  const { observer } = workplace
  const run = new Run(workplace)
  await run.restore(actionsOf(actions, 'restoreLink'))
  const adoptions = actionsOf(actions, 'adoptLink')
  const adopted = new Set(adoptions.map(({ link }) => link))
  const [later, atOnce] = parted(actionsOf(actions, 'replaceLink').filter(isInstead), ({ link }) => adopted.has(link))
  await run.delete([...actionsOf(actions, 'deleteLink'), ...atOnce])
  // After the deletions: one of ours that was renamed may be on record under the name. Before the link is replaced: by then it is ours.
  run.adopt(adoptions)
  await run.delete(later)
  const besides = actionsOf(actions, 'replaceLink').filter((action) => action.isBeside)
  await run.makeWay(besides)
  await run.create([...actionsOf(actions, 'createLink'), ...actionsOf(actions, 'replaceLink')])
  await run.performParts(actions.filter(isVniRemoval))
  const [partsInPlace, parts] = parted(
    actions.filter(isPart).filter((action) => !isVniRemoval(action)),
    (action) => run.isForLater(action),
  )
  await run.performParts(parts)
  await run.takePlaces(besides)
  await run.performParts(partsInPlace)
  // What was applied is read back: the kernel clamps and ignores in silence.
  await observer.refresh([...new Set(actions.map(({ link }) => link))])
  return inOrderOf(actions, run.outcomes)
}

/** As a person reads the plan: a replacement before what is put on the new link. */
function inOrderOf(actions: readonly Action[], outcomes: readonly Outcome[]): Outcome[] {
  const places = new Map(actions.map((action, place) => [action, place]))
  const placeOf = ({ action }: Outcome): number => places.get(action) ?? 0
  return outcomes.toSorted((left, right) => placeOf(left) - placeOf(right))
}

function actionsOf<K extends Action['kind']>(actions: readonly Action[], kind: K): ActionOf<K>[] {
  return actions.filter((action): action is ActionOf<K> => action.kind === kind)
}

/** Those of which it holds, and the others. */
function parted<T>(all: readonly T[], holds: (each: T) => boolean): readonly [T[], T[]] {
  return [all.filter(holds), all.filter((each) => !holds(each))]
}

function isInstead(action: ActionOf<'replaceLink'>): boolean {
  return !action.isBeside
}

/** Of a filtering link: each VNI is on one link only. */
function isVniRemoval(action: Action): action is ActionOf<'changeVnis'> {
  return action.kind === 'changeVnis' && action.remove.length > 0
}

function isPart(action: Action): action is PartAction {
  return !['createLink', 'replaceLink', 'adoptLink', 'restoreLink', 'deleteLink'].includes(action.kind)
}
