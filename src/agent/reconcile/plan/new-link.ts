/** The plan for a declared link that is not there. */
import type { DesiredLink } from '../../desired/overlay.ts'
import type { OwnedLink } from '../../record/owned.ts'
import { wantedMtu, willHaveIpv6, withoutIpv6 } from '../../words/mtu.ts'
import type { Plan } from './action.ts'
import { joinPlans } from './action.ts'
import { unavailableMaster } from './diff-link.ts'
import type { PlanContext } from './plan-context.ts'
import { foreignVniHolder } from './vni-holder.ts'

/** Create it, or say what must come first. */
export function planNewLink(desired: DesiredLink, record: OwnedLink | undefined, context: PlanContext): Plan {
  const { name, path } = desired
  const { mac = record?.mac } = desired.spec
  const create = {
    kind: 'createLink' as const,
    link: name,
    wanted: willHaveIpv6(desired, undefined, context) ? desired : withoutIpv6(desired),
    path,
    ...(mac !== undefined && { mac }),
    reason: record?.ifindex === undefined ? 'declared, absent' : 'declared, but it is gone',
  }
  const obstacles = unavailableMaster(desired, context)
  if (desired.kind === 'bridge') {
    return joinPlans([{ actions: [create], obstacles }])
  }
  const { spec } = desired
  if (spec.dev !== undefined && !context.byName.has(spec.dev)) {
    const waitsFor = { link: spec.dev, isDeclared: context.isDesired(spec.dev) }
    const reason = waitsFor.isDeclared
      ? `its underlay device ${spec.dev} has not been created yet`
      : `its underlay device ${spec.dev} does not exist; it is created as soon as ${spec.dev} appears`
    return joinPlans([{ obstacles: [{ link: name, kind: 'waiting', reason, waitsFor, path: [...path, 'dev'] }] }])
  }
  const holder = foreignVniHolder(name, spec, context)
  if (holder !== undefined) {
    return joinPlans([{ obstacles: [{ ...holder, path }] }])
  }
  const { mtu, notice } = wantedMtu(spec, context)
  return joinPlans([
    {
      actions: [{ ...create, ...(mtu !== undefined && { mtu }) }],
      obstacles,
      notices: notice === undefined ? [] : [{ link: name, message: notice }],
    },
  ])
}
