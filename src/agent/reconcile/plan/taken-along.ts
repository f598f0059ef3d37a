/** What a link that is replaced takes along for good: named in the plan, before it happens. */
import { constants, type Link, type Nexthop, type Route } from '../../../rtnetlink/index.ts'
import { countOf } from '../../facts/count-of.ts'
import { nothingAttached } from '../../kernel/attachments.ts'
import type { ActionOf, TakenAlong } from './action.ts'
import { canKeepMaster } from './inherited.ts'
import { isInheritedRoute } from './inherited-routes.ts'
import type { PlanContext } from './plan-context.ts'

/** Everything that goes with the link and does not come back with its successor. */
export function takenAlong(link: Link, context: PlanContext): TakenAlong[] {
  const { qdiscs, routes, nexthops } = context.attached.get(link.index) ?? nothingAttached
  const { xdp } = link.attributes
  return [
    ...linksOnTop(link, context).flatMap((upper) => onTop(upper, context)),
    ...lostMaster(link, context),
    ...qdiscs.map(
      ({ kind, filters }): TakenAlong => ({
        kind: 'qdisc',
        description: `qdisc ${kind}${filters === 0 ? '' : ` with ${countOf(filters, 'filter')}`}`,
      }),
    ),
    ...(xdp?.attached === undefined || xdp.attached === 0
      ? []
      : [{ kind: 'xdp' as const, description: `the XDP program${xdp.progId === undefined ? '' : ` ${xdp.progId}`}` }]),
    ...nexthops.map(describeNexthop),
    ...lostRoutes(routes),
  ]
}

/** What others lose when the link is deleted for good: links on top of it, and the places of links in it, where it is a bridge. */
export function takingAlong(link: Link, context: PlanContext): Pick<ActionOf<'deleteLink'>, 'takesAlong'> {
  const takesAlong = takenAlongForGood(link, context)
  return takesAlong.length === 0 ? {} : { takesAlong }
}

function takenAlongForGood(link: Link, context: PlanContext): TakenAlong[] {
  const { index, overlay } = context
  const guests = index
    .directlyIn(link.index)
    .filter((each) => !index.isRecordedPort(each.index) && !overlay.ports.has(each.attributes.ifname ?? ''))
  return [
    ...linksOnTop(link, context).flatMap((upper) => onTop(upper, context)),
    ...guests.flatMap((guest): TakenAlong[] => {
      const { ifname = `${guest.index}`, linkinfo } = guest.attributes
      const kind = linkinfo?.kind === undefined ? '' : ` (${linkinfo.kind})`
      return context.madeAs(guest) === undefined
        ? [{ kind: 'port', description: `the place of ${ifname}${kind} in it` }]
        : []
    }),
  ]
}

/** Those that stand on the link, and those that stand on them, as far as this network namespace has them. */
function linksOnTop(link: Link, { index }: Pick<PlanContext, 'index'>): Link[] {
  const found = new Set<Link>()
  for (let below: readonly Link[] = [link]; below.length > 0; ) {
    const above = below.flatMap((each) => index.directlyOn(each.index)).filter((each) => !found.has(each))
    for (const each of above) {
      found.add(each)
    }
    below = above
  }
  return [...found]
}

/** One of ours that is not wanted any more is deleted in any case. */
function onTop(upper: Link, context: PlanContext): TakenAlong[] {
  const { ifname = `${upper.index}`, linkinfo } = upper.attributes
  const madeAs = context.madeAs(upper)
  const isMadeAgain = madeAs === ifname && context.isDesired(ifname)
  const what = `${ifname} (${linkinfo?.kind}) on top of it`
  if (isMadeAgain) {
    return [{ kind: 'link', description: `${what}, which vxagent makes again`, isMadeAgain }]
  }
  return madeAs === undefined ? [{ kind: 'link', description: what }] : []
}

function lostMaster(link: Link, context: PlanContext): TakenAlong[] {
  const { master = 0 } = link.attributes
  const bond = context.observed.links.get(master)
  return bond === undefined || canKeepMaster(bond)
    ? []
    : [
        {
          kind: 'master',
          description: `its place in ${bond.attributes.ifname} (${bond.attributes.linkinfo?.kind ?? 'unknown'})`,
        },
      ]
}

function describeNexthop({ attributes: { id, gateway } }: Nexthop): TakenAlong {
  const via = gateway === undefined ? '' : ` via ${gateway}`
  return { kind: 'nexthop', description: `nexthop ${id}${via} and the routes that use it` }
}

/** Source: /usr/share/iproute2/rt_protos. */
const routeProtocols: Readonly<Record<number, string>> = {
  [constants.RTPROT_UNSPEC]: 'no protocol',
  [constants.RTPROT_BOOT]: 'protocol boot',
  [constants.RTPROT_STATIC]: 'protocol static',
  11: 'zebra',
  12: 'bird',
  16: 'dhcp',
  18: 'keepalived',
  42: 'babel',
  84: 'ovn',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
}

/** Routes of routing daemons, which know for themselves when to put them back. Those by a nexthop object are named with that. */
function lostRoutes(routes: readonly Route[]): TakenAlong[] {
  const byProtocol = new Map<number, number>()
  for (const { protocol, attributes } of routes.filter((route) => !isInheritedRoute(route))) {
    if (attributes.nhId === undefined) {
      byProtocol.set(protocol, (byProtocol.get(protocol) ?? 0) + 1)
    }
  }
  return Array.from(byProtocol, ([protocol, count]) => ({
    kind: 'route',
    description: `${countOf(count, 'route')} of ${routeProtocols[protocol] ?? `protocol ${protocol}`}`,
  }))
}
