/** A link of kind `bridge`, and what a link is as a bridge's port. */
import { attr, attributes, type ValueOf } from '../wire/attributes.ts'
import { bool, ip, linkLayerAddress, raw, u8, u16, u16be, u32, u64 } from '../wire/codec.ts'

/** IFLA_BR_MCAST_QUERIER_STATE: which querier the bridge has heard. Source: BRIDGE_QUERIER_*, linux/if_bridge.h. */
const querierState = attributes({
  ipAddress: attr(1, 'BRIDGE_QUERIER_IP_ADDRESS', ip),
  ipPort: attr(2, 'BRIDGE_QUERIER_IP_PORT', u32), // ifindex
  ipOtherTimer: attr(3, 'BRIDGE_QUERIER_IP_OTHER_TIMER', u64), // for how long it still counts; only where there is one
  ipv6Address: attr(5, 'BRIDGE_QUERIER_IPV6_ADDRESS', ip),
  ipv6Port: attr(6, 'BRIDGE_QUERIER_IPV6_PORT', u32),
  ipv6OtherTimer: attr(7, 'BRIDGE_QUERIER_IPV6_OTHER_TIMER', u64),
})

/** IFLA_INFO_DATA of a link of kind `bridge`. Times are in clock ticks (USER_HZ, 100 a second). Source: IFLA_BR_*, linux/if_link.h. */
export const bridge = attributes({
  forwardDelay: attr(1, 'IFLA_BR_FORWARD_DELAY', u32),
  helloTime: attr(2, 'IFLA_BR_HELLO_TIME', u32),
  maxAge: attr(3, 'IFLA_BR_MAX_AGE', u32),
  ageingTime: attr(4, 'IFLA_BR_AGEING_TIME', u32),
  stpState: attr(5, 'IFLA_BR_STP_STATE', u32),
  priority: attr(6, 'IFLA_BR_PRIORITY', u16),
  vlanFiltering: attr(7, 'IFLA_BR_VLAN_FILTERING', u8),
  vlanProtocol: attr(8, 'IFLA_BR_VLAN_PROTOCOL', u16be), // an EtherType
  groupFwdMask: attr(9, 'IFLA_BR_GROUP_FWD_MASK', u16),
  rootId: attr(10, 'IFLA_BR_ROOT_ID', raw), // struct ifla_bridge_id: 2 bytes of priority, 6 of MAC
  bridgeId: attr(11, 'IFLA_BR_BRIDGE_ID', raw),
  rootPort: attr(12, 'IFLA_BR_ROOT_PORT', u16),
  rootPathCost: attr(13, 'IFLA_BR_ROOT_PATH_COST', u32),
  topologyChange: attr(14, 'IFLA_BR_TOPOLOGY_CHANGE', u8),
  topologyChangeDetected: attr(15, 'IFLA_BR_TOPOLOGY_CHANGE_DETECTED', u8),
  helloTimer: attr(16, 'IFLA_BR_HELLO_TIMER', u64),
  tcnTimer: attr(17, 'IFLA_BR_TCN_TIMER', u64),
  topologyChangeTimer: attr(18, 'IFLA_BR_TOPOLOGY_CHANGE_TIMER', u64),
  gcTimer: attr(19, 'IFLA_BR_GC_TIMER', u64),
  groupAddr: attr(20, 'IFLA_BR_GROUP_ADDR', linkLayerAddress),
  mcastRouter: attr(22, 'IFLA_BR_MCAST_ROUTER', u8),
  mcastSnooping: attr(23, 'IFLA_BR_MCAST_SNOOPING', u8),
  mcastQueryUseIfaddr: attr(24, 'IFLA_BR_MCAST_QUERY_USE_IFADDR', u8),
  mcastQuerier: attr(25, 'IFLA_BR_MCAST_QUERIER', u8),
  mcastHashElasticity: attr(26, 'IFLA_BR_MCAST_HASH_ELASTICITY', u32),
  mcastHashMax: attr(27, 'IFLA_BR_MCAST_HASH_MAX', u32),
  mcastLastMemberCnt: attr(28, 'IFLA_BR_MCAST_LAST_MEMBER_CNT', u32),
  mcastStartupQueryCnt: attr(29, 'IFLA_BR_MCAST_STARTUP_QUERY_CNT', u32),
  mcastLastMemberIntvl: attr(30, 'IFLA_BR_MCAST_LAST_MEMBER_INTVL', u64),
  mcastMembershipIntvl: attr(31, 'IFLA_BR_MCAST_MEMBERSHIP_INTVL', u64),
  mcastQuerierIntvl: attr(32, 'IFLA_BR_MCAST_QUERIER_INTVL', u64),
  mcastQueryIntvl: attr(33, 'IFLA_BR_MCAST_QUERY_INTVL', u64),
  mcastQueryResponseIntvl: attr(34, 'IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', u64),
  mcastStartupQueryIntvl: attr(35, 'IFLA_BR_MCAST_STARTUP_QUERY_INTVL', u64),
  nfCallIptables: attr(36, 'IFLA_BR_NF_CALL_IPTABLES', u8),
  nfCallIp6tables: attr(37, 'IFLA_BR_NF_CALL_IP6TABLES', u8),
  nfCallArptables: attr(38, 'IFLA_BR_NF_CALL_ARPTABLES', u8),
  vlanDefaultPvid: attr(39, 'IFLA_BR_VLAN_DEFAULT_PVID', u16),
  vlanStatsEnabled: attr(41, 'IFLA_BR_VLAN_STATS_ENABLED', u8),
  mcastStatsEnabled: attr(42, 'IFLA_BR_MCAST_STATS_ENABLED', u8),
  mcastIgmpVersion: attr(43, 'IFLA_BR_MCAST_IGMP_VERSION', u8),
  mcastMldVersion: attr(44, 'IFLA_BR_MCAST_MLD_VERSION', u8),
  vlanStatsPerPort: attr(45, 'IFLA_BR_VLAN_STATS_PER_PORT', u8),
  multiBoolopt: attr(46, 'IFLA_BR_MULTI_BOOLOPT', raw), // struct br_boolopt_multi: u32 values, u32 mask
  mcastQuerierState: attr(47, 'IFLA_BR_MCAST_QUERIER_STATE', querierState), // read only, since Linux 5.16
})
export type BridgeAttributes = ValueOf<typeof bridge>

/** IFLA_INFO_SLAVE_DATA of a bridge's port. Timers are in clock ticks. Source: IFLA_BRPORT_*, linux/if_link.h. */
export const bridgePort = attributes({
  state: attr(1, 'IFLA_BRPORT_STATE', u8), // 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking
  priority: attr(2, 'IFLA_BRPORT_PRIORITY', u16),
  cost: attr(3, 'IFLA_BRPORT_COST', u32),
  hairpin: attr(4, 'IFLA_BRPORT_MODE', bool),
  guard: attr(5, 'IFLA_BRPORT_GUARD', bool),
  protect: attr(6, 'IFLA_BRPORT_PROTECT', bool),
  fastLeave: attr(7, 'IFLA_BRPORT_FAST_LEAVE', bool),
  learning: attr(8, 'IFLA_BRPORT_LEARNING', bool),
  unicastFlood: attr(9, 'IFLA_BRPORT_UNICAST_FLOOD', bool),
  proxyarp: attr(10, 'IFLA_BRPORT_PROXYARP', bool),
  proxyarpWifi: attr(12, 'IFLA_BRPORT_PROXYARP_WIFI', bool),
  rootId: attr(13, 'IFLA_BRPORT_ROOT_ID', raw), // struct ifla_bridge_id
  bridgeId: attr(14, 'IFLA_BRPORT_BRIDGE_ID', raw),
  designatedPort: attr(15, 'IFLA_BRPORT_DESIGNATED_PORT', u16),
  designatedCost: attr(16, 'IFLA_BRPORT_DESIGNATED_COST', u16),
  id: attr(17, 'IFLA_BRPORT_ID', u16),
  number: attr(18, 'IFLA_BRPORT_NO', u16),
  topologyChangeAck: attr(19, 'IFLA_BRPORT_TOPOLOGY_CHANGE_ACK', u8),
  configPending: attr(20, 'IFLA_BRPORT_CONFIG_PENDING', u8),
  messageAgeTimer: attr(21, 'IFLA_BRPORT_MESSAGE_AGE_TIMER', u64),
  forwardDelayTimer: attr(22, 'IFLA_BRPORT_FORWARD_DELAY_TIMER', u64),
  holdTimer: attr(23, 'IFLA_BRPORT_HOLD_TIMER', u64),
  multicastRouter: attr(25, 'IFLA_BRPORT_MULTICAST_ROUTER', u8),
  mcastFlood: attr(27, 'IFLA_BRPORT_MCAST_FLOOD', bool),
  mcastToUcast: attr(28, 'IFLA_BRPORT_MCAST_TO_UCAST', bool),
  vlanTunnel: attr(29, 'IFLA_BRPORT_VLAN_TUNNEL', bool),
  bcastFlood: attr(30, 'IFLA_BRPORT_BCAST_FLOOD', bool),
  groupFwdMask: attr(31, 'IFLA_BRPORT_GROUP_FWD_MASK', u16),
  neighSuppress: attr(32, 'IFLA_BRPORT_NEIGH_SUPPRESS', bool),
  isolated: attr(33, 'IFLA_BRPORT_ISOLATED', bool),
  backupPort: attr(34, 'IFLA_BRPORT_BACKUP_PORT', u32), // ifindex
  mcastEhtHostsLimit: attr(37, 'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT', u32),
  mcastEhtHostsCnt: attr(38, 'IFLA_BRPORT_MCAST_EHT_HOSTS_CNT', u32),
  locked: attr(39, 'IFLA_BRPORT_LOCKED', bool),
  mab: attr(40, 'IFLA_BRPORT_MAB', bool),
  mcastNGroups: attr(41, 'IFLA_BRPORT_MCAST_N_GROUPS', u32),
  mcastMaxGroups: attr(42, 'IFLA_BRPORT_MCAST_MAX_GROUPS', u32),
  neighVlanSuppress: attr(43, 'IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', bool),
  backupNhid: attr(44, 'IFLA_BRPORT_BACKUP_NHID', u32), // 0: none
})
export type BridgePortAttributes = ValueOf<typeof bridgePort>
