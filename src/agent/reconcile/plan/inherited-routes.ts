/** Routes by a link that is replaced: which of them its successor gets, and how they are stated again. */
import { constants, type Route, type RouteRequest } from '../../../rtnetlink/index.ts'

const { RTPROT_UNSPEC, RTPROT_BOOT, RTPROT_STATIC, RTNH_F_ONLINK } = constants

/** Whether a person, or a program that does not follow the kernel's events, added the route. A routing daemon would not know of a copy. */
export function isInheritedRoute({ protocol, attributes }: Route): boolean {
  return [RTPROT_UNSPEC, RTPROT_BOOT, RTPROT_STATIC].includes(protocol) && attributes.nhId === undefined
}

/** Those by gateways last: the kernel takes a gateway only where it can be reached. */
export function inheritedRoutes(routes: readonly Route[]): Route[] {
  const needsOthers = ({ attributes: { gateway, via, multipath } }: Route): boolean =>
    (gateway ?? via ?? multipath) !== undefined
  const kept = routes.filter(isInheritedRoute)
  return [...kept.filter((route) => !needsOthers(route)), ...kept.filter(needsOthers)]
}

/** The route as a request, by the link `to` where it was by `from`. */
export function routeBy(route: Route, from: number, to: number): RouteRequest {
  const { flags, attributes, ...header } = route
  const { cacheinfo: _cacheinfo, iif: _iif, oif, multipath, ...kept } = attributes
  const moved = (index: number): number => (index === from ? to : index)
  return {
    ...header,
    flags: flags & RTNH_F_ONLINK,
    attributes: {
      ...kept,
      ...(oif !== undefined && multipath === undefined && { oif: moved(oif) }),
      ...(multipath !== undefined && {
        multipath: multipath.map((nexthop) => ({
          ...nexthop,
          flags: nexthop.flags & RTNH_F_ONLINK,
          ifindex: moved(nexthop.ifindex),
        })),
      }),
    },
  }
}

/** `10.50.0.0/16 via 10.7.0.2`. */
export function describeRoute({ family, dstLen, attributes: { dst, gateway, via, multipath, table } }: Route): string {
  const isIpv6 = family === constants.AF_INET6
  const prefix = dst === undefined ? (isIpv6 ? '::/0' : 'default') : `${dst}/${dstLen}`
  const way = gateway ?? via
  const isInMain = table === undefined || table === constants.RT_TABLE_MAIN
  return [
    prefix,
    way !== undefined && `via ${way}`,
    multipath !== undefined && `by ${multipath.length} nexthops`,
    !isInMain && `table ${table}`,
  ]
    .filter(Boolean)
    .join(' ')
}
