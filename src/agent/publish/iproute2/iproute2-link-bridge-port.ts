/** A bridge port's `info_slave_data`, as `ip -d -j link show` of iproute2 6.1 prints it. */
import type { BridgePortAttributes } from '../../../rtnetlink/index.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { bits, hex, linkName, named, seconds, unnamed } from './iproute2-forms.ts'
import { bridgeId } from './iproute2-link-bridge.ts'

/** `linkinfo.info_slave_data` of a bridge's port. Source of the form: `ip -d -j link show`, iproute2 6.1. Timers are in seconds. */
export interface Iproute2BridgePort {
  readonly state?: string
  /** In place of `state`, when that has no name. */
  readonly state_index?: number
  readonly priority?: number
  readonly cost?: number
  readonly hairpin?: boolean
  readonly guard?: boolean
  readonly root_block?: boolean
  readonly fastleave?: boolean
  readonly learning?: boolean
  readonly flood?: boolean
  readonly id?: string
  readonly no?: string
  readonly designated_port?: number
  readonly designated_cost?: number
  readonly bridge_id?: string
  readonly root_id?: string
  readonly hold_timer?: number
  readonly message_age_timer?: number
  readonly forward_delay_timer?: number
  readonly topology_change_ack?: number
  readonly config_pending?: number
  readonly proxy_arp?: boolean
  readonly proxy_arp_wifi?: boolean
  readonly multicast_router?: number
  readonly mcast_flood?: boolean
  readonly bcast_flood?: boolean
  readonly mcast_to_unicast?: boolean
  readonly neigh_suppress?: boolean
  readonly group_fwd_mask?: string
  readonly group_fwd_mask_str?: string
  readonly vlan_tunnel?: boolean
  readonly isolated?: boolean
  readonly locked?: boolean
  /** A link's name. */
  readonly backup_port?: string
}

/** BR_STATE_*, linux/if_bridge.h. */
const stateNames = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']

/** The reserved group addresses 01:80:c2:00:00:0X that iproute2 names, a bit each. */
const groupNames = new Map([
  [0, 'stp'],
  [2, 'lacp'],
  [14, 'lldp'],
])
const groupRows = Array.from(
  { length: 16 },
  (_, bit) => [1 << bit, groupNames.get(bit) ?? `0x${(1 << bit).toString(16)}`] as const,
)

const columns: Columns<BridgePortAttributes, Iproute2BridgePort, ReadonlyMap<number, string>> = {
  state: (port) => named(stateNames, port.state),
  state_index: (port) => unnamed(stateNames, port.state),
  priority: (port) => port.priority,
  cost: (port) => port.cost,
  hairpin: (port) => port.hairpin,
  guard: (port) => port.guard,
  root_block: (port) => port.protect,
  fastleave: (port) => port.fastLeave,
  learning: (port) => port.learning,
  flood: (port) => port.unicastFlood,
  id: (port) => hex(port.id),
  no: (port) => hex(port.number),
  designated_port: (port) => port.designatedPort,
  designated_cost: (port) => port.designatedCost,
  bridge_id: (port) => bridgeId(port.bridgeId),
  root_id: (port) => bridgeId(port.rootId),
  hold_timer: (port) => seconds(port.holdTimer),
  message_age_timer: (port) => seconds(port.messageAgeTimer),
  forward_delay_timer: (port) => seconds(port.forwardDelayTimer),
  topology_change_ack: (port) => port.topologyChangeAck,
  config_pending: (port) => port.configPending,
  proxy_arp: (port) => port.proxyarp,
  proxy_arp_wifi: (port) => port.proxyarpWifi,
  multicast_router: (port) => port.multicastRouter,
  mcast_flood: (port) => port.mcastFlood,
  bcast_flood: (port) => port.bcastFlood,
  mcast_to_unicast: (port) => port.mcastToUcast,
  neigh_suppress: (port) => port.neighSuppress,
  group_fwd_mask: (port) => hex(port.groupFwdMask),
  group_fwd_mask_str: ({ groupFwdMask }) =>
    groupFwdMask === undefined ? undefined : bits(groupRows, groupFwdMask).names.join(',') || '0x0',
  vlan_tunnel: (port) => port.vlanTunnel,
  isolated: (port) => port.isolated,
  locked: (port) => port.locked,
  backup_port: (port, names) => (port.backupPort === undefined ? undefined : linkName(names, port.backupPort)),
}

/** Prints what a link is as a bridge's port; the context is the names of links by ifindex. */
export const printBridgePort = printer(columns)
