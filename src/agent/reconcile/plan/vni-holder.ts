/** Who holds a VNI already. The kernel allows one once for each port, family and namespace; a link for many VNIs counts as one. */
import type { Link } from '../../../rtnetlink/index.ts'
import { dstportOf, kernelDstport, type VxlanSpec } from '../../desired/schema.ts'
import { receiveFlags } from '../../facts/receive-flags.ts'
import { underlayFamily } from '../../facts/vxlan.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { recordedVni, recordWords } from '../../record/owned.ts'
import { vxlanWords } from '../../words/vxlan-words.ts'
import type { Obstacle } from './action.ts'
import type { PlanContext } from './plan-context.ts'

/** A link that is not ours and may be in the way. */
export function foreignVniHolder(name: string, spec: VxlanSpec, context: PlanContext): Obstacle | undefined {
  const holder = vniHolders(spec, context).find(
    (link) => link.attributes.ifname !== name && context.madeAs(link) === undefined,
  )
  if (holder === undefined) {
    return undefined
  }
  const other = holder.attributes.ifname
  const what = spec.external === true ? 'takes all VNIs' : `holds VNI ${spec.id}`
  const reason = `link ${other}, which is not in ${recordWords(context.owned)}, ${what} on port ${dstportOf(spec)}; delete ${other}, or choose another id or dstport`
  return { link: name, kind: 'conflict', reason }
}

/** All links that have the VNI of `spec`, whoever made them. */
export function vniHolders(spec: VxlanSpec, { index }: Pick<PlanContext, 'index'>): Link[] {
  return index.bearersOfVni(spec.id ?? 0).filter((link) => holds(link, spec))
}

/** Whether a desired link of another name is to have the VNI that `link` has. */
export function isVniWantedElsewhere(name: string, link: Link, { index }: Pick<PlanContext, 'index'>): boolean {
  return index.wantedWithVni(recordedVni(link) ?? 0).some((other) => other.name !== name && holds(link, other.spec))
}

type ReceiveFlag = (typeof receiveFlags)[number]

const receiveWords = vxlanWords.filter(({ key }) => receiveFlags.includes(key as ReceiveFlag))

/** These words name no other link. */
const noNames: LinkNames = { nameOf: () => undefined, indexOf: () => 0 }

function holds(link: Link, spec: VxlanSpec): boolean {
  if (recordedVni(link) !== (spec.id ?? 0)) {
    return false
  }
  const data = vxlanData(link) ?? {}
  // Links that do not receive alike exist side by side. Only one of them can be up. Source: vxlan_vni_in_use(), drivers/net/vxlan/vxlan_core.c.
  if (receiveWords.some(({ key, read }) => (read(data, noNames) ?? false) !== (spec[key as ReceiveFlag] ?? false))) {
    return false
  }
  const isIpv6 = data.group6 !== undefined || data.local6 !== undefined
  // Links with `vnifilter` share a port: each takes its own VNIs.
  const isApart = spec.vnifilter === true && data.vnifilter === true
  const isSamePort = (data.port ?? kernelDstport) === dstportOf(spec)
  return isSamePort && (isIpv6 ? 'IPv6' : 'IPv4') === underlayFamily(spec) && !isApart
}
