import { expect, test } from 'vitest'
import { printVxlan } from '../../../../src/agent/publish/iproute2/iproute2-link-vxlan.ts'
import type { VxlanAttributes } from '../../../../src/rtnetlink/index.ts'

const names = new Map([[3, 'eth1']])

test('prints a vxlan link key by key in the order of `ip -d -j link show`', () => {
  // `ip link add vxlan0 type vxlan id 42 group 239.1.1.1 dev eth1 ttl 16 ageing 300 dstport 8472`, as Linux 6.18 dumped it.
  const dumped: VxlanAttributes = {
    id: 42,
    group: '239.1.1.1',
    link: 3,
    ttl: 16,
    ttlInherit: false,
    tos: 0,
    df: 0,
    label: 0,
    labelPolicy: 0,
    learning: true,
    proxy: false,
    rsc: false,
    l2miss: false,
    l3miss: false,
    collectMetadata: false,
    ageing: 300,
    limit: 0,
    port: 8472,
    udpCsum: true,
    udpZeroCsum6Tx: false,
    udpZeroCsum6Rx: false,
    remcsumTx: false,
    remcsumRx: false,
    vnifilter: false,
    localbypass: 1,
    mcRoute: 0,
    portRange: { low: 0, high: 0 },
  }
  expect(JSON.stringify(printVxlan(dumped, names))).toBe(
    '{"id":42,"group":"239.1.1.1","link":"eth1","port_range":{"low":0,"high":0},"port":8472,"learning":true,"ttl":16,' +
      '"df":"unset","ageing":300,"udp_csum":true,"udp_zero_csum6_tx":false,"udp_zero_csum6_rx":false}',
  )
})

test('prints every key at its place', () => {
  const everything: VxlanAttributes = {
    gpe: true,
    gbp: true,
    remcsumRx: true,
    remcsumTx: true,
    limit: 7,
    label: 0x12345,
    df: 2,
    ttl: 0,
    tos: 1,
    l3miss: true,
    l2miss: true,
    rsc: true,
    proxy: true,
    local6: 'fd00::1',
    group6: 'ff05::100',
    id: 0,
    vnifilter: true,
    collectMetadata: true,
  }
  expect(JSON.stringify(printVxlan(everything, names))).toBe(
    '{"external":true,"vnifilter":true,"id":0,"group6":"ff05::100","local6":"fd00::1","proxy":true,"rsc":true,"l2miss":true,' +
      '"l3miss":true,"tos":"0x1","ttl":0,"df":"inherit","label":"0x12345","limit":7,"remcsum_tx":true,"remcsum_rx":true,' +
      '"gbp":true,"gpe":true}',
  )
})

test.each<{ name: string; attributes: VxlanAttributes; printed: object }>([
  { name: 'the first multicast group', attributes: { group: '224.0.0.0' }, printed: { group: '224.0.0.0' } },
  { name: 'the last multicast group', attributes: { group: '239.255.255.255' }, printed: { group: '239.255.255.255' } },
  {
    name: 'a unicast VTEP below the groups',
    attributes: { group: '223.255.255.255' },
    printed: { remote: '223.255.255.255' },
  },
  { name: 'a unicast VTEP above the groups', attributes: { group: '240.0.0.1' }, printed: { remote: '240.0.0.1' } },
  {
    name: 'a unicast VTEP whose text begins like a group',
    attributes: { group: '22.4.0.1' },
    printed: { remote: '22.4.0.1' },
  },
  { name: 'no IPv4 VTEP', attributes: { group: '0.0.0.0', local: '0.0.0.0' }, printed: {} },
  { name: 'an IPv6 group', attributes: { group6: 'ff02::1' }, printed: { group6: 'ff02::1' } },
  { name: 'a unicast IPv6 VTEP', attributes: { group6: 'fd00::2' }, printed: { remote6: 'fd00::2' } },
  { name: 'a unicast IPv6 VTEP that begins with 00ff', attributes: { group6: 'ff::1' }, printed: { remote6: 'ff::1' } },
  { name: 'no IPv6 VTEP', attributes: { group6: '::', local6: '::' }, printed: {} },
  {
    name: 'local addresses',
    attributes: { local: '10.0.2.1', local6: 'fd00::1' },
    printed: { local: '10.0.2.1', local6: 'fd00::1' },
  },
  { name: 'no underlay device', attributes: { link: 0 }, printed: {} },
  { name: 'an underlay device in another namespace', attributes: { link: 9 }, printed: { link: 'if9' } },
  { name: 'an inherited TTL by leaving it out', attributes: { ttl: 0, ttlInherit: true }, printed: {} },
  { name: 'an automatic TTL', attributes: { ttl: 0, ttlInherit: false }, printed: { ttl: 0 } },
  { name: 'a TOS in hexadecimal', attributes: { tos: 0x10 }, printed: { tos: '0x10' } },
  { name: 'a df that it does not know by leaving it out', attributes: { df: 9 }, printed: {} },
  { name: 'learning when it is off, too', attributes: { learning: false }, printed: { learning: false } },
  { name: 'checksums when they are off, too', attributes: { udpCsum: false }, printed: { udp_csum: false } },
])('prints $name', ({ attributes, printed }) => {
  expect(printVxlan(attributes, names)).toEqual(printed)
})
