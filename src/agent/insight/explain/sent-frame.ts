/** What the other end of the tunnel gets: the frame with its tag, and what the vxlan may put into the packet. Pure. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { SentFeature, SentFrame } from '../../answers/explanation.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { vlansOf } from '../../words/bridge-vlans.ts'
import type { TunnelEntrance } from './bridge.ts'
import { slaveData } from './bridge-port.ts'
import type { Sources } from './sources.ts'

/** The frame that enters a tunnel. */
export function sentFrame(
  { vxlan, tag }: TunnelEntrance,
  { mac, asks }: { readonly mac: string; readonly asks: string | undefined },
): SentFrame {
  const { gbp = false, gpe = false, remcsumTx = false, udpZeroCsum6Tx = false } = vxlanData(vxlan) ?? {}
  const has: Readonly<Record<SentFeature, boolean>> = { gbp, gpe, remcsumtx: remcsumTx, udp6zerocsumtx: udpZeroCsum6Tx }
  return {
    mac,
    ...(asks !== undefined && { asks }),
    ...(tag !== undefined && { vlan: tag }),
    mtu: vxlan.attributes.mtu ?? 0,
    features: (Object.keys(has) as SentFeature[]).filter((feature) => has[feature]),
  }
}

/**
 * The tag with which a frame of a VLAN leaves a bridge by a port. Of a bridge that does not filter the tag is the frame's own; where the VLAN is
 * mapped to a VNI there is none. Source: br_handle_vlan() and br_handle_egress_vlan_tunnel(), net/bridge.
 */
export function tagOn(
  port: Link,
  { vlan, filters }: { readonly vlan: number | undefined; readonly filters: boolean },
  { observed }: Sources,
): { readonly tag?: number } {
  const isStripped =
    filters &&
    (slaveData(port).vlanTunnel === true ||
      vlansOf(observed.bridgeLinks.get(port.index)).get(vlan ?? 0)?.untagged === true)
  return vlan === undefined || isStripped ? {} : { tag: vlan }
}
