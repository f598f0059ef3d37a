/** Which links belong to the overlay: others' comings and goings are not told. */
import type { Link, Neighbour } from '../../rtnetlink/index.ts'
import { nexthopGroupName } from '../facts/nexthop-group.ts'
import type { Observed } from './observed.ts'
import { isVxlan, vxlanData } from './vxlan-link.ts'

/** ifindexes of vxlans, of what they stand on, of the bridges they are ports of, and of the other ports of those. */
export function overlayLinks(links: ReadonlyMap<number, Link>): Set<number> {
  const overlay = new Set<number>()
  const bridges = new Set<number>()
  for (const link of links.values()) {
    const data = vxlanData(link)
    if (data !== undefined) {
      const { master } = link.attributes
      overlay.add(link.index)
      if (data.link !== undefined) {
        overlay.add(data.link)
      }
      if (master !== undefined) {
        overlay.add(master)
        bridges.add(master)
      }
    }
  }
  for (const { index, attributes } of bridges.size === 0 ? [] : links.values()) {
    if (attributes.master !== undefined && bridges.has(attributes.master)) {
      overlay.add(index)
    }
  }
  return overlay
}

/** Where a forwarding entry leads: a remote, or the local port by its name. */
export function destinationOf(
  { ifindex, attributes: { dst, nhId } }: Neighbour,
  { links }: Pick<Observed, 'links'>,
): string | undefined {
  if (dst !== undefined || nhId !== undefined) {
    return dst ?? (nhId === undefined ? undefined : nexthopGroupName(nhId))
  }
  const link = links.get(ifindex)
  return isVxlan(link) ? undefined : link?.attributes.ifname
}
