/** Why the kernel does not add, change or remove an address. */
import type { Action } from '../../plan/action.ts'
import type { RefusalRow } from './row.ts'

function isAddress(action: Action): boolean {
  return action.kind === 'addAddress' || action.kind === 'changeAddress'
}

function isOfFamily(action: Action, family: 'IPv4' | 'IPv6'): boolean {
  return (
    (action.kind === 'addAddress' || action.kind === 'changeAddress') &&
    action.address.address.includes(':') === (family === 'IPv6')
  )
}

const switchIpv6On = (link: string): string =>
  `IPv6 is off on ${link}: switch it on (sysctl -w net.ipv6.conf.${link}.disable_ipv6=0, or the key sysctl; net.ipv6.conf.default.disable_ipv6 is what new links start with), or take its IPv6 addresses out`

export const addressRefusals: readonly RefusalRow[] = [
  {
    request: 'add an IPv6 address',
    code: 'EACCES',
    situation: 'IPv6 is off on the link',
    isMeant: ({ action }) => isOfFamily(action, 'IPv6'),
    cure: ({ link }) => switchIpv6On(link),
    source: 'addrconf_add_dev(), net/ipv6/addrconf.c',
    untried: 'this kernel gives a sentence, as the next row says; 6.1 gives none',
  },
  {
    request: 'add an IPv6 address',
    code: 'EACCES',
    situation: 'IPv6 is off on the link',
    isMeant: ({ action }) => isOfFamily(action, 'IPv6'),
    says: 'IPv6 is disabled on this device',
    cure: ({ link }) => switchIpv6On(link),
    source: 'inet6_addr_add(), net/ipv6/addrconf.c',
    releases: 'with this sentence 6.12 and later',
  },
  {
    request: 'add an IPv6 address',
    code: 'EINVAL',
    situation: 'the link has no IPv6, since its MTU is below 1280',
    isMeant: ({ action }) => action.kind === 'addAddress' && isOfFamily(action, 'IPv6'),
    cure: ({ link }) =>
      `a link with an MTU below 1280 has no IPv6: raise that of ${link} and of what it goes by (ip link show), or take its IPv6 addresses out`,
    source: 'ipv6_add_dev(), net/ipv6/addrconf.c',
  },
  {
    request: 'add an IPv6 address',
    code: 'EINVAL',
    situation: 'mngtmpaddr is stated, and the prefix is not 64 long',
    isMeant: ({ action }) => isOfFamily(action, 'IPv6'),
    says: 'address with "mngtmpaddr" flag must have a prefix length of 64',
    cure: () => 'temporary addresses are made of prefixes of 64 bits only: state /64, or leave mngtmpaddr out',
    source: 'inet6_addr_add(), net/ipv6/addrconf.c',
    untried: 'the schema refuses it',
  },
  {
    request: 'add an IPv6 address',
    code: 'EADDRNOTAVAIL',
    situation: 'the address is a loopback, multicast or unspecified one',
    isMeant: ({ action }) => isOfFamily(action, 'IPv6'),
    cure: () => 'such an address can be on the loopback link only, or on none: state another one',
    source: 'ipv6_add_addr(), net/ipv6/addrconf.c',
    untried: 'the schema refuses these addresses',
  },
  {
    request: 'add an address',
    code: 'EAFNOSUPPORT',
    situation: 'the kernel has no IPv6 (CONFIG_IPV6, ipv6.disable=1)',
    isMeant: ({ action }) => isAddress(action),
    cure: () => 'this kernel has no IPv6, or it was switched off at boot (ipv6.disable=1): take the IPv6 addresses out',
    source: 'rtnetlink_rcv_msg(), net/core/rtnetlink.c',
    untried: 'needs a boot parameter',
  },
  {
    request: 'add an address',
    code: 'EOPNOTSUPP',
    situation: 'the kernel has no IPv6 (CONFIG_IPV6, ipv6.disable=1)',
    isMeant: ({ action }) => isAddress(action),
    cure: () => 'this kernel has no IPv6, or it was switched off at boot (ipv6.disable=1): take the IPv6 addresses out',
    source: 'rtnetlink_rcv_msg(), net/core/rtnetlink.c',
    untried: 'needs a boot parameter',
  },
  {
    request: 'add an IPv4 address',
    code: 'ENOBUFS',
    situation: 'the link has no IPv4, since its MTU is below 68; or there is no memory',
    isMeant: ({ action }) => isOfFamily(action, 'IPv4'),
    cure: ({ link }) =>
      `a link with an MTU below 68 has no IPv4: see ip link show ${link}; else the kernel is short of memory (free -m)`,
    source: 'inet_rtm_to_ifa(), net/ipv4/devinet.c',
    untried: 'neither a vxlan nor a bridge takes such an MTU',
  },
  {
    request: 'add an IPv6 address',
    code: 'ENOBUFS',
    situation: 'there is no memory',
    isMeant: ({ action }) => isOfFamily(action, 'IPv6'),
    cure: () => 'the kernel is short of memory: see free -m',
    source: 'ipv6_add_addr(), net/ipv6/addrconf.c',
    untried: 'needs a kernel that is out of memory',
  },
  {
    request: 'add an IPv4 address',
    code: 'EINVAL',
    situation: 'another address of the same subnet has another scope',
    isMeant: ({ action }) => isOfFamily(action, 'IPv4'),
    says: 'ipv4: Invalid scope value',
    cure: ({ link }) => `addresses of one subnet must have one scope: see ip address show dev ${link}`,
    source: '__inet_insert_ifa(), net/ipv4/devinet.c',
  },
  {
    request: 'change an IPv6 address',
    code: 'EINVAL',
    situation: 'the lifetimes contradict each other, or mngtmpaddr is stated for a prefix that is not 64 long',
    isMeant: ({ action }) => action.kind === 'changeAddress',
    cure: () => 'preferred_lft must not be above valid_lft, and mngtmpaddr wants /64',
    source: 'inet6_addr_modify(), net/ipv6/addrconf.c; inet_rtm_newaddr(), net/ipv4/devinet.c',
    untried: 'the schema refuses it',
  },
  {
    request: 'remove an IPv6 address',
    code: 'ENXIO',
    situation: 'the link has no IPv6 any more',
    isMeant: ({ action }) => action.kind === 'removeAddress',
    cure: () => 'with IPv6 the address is gone, too: the next attempt finds it gone',
    source: 'inet6_addr_del(), net/ipv6/addrconf.c',
    untried: 'takes another program in the same moment',
  },
]
