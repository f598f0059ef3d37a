import { expect, test } from 'vitest'
import { faultsOf, importTexts } from './support.ts'

/** What ifupdown2 does to a vxlan in a bridge unasked. */
const inBridge = { dstport: 4789, sysctl: { ipv6: { disable_ipv6: 1 } } }

test('a vxlan zone of Proxmox', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts('ifupdown', {
    '/etc/network/interfaces': `auto lo
iface lo inet loopback

iface eno1 inet manual

auto vmbr0
iface vmbr0 inet static
\taddress 192.168.0.1/24
\tgateway 192.168.0.254
\tbridge-ports eno1
\tbridge-stp off
\tbridge-fd 0

source /etc/network/interfaces.d/*
`,
    '/etc/network/interfaces.d/sdn': `#version:1

auto myvnet
iface myvnet
\tbridge_ports vxlan_myvnet
\tbridge_stp off
\tbridge_fd 0
\tbridge-vlan-aware yes
\tbridge-vids 2-4094
\tmtu 1450
\talias "the lab"

auto vxlan_myvnet
iface vxlan_myvnet
\tvxlan-id 100
\tvxlan_remoteip 192.168.0.2
\tvxlan_remoteip 192.168.0.3
\tmtu 1450
`,
  })
  expect(vxlans).toEqual({
    vxlan_myvnet: { id: 100, ...inBridge, mtu: 1450, remotes: ['192.168.0.2', '192.168.0.3'] },
  })
  expect(bridges).toEqual({
    vmbr0: { addresses: ['192.168.0.1/24'], forward_delay: 0, stp: false, ports: { eno1: {} } },
    myvnet: {
      alias: 'the lab',
      forward_delay: 0,
      mtu: 1450,
      stp: false,
      vlan_filtering: true,
      ports: { vxlan_myvnet: { vlans: [{ vid: 1, pvid: true, untagged: true }, '2-4094'] } },
    },
  })
  expect(leftOut).toEqual([
    '/etc/network/interfaces:9:2: not carried over: iface vmbr0: gateway 192.168.0.254: vxagent makes no routes; keep them with what makes the others on this host',
  ])
  expect(remarks).toEqual([
    '/etc/network/interfaces:2:1: note: lo is passed over: what the overlay needs of it has to exist',
    '/etc/network/interfaces:4:1: note: eno1 is passed over: what the overlay needs of it has to exist',
    '/etc/network/interfaces:14:1: note: source /etc/network/interfaces.d/* is not followed; give these files too',
  ])
})

test('an EVPN zone of Proxmox', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts(
    'ifupdown',
    `#version:1

auto myvnet
iface myvnet
\taddress 10.0.0.1/24
\thwaddress A2:1D:CB:1A:C0:8B
\tbridge_ports vxlan_myvnet
\tbridge_stp off
\tbridge_fd 0
\tmtu 1450
\tip-forward on
\tarp-accept on
\tvrf vrf_myzone

auto vrf_myzone
iface vrf_myzone
\tvrf-table auto
\tpost-up ip route add vrf vrf_myzone unreachable default metric 4278198272

auto vrfbr_myzone
iface vrfbr_myzone
\tbridge-ports vrfvx_myzone
\tbridge_stp off
\tbridge_fd 0
\tmtu 1450
\tvrf vrf_myzone

auto vrfvx_myzone
iface vrfvx_myzone
\tvxlan-id 1000
\tvxlan-local-tunnelip 192.168.0.1
\tvxlan-port 6000
\tbridge-learning off
\tbridge-arp-nd-suppress on
\tmtu 1450

auto vxlan_myvnet
iface vxlan_myvnet
\tvxlan-id 100
\tvxlan-local-tunnelip 192.168.0.1
\tbridge-learning off
\tbridge-arp-nd-suppress on
\tmtu 1450
`,
  )
  const vxlan = { ...inBridge, learning: false, local: '192.168.0.1', mtu: 1450 }
  expect(vxlans).toEqual({
    vrfvx_myzone: { ...vxlan, id: 1000, dstport: 6000 },
    vxlan_myvnet: { ...vxlan, id: 100 },
  })
  const port = { learning: false, neigh_suppress: true }
  const bridge = { forward_delay: 0, stp: false, mtu: 1450, master: 'vrf_myzone' }
  expect(bridges).toEqual({
    myvnet: {
      ...bridge,
      addresses: ['10.0.0.1/24'],
      mac: 'a2:1d:cb:1a:c0:8b',
      sysctl: { ipv4: { arp_accept: 1, forwarding: 1 } },
      ports: { vxlan_myvnet: port },
    },
    vrfbr_myzone: { ...bridge, ports: { vrfvx_myzone: port } },
  })
  expect(leftOut).toEqual([])
  expect(remarks).toEqual([
    'file:13:2: note: vxagent makes no VRFs: vrf_myzone has to exist on this host',
    'file:16:1: note: vrf_myzone is passed over: what the overlay needs of it has to exist',
    'file:26:2: note: vxagent makes no VRFs: vrf_myzone has to exist on this host',
  ])
})

test('a VLAN-aware bridge of ifupdown2, with access ports', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts(
    'ifupdown',
    `auto bridge
iface bridge
  bridge-vlan-aware yes
  bridge-ports swp1 swp2 vni10
  bridge-vids 10 20-30
  bridge-pvid 5
  bridge-mcsnoop no

iface swp1
  bridge-access 10
  mstpctl-bpduguard yes

iface swp2
  bridge-vids 20
  bridge-allow-untagged no
  bridge-vids 21

iface vni10
  vxlan-id 10
  vxlan-svcnodeip 239.1.1.1
  vxlan-physdev eth1
  vxlan-ageing 1800
  vxlan-learning no
  vxlan-ttl auto
  bridge-access 10
  mstpctl-portbpdufilter yes
  frob 1
`,
  )
  expect(vxlans).toEqual({
    vni10: { ...inBridge, ageing: 1800, dev: 'eth1', group: '239.1.1.1', id: 10, learning: false },
  })
  const access = { vlans: [{ vid: 10, pvid: true, untagged: true }] }
  expect(bridges).toEqual({
    bridge: {
      mcast_snooping: false,
      vlan_filtering: true,
      ports: { swp1: access, swp2: { vlans: [20] }, vni10: access },
    },
  })
  expect(leftOut).toEqual([
    expect.stringMatching(/^file:26:3: not carried over: iface vni10: mstpctl-portbpdufilter yes: mstpd runs /),
    'file:27:3: not carried over: iface vni10: frob 1: this import does not know it',
  ])
  expect(remarks.filter((line) => line.includes('no effect'))).toEqual([
    'file:16:3: note: iface swp2: bridge-vids 21: has no effect: another setting of the VLANs of this port counts',
  ])
})

test('ifupdown-ng: peers, a group, addresses with a netmask', () => {
  const { vxlans, leftOut } = importTexts(
    'ifupdown',
    `auto vx_ptp1
iface vx_ptp1
	vxlan-id 2342
	vxlan-local-ip 192.0.2.42
	vxlan-peer-ips 198.51.100.23
	hwaddress f2:00:c1:01:10:01
iface vx_ptp1 inet static
	address 10.0.0.1
	netmask 255.255.255.0

iface vx_her
	vxlan-id 1337
	vxlan-local-ip 2001:db8:1::1
	vxlan-peer-ips 2001:db8:2::23 \\
		2001:db8:3::42
	vxlan-evpn yes
	vxlan-dstport 4790
	bridge-ports none

iface vx_grp inet dhcp
	vxlan-id 7
	vxlan-physdev vlan1400
	vxlan-peer-group ff42:1400::1
`,
  )
  expect(vxlans).toMatchObject({
    vx_ptp1: {
      id: 2342,
      local: '192.0.2.42',
      remote: '198.51.100.23',
      mac: 'f2:00:c1:01:10:01',
      addresses: ['10.0.0.1/24'],
      dstport: 4789,
    },
    vx_her: {
      id: 1337,
      remotes: ['2001:db8:2::23', '2001:db8:3::42'],
      dstport: 4790,
      addrgenmode: 'none',
      learning: false,
    },
    vx_grp: { id: 7, group: 'ff42:1400::1', dev: 'vlan1400' },
  })
  expect(leftOut.map((line) => line.split(': ').slice(0, 4).join(': '))).toEqual([
    'file:18:2: not carried over: iface vx_her: bridge-ports none',
    expect.stringContaining('file:20:1: not carried over: iface vx_grp inet dhcp'),
  ])
})

test('the local address that is stated first is that of the vxlans without one', () => {
  const { vxlans } = importTexts(
    'ifupdown',
    'iface lo inet loopback\n  vxlan-local-tunnelip 10.0.0.1\niface a\n  vxlan-id 1\niface b\n  vxlan-id 2\n  vxlan-local-tunnelip 10.0.0.2\n',
  )
  expect(vxlans).toMatchObject({ a: { local: '10.0.0.1' }, b: { local: '10.0.0.2' } })
})

test('an option before the first iface is an error with its place', () => {
  expect(faultsOf('ifupdown', '# x\nmtu 1500\n')).toEqual(['2:1 "mtu" stands before the first iface'])
})
