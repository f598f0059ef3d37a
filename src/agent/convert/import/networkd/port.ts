/** The section [Bridge] of a .network file: options of a link as a port. */
import type { PortDraft, PortFlag } from '../overlay.ts'
import { boolean, leftOut, number, type Row, type Rows } from './rows.ts'

export function portRows(port: PortDraft): Rows {
  const flag = (key: PortFlag): Row => boolean((value, setting) => port.set(key, value, setting))
  // As documented; releases before 250 or so did the opposite.
  const inverse = (key: PortFlag): Row => boolean((value, setting) => port.set(key, !value, setting))
  return {
    UnicastFlood: flag('flood'),
    MulticastFlood: flag('mcast_flood'),
    BroadcastFlood: flag('bcast_flood'),
    NeighborSuppression: flag('neigh_suppress'),
    Learning: flag('learning'),
    HairPin: flag('hairpin'),
    Isolated: flag('isolated'),
    FastLeave: flag('fast_leave'),
    Locked: flag('locked'),
    VLANTunnel: flag('vlan_tunnel'),
    UseBPDU: inverse('guard'),
    AllowPortToBeRoot: inverse('root_block'),
    Cost: number((value, setting) => port.set('cost', value, setting)),
    Priority: number((value, setting) => port.set('priority', value, setting)),
    MulticastToUnicast: leftOut('vxagent has no key for it; use `bridge link set dev LINK mcast_to_unicast on`'),
    MulticastRouter: leftOut('vxagent has no key for it; use `bridge link set dev LINK mcast_router NUMBER`'),
    ProxyARP: leftOut('vxagent has no key for it; `neigh_suppress` is what EVPN uses instead'),
    ProxyARPWiFi: leftOut('vxagent has no key for it'),
    LinkLocalLearning: leftOut('vxagent has no key for it'),
    MACAuthenticationBypass: leftOut('vxagent has no key for it; use `bridge link set dev LINK mab on`'),
  }
}
