/** Who holds a VNI already. The kernel allows one once for each port, family and namespace; a link for many VNIs counts as one. */
import type { Link, VxlanAttributes } from '../../rtnetlink/index.ts'
import { dstportOf, kernelDstport, type VxlanSpec } from '../desired/schema.ts'
import { vniOf } from '../model/owned.ts'
import { underlayFamily } from '../model/vxlan-words.ts'
import type { Obstacle } from './action.ts'
import type { LinkContext } from './link-context.ts'
import { dataOf } from './link-values.ts'

/** A link that is not ours and may be in the way. */
export function foreignVniHolder(name: string, spec: VxlanSpec, context: LinkContext): Obstacle | undefined {
  const holder = vniHolders(spec, context).find(
    (link) => link.attributes.ifname !== name && context.madeAs(link) === undefined,
  )
  if (holder === undefined) {
    return undefined
  }
  const other = holder.attributes.ifname
  const what = spec.external === true ? 'takes all VNIs' : `holds VNI ${spec.id}`
  const reason = `link ${other}, which vxagent did not create, ${what} on port ${dstportOf(spec)}; delete ${other}, or choose another id or dstport`
  return { link: name, kind: 'conflict', reason }
}

/** All links that have the VNI of `spec`, whoever made them. */
export function vniHolders(spec: VxlanSpec, { observed }: Pick<LinkContext, 'observed'>): Link[] {
  const id = spec.id ?? 0
  const port = dstportOf(spec)
  const family = underlayFamily(spec)
  return [...observed.links.values()].filter((link) => {
    if (vniOf(link) !== id) {
      return false
    }
    const data = dataOf(link) as VxlanAttributes
    const isIpv6 = data.group6 !== undefined || data.local6 !== undefined
    // Links with `vnifilter` share a port: each takes its own VNIs.
    const isApart = spec.vnifilter === true && data.vnifilter === true
    return (data.port ?? kernelDstport) === port && (isIpv6 ? 'IPv6' : 'IPv4') === family && !isApart
  })
}
