/** Runs a plan. One object's failure stays its own. */
import { parted } from '../../facts/parted.ts'
import type { Action } from '../plan/action.ts'
import type { Outcome } from './ledger.ts'
import { type ApplyContext, Pass } from './pass.ts'
import { phasesOf } from './phases.ts'

export type { Outcome } from './ledger.ts'
export type { ApplyContext } from './pass.ts'

/**
 * Runs the actions: deletions first, since a VNI may be wanted again at once; then what is new; then the rest, link by link and
 * all links side by side; then links that were made before the old ones went take the place of these; at last entries of bridges, whose
 * ports are there by then. What is to be created is recorded before it is created. VNIs of filtering links go before others come. Never
 * rejects for what the kernel refuses; a part of a link that fails leaves undone what needs it, and nothing else.
 */
export async function apply(actions: readonly Action[], applyContext: ApplyContext): Promise<Outcome[]> {
  const { restorations, deletions, adoptions, creations, breakFirst, makeFirst, ...rest } = phasesOf(actions)
  const { vniRemovals, parts, bridgeRemovals, bridgeEntries } = rest
  const pass = new Pass(applyContext)
  await pass.replacements.restore(restorations)
  const adopted = new Set(adoptions.map(({ link }) => link))
  const [later, atOnce] = parted(breakFirst, ({ link }) => adopted.has(link))
  await pass.delete([...deletions, ...atOnce])
  // After the deletions: one of ours that was renamed may be on record under the name. Before the link is replaced: by then it is ours.
  pass.adopt(adoptions)
  await pass.delete(later)
  await pass.replacements.setAside(makeFirst)
  // Bridges first, so that their ports are made as such.
  const [bridges, others] = parted(creations, ({ wanted }) => wanted.kind === 'bridge')
  await pass.create(bridges)
  await pass.create([...others, ...breakFirst, ...makeFirst])
  await pass.performParts(vniRemovals)
  const [partsInPlace, partsAtOnce] = parted(parts, (action) => pass.isForLater(action))
  await pass.performParts(bridgeRemovals)
  await pass.performParts(partsAtOnce)
  await pass.replacements.takePlaces(makeFirst)
  await pass.performParts(partsInPlace)
  await pass.performParts(bridgeEntries)
  // What was applied is read back: the kernel clamps and ignores in silence.
  await applyContext.observer.refresh([...new Set(actions.map(({ link }) => link))])
  return inOrderOf(actions, pass)
}

/** As a person reads the plan: a replacement before what is put on the new link. */
function inOrderOf(actions: readonly Action[], pass: Pass): Outcome[] {
  const places = new Map(actions.map((action, place) => [action, place]))
  const placeOf = ({ action }: Outcome): number => places.get(pass.originOf(action)) ?? 0
  return pass.outcomes.toSorted((left, right) => placeOf(left) - placeOf(right))
}
