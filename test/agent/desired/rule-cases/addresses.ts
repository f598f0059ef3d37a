/** Rules on addresses and neighbours, of vxlans and bridges alike. */
import { overlay, type RuleCase, vxlan } from './case.ts'

const bridge = (body: string): string => overlay({}, { br0: body })
const address = (body: string): string => bridge(`addresses: [10.0.9.1/24, {${body}}]`)

export const addressCases: readonly RuleCase[] = [
  {
    code: 'address-twice',
    name: 'an address twice, once with options',
    wrong: bridge('addresses: [10.0.1.1/24, ‸{address: 10.0.1.1/32, nodad: false}]'),
    right: bridge('addresses: [10.0.1.1/24, {address: 10.0.1.2/32, nodad: false}]'),
  },
  {
    code: 'address-twice',
    name: 'an address twice with one peer',
    wrong: bridge('addresses: [{address: 10.0.1.1/32, peer: 10.0.1.2}, ‸{address: 10.0.1.1/32, peer: 10.0.1.2}]'),
    right: bridge('addresses: [{address: 10.0.1.1/32, peer: 10.0.1.2}, {address: 10.0.1.1/32, peer: 10.0.1.3}]'),
  },
  {
    code: 'wrong-family-option',
    name: 'a label of an IPv6 address',
    wrong: address('address: "2001:db8::1/64", ‸label: br0'),
    right: address('address: 10.0.1.1/24, label: br0'),
  },
  {
    code: 'wrong-family-option',
    name: 'a broadcast address of an IPv6 one',
    wrong: address('address: "2001:db8::1/64", ‸broadcast: 10.0.1.255'),
    right: address('address: 10.0.1.1/24, broadcast: 10.0.1.255'),
  },
  {
    code: 'wrong-family-option',
    name: 'a scope of an IPv6 address',
    wrong: address('address: "2001:db8::1/64", ‸scope: link'),
    right: address('address: "2001:db8::1/64", scope: global'),
  },
  ...['nodad', 'home', 'mngtmpaddr'].map(
    (key): RuleCase => ({
      code: 'wrong-family-option',
      name: `${key} of an IPv4 address`,
      wrong: address(`address: 10.0.1.1/24, ‸${key}: true`),
      right: address(`address: "2001:db8::1/64", ${key}: true`),
    }),
  ),
  {
    code: 'mixed-families',
    name: 'a peer of the other family',
    wrong: address('address: 10.0.1.1/24, peer: ‸"2001:db8::2"'),
    right: address('address: "2001:db8::1/64", peer: "2001:db8::2"'),
  },
  {
    code: 'mngtmpaddr-prefix',
    name: 'a template for temporary addresses without room for them',
    wrong: address('address: "2001:db8::1/56", ‸mngtmpaddr: true'),
    right: address('address: "2001:db8::1/56", mngtmpaddr: false'),
  },
  {
    code: 'label-not-of-link',
    name: 'a label that does not begin with the name of the link',
    wrong: address('address: 10.0.1.1/24, label: ‸mgmt'),
    right: address('address: 10.0.1.1/24, label: "br0:mgmt"'),
  },
  {
    code: 'label-not-of-link',
    name: 'a label that begins with another name',
    wrong: address('address: 10.0.1.1/24, label: ‸br01'),
    right: address('address: 10.0.1.1/24, label: br0'),
  },
  {
    code: 'no-effect',
    name: 'the metric of a route that is not made',
    wrong: address('address: 10.0.1.1/24, noprefixroute: true, ‸metric: 5'),
    right: address('address: 10.0.1.1/24, noprefixroute: false, metric: 5'),
  },
  {
    code: 'bad-lifetimes',
    name: 'a lifetime of nothing',
    wrong: address('address: 10.0.1.1/24, valid_lft: ‸0'),
    right: address('address: 10.0.1.1/24, preferred_lft: 0'),
  },
  {
    code: 'bad-lifetimes',
    name: 'preferred for longer than valid',
    wrong: address('address: 10.0.1.1/24, valid_lft: 100, preferred_lft: ‸101'),
    right: address('address: 10.0.1.1/24, valid_lft: 100, preferred_lft: 100'),
  },
  {
    code: 'bad-lifetimes',
    name: 'preferred for ever, as it is where nothing is stated',
    wrong: address('address: 10.0.1.1/24, valid_lft: ‸100'),
    right: address('address: 10.0.1.1/24, valid_lft: forever'),
  },
  {
    code: 'neighbour-twice',
    name: 'a neighbour twice',
    wrong: bridge('neighbours: [{ip: 10.0.1.2, mac: 02:00:00:00:00:01}, {ip: ‸10.0.1.2, mac: 02:00:00:00:00:02}]'),
    right: bridge('neighbours: [{ip: 10.0.1.2, mac: 02:00:00:00:00:01}, {ip: "fe80::2", mac: 02:00:00:00:00:01}]'),
  },
  {
    code: 'no-effect',
    name: 'an IPv4 neighbour that is a router',
    wrong: bridge('neighbours: [{ip: 10.0.1.2, mac: 02:00:00:00:00:01, ‸router: true}]'),
    right: bridge('neighbours: [{ip: "fe80::2", mac: 02:00:00:00:00:01, router: true}]'),
  },
  {
    code: 'mtu-too-small',
    name: 'an MTU too small for the IPv6 address of a bridge',
    wrong: bridge('mtu: ‸1279, addresses: ["2001:db8::1/64"]'),
    right: bridge('mtu: 1280, addresses: ["2001:db8::1/64"]'),
  },
  {
    code: 'mtu-too-small',
    name: 'an MTU too small for an IPv6 neighbour',
    wrong: vxlan('id: 1, mtu: ‸1279, neighbours: [{ip: "fe80::2", mac: 02:00:00:00:00:01}]'),
    right: vxlan('id: 1, mtu: 1279, neighbours: [{ip: 10.0.1.2, mac: 02:00:00:00:00:01}]'),
  },
  {
    code: 'ipv6-disabled',
    name: 'an IPv6 address without IPv6',
    wrong: bridge('addresses: ["2001:db8::1/64"], sysctl: {ipv6: {disable_ipv6: ‸1}}'),
    right: bridge('addresses: [10.0.1.1/24], sysctl: {ipv6: {disable_ipv6: 1}}'),
  },
  {
    code: 'ipv6-disabled',
    name: 'an IPv6 neighbour without IPv6',
    wrong: bridge('neighbours: [{ip: "fe80::2", mac: 02:00:00:00:00:01}], sysctl: {ipv6: {disable_ipv6: ‸1}}'),
    right: bridge('neighbours: [{ip: "fe80::2", mac: 02:00:00:00:00:01}], sysctl: {ipv6: {disable_ipv6: 0}}'),
  },
]
