/** A bridge's `info_data`, as `ip -d -j link show` of iproute2 6.1 prints it. */
import type { BridgeAttributes } from '../../../rtnetlink/index.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { count, hex, seconds } from './iproute2-forms.ts'

/**
 * `linkinfo.info_data` of a bridge. Source of the form: `ip -d -j link show type bridge`, iproute2 6.1.
 * Intervals are in hundredths of a second, only what is named `_timer` is in seconds.
 */
export interface Iproute2Bridge {
  readonly forward_delay?: number
  readonly hello_time?: number
  readonly max_age?: number
  readonly ageing_time?: number
  readonly stp_state?: number
  readonly priority?: number
  readonly vlan_filtering?: number
  readonly vlan_protocol?: string
  readonly bridge_id?: string
  readonly root_id?: string
  readonly root_port?: number
  readonly root_path_cost?: number
  readonly topology_change?: number
  readonly topology_change_detected?: number
  readonly hello_timer?: number
  readonly tcn_timer?: number
  readonly topology_change_timer?: number
  readonly gc_timer?: number
  readonly vlan_default_pvid?: number
  readonly vlan_stats_enabled?: number
  readonly vlan_stats_per_port?: number
  readonly group_fwd_mask?: string
  readonly group_addr?: string
  readonly mcast_snooping?: number
  readonly no_linklocal_learn?: number
  readonly mcast_vlan_snooping?: number
  readonly mcast_router?: number
  readonly mcast_query_use_ifaddr?: number
  readonly mcast_querier?: number
  readonly mcast_hash_elasticity?: number
  readonly mcast_hash_max?: number
  readonly mcast_last_member_cnt?: number
  readonly mcast_startup_query_cnt?: number
  readonly mcast_last_member_intvl?: number
  readonly mcast_membership_intvl?: number
  readonly mcast_querier_intvl?: number
  readonly mcast_query_intvl?: number
  readonly mcast_query_response_intvl?: number
  readonly mcast_startup_query_intvl?: number
  readonly mcast_stats_enabled?: number
  readonly mcast_igmp_version?: number
  readonly mcast_mld_version?: number
  readonly nf_call_iptables?: number
  readonly nf_call_ip6tables?: number
  readonly nf_call_arptables?: number
}

/** enum br_boolopt_id, linux/if_bridge.h. */
const BR_BOOLOPT_NO_LL_LEARN = 0
const BR_BOOLOPT_MCAST_VLAN_SNOOPING = 1

/** The EtherTypes that a VLAN-aware bridge can have. */
const vlanProtocolNames = new Map([
  [0x8100, '802.1Q'],
  [0x88a8, '802.1ad'],
])

const columns: Columns<BridgeAttributes, Iproute2Bridge, void> = {
  forward_delay: (bridge) => bridge.forwardDelay,
  hello_time: (bridge) => bridge.helloTime,
  max_age: (bridge) => bridge.maxAge,
  ageing_time: (bridge) => bridge.ageingTime,
  stp_state: (bridge) => bridge.stpState,
  priority: (bridge) => bridge.priority,
  vlan_filtering: (bridge) => bridge.vlanFiltering,
  vlan_protocol: ({ vlanProtocol }) =>
    vlanProtocol === undefined ? undefined : (vlanProtocolNames.get(vlanProtocol) ?? `[${vlanProtocol}]`),
  bridge_id: (bridge) => bridgeId(bridge.bridgeId),
  // The bridge's root, as iproute2 prints it since 6.6. Up to then it printed the bridge's own id here by mistake (not so for ports).
  root_id: (bridge) => bridgeId(bridge.rootId),
  root_port: (bridge) => bridge.rootPort,
  root_path_cost: (bridge) => bridge.rootPathCost,
  topology_change: (bridge) => bridge.topologyChange,
  topology_change_detected: (bridge) => bridge.topologyChangeDetected,
  hello_timer: (bridge) => seconds(bridge.helloTimer),
  tcn_timer: (bridge) => seconds(bridge.tcnTimer),
  topology_change_timer: (bridge) => seconds(bridge.topologyChangeTimer),
  gc_timer: (bridge) => seconds(bridge.gcTimer),
  vlan_default_pvid: (bridge) => bridge.vlanDefaultPvid,
  vlan_stats_enabled: (bridge) => bridge.vlanStatsEnabled,
  vlan_stats_per_port: (bridge) => bridge.vlanStatsPerPort,
  group_fwd_mask: (bridge) => hex(bridge.groupFwdMask),
  group_addr: (bridge) => bridge.groupAddr,
  mcast_snooping: (bridge) => bridge.mcastSnooping,
  no_linklocal_learn: (bridge) => booleanOption(bridge.multiBoolopt, BR_BOOLOPT_NO_LL_LEARN),
  mcast_vlan_snooping: (bridge) => booleanOption(bridge.multiBoolopt, BR_BOOLOPT_MCAST_VLAN_SNOOPING),
  mcast_router: (bridge) => bridge.mcastRouter,
  mcast_query_use_ifaddr: (bridge) => bridge.mcastQueryUseIfaddr,
  mcast_querier: (bridge) => bridge.mcastQuerier,
  mcast_hash_elasticity: (bridge) => bridge.mcastHashElasticity,
  mcast_hash_max: (bridge) => bridge.mcastHashMax,
  mcast_last_member_cnt: (bridge) => bridge.mcastLastMemberCnt,
  mcast_startup_query_cnt: (bridge) => bridge.mcastStartupQueryCnt,
  mcast_last_member_intvl: (bridge) => count(bridge.mcastLastMemberIntvl),
  mcast_membership_intvl: (bridge) => count(bridge.mcastMembershipIntvl),
  mcast_querier_intvl: (bridge) => count(bridge.mcastQuerierIntvl),
  mcast_query_intvl: (bridge) => count(bridge.mcastQueryIntvl),
  mcast_query_response_intvl: (bridge) => count(bridge.mcastQueryResponseIntvl),
  mcast_startup_query_intvl: (bridge) => count(bridge.mcastStartupQueryIntvl),
  mcast_stats_enabled: (bridge) => bridge.mcastStatsEnabled,
  mcast_igmp_version: (bridge) => bridge.mcastIgmpVersion,
  mcast_mld_version: (bridge) => bridge.mcastMldVersion,
  nf_call_iptables: (bridge) => bridge.nfCallIptables,
  nf_call_ip6tables: (bridge) => bridge.nfCallIp6tables,
  nf_call_arptables: (bridge) => bridge.nfCallArptables,
}

/** Prints a bridge's own attributes. */
export const printBridge = printer(columns)

/** struct ifla_bridge_id: the priority as four hex digits, the MAC's octets without leading zeros, as ether_ntoa(3) writes them. */
export function bridgeId(bytes: Buffer | undefined): string | undefined {
  return (
    bytes && `${bytes.toString('hex', 0, 2)}.${Array.from(bytes.subarray(2), (octet) => octet.toString(16)).join(':')}`
  )
}

/** One bit of struct br_boolopt_multi, u32 values and u32 mask in host byte order; undefined when the kernel does not know the option. */
function booleanOption(bytes: Buffer | undefined, option: number): number | undefined {
  if (bytes === undefined) {
    return undefined
  }
  const [values = 0, mask = 0] = new Uint32Array(Uint8Array.from(bytes).buffer)
  return (mask >>> option) & 1 ? (values >>> option) & 1 : undefined
}
