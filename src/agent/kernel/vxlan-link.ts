/** What the kernel says of a vxlan link itself. */
import type { Link, VxlanAttributes } from '../../rtnetlink/index.ts'
import { linkData } from './link-data.ts'

/** What the kernel says of a vxlan link; undefined for another one. */
export function vxlanData(link: Link | undefined): VxlanAttributes | undefined {
  return linkData<VxlanAttributes>(link, 'vxlan')
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

/** Where a vxlan floods by its own settings: the kernel has `group` and `remote` as one attribute, for each family another. */
export function remoteOf({ group, group6 }: Pick<VxlanAttributes, 'group' | 'group6'>): string | undefined {
  return group ?? group6
}
