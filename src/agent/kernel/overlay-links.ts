/** Which links belong to the overlay: others' comings and goings are not told. */
import type { Link, Neighbour, VxlanAttributes } from '../../rtnetlink/index.ts'
import type { Observed } from './observed.ts'

/** What the kernel says of a vxlan link; undefined for another one. */
export function vxlanData(link: Link | undefined): VxlanAttributes | undefined {
  const linkinfo = link?.attributes.linkinfo
  const data = linkinfo?.data
  return linkinfo?.kind === 'vxlan'
    ? data === undefined || Buffer.isBuffer(data)
      ? {}
      : (data as VxlanAttributes)
    : undefined
}

/** Whether a link is a vxlan. */
export function isVxlan(link: Link | undefined): boolean {
  return link?.attributes.linkinfo?.kind === 'vxlan'
}

/** The VNI of a vxlan link; undefined for one that carries many, and for other links. */
export function vniOf(link: Link | undefined): number | undefined {
  const data = vxlanData(link)
  return data?.collectMetadata === true ? undefined : data?.id
}

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
    return dst ?? `nexthop group ${nhId}`
  }
  const link = links.get(ifindex)
  return isVxlan(link) ? undefined : link?.attributes.ifname
}
