/** Why the kernel does not take a forwarding entry or a neighbour. */
import { isAboutFdb, isAboutNeighbours, type RefusalRow } from './row.ts'

const noIpv6Neighbours = (link: string): string =>
  `a link with an MTU below 1280 has no IPv6 neighbours: raise that of ${link} and of what it goes by (ip link show)`

export const entryRefusals: readonly RefusalRow[] = [
  {
    request: 'add a forwarding entry',
    code: 'ENOSPC',
    situation: 'the link has as many entries as maxaddr says, learned ones included',
    isMeant: ({ action }) => isAboutFdb(action),
    cure: ({ link }) =>
      `${link} has all the entries that maxaddr allows, learned ones included: raise maxaddr, which replaces the link, or remove entries (vxagent fdb --dev ${link})`,
    source: 'vxlan_fdb_create(), drivers/net/vxlan/vxlan_core.c',
  },
  {
    request: 'add a forwarding entry',
    code: 'EINVAL',
    situation: 'the nexthop of nhid does not exist, or has been deleted',
    isMeant: ({ action }) => isAboutFdb(action),
    says: 'Nexthop id does not exist',
    cure: () =>
      'vxagent makes no nexthops: see ip nexthop show, and make it (ip nexthop add id N via ADDRESS fdb; ip nexthop add id M group N fdb), or correct nhid',
    source: 'vxlan_fdb_nh_update(), drivers/net/vxlan/vxlan_core.c',
  },
  {
    request: 'add a forwarding entry',
    code: 'EINVAL',
    situation: 'the nexthop of nhid is none for forwarding entries',
    isMeant: ({ action }) => isAboutFdb(action),
    says: 'Nexthop is not a fdb nexthop',
    cure: () => 'nhid must name a group of nexthops that were made with the word fdb: see ip nexthop show',
    source: 'vxlan_fdb_nh_update(), drivers/net/vxlan/vxlan_core.c',
  },
  {
    request: 'add a forwarding entry',
    code: 'EINVAL',
    situation: 'nhid names a nexthop instead of a group of them',
    isMeant: ({ action }) => isAboutFdb(action),
    says: 'Nexthop is not a multipath group',
    cure: () => 'nhid must name a group of nexthops: make one (ip nexthop add id M group N fdb)',
    source: 'vxlan_fdb_nh_update(), drivers/net/vxlan/vxlan_core.c',
  },
  {
    request: 'add a forwarding entry',
    code: 'EAFNOSUPPORT',
    situation: 'the nexthops are of another address family than the link',
    isMeant: ({ action }) => isAboutFdb(action),
    says: 'Nexthop group family not supported',
    cure: ({ link }) =>
      `the nexthops of nhid must be of the family of ${link}: IPv4 beside an IPv4 remote, group or local`,
    source: 'vxlan_fdb_nh_update(), drivers/net/vxlan/vxlan_core.c',
  },
  {
    request: 'add a forwarding entry',
    code: 'EAFNOSUPPORT',
    situation: 'the destination is of another address family than the link',
    isMeant: ({ action }) => isAboutFdb(action),
    cure: ({ link }) =>
      `dst must be of the family of ${link}: IPv4 beside an IPv4 remote, group or local, or beside none of them`,
    source: 'vxlan_fdb_add(), drivers/net/vxlan/vxlan_core.c',
    untried: 'the rules of desired files refuse it',
  },
  {
    request: 'remove a forwarding entry',
    code: 'EINVAL',
    situation: 'the kernel does not take the name of an entry whose interface is gone',
    isMeant: ({ action }) => isAboutFdb(action) && action.kind === 'removeEntries',
    cure: ({ link }) => `replace ${link} (vxagent diff says by which change), or delete it: the entry goes with it`,
    source: 'vxlan_fdb_parse(), drivers/net/vxlan/vxlan_core.c',
    untried: 'takes another program in the same moment',
  },
  {
    request: 'add a forwarding entry',
    code: 'EINVAL',
    situation: 'the kernel does not know a key of the entry, or the entry leads nowhere',
    isMeant: ({ action }) => isAboutFdb(action),
    cure: ({ link }) =>
      `see what ${link} is (ip -d link show ${link}) and whether this kernel knows every key of the entry`,
    source: 'vxlan_fdb_parse(), vxlan_fdb_add(), drivers/net/vxlan/vxlan_core.c',
    untried: 'the rules of desired files refuse it',
  },
  {
    request: 'add a forwarding entry',
    code: 'EADDRNOTAVAIL',
    situation: 'the interface of via is gone',
    isMeant: ({ action }) => isAboutFdb(action),
    cure: () => 'the interface of via is gone: the entry comes as soon as that does',
    source: 'vxlan_fdb_parse(), drivers/net/vxlan/vxlan_core.c',
    untried: 'the plan waits for an interface that is not there: this is a race with its end',
  },
  {
    request: 'add a forwarding entry',
    code: 'EOPNOTSUPP',
    situation:
      'an entry by a nexthop cannot become one by destinations, or the other way round, and a group of destinations cannot be replaced',
    isMeant: ({ action }) => isAboutFdb(action),
    cure: ({ link }) =>
      `another program has put an entry of the other kind there: remove it (bridge fdb del MAC dev ${link})`,
    source: 'vxlan_fdb_update_existing(), drivers/net/vxlan/vxlan_core.c',
    untried: 'vxagent removes such entries first: this takes another program in between',
  },
  {
    request: 'add a neighbour',
    code: 'EINVAL',
    situation: 'the link has no IPv6, since its MTU is below 1280',
    isMeant: ({ action }) => isAboutNeighbours(action),
    says: 'IPv6 is disabled on this device',
    cure: ({ link }) => noIpv6Neighbours(link),
    source: 'ndisc_allow_add(), net/ipv6/ndisc.c',
  },
  {
    request: 'add a neighbour',
    code: 'EINVAL',
    situation:
      'the link has no IPv6, since its MTU is below 1280, or no IPv4, since it is below 68; or the MAC address is not as long as its own',
    isMeant: ({ action }) => isAboutNeighbours(action),
    cure: ({ link }) => `${noIpv6Neighbours(link)}; a vxlan with gpe has no neighbours at all`,
    source:
      'ndisc_constructor(), net/ipv6/ndisc.c; arp_constructor(), net/ipv4/arp.c; neigh_add(), net/core/neighbour.c',
    untried:
      'of a small MTU this kernel gives a sentence, as the row before says; the rest is refused by the rules of desired files',
  },
  {
    request: 'add a neighbour',
    code: 'EAFNOSUPPORT',
    situation: 'the kernel has no IPv6 (CONFIG_IPV6, ipv6.disable=1)',
    isMeant: ({ action }) => isAboutNeighbours(action),
    cure: () =>
      'this kernel has no IPv6, or it was switched off at boot (ipv6.disable=1): take the IPv6 neighbours out',
    source: 'neigh_add(), net/core/neighbour.c',
    untried: 'needs a boot parameter',
  },
  {
    request: 'add a neighbour',
    code: 'ENOBUFS',
    situation:
      'the table is full (net.ipv4.neigh.default.gc_thresh3, net.ipv6.neigh.default.gc_thresh3), or there is no memory',
    isMeant: ({ action }) => isAboutNeighbours(action),
    cure: () =>
      'the table of neighbours is full, or the kernel short of memory: raise net.ipv4.neigh.default.gc_thresh3 or net.ipv6.neigh.default.gc_thresh3; dmesg says which',
    source: 'neigh_alloc(), net/core/neighbour.c',
    untried: 'permanent neighbours, the only ones that vxagent adds, do not count',
  },
  {
    request: 'change a neighbour',
    code: 'EPERM',
    situation: 'another program holds the neighbour',
    isMeant: ({ action }) => isAboutNeighbours(action) && action.kind === 'replaceEntries',
    cure: ({ link }) => `see ip neighbour show dev ${link}, and which program puts it there`,
    source: '__neigh_update(), net/core/neighbour.c',
    untried: 'the kernel says so to itself only',
  },
]
