/** Which links are ours: what vxagent created, as recorded before it was created. */
import type { Link } from '../../rtnetlink/index.ts'

/** One link that vxagent created or is about to create. */
export interface OwnedLink {
  /** The VNI. It never changes on a live link. */
  readonly id: number
  /** The MAC it is created with. Known to nobody before the link is there, so it tells our link from one made by hand meanwhile. */
  readonly mac: string
  /** The kernel's identity of the link once it is there. The kernel does not give it again by itself while the namespace lives. */
  readonly ifindex?: number
  /** Keys that a desired file stated when last applied: one that is no longer stated goes back to the kernel's default. */
  readonly stated: readonly string[]
}

/** The record of this boot and network namespace, by link name. */
export interface Owned {
  readonly links: Readonly<Record<string, OwnedLink>>
}

/** Whether `link` is the link of this record. */
export function isOurs(record: OwnedLink, link: Link): boolean {
  const { linkinfo, address } = link.attributes
  if (linkinfo?.kind !== 'vxlan' || vniOf(link) !== record.id) {
    return false
  }
  return record.ifindex === undefined ? address === record.mac : link.index === record.ifindex
}

/** The VNI of a vxlan link. */
export function vniOf(link: Link): number | undefined {
  const { kind, data } = link.attributes.linkinfo ?? {}
  return kind === 'vxlan' && data !== undefined && 'id' in data && typeof data.id === 'number' ? data.id : undefined
}
