import { expect, test } from 'vitest'
import { importTexts } from './support.ts'

test('a script that bridges a vxlan with a NIC', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts(
    'iproute2',
    `#!/bin/sh
set -e
modprobe vxlan
ip link del vxlan100 2>/dev/null || true

# the overlay
sudo ip link add vxlan100 type vxlan id 100 local 10.0.2.1 \\
    dev eth1 dstport 4789 nolearning ttl 16 udp6zerocsumtx
ip link set dev vxlan100 mtu 1450 up
ip link add name br100 mtu 1450 type bridge stp_state 0 forward_delay 400 vlan_filtering 1
ip link set vxlan100 master br100; ip link set eth2 master br100
ip l s eth2 up
ip link set br100 address 02:00:00:00:00:01 alias "the lab" up
for peer in 10.0.2.2; do bridge fdb append 0:0:0:0:0:0 dev vxlan100 dst $peer; done
bridge fdb append 00:00:00:00:00:00 dev vxlan100 dst 10.0.2.2
bridge fdb append 00:00:00:00:00:00 dev vxlan100 dst 10.0.2.3 via eth1
bridge fdb add 02:00:00:00:00:fe dev vxlan100 dst 10.0.2.254 vni 101 self permanent
bridge fdb append 00:00:00:00:00:00 dev vxlan100 dst $PEER
bridge fdb add 02:00:00:00:00:07 dev eth2 master static
bridge fdb add 02:00:00:00:00:08 dev eth9 master static
bridge fdb add 02:00:00:00:00:0a dev vxlan100 dst 10.0.2.254 self master static
bridge fdb add 02:00:00:00:00:0b dev vxlan100 dst 10.0.2.254 self master
bridge fdb add 02:00:00:00:00:0c dev br100 self local
bridge fdb append 02:00:00:00:00:0d dev eth2 master static sticky vlan 20
bridge fdb add 02:00:00:00:00:0e dev eth2 master dynamic
bridge fdb add 02:00:00:00:00:0f dev eth2
ip addr add 10.0.1.1/24 dev br100
ip a a 2001:db8::1/64 dev br100 nodad
ip address add 10.0.2.1/24 dev eth1
ip neigh add 10.0.1.9 lladdr 02:00:00:00:00:09 dev br100
bridge vlan del vid 1 dev eth2
bridge vlan add dev eth2 vid 10 pvid untagged
bridge vlan add dev eth2 vid 20-30
bridge link set dev vxlan100 learning off neigh_suppress on
ip link set eth2 type bridge_slave isolated on
ip route add 10.9.0.0/16 via 10.0.1.254 dev br100
`,
  )
  expect(vxlans).toEqual({
    vxlan100: {
      dev: 'eth1',
      dstport: 4789,
      fdb: [
        { mac: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 101 },
        { mac: '02:00:00:00:00:0a', dst: '10.0.2.254', state: 'static', master: true },
        { mac: '02:00:00:00:00:0b', dst: '10.0.2.254' },
      ],
      id: 100,
      learning: false,
      local: '10.0.2.1',
      mtu: 1450,
      remotes: ['10.0.2.2', { dst: '10.0.2.3', via: 'eth1' }],
      ttl: 16,
      udp6zerocsumtx: true,
    },
  })
  expect(bridges).toEqual({
    br100: {
      addresses: ['10.0.1.1/24', { address: '2001:db8::1/64', nodad: true }],
      alias: 'the lab',
      forward_delay: 4,
      mac: '02:00:00:00:00:01',
      mtu: 1450,
      fdb: [
        { mac: '02:00:00:00:00:07', dev: 'eth2' },
        { mac: '02:00:00:00:00:0b', dev: 'vxlan100', state: 'permanent' },
        { mac: '02:00:00:00:00:0c', dev: 'br100' },
        { mac: '02:00:00:00:00:0d', dev: 'eth2', vlan: 20, sticky: true },
      ],
      neighbours: [{ ip: '10.0.1.9', mac: '02:00:00:00:00:09' }],
      stp: false,
      vlan_filtering: true,
      ports: {
        vxlan100: { learning: false, neigh_suppress: true },
        eth2: { isolated: true, vlans: [{ vid: 10, pvid: true, untagged: true }, '20-30'] },
      },
    },
  })
  expect(leftOut.map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
    'file:14:23: not carried over: do bridge fdb append 0:0:0:0:0:0 dev vxlan100 dst $peer',
    'file:18:1: not carried over: bridge fdb append 00:00:00:00:00:00 dev vxlan100 dst $PEER',
    'file:20:1: not carried over: bridge fdb add 02:00:00:00:00:08 dev eth9 master static',
    'file:25:1: not carried over: bridge fdb add 02:00:00:00:00:0e dev eth2 master dynamic',
    'file:25:50: not carried over: bridge fdb add dynamic',
    'file:26:1: not carried over: bridge fdb add 02:00:00:00:00:0f dev eth2',
    'file:36:1: not carried over: ip route add 10.9.0.0/16 via 10.0.1.254 dev br100',
  ])
  expect(remarks.map((line) => line.split(': ').slice(0, 3).join(': ').replace('file:', ''))).toEqual([
    '2:1: note: set is passed over',
    '3:1: note: modprobe is passed over',
    '4:1: note: ip link delete is passed over',
    '4:37: note: true is passed over',
    '12:1: note: eth2 is passed over',
    '14:1: note: for is passed over',
    '14:80: note: done is passed over',
    '22:1: note: 02:00:00:00:00:0b is an address of this host to br100, since the entry is permanent',
    '29:1: note: eth1 is no vxlan or bridge of these commands, so its address is passed over',
  ])
})

test('lines of ip -batch and bridge -batch', () => {
  const { vxlans, bridges, leftOut } = importTexts('iproute2', {
    'ip.batch': `link add vx0 type vxlan external vnifilter dstport 4789
link add br0 type bridge
link set vx0 master br0
link set vx0 up
addr add 10.0.1.1 dev br0
`,
    'bridge.batch': `link set dev vx0 vlan_tunnel on learning off
vni add dev vx0 vni 100-101
vlan add dev vx0 vid 10
vlan add dev vx0 vid 10 tunnel_info id 100
fdb append 00:00:00:00:00:00 dev vx0 src_vni 100 dst 10.0.2.2
`,
  })
  expect(vxlans).toEqual({
    vx0: {
      dstport: 4789,
      external: true,
      learning: false,
      remotes: [{ dst: '10.0.2.2', src_vni: 100 }],
      vnifilter: true,
      vnis: ['100-101'],
    },
  })
  expect(bridges).toEqual({
    br0: {
      addresses: ['10.0.1.1/32'],
      ports: {
        vx0: {
          learning: false,
          vlan_to_vni: [{ vid: 10, vni: 100 }],
          vlan_tunnel: true,
          vlans: [{ vid: 1, pvid: true, untagged: true }, 10],
        },
      },
    },
  })
  expect(leftOut).toEqual([])
})

test('a history, with numbers and prompts; what is set later counts', () => {
  const { vxlans, leftOut, remarks } = importTexts(
    'iproute2',
    `  101  ip link add vxlan1 type vxlan id 1 group 239.1.1.1 dev eth1
root@host:~# /sbin/ip link set vxlan1 mtu 1400
$ ip link set vxlan1 mtu 1450
ip link set vxlan1 down
ip -n blue link add vxlan2 type vxlan id 2
ip link set vxlan1 frob
`,
  )
  expect(vxlans).toEqual({
    vxlan1: { dev: 'eth1', dstport: 8472, group: '239.1.1.1', id: 1, mtu: 1450, up: false },
  })
  expect(leftOut).toEqual([
    'file:5:1: not carried over: ip -n blue link add vxlan2 type vxlan id 2: another network namespace or another file is not followed',
    'file:6:20: not carried over: ip link set vxlan1 frob: this import does not know it',
  ])
  expect(remarks).toEqual([
    'file:2:39: note: ip link set vxlan1 mtu 1400: has no effect: ip link set vxlan1 mtu 1450 overrides it',
  ])
})

test('a link of another kind is read as a port of a bridge of these commands, and passed over otherwise', () => {
  const { vxlans, bridges, remarks } = importTexts(
    'iproute2',
    `ip link set eth2 master br0
ip link add br0 type bridge
ip link set eth1 master br0
ip link set eth3 up mtu 9000 master br0
ip link add vxlan1 type vxlan id 1 dstport 0
`,
  )
  expect(bridges).toEqual({ br0: { ports: { eth1: {}, eth3: {} } } })
  expect(vxlans).toEqual({ vxlan1: { id: 1, dstport: 8472 } })
  expect(remarks).toEqual([
    'file:1:1: note: eth2 is passed over: what the overlay needs of it has to exist',
    'file:4:1: note: of eth3 only that it is a port of br0 is read; it has to exist',
  ])
})
