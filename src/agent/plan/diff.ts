/** (desired, observed, owned) → Plan: what is to be done, as a pure function. */
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Observed } from '../model/observed.ts'
import type { Owned } from '../model/owned.ts'
import type { Action, Notice, Obstacle, Plan } from './action.ts'
import { diffAddresses, keepAddresses } from './diff-addresses.ts'
import { diffLink } from './diff-link.ts'
import { type LinkContext, linkContext } from './link-context.ts'
import { planNewLink } from './new-link.ts'

/**
 * The changes that turn `observed` into `desired`, in an order that works: what is to go goes first, since its VNI may be
 * wanted by what comes. Links that are not ours are never touched.
 */
export function diff(desired: DesiredState, observed: Observed, owned: Owned): Plan {
  const context = linkContext(desired, observed, owned)
  const deletions = [...observed.links.values()].flatMap((link) => deleteIfSurplus(link, desired, context))
  const plans = Object.entries(desired.vxlans).map(([name, spec]): Plan => {
    const link = context.byName.get(name)
    const record = owned.links[name]
    if (link === undefined) {
      return planNewLink(name, spec, record, context)
    }
    if (record === undefined || context.madeAs(link) !== name) {
      const kind = link.attributes.linkinfo?.kind ?? 'unknown'
      const reason = `a link ${name} of kind ${kind} exists that vxagent did not create; delete or rename it, or take ${name} out of the desired state`
      return { actions: [], notices: [], obstacles: [{ link: name, kind: 'conflict', reason }] }
    }
    const changes = diffLink(name, spec, link, record, context)
    const present = [...(observed.addresses.get(link.index)?.values() ?? [])]
    const mac = link.attributes.address
    const isReplaced = changes.actions.some((action) => action.kind === 'replaceLink')
    const addresses = isReplaced
      ? [...diffAddresses(name, spec, record, [], mac), ...keepAddresses(name, spec, record, present, mac)]
      : diffAddresses(name, spec, record, present, mac)
    return { ...changes, actions: [...changes.actions, ...addresses] }
  })
  return {
    actions: [...deletions, ...plans.flatMap<Action>((plan) => plan.actions)],
    obstacles: plans.flatMap<Obstacle>((plan) => plan.obstacles),
    notices: plans.flatMap<Notice>((plan) => plan.notices),
  }
}

function deleteIfSurplus(link: Link, desired: DesiredState, context: LinkContext): Action[] {
  const made = context.madeAs(link)
  if (made === undefined) {
    return []
  }
  const name = link.attributes.ifname ?? made
  if (name === made && Object.hasOwn(desired.vxlans, name)) {
    return []
  }
  const reason = name === made ? 'no desired file names it any more' : `it was made as ${made} and then renamed`
  return [{ kind: 'deleteLink', link: name, madeAs: made, ifindex: link.index, reason }]
}
