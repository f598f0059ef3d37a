/** What other tools call each key of the desired state. */

import type { addressKeys } from '../../src/agent/desired/schema/address.ts'
import type { bridgeFdbKeys } from '../../src/agent/desired/schema/bridge-forwarding.ts'
import type { fdbKeys } from '../../src/agent/desired/schema/forwarding.ts'
import type { BridgeKey, PortKey, VxlanKey } from '../../src/agent/desired/schema.ts'

/** A unit where a number has one, then the words of iproute2, VyOS (1.4 and later), netplan and systemd-networkd; '' for none. */
export type WordRow = readonly [unit: string, iproute2: string, vyos: string, netplan: string, networkd: string]

/** Keys of any link. */
const link = {
  mac: ['', 'address', 'mac', 'macaddress', 'MACAddress='],
  alias: ['', 'alias', 'description', '', 'Alias= (.link)'],
  up: ['', 'up, down', 'disable', 'activation-mode', 'ActivationPolicy='],
  arp: ['', 'arp', '', '', 'ARP='],
  txqlen: ['packets', 'txqueuelen', '', '', 'TransmitQueueLength= (.link)'],
  devgroup: ['', 'group (of ip link)', '', '', 'Group= in [Link]'],
  addrgenmode: [
    '',
    'addrgenmode',
    'ipv6 address no-default-link-local',
    'ipv6-address-generation',
    'IPv6LinkLocalAddressGenerationMode=',
  ],
  altnames: ['', 'ip link property add … altname', '', '', 'AlternativeName= (.link)'],
  master: ['', 'master', 'vrf', 'interfaces of a bridge or VRF', 'Bridge=, VRF='],
  sysctl: ['', '', 'ip, ipv6', 'accept-ra', 'IPv4ProxyARP=, IPv6AcceptRA= …'],
  addresses: ['', 'ip address', 'address', 'addresses', 'Address='],
  neighbours: ['', 'ip neighbour', 'protocols static arp', '', '[Neighbor]'],
  adopt: ['', '', '', '', ''],
} as const

/** Of a vxlan: a key without a row has no unit, and no other tool has a word for it. */
export const vxlanWordRows: Readonly<Partial<Record<VxlanKey, WordRow>>> = {
  id: ['', 'id', 'vni', 'id', 'VNI='],
  group: ['', 'group', 'group', 'remote (multicast)', 'Group='],
  remote: ['', 'remote', 'remote', 'remote', 'Remote='],
  dev: ['', 'dev', 'source-interface', 'link', 'VXLAN= of the device’s .network'],
  local: ['', 'local', 'source-address', 'local', 'Local='],
  dstport: ['', 'dstport', 'port', 'port', 'DestinationPort='],
  ttl: ['hops', 'ttl', 'parameters ip ttl', 'ttl', 'TTL='],
  tos: ['', 'tos (in hex)', 'parameters ip tos (in hex)', 'type-of-service', 'TOS='],
  df: ['', 'df', 'parameters ip df', 'do-not-fragment', 'IPDoNotFragment='],
  ageing: ['seconds', 'ageing', '', 'ageing', 'FDBAgeingSec='],
  learning: ['', '[no]learning', 'parameters nolearning', 'mac-learning', 'MacLearning='],
  maxaddr: ['entries', 'maxaddress', '', 'limit', 'MaximumFDBEntries='],
  srcport: ['', 'srcport', '', 'port-range', 'PortRange='],
  flowlabel: ['', 'flowlabel', 'parameters ipv6 flowlabel', 'flow-label', 'FlowLabel='],
  proxy: ['', '[no]proxy', '', 'arp-proxy', 'ReduceARPProxy='],
  rsc: ['', '[no]rsc', '', 'short-circuit', 'RouteShortCircuit='],
  l2miss: ['', '[no]l2miss', '', 'notifications: [l2-miss]', 'L2MissNotification='],
  l3miss: ['', '[no]l3miss', '', 'notifications: [l3-miss]', 'L3MissNotification='],
  udpcsum: ['', '[no]udpcsum', '', 'checksums: [udp]', 'UDPChecksum='],
  udp6zerocsumtx: ['', '[no]udp6zerocsumtx', '', 'checksums: [zero-udp6-tx]', 'UDP6ZeroChecksumTx='],
  udp6zerocsumrx: ['', '[no]udp6zerocsumrx', '', 'checksums: [zero-udp6-rx]', 'UDP6ZeroChecksumRx='],
  remcsumtx: ['', '[no]remcsumtx', '', 'checksums: [remote-tx]', 'RemoteChecksumTx='],
  remcsumrx: ['', '[no]remcsumrx', '', 'checksums: [remote-rx]', 'RemoteChecksumRx='],
  gbp: ['', 'gbp', '', 'extensions: [group-policy]', 'GroupPolicyExtension='],
  gpe: ['', 'gpe', 'gpe', 'extensions: [generic-protocol]', 'GenericProtocolExtension='],
  external: ['', 'external', 'parameters external', '', 'External='],
  vnifilter: ['', 'vnifilter', 'parameters vni-filter', '', 'VNIFilter='],
  localbypass: ['', '[no]localbypass', '', '', ''],
  reserved_bits: ['', 'reserved_bits', '', '', ''],
  mcroute: ['', '[no]mcroute', '', '', ''],
  mtu: ['bytes', 'mtu', 'mtu', 'mtu', 'MTUBytes='],
  remotes: ['', 'bridge fdb append 00:00:00:00:00:00', 'remote, several', '', '[BridgeFDB] of the all-zeros MAC'],
  fdb: ['', 'bridge fdb', '', '', '[BridgeFDB]'],
  vnis: ['', 'bridge vni', 'vlan-to-vni, with vni-filter', '', ''],
  port: ['', 'bridge link', 'parameters neighbor-suppress', 'neigh-suppress', '[Bridge]'],
  ...link,
}

export const bridgeWordRows: Readonly<Record<BridgeKey, WordRow>> = {
  vlan_filtering: ['', 'vlan_filtering', 'enable-vlan', '', 'VLANFiltering='],
  vlan_protocol: ['', 'vlan_protocol', 'protocol', '', 'VLANProtocol='],
  vlan_default_pvid: ['', 'vlan_default_pvid', '', '', 'DefaultPVID='],
  stp: ['', 'stp_state', 'stp', 'parameters: stp', 'STP='],
  priority: ['', 'priority', 'priority', 'parameters: priority', 'Priority='],
  forward_delay: [
    'seconds',
    'forward_delay (hundredths)',
    'forwarding-delay',
    'parameters: forward-delay',
    'ForwardDelaySec=',
  ],
  hello_time: ['seconds', 'hello_time (hundredths)', 'hello-time', 'parameters: hello-time', 'HelloTimeSec='],
  max_age: ['seconds', 'max_age (hundredths)', 'max-age', 'parameters: max-age', 'MaxAgeSec='],
  ageing_time: ['seconds', 'ageing_time (hundredths)', 'aging', 'parameters: ageing-time', 'AgeingTimeSec='],
  mcast_snooping: ['', 'mcast_snooping', 'igmp snooping', '', 'MulticastSnooping='],
  mcast_querier: ['', 'mcast_querier', 'igmp querier', '', 'MulticastQuerier='],
  group_fwd_mask: ['', 'group_fwd_mask', '', '', 'GroupForwardMask='],
  mtu: ['bytes', 'mtu', 'mtu', 'mtu', 'MTUBytes='],
  ...link,
  vlans: ['', 'bridge vlan … self', 'vif', '', '[BridgeVLAN]'],
  fdb: ['', 'bridge fdb … master', '', '', '[BridgeFDB]'],
  ports: ['', 'master', 'member interface', 'interfaces', 'Bridge='],
}

export const portWordRows: Readonly<Record<PortKey, WordRow>> = {
  learning: ['', 'learning', 'parameters nolearning', 'port-mac-learning', 'Learning='],
  neigh_suppress: ['', 'neigh_suppress', 'parameters neighbor-suppress', 'neigh-suppress', 'NeighborSuppression='],
  isolated: ['', 'isolated', 'isolated', '', 'Isolated='],
  flood: ['', 'flood', '', '', 'UnicastFlood='],
  mcast_flood: ['', 'mcast_flood', '', '', 'MulticastFlood='],
  bcast_flood: ['', 'bcast_flood', '', '', ''],
  vlan_tunnel: ['', 'vlan_tunnel', 'vlan-to-vni', '', ''],
  hairpin: ['', 'hairpin', '', 'hairpin', 'HairPin='],
  guard: ['', 'guard', 'bpdu-guard', '', 'UseBPDU=no'],
  root_block: ['', 'root_block', 'root-guard', '', 'AllowPortToBeRoot=no'],
  fast_leave: ['', 'fastleave', '', '', 'FastLeave='],
  locked: ['', 'locked', '', '', ''],
  cost: ['', 'cost', 'cost', 'path-cost', 'Cost='],
  priority: ['', 'priority', 'priority', 'port-priority', 'Priority='],
  vlans: ['', 'bridge vlan', 'native-vlan, allowed-vlan', '', '[BridgeVLAN]'],
  vlan_to_vni: ['', 'bridge vlan … tunnel_info', 'vlan-to-vni', '', ''],
}

export const addressWordRows: Readonly<Record<keyof typeof addressKeys, WordRow>> = {
  address: ['', 'ip address', 'address', 'addresses', 'Address='],
  peer: ['', 'peer', '', '', 'Peer='],
  broadcast: ['', 'broadcast', '', '', 'Broadcast='],
  label: ['', 'label', '', 'label', 'Label='],
  scope: ['', 'scope', '', '', 'Scope='],
  metric: ['', 'metric', '', '', 'RouteMetric='],
  preferred_lft: ['seconds', 'preferred_lft', '', 'lifetime: 0', 'PreferredLifetime='],
  valid_lft: ['seconds', 'valid_lft', '', '', ''],
  nodad: ['', 'nodad', 'ipv6 dup-addr-detect-transmits 0', '', 'DuplicateAddressDetection='],
  noprefixroute: ['', 'noprefixroute', '', '', 'AddPrefixRoute=no'],
  home: ['', 'home', '', '', 'HomeAddress='],
  mngtmpaddr: ['', 'mngtmpaddr', '', 'ipv6-privacy', 'ManageTemporaryAddress='],
}

export const fdbWordRows: Readonly<Record<keyof typeof fdbKeys, WordRow>> = {
  mac: ['', 'LLADDR', '', '', 'MACAddress='],
  dst: ['', 'dst', 'remote', '', 'Destination='],
  port: ['', 'port', '', '', ''],
  vni: ['', 'vni', '', '', 'VNI='],
  src_vni: ['', 'src_vni', '', '', ''],
  via: ['', 'via', '', '', 'OutgoingInterface='],
  nhid: ['', 'nhid', '', '', ''],
  state: ['', 'permanent, static, dynamic', '', '', ''],
  router: ['', 'router', '', '', ''],
  extern_learn: ['', 'extern_learn', '', '', ''],
  sticky: ['', 'sticky', '', '', ''],
  master: ['', 'self master', '', '', ''],
  vlan: ['', 'vlan', '', '', ''],
}

export const bridgeFdbWordRows: Readonly<Record<keyof typeof bridgeFdbKeys, WordRow>> = {
  mac: ['', 'LLADDR', '', '', 'MACAddress='],
  dev: ['', 'dev', '', '', 'the .network file of the port'],
  vlan: ['', 'vlan', '', '', 'VLANId='],
  state: ['', 'static; permanent, local', '', '', 'always permanent'],
  sticky: ['', 'sticky', '', '', ''],
}
