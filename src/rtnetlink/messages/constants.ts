/** Numbers of the kernel's rtnetlink interface, by their kernel names. Sources: linux/{netlink,rtnetlink,neighbour,if,if_addr}.h. */

export const NLMSG_NOOP = 1
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
export const NLMSG_OVERRUN = 4

export const NLM_F_REQUEST = 0x01
export const NLM_F_MULTI = 0x02
export const NLM_F_ACK = 0x04
export const NLM_F_DUMP_INTR = 0x10
export const NLM_F_DUMP = 0x300
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800

export const RTM_NEWLINK = 16
export const RTM_DELLINK = 17
export const RTM_GETLINK = 18
export const RTM_SETLINK = 19
export const RTM_NEWADDR = 20
export const RTM_DELADDR = 21
export const RTM_GETADDR = 22
export const RTM_NEWROUTE = 24
export const RTM_DELROUTE = 25
export const RTM_GETROUTE = 26
export const RTM_NEWNEIGH = 28
export const RTM_DELNEIGH = 29
export const RTM_GETNEIGH = 30
export const RTM_NEWQDISC = 36
export const RTM_DELQDISC = 37
export const RTM_GETQDISC = 38
export const RTM_NEWTFILTER = 44
export const RTM_DELTFILTER = 45
export const RTM_GETTFILTER = 46
export const RTM_NEWMDB = 84
export const RTM_DELMDB = 85
export const RTM_GETMDB = 86
export const RTM_NEWNEXTHOP = 104
export const RTM_DELNEXTHOP = 105
export const RTM_GETNEXTHOP = 106
export const RTM_NEWLINKPROP = 108
export const RTM_DELLINKPROP = 109
export const RTM_NEWTUNNEL = 120
export const RTM_DELTUNNEL = 121
export const RTM_GETTUNNEL = 122

/** Multicast groups of rtnetlink. */
export const RTNLGRP_LINK = 1
export const RTNLGRP_NEIGH = 3
export const RTNLGRP_IPV4_IFADDR = 5
export const RTNLGRP_IPV6_IFADDR = 9
/** Since Linux 5.18. */
export const RTNLGRP_TUNNEL = 35

export const AF_UNSPEC = 0
export const AF_INET = 2
export const AF_BRIDGE = 7
export const AF_INET6 = 10

/** ifi_flags. */
export const IFF_UP = 0x1
export const IFF_BROADCAST = 0x2
export const IFF_DEBUG = 0x4
export const IFF_LOOPBACK = 0x8
export const IFF_POINTOPOINT = 0x10
export const IFF_NOTRAILERS = 0x20
export const IFF_RUNNING = 0x40
export const IFF_NOARP = 0x80
export const IFF_PROMISC = 0x100
export const IFF_ALLMULTI = 0x200
export const IFF_MASTER = 0x400
export const IFF_SLAVE = 0x800
export const IFF_MULTICAST = 0x1000
export const IFF_PORTSEL = 0x2000
export const IFF_AUTOMEDIA = 0x4000
export const IFF_DYNAMIC = 0x8000
export const IFF_LOWER_UP = 0x10000
export const IFF_DORMANT = 0x20000
export const IFF_ECHO = 0x40000

/** IFLA_EXT_MASK: tell VLANs, in ranges; leave the counters out of a link's description. */
export const RTEXT_FILTER_BRVLAN_COMPRESSED = 0x4
export const RTEXT_FILTER_SKIP_STATS = 0x8

/** IFLA_BRIDGE_FLAGS: whether a port's bridge is meant, or the link itself. */
export const BRIDGE_FLAGS_MASTER = 1
export const BRIDGE_FLAGS_SELF = 2

/** bridge_vlan_info.flags, and IFLA_BRIDGE_VLAN_TUNNEL_FLAGS for ranges. */
export const BRIDGE_VLAN_INFO_MASTER = 0x1
export const BRIDGE_VLAN_INFO_PVID = 0x2
export const BRIDGE_VLAN_INFO_UNTAGGED = 0x4
export const BRIDGE_VLAN_INFO_RANGE_BEGIN = 0x8
export const BRIDGE_VLAN_INFO_RANGE_END = 0x10

/** ifa_flags and IFA_FLAGS. */
export const IFA_F_TEMPORARY = 0x01
export const IFA_F_SECONDARY = 0x01
export const IFA_F_NODAD = 0x02
export const IFA_F_OPTIMISTIC = 0x04
export const IFA_F_DADFAILED = 0x08
export const IFA_F_HOMEADDRESS = 0x10
export const IFA_F_DEPRECATED = 0x20
export const IFA_F_TENTATIVE = 0x40
export const IFA_F_PERMANENT = 0x80
export const IFA_F_MANAGETEMPADDR = 0x100
export const IFA_F_NOPREFIXROUTE = 0x200
export const IFA_F_STABLE_PRIVACY = 0x800

/** IFA_PROTO: who made an address; 0 and above 3 are user space's. Since Linux 5.18. */
export const IFAPROT_KERNEL_LO = 1
export const IFAPROT_KERNEL_RA = 2
export const IFAPROT_KERNEL_LL = 3

export const RT_SCOPE_UNIVERSE = 0
export const RT_SCOPE_LINK = 253
export const RT_SCOPE_HOST = 254

/** rtm_protocol: who made a route. Source: linux/rtnetlink.h. */
export const RTPROT_UNSPEC = 0
export const RTPROT_REDIRECT = 1
export const RTPROT_KERNEL = 2
/** `ip route add` without a protocol. */
export const RTPROT_BOOT = 3
export const RTPROT_STATIC = 4
export const RTPROT_RA = 9

/** The routing table that holds ordinary routes. */
export const RT_TABLE_MAIN = 254

/** rtnh_flags: the gateway is on the link, though no address says so. */
export const RTNH_F_ONLINK = 4
/** rtm_flags: an entry of the cache, such as a path MTU. */
export const RTM_F_CLONED = 0x200

/** rtm_type. */
export const RTN_UNICAST = 1
export const RTN_LOCAL = 2
export const RTN_BROADCAST = 3
export const RTN_MULTICAST = 5
export const RTN_BLACKHOLE = 6
export const RTN_UNREACHABLE = 7
export const RTN_PROHIBIT = 8

/** tunnel_msg.flags of a request: counters of each VNI too. */
export const TUNNEL_MSG_FLAG_STATS = 0x01

/** ndm_state. */
export const NUD_INCOMPLETE = 0x01
export const NUD_REACHABLE = 0x02
export const NUD_STALE = 0x04
export const NUD_DELAY = 0x08
export const NUD_PROBE = 0x10
export const NUD_FAILED = 0x20
export const NUD_NOARP = 0x40
export const NUD_PERMANENT = 0x80

/** ndm_flags. */
export const NTF_USE = 0x01
export const NTF_SELF = 0x02
export const NTF_MASTER = 0x04
export const NTF_PROXY = 0x08
export const NTF_EXT_LEARNED = 0x10
export const NTF_OFFLOADED = 0x20
export const NTF_STICKY = 0x40
export const NTF_ROUTER = 0x80
/** NDA_FLAGS_EXT. */
export const NTF_EXT_MANAGED = 0x01
export const NTF_EXT_LOCKED = 0x02

/** br_mdb_entry.state: MDB_PERMANENT stays until somebody removes it. Source: linux/if_bridge.h. */
export const MDB_TEMPORARY = 0
export const MDB_PERMANENT = 1

/** tcm_parent: the root of a link's outgoing traffic, and the two ends of a `clsact` or `ingress` qdisc. Source: linux/pkt_sched.h. */
export const TC_H_ROOT = 0xffffffff
export const TC_H_MIN_INGRESS = 0xfffffff2
export const TC_H_MIN_EGRESS = 0xfffffff3
