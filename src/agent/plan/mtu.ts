/** Which MTU a vxlan link is to have. */
import type { VxlanSpec } from '../desired/schema.ts'
import { encapsulationOverhead, underlayFamily } from '../model/vxlan-words.ts'
import type { LinkContext } from './link-context.ts'

/** The least that the kernel takes for an Ethernet device. Source: ETH_MIN_MTU, linux/if_ether.h. */
const leastMtu = 68

/** The MTU to ask for; undefined: leave it to the kernel. */
export interface WantedMtu {
  readonly mtu?: number
  /** What a person should know of it. */
  readonly notice?: string
}

/**
 * A stated MTU as far as the underlay device carries it; unstated, what the underlay leaves after encapsulation. Without an
 * underlay device the kernel knows no limit.
 */
export function wantedMtu({ mtu, ...spec }: VxlanSpec, context: Pick<LinkContext, 'byName'>): WantedMtu {
  const lower = spec.dev === undefined ? undefined : context.byName.get(spec.dev)?.attributes.mtu
  if (lower === undefined) {
    return mtu === undefined ? {} : { mtu }
  }
  const overhead = encapsulationOverhead(underlayFamily(spec))
  const most = Math.max(leastMtu, lower - overhead)
  if (mtu !== undefined && mtu > most) {
    const notice = `mtu ${mtu} is more than ${spec.dev} carries: its ${lower} less ${overhead} of encapsulation leave ${most}, which is used; raise the MTU of ${spec.dev}, or state at most ${most}`
    return { mtu: most, notice }
  }
  return { mtu: mtu ?? most }
}
