/** Links to delete: ours, and not wanted any more. */
import type { Steps } from '../../facts/steps.ts'
import type { ActionOf } from './action.ts'
import type { PlanContext } from './plan-context.ts'
import { takingAlong } from './taken-along.ts'

/** Links that are ours and no longer declared, or no longer under the name they were made with. A step for each link that is looked at. */
export function* surplusLinks(
  context: PlanContext,
  isMeant: (name: string) => boolean,
): Steps<ActionOf<'deleteLink'>[]> {
  const surplus: ActionOf<'deleteLink'>[] = []
  for (const link of [...context.observed.links.values()]) {
    yield
    const made = context.madeAs(link)
    const asideOf = made === undefined ? undefined : context.owned.links[made]?.asideOf
    if (made === undefined || (asideOf !== undefined && context.isDesired(asideOf))) {
      continue
    }
    const name = link.attributes.ifname ?? made
    if (!isMeant(name) || (name === made && context.isDesired(name))) {
      continue
    }
    // Nothing is declared: vxagent teardown, whatever the files say, or files that say so.
    const why =
      context.overlay.links.size === 0
        ? 'vxagent made it, and nothing is to be left of what it made'
        : 'no desired file names it any more'
    const reason = name === made ? why : `it was made as ${made} and then renamed`
    const lost = takingAlong(link, context)
    surplus.push({ kind: 'deleteLink', link: name, madeAs: made, ifindex: link.index, ...lost, reason })
  }
  return surplus
}
