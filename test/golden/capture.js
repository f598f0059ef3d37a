#!/usr/bin/env node
/**
 * Writes the golden vectors anew: what iproute2 sends and what this kernel answers, as strace sees it. Needs root, iproute2,
 * strace and a kernel with bridges that filter VLANs (Linux 5.18 and later, CONFIG_BRIDGE_VLAN_FILTERING). Usage: node test/golden/capture.js [NAME...]   with names only those vectors
 *
 * Ports, sequence numbers, times and counters are others each time, and tests state some of them.
 */
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

const [NLMSG_ERROR, NLMSG_DONE] = [2, 3]
const [RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK, RTM_NEWLINKPROP, RTM_DELLINKPROP] = [16, 17, 19, 108, 109]
const [RTM_NEWADDR, RTM_DELADDR, RTM_NEWNEIGH, RTM_DELNEIGH, RTM_NEWTUNNEL, RTM_DELTUNNEL] = [20, 21, 28, 29, 120, 121]
const [RTM_NEWROUTE, RTM_GETROUTE] = [24, 26]
const [RTM_NEWQDISC, RTM_NEWTFILTER, RTM_NEWMDB, RTM_GETMDB, RTM_NEWNEXTHOP] = [36, 44, 84, 86, 104]
const AF_BRIDGE = 7

const story =
  'link add vxlan0 address 02:00:00:00:00:01 type vxlan id 42 group 239.1.1.1 dev eth1 ttl 16 ageing 300 dstport 8472'
const all =
  'link add vxlan0 address 02:00:00:00:00:01 type vxlan id 43 remote 10.0.2.254 local 10.0.2.1 dev eth1 ttl 64 tos 0x10 df set ageing 100 maxaddress 1000 srcport 40000 50000 dstport 4789 nolearning proxy rsc l2miss l3miss noudpcsum udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx'
const vxlan = [story, 'link set vxlan0 up']
/**
 * A broadcast frame of 02:00:00:00:00:fe in VNI 42 arrives from 10.0.2.254. One's own address is reached over `lo`, with itself as
 * the source, so no second host is needed.
 */
const far = ['link set lo up', 'address add 10.0.2.254/24 dev eth1']
const frame =
  "bash printf '\\x08\\0\\0\\0\\0\\0\\x2a\\0\\xff\\xff\\xff\\xff\\xff\\xff\\x02\\0\\0\\0\\0\\xfe\\x88\\xb5' > /dev/udp/10.0.2.254/8472"

/** A bridge that filters VLANs, with a vxlan that carries many VNIs as its port. */
const ports = [
  'link add br0 address 02:00:00:00:00:b0 type bridge vlan_filtering 1 vlan_default_pvid 0',
  'link add vxlan0 address 02:00:00:00:00:01 type vxlan external vnifilter dstport 4789 dev eth1',
  'link set vxlan0 master br0',
  'link set vxlan0 type bridge_slave vlan_tunnel on',
]
const vlans = [
  'bridge vlan add vid 10-20 dev vxlan0',
  'bridge vlan add vid 30 pvid untagged dev vxlan0',
  'bridge vlan add vid 7 dev br0 self',
]
const tunnels = [
  'bridge vlan add vid 10-20 dev vxlan0 tunnel_info id 10010-10020',
  'bridge vlan add vid 30 dev vxlan0 tunnel_info id 77',
]

/** A vxlan and a bridge whose entries other programs add, replace and delete through netlink. */
const entriesOfOthers = [
  'link add vxlan0 address 02:00:00:00:00:01 type vxlan id 42 dstport 8472',
  'link add br0 address 02:00:00:00:00:b0 type bridge',
]
const addsEntries = [
  'bridge fdb add 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254 extern_learn',
  'bridge fdb replace 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.253',
  'bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.253',
  'bridge fdb add 02:00:00:00:00:f2 dev br0 self local',
  'bridge fdb add 02:00:00:00:00:f3 dev eth1 self',
]
const deletesEntries = [
  'bridge fdb del 02:00:00:00:00:fe dev vxlan0',
  'bridge fdb del 02:00:00:00:00:f2 dev br0 self',
  'bridge fdb del 02:00:00:00:00:f3 dev eth1 self',
]

/** An underlay with gateways, one of them of another address family. */
const ways = [
  'address add 10.0.2.1/24 dev eth1',
  'link set eth1 up',
  'route add 192.0.2.0/24 via 10.0.2.254 mtu 1400',
  'route add 198.51.100.0/24 via inet6 fe80::1 dev eth1',
]

/** A bridge with a vxlan as its port, and multicast forwarding entries of the port. */
const groups = [
  'link add br0 address 02:00:00:00:00:b0 type bridge',
  story,
  'link set vxlan0 master br0',
  'link set br0 up',
  'link set vxlan0 up',
]

/** A vxlan with an HTB qdisc, a class and a filter. */
const shaped = [
  ...vxlan,
  'tc qdisc add dev vxlan0 root handle 1: htb default 10',
  'tc class add dev vxlan0 parent 1: classid 1:10 htb rate 1mbit',
  'tc filter add dev vxlan0 parent 1: protocol ip u32 match ip dst 10.0.0.0/8 flowid 1:10',
]

/**
 * @typedef {object} Vector
 * @property {string} name `<object>-<what>`
 * @property {string[]} [before] `ip`, `bridge` or `bash` commands, in the namespace
 * @property {string} command the one that is looked at
 * @property {'sent' | 'received'} way
 * @property {number} type the message type that is kept
 * @property {number} [family] the family that is kept, the first byte of the payload: bridges tell of links in a way of their own
 * @property {string} shows what the vector is for
 * @property {boolean} [fails] that the command is to fail
 * @property {number} [count] how many messages there are to be, where fewer would not show it
 * @property {string[]} [meanwhile] commands to run while the looked-at one, a monitor, listens
 */

/** @type {Vector[]} */
const vectors = [
  {
    name: 'link-add-vxlan-story',
    command: `ip ${story}`,
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'the link of the first story',
  },
  {
    name: 'link-add-vxlan-all',
    command: `ip ${all}`,
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'every option that goes together over IPv4',
  },
  {
    name: 'link-add-vxlan-ipv6',
    command:
      'ip link add vxlan0 type vxlan id 44 remote 2001:db8::fe local 2001:db8::1 dstport 4789 flowlabel 0x12345 udp6zerocsumtx udp6zerocsumrx',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'an IPv6 underlay; the flow label is big-endian',
  },
  {
    name: 'link-add-vxlan-gbp',
    command: 'ip link add vxlan0 type vxlan id 45 dstport 4789 gbp',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'GBP, a flag without payload',
  },
  {
    name: 'link-add-vxlan-ttl-inherit',
    command: 'ip link add vxlan0 type vxlan id 46 dstport 4789 ttl inherit',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'ttl inherit, a flag without payload',
  },
  {
    name: 'link-change-vxlan-ttl',
    before: vxlan,
    command: 'ip link set vxlan0 type vxlan ttl 5',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'a change of a live link',
  },
  {
    name: 'link-set-up',
    before: [story],
    command: 'ip link set vxlan0 up',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'flags and change mask',
  },
  {
    name: 'link-set-mtu',
    before: [story],
    command: 'ip link set vxlan0 mtu 1400',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'IFLA_MTU',
  },
  {
    name: 'link-set-mac',
    before: [story],
    command: 'ip link set vxlan0 address 02:00:00:00:00:07',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'IFLA_ADDRESS',
  },
  {
    name: 'link-set-alias',
    before: [story],
    command: 'ip link set vxlan0 alias overlay',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'IFLA_IFALIAS',
  },
  {
    name: 'link-delete',
    before: [story],
    command: 'ip link delete vxlan0',
    way: 'sent',
    type: RTM_DELLINK,
    shows: 'a deletion',
  },
  {
    name: 'address-add-ipv4',
    before: [story],
    command: 'ip address add 10.0.1.1/24 dev vxlan0',
    way: 'sent',
    type: RTM_NEWADDR,
    shows: 'an IPv4 address',
  },
  {
    name: 'address-add-ipv6',
    before: [story],
    command: 'ip address add 2001:db8::1/64 dev vxlan0',
    way: 'sent',
    type: RTM_NEWADDR,
    shows: 'an IPv6 address',
  },
  {
    name: 'address-delete',
    before: [story, 'address add 10.0.1.1/24 dev vxlan0'],
    command: 'ip address delete 10.0.1.1/24 dev vxlan0',
    way: 'sent',
    type: RTM_DELADDR,
    shows: 'a removal',
  },
  {
    name: 'fdb-append-remote',
    before: vxlan,
    command: 'bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.254',
    way: 'sent',
    type: RTM_NEWNEIGH,
    shows: 'one more VTEP to flood to',
  },
  {
    name: 'fdb-add-full',
    before: vxlan,
    command: 'bridge fdb add 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254 vni 43 port 4789 via eth1',
    way: 'sent',
    type: RTM_NEWNEIGH,
    shows: 'every attribute of a static entry; the port is big-endian',
  },
  {
    name: 'fdb-delete',
    before: [...vxlan, 'bridge fdb add 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254'],
    command: 'bridge fdb delete 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254',
    way: 'sent',
    type: RTM_DELNEIGH,
    shows: 'a deletion',
  },
  {
    name: 'link-dump-vxlan',
    before: vxlan,
    command: 'ip -d link show vxlan0',
    way: 'received',
    type: RTM_NEWLINK,
    shows: 'the link of the first story as the kernel tells it',
  },
  {
    name: 'link-dump-vxlan-all',
    before: [all],
    command: 'ip -d link show vxlan0',
    way: 'received',
    type: RTM_NEWLINK,
    shows: 'every attribute over IPv4 as the kernel tells it',
  },
  {
    name: 'link-dump-bridge-port',
    before: [...vxlan, 'link add br0 type bridge', 'link set vxlan0 master br0'],
    command: 'ip -d link show vxlan0',
    way: 'received',
    type: RTM_NEWLINK,
    shows: 'a vxlan that is a bridge port',
  },
  {
    name: 'address-dump',
    before: [...vxlan, 'address add 10.0.1.1/24 dev vxlan0', 'address add 2001:db8::1/64 dev vxlan0 nodad'],
    command: 'ip address show dev vxlan0',
    way: 'received',
    type: RTM_NEWADDR,
    shows: 'IPv4, IPv6, and the link-local address of the kernel',
  },
  {
    name: 'fdb-dump-vxlan',
    before: [...vxlan, 'bridge fdb add 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254 vni 43 port 4789 via eth1 static'],
    command: 'bridge fdb show dev vxlan0',
    way: 'received',
    type: RTM_NEWNEIGH,
    shows: 'the default destination and a static entry',
  },
  {
    name: 'fdb-dump-learned',
    before: [...vxlan, ...far, frame],
    command: 'bridge fdb show dev vxlan0',
    way: 'received',
    type: RTM_NEWNEIGH,
    shows: 'the default destination and a learned entry',
    count: 2,
  },
  {
    name: 'neighbour-dump',
    before: [
      ...vxlan,
      'address add 10.0.1.1/24 dev vxlan0',
      'neighbour add 10.0.1.7 lladdr 02:00:00:00:00:07 dev vxlan0',
    ],
    command: 'ip neighbour show dev vxlan0',
    way: 'received',
    type: RTM_NEWNEIGH,
    shows: 'an ARP entry: the same message, another table',
  },
  {
    name: 'mdb-add',
    before: groups,
    command: 'bridge mdb add dev br0 port vxlan0 grp 239.1.2.3 src 10.0.0.1 permanent',
    way: 'sent',
    type: RTM_NEWMDB,
    shows: 'a multicast forwarding entry of a bridge, with a source',
  },
  {
    name: 'mdb-dump',
    before: [
      ...groups,
      'bridge mdb add dev br0 port vxlan0 grp 239.1.2.3 permanent',
      'bridge mdb add dev br0 port vxlan0 grp ff05::77 permanent',
    ],
    command: 'bridge mdb show',
    way: 'received',
    type: RTM_GETMDB,
    shows: 'multicast forwarding entries, in a message of the type of the request',
  },
  {
    name: 'qdisc-dump',
    before: shaped,
    command: 'tc qdisc show dev vxlan0',
    way: 'received',
    type: RTM_NEWQDISC,
    shows: 'a qdisc that somebody put there',
  },
  {
    name: 'filter-dump',
    before: shaped,
    command: 'tc filter show dev vxlan0 parent 1:',
    way: 'received',
    type: RTM_NEWTFILTER,
    count: 3,
    shows: 'a u32 filter: its classifier, its hash table and the filter itself',
  },
  {
    name: 'nexthop-dump',
    before: [...vxlan, 'address add 10.0.1.1/24 dev vxlan0', 'nexthop add id 10 via 10.0.1.2 dev vxlan0'],
    command: 'ip nexthop show dev vxlan0',
    way: 'received',
    type: RTM_NEWNEXTHOP,
    shows: 'a nexthop object by a link',
  },
  {
    name: 'route-get',
    before: ways,
    command: 'ip route get 192.0.2.9 oif eth1',
    way: 'sent',
    type: RTM_GETROUTE,
    shows: 'what is asked for the way to an address',
  },
  {
    name: 'route-get-answer',
    before: ways,
    command: 'ip route get 192.0.2.9 oif eth1',
    way: 'received',
    type: RTM_NEWROUTE,
    shows: 'the way by a gateway, with an MTU of its own',
  },
  {
    name: 'route-get-via-ipv6',
    before: ways,
    command: 'ip route get 198.51.100.9',
    way: 'received',
    type: RTM_NEWROUTE,
    shows: 'an IPv4 destination behind an IPv6 gateway',
  },
  {
    name: 'ack-success',
    command: `ip ${story}`,
    way: 'received',
    type: NLMSG_ERROR,
    shows: 'error 0 is an acknowledgement',
  },
  {
    name: 'ack-error',
    before: [story],
    command: 'ip link add vxlan1 type vxlan id 42 dstport 8472',
    way: 'received',
    type: NLMSG_ERROR,
    shows: "EEXIST with the kernel's sentence",
    fails: true,
  },
  {
    name: 'ack-error-offset',
    before: [story],
    command: 'ip link add vxlan1 type vxlan id 43 dstport 4789 srcport 2000 1000',
    way: 'received',
    type: NLMSG_ERROR,
    shows: 'a refusal that points at the attribute it means',
    fails: true,
  },
  {
    name: 'dump-done',
    before: vxlan,
    command: 'bridge fdb show dev vxlan0',
    way: 'received',
    type: NLMSG_DONE,
    shows: 'the end of a dump',
  },
  {
    name: 'link-event-delete',
    before: vxlan,
    command: 'ip monitor link',
    meanwhile: ['link delete vxlan0'],
    way: 'received',
    type: RTM_DELLINK,
    shows: 'a notification',
  },
  {
    name: 'fdb-event-add',
    before: vxlan,
    command: 'bridge monitor fdb',
    meanwhile: ['bridge fdb add 02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254'],
    way: 'received',
    type: RTM_NEWNEIGH,
    shows: 'a notification',
  },
  {
    name: 'fdb-event-learned',
    before: [...vxlan, ...far],
    command: 'bridge monitor fdb',
    meanwhile: [frame],
    way: 'received',
    type: RTM_NEWNEIGH,
    shows: 'a notification of an entry that was learned',
  },
  ...['linux-6.1', 'linux-6.18'].flatMap(
    /** @returns {Vector[]} */ (kernels) => [
      {
        name: `fdb-events-add-${kernels}`,
        before: entriesOfOthers,
        command: 'bridge monitor fdb',
        meanwhile: addsEntries,
        way: 'received',
        type: RTM_NEWNEIGH,
        shows: 'what is reported of entries that are added',
      },
      {
        name: `fdb-events-delete-${kernels}`,
        before: [...entriesOfOthers, ...addsEntries],
        command: 'bridge monitor fdb',
        meanwhile: deletesEntries,
        way: 'received',
        type: RTM_DELNEIGH,
        shows: 'what is reported of entries that are deleted',
      },
    ],
  ),
  {
    name: 'link-add-vxlan-vnifilter',
    command: 'ip link add vxlan0 type vxlan external vnifilter dstport 4789',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'one link for many VNIs',
  },
  {
    name: 'link-add-bridge',
    command:
      'ip link add br0 type bridge vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 0 stp_state 1 priority 4096 forward_delay 400 hello_time 100 max_age 600 ageing_time 30000 mcast_snooping 0 mcast_querier 1 group_fwd_mask 8',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'the options of a bridge; the VLAN protocol is big-endian, times are hundredths of a second',
  },
  {
    name: 'link-set-bridge-port',
    before: ports,
    command:
      'ip link set vxlan0 type bridge_slave learning off neigh_suppress on isolated on flood off mcast_flood off bcast_flood off vlan_tunnel on hairpin on guard on root_block on fastleave on locked on cost 7 priority 9',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'the options of a bridge port',
  },
  {
    name: 'link-set-name',
    before: [story],
    command: 'ip link set vxlan0 name vxlan1',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'a new name beside the ifindex',
  },
  {
    name: 'link-set-addrgenmode',
    before: [story],
    command: 'ip link set vxlan0 addrgenmode none',
    way: 'sent',
    type: RTM_NEWLINK,
    shows: 'an attribute under its address family',
  },
  {
    name: 'altname-add',
    before: [story],
    command: 'ip link property add dev vxlan0 altname overlay altname tenant-blue',
    way: 'sent',
    type: RTM_NEWLINKPROP,
    shows: 'alternative names',
  },
  {
    name: 'altname-delete',
    before: [story, 'link property add dev vxlan0 altname overlay'],
    command: 'ip link property del dev vxlan0 altname overlay',
    way: 'sent',
    type: RTM_DELLINKPROP,
    shows: 'an alternative name that is taken away',
  },
  {
    name: 'link-dump-properties',
    before: [
      story,
      'link property add dev vxlan0 altname overlay altname tenant-blue',
      'link set vxlan0 addrgenmode random',
      'bash echo 2 > /proc/sys/net/ipv4/conf/vxlan0/arp_accept',
      'bash echo 77 > /proc/sys/net/ipv4/conf/vxlan0/medium_id',
      'bash echo 33 > /proc/sys/net/ipv6/conf/vxlan0/hop_limit',
      'bash echo 2 > /proc/sys/net/ipv6/conf/vxlan0/accept_ra',
      'bash echo 1 > /proc/sys/net/ipv6/conf/vxlan0/disable_ipv6',
    ],
    command: 'ip -d link show vxlan0',
    way: 'received',
    type: RTM_NEWLINK,
    shows: 'alternative names and the settings under /proc/sys/net',
  },
  {
    name: 'link-dump-vrf',
    before: [
      'link add red type vrf table 4242',
      'link add vxlan0 type vxlan id 42 dstport 4789',
      'link set vxlan0 master red',
    ],
    command: 'ip -d link show',
    way: 'received',
    type: RTM_NEWLINK,
    shows: 'a VRF and a link in it',
  },
  {
    name: 'bridge-link-add-vlans',
    before: ports,
    command: 'bridge vlan add vid 10-20 dev vxlan0',
    way: 'sent',
    type: RTM_SETLINK,
    shows: 'a range of VLANs of a port',
  },
  {
    name: 'bridge-link-add-self',
    before: ports,
    command: 'bridge vlan add vid 7 pvid untagged dev br0 self',
    way: 'sent',
    type: RTM_SETLINK,
    shows: 'a VLAN of the bridge itself',
  },
  {
    name: 'bridge-link-add-tunnels',
    before: [...ports, 'bridge vlan add vid 10-20 dev vxlan0'],
    command: 'bridge vlan add vid 10-20 dev vxlan0 tunnel_info id 10010-10020',
    way: 'sent',
    type: RTM_SETLINK,
    shows: 'the VNIs of a range of VLANs',
  },
  {
    name: 'bridge-link-delete-vlans',
    before: [...ports, ...vlans],
    command: 'bridge vlan delete vid 10-20 dev vxlan0',
    way: 'sent',
    type: RTM_DELLINK,
    shows: 'VLANs that are taken from a port',
  },
  {
    name: 'bridge-link-delete-tunnels',
    before: [...ports, ...vlans, ...tunnels],
    command: 'bridge vlan delete vid 10-20 dev vxlan0 tunnel_info id 10010-10020',
    way: 'sent',
    type: RTM_DELLINK,
    shows: 'VNIs that are taken from VLANs',
  },
  {
    name: 'bridge-link-dump',
    before: [...ports, ...vlans, ...tunnels],
    command: 'bridge -compressvlans vlan show',
    way: 'received',
    type: RTM_NEWLINK,
    family: AF_BRIDGE,
    shows: 'the VLANs of a bridge and its port, in ranges, and their VNIs',
  },
  {
    name: 'bridge-link-event',
    before: ports,
    command: 'bridge monitor link',
    meanwhile: ['bridge vlan add vid 40 dev vxlan0'],
    way: 'received',
    type: RTM_NEWLINK,
    family: AF_BRIDGE,
    shows: 'a notification of a bridge of its port',
  },
  {
    name: 'tunnel-add-range',
    before: ports,
    command: 'bridge vni add vni 100-200 group 239.1.1.1 dev vxlan0',
    way: 'sent',
    type: RTM_NEWTUNNEL,
    shows: 'a range of VNIs and where their floods go',
  },
  {
    name: 'tunnel-delete',
    before: [...ports, 'bridge vni add vni 300 dev vxlan0'],
    command: 'bridge vni delete vni 300 dev vxlan0',
    way: 'sent',
    type: RTM_DELTUNNEL,
    shows: 'a VNI that is taken away',
  },
  {
    name: 'tunnel-dump',
    before: [
      ...ports,
      'bridge vni add vni 100-200 group 239.1.1.1 dev vxlan0',
      'bridge vni add vni 300 dev vxlan0',
      'bridge vni add vni 400 remote 10.0.2.254 dev vxlan0',
    ],
    command: 'bridge vni show',
    way: 'received',
    type: RTM_NEWTUNNEL,
    shows: 'VNIs with a group, without, and with a remote VTEP',
  },
  {
    name: 'tunnel-dump-ipv6',
    before: [
      'link add vxlan0 type vxlan external vnifilter dstport 4789 local 2001:db8::1',
      'bridge vni add vni 500 remote 2001:db8::fe dev vxlan0',
    ],
    command: 'bridge vni show',
    way: 'received',
    type: RTM_NEWTUNNEL,
    shows: 'a VNI with a remote VTEP over IPv6',
  },
]

const version = execFileSync('ip', ['-V'])
  .toString()
  .match(/iproute2-([\d.]+)/)?.[1]
const kernel = release().match(/^\d+\.\d+\.\d+/)?.[0]
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !vectors.some((vector) => vector.name === name))
if (unknown.length > 0) {
  throw new Error(`no such vector: ${unknown.join(' ')}`)
}
/** Some vectors show what kernels do differently: each is captured on its own kernel only. @param {Vector} vector */
const isOfThisKernel = ({ name }) => !name.includes('-linux-') || kernel?.startsWith(`${name.split('-linux-')[1]}.`)
for (const vector of vectors.filter(
  (each) => wanted.includes(each.name) || (wanted.length === 0 && isOfThisKernel(each)),
)) {
  const messages = await capture(vector)
  const header = [
    `# ${vector.command}`,
    ...(vector.before ?? []).map((command) => `# after: ${command}`),
    ...(vector.meanwhile ?? []).map((command) => `# meanwhile: ${command}`),
    `# ${vector.way} by iproute2 ${version} on Linux ${kernel}: ${vector.shows}`,
  ]
  const lines = messages.map((message) =>
    message
      .toString('hex')
      .replace(/(.{2})(?!$)/g, '$1 ')
      .match(/.{1,48}/g)
      ?.map((line) => line.trim())
      .join('\n'),
  )
  writeFileSync(new URL(`${vector.name}.hex`, import.meta.url), `${[...header, ...lines].join('\n')}\n`)
}

/** @param {Vector} vector @returns {Promise<Buffer[]>} the messages of its type, in their order */
async function capture({ name, before = [], command, way, type, family, fails = false, count = 1, meanwhile = [] }) {
  const namespace = `vxg-${process.pid}`
  execFileSync('ip', ['netns', 'add', namespace])
  try {
    for (const each of [
      'link add eth1 address 02:00:00:00:00:e1 type veth peer name eth1-far address 02:00:00:00:00:e2',
      'link set eth1 up',
      ...before,
    ]) {
      inNamespace(namespace, each)
    }
    const tracer = spawn('ip', [
      'netns',
      'exec',
      namespace,
      'strace',
      '-e',
      'trace=sendmsg,recvmsg',
      '-e',
      'read=all',
      '-e',
      'write=all',
      ...command.split(' '),
    ])
    let trace = ''
    tracer.stderr.on('data', (chunk) => {
      trace += chunk
    })
    const ended = new Promise((resolve) => tracer.once('close', resolve))
    if (meanwhile.length > 0) {
      await delay(500)
      for (const each of meanwhile) {
        inNamespace(namespace, each)
      }
      await delay(500)
      tracer.kill('SIGTERM')
    }
    const code = await ended
    if (meanwhile.length === 0 && (code === 0) === fails) {
      throw new Error(`${name}: ${command} ended with ${code}\n${trace}`)
    }
    const messages = messagesOf(trace, way).filter(
      (message) => message.readUInt16LE(4) === type && (family === undefined || message[16] === family),
    )
    if (messages.length < count) {
      throw new Error(`${name}: ${messages.length} messages of type ${type} ${way}, not ${count}\n${trace}`)
    }
    return type === NLMSG_ERROR || type === NLMSG_DONE ? messages.slice(-1) : messages
  } finally {
    execFileSync('ip', ['netns', 'delete', namespace])
  }
}

/** @param {string} namespace @param {string} command an `ip` command without its name, or one of `bridge` or `bash` with it */
function inNamespace(namespace, command) {
  const words = command.split(' ')
  if (words[0] === 'bash') {
    execFileSync('ip', ['netns', 'exec', namespace, 'bash', '-c', words.slice(1).join(' ')])
    return
  }
  const [first = ''] = words
  const [tool, args] = ['bridge', 'tc'].includes(first) ? [first, words.slice(1)] : ['ip', words]
  execFileSync(tool, ['-n', namespace, ...args])
}

/** @param {string} trace @param {'sent' | 'received'} way @returns {Buffer[]} */
function messagesOf(trace, way) {
  const call = way === 'sent' ? 'sendmsg(' : 'recvmsg('
  const messages = []
  for (const part of trace.split(/^(?=sendmsg\(|recvmsg\()/m)) {
    // A peek shows what the next call reads.
    if (part.startsWith(call) && !part.split('\n')[0]?.includes('MSG_PEEK')) {
      const dump = part.split('\n').filter((line) => line.startsWith(' | '))
      const bytes = Buffer.from(dump.map((line) => line.slice(10, 60).replaceAll(' ', '')).join(''), 'hex')
      for (let at = 0; at + 16 <= bytes.length; at += (bytes.readUInt32LE(at) + 3) & ~3) {
        messages.push(bytes.subarray(at, at + bytes.readUInt32LE(at)))
      }
    }
  }
  return messages
}
