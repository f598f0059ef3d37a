import { expect, test } from 'vitest'
import { printBridge } from '../../../../src/agent/publish/iproute2/iproute2-link-bridge.ts'
import { printBridgePort } from '../../../../src/agent/publish/iproute2/iproute2-link-bridge-port.ts'
import type { BridgeAttributes, BridgePortAttributes } from '../../../../src/rtnetlink/index.ts'

const bridgeIdBytes = Buffer.from('10000601a7000b6f', 'hex')

/** struct br_boolopt_multi in host byte order. */
function booleanOptions(values: number, mask: number): Buffer {
  return Buffer.from(Uint32Array.of(values, mask).buffer)
}

test('prints a bridge key by key in the order of `ip -d -j link show`', () => {
  const dumped: BridgeAttributes = {
    helloTimer: 148n,
    tcnTimer: 0n,
    topologyChangeTimer: 0n,
    gcTimer: 29_990n,
    forwardDelay: 400,
    helloTime: 150,
    maxAge: 610,
    ageingTime: 12344,
    stpState: 1,
    priority: 4096,
    vlanFiltering: 1,
    groupFwdMask: 0x4000,
    bridgeId: bridgeIdBytes,
    rootId: Buffer.from('0fff0200000000ff', 'hex'),
    rootPort: 1,
    rootPathCost: 2,
    topologyChange: 0,
    topologyChangeDetected: 1,
    groupAddr: '01:80:c2:00:00:04',
    multiBoolopt: booleanOptions(0b01, 0b111),
    vlanProtocol: 0x88a8,
    vlanDefaultPvid: 7,
    vlanStatsEnabled: 1,
    vlanStatsPerPort: 0,
    mcastRouter: 2,
    mcastSnooping: 1,
    mcastQueryUseIfaddr: 0,
    mcastQuerier: 1,
    mcastStatsEnabled: 1,
    mcastHashElasticity: 16,
    mcastHashMax: 1024,
    mcastLastMemberCnt: 3,
    mcastStartupQueryCnt: 2,
    mcastIgmpVersion: 3,
    mcastMldVersion: 1,
    mcastLastMemberIntvl: 100n,
    mcastMembershipIntvl: 26_000n,
    mcastQuerierIntvl: 12_345_678_900n,
    mcastQueryIntvl: 12_500n,
    mcastQueryResponseIntvl: 1000n,
    mcastStartupQueryIntvl: 3124n,
    nfCallIptables: 1,
    nfCallIp6tables: 0,
    nfCallArptables: 0,
  }
  expect(JSON.stringify(printBridge(dumped))).toBe(
    '{"forward_delay":400,"hello_time":150,"max_age":610,"ageing_time":12344,"stp_state":1,"priority":4096,"vlan_filtering":1,' +
      '"vlan_protocol":"802.1ad","bridge_id":"1000.6:1:a7:0:b:6f","root_id":"0fff.2:0:0:0:0:ff","root_port":1,"root_path_cost":2,' +
      '"topology_change":0,"topology_change_detected":1,"hello_timer":1.48,"tcn_timer":0,"topology_change_timer":0,' +
      '"gc_timer":299.9,"vlan_default_pvid":7,"vlan_stats_enabled":1,"vlan_stats_per_port":0,"group_fwd_mask":"0x4000",' +
      '"group_addr":"01:80:c2:00:00:04","mcast_snooping":1,"no_linklocal_learn":1,"mcast_vlan_snooping":0,"mcast_router":2,' +
      '"mcast_query_use_ifaddr":0,"mcast_querier":1,"mcast_hash_elasticity":16,"mcast_hash_max":1024,"mcast_last_member_cnt":3,' +
      '"mcast_startup_query_cnt":2,"mcast_last_member_intvl":100,"mcast_membership_intvl":26000,' +
      '"mcast_querier_intvl":12345678900,"mcast_query_intvl":12500,"mcast_query_response_intvl":1000,' +
      '"mcast_startup_query_intvl":3124,"mcast_stats_enabled":1,"mcast_igmp_version":3,"mcast_mld_version":1,' +
      '"nf_call_iptables":1,"nf_call_ip6tables":0,"nf_call_arptables":0}',
  )
})

test.each<{ name: string; attributes: BridgeAttributes; printed: object }>([
  { name: 'a mask of 0 without 0x', attributes: { groupFwdMask: 0 }, printed: { group_fwd_mask: '0' } },
  { name: 'VLANs of 802.1Q', attributes: { vlanProtocol: 0x8100 }, printed: { vlan_protocol: '802.1Q' } },
  {
    name: 'an unnamed VLAN protocol by number',
    attributes: { vlanProtocol: 0x0800 },
    printed: { vlan_protocol: '[2048]' },
  },
  {
    name: 'only the boolean options that the kernel knows',
    attributes: { multiBoolopt: booleanOptions(0b11, 0b10) },
    printed: { mcast_vlan_snooping: 1 },
  },
])('prints $name', ({ attributes, printed }) => {
  expect(printBridge(attributes)).toEqual(printed)
})

test('prints a port key by key in the order of `ip -d -j link show`', () => {
  const dumped: BridgePortAttributes = {
    state: 1,
    priority: 33,
    cost: 50,
    hairpin: true,
    guard: true,
    protect: true,
    fastLeave: true,
    mcastToUcast: true,
    learning: false,
    unicastFlood: false,
    mcastFlood: false,
    bcastFlood: false,
    proxyarp: true,
    proxyarpWifi: true,
    rootId: bridgeIdBytes,
    bridgeId: bridgeIdBytes,
    designatedPort: 33793,
    designatedCost: 0,
    id: 0x8401,
    number: 1,
    topologyChangeAck: 0,
    configPending: 0,
    vlanTunnel: true,
    groupFwdMask: 0x4008,
    neighSuppress: true,
    isolated: true,
    locked: true,
    messageAgeTimer: 0n,
    forwardDelayTimer: 398n,
    holdTimer: 0n,
    multicastRouter: 2,
    mcastEhtHostsLimit: 512,
    mcastEhtHostsCnt: 0,
    backupPort: 2,
  }
  expect(JSON.stringify(printBridgePort(dumped, new Map([[2, 'eth1']])))).toBe(
    '{"state":"listening","priority":33,"cost":50,"hairpin":true,"guard":true,"root_block":true,"fastleave":true,' +
      '"learning":false,"flood":false,"id":"0x8401","no":"0x1","designated_port":33793,"designated_cost":0,' +
      '"bridge_id":"1000.6:1:a7:0:b:6f","root_id":"1000.6:1:a7:0:b:6f","hold_timer":0,"message_age_timer":0,' +
      '"forward_delay_timer":3.98,"topology_change_ack":0,"config_pending":0,"proxy_arp":true,"proxy_arp_wifi":true,' +
      '"multicast_router":2,"mcast_flood":false,"bcast_flood":false,"mcast_to_unicast":true,"neigh_suppress":true,' +
      '"group_fwd_mask":"0x4008","group_fwd_mask_str":"0x8,lldp","vlan_tunnel":true,"isolated":true,"locked":true,' +
      '"backup_port":"eth1"}',
  )
})

test.each<{ name: string; attributes: BridgePortAttributes; printed: object }>([
  { name: 'a state without a name by number', attributes: { state: 7 }, printed: { state_index: 7 } },
  { name: 'a disabled port', attributes: { state: 0 }, printed: { state: 'disabled' } },
  { name: 'a mask of 0', attributes: { groupFwdMask: 0 }, printed: { group_fwd_mask: '0', group_fwd_mask_str: '0x0' } },
  {
    name: 'the groups that have names',
    attributes: { groupFwdMask: 0xc007 },
    printed: { group_fwd_mask: '0xc007', group_fwd_mask_str: 'stp,0x2,lacp,lldp,0x8000' },
  },
])('prints of a port $name', ({ attributes, printed }) => {
  expect(printBridgePort(attributes, new Map())).toEqual(printed)
})
