import { expect, test } from 'vitest'
import { faultsOf, importTexts } from './support.ts'

/** What networkd does unasked. */
const defaults = { id: 1, dstport: 8472, udpcsum: false }

function netdev(vxlan: string, more = ''): string {
  return `[NetDev]\nName=vxlan1\nKind=vxlan\n${more}[VXLAN]\nVNI=1\nIndependent=yes\n${vxlan}\n`
}

const br0 = '[NetDev]\nName=br0\nKind=bridge\n'

test('a vxlan bridged with a NIC', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts('networkd', {
    '/etc/systemd/network/10-br0.netdev': `${br0}
[Bridge]
VLANFiltering=yes
VLANProtocol=802.1ad
DefaultPVID=none
STP=no
ForwardDelaySec=4s
AgeingTimeSec=1h
HelloTimeSec=2
MaxAgeSec=20000ms
Priority=4096
GroupForwardMask=0x4000
MulticastQuerier=yes
MulticastSnooping=no
`,
    '/etc/systemd/network/20-vxlan.netdev': `# the overlay
[NetDev]
Name=vxlan42
Kind=vxlan
Description=Tunnel \\
; a comment in between
  segment
MTUBytes=8K
MACAddress=02-00-00-00-00-07

[VXLAN]
VNI=42
Group=239.1.1.1
Local=10.0.2.1
TTL=16
DestinationPort=4789
`,
    '/etc/systemd/network/30-eth1.network':
      '[Match]\nName=eth1\n\n[Network]\nAddress=10.0.2.1/24\nVXLAN=vxlan42\nVXLAN=vxlan43\n',
    '/etc/systemd/network/31-eth2.network':
      '[Match]\nName=eth2\n[Network]\nBridge=br0\n[Bridge]\nCost=7\n[BridgeVLAN]\nVLAN=5-6\n',
    '/etc/systemd/network/40-vxlan42.network': `[Match]
Name=vxlan?2
Kind=vxlan

[Network]
Bridge=br0

[Bridge]
Learning=no
NeighborSuppression=yes
UseBPDU=no
AllowPortToBeRoot=yes

[BridgeVLAN]
VLAN=10-20
PVID=15
EgressUntagged=15-16

[BridgeFDB]
MACAddress=00:00:00:00:00:00
Destination=10.0.2.7
OutgoingInterface=eth1

[BridgeFDB]
MACAddress=02:00:00:00:00:fe
Destination=10.0.2.254
VNI=43
AssociatedWith=self
`,
    '/etc/systemd/network/50-br0.network': `[Match]
Name="br0" br1

[Link]
ARP=yes
Group=7
ActivationPolicy=always-down
RequiredForOnline=no

[Network]
Description=the lab
Address=10.9.9.9/24
Address=
Address=10.0.1.1/24
LinkLocalAddressing=no
IPv6AcceptRA=no
IPv4ReversePathFilter=loose

[Address]
Address=10.0.1.7/25
Broadcast=yes
Label=br0:seven
Scope=link
PreferredLifetime=0
AddPrefixRoute=no
RouteMetric=20

[Neighbor]
Address=10.0.1.254
LinkLayerAddress=02:00:00:00:00:fe

[Route]
Gateway=10.0.1.254
`,
    '/etc/systemd/network/90-rest.network': '[Match]\nName=*\n[Network]\nAddress=10.99.0.1/24\n',
  })
  expect(vxlans).toEqual({
    vxlan42: {
      addrgenmode: 'none',
      alias: 'Tunnel    segment',
      dev: 'eth1',
      dstport: 4789,
      fdb: [{ mac: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 43 }],
      group: '239.1.1.1',
      id: 42,
      local: '10.0.2.1',
      mac: '02:00:00:00:00:07',
      mtu: 8192,
      remotes: [{ dst: '10.0.2.7', via: 'eth1' }],
      ttl: 16,
      udpcsum: false,
    },
  })
  expect(bridges).toEqual({
    br0: {
      addresses: [
        '10.0.1.1/24',
        {
          address: '10.0.1.7/25',
          broadcast: '10.0.1.127',
          label: 'br0:seven',
          metric: 20,
          noprefixroute: true,
          preferred_lft: 0,
          scope: 'link',
        },
      ],
      addrgenmode: 'none',
      ageing_time: 3600,
      alias: 'the lab',
      arp: true,
      devgroup: 7,
      forward_delay: 4,
      group_fwd_mask: 0x4000,
      hello_time: 2,
      max_age: 20,
      mcast_querier: true,
      mcast_snooping: false,
      neighbours: [{ ip: '10.0.1.254', mac: '02:00:00:00:00:fe' }],
      priority: 4096,
      stp: false,
      sysctl: { ipv4: { rp_filter: 2 }, ipv6: { accept_ra: 0 } },
      up: false,
      vlan_default_pvid: 0,
      vlan_filtering: true,
      vlan_protocol: '802.1ad',
      ports: {
        vxlan42: {
          guard: true,
          learning: false,
          neigh_suppress: true,
          root_block: false,
          vlans: ['10-14', { vid: 15, pvid: true, untagged: true }, { vid: 16, untagged: true }, '17-20'],
        },
        eth2: { cost: 7, vlans: ['5-6'] },
      },
    },
  })
  expect(leftOut).toEqual([
    '/etc/systemd/network/50-br0.network:33:1: not carried over: [Route] Gateway=10.0.1.254: vxagent makes no routes and no rules; let what makes the others on this host make it',
  ])
  expect(remarks.map((line) => line.replace('/etc/systemd/network/', ''))).toEqual([
    '30-eth1.network:1:1: note: 30-eth1.network is for eth1; of it only VXLAN, Bridge and what goes with a port are read',
    '30-eth1.network:7:1: note: vxlan43 is passed over: no .netdev file here declares a vxlan of this name',
    '31-eth2.network:1:1: note: 31-eth2.network is for eth2; of it only VXLAN, Bridge and what goes with a port are read',
    '50-br0.network:8:1: note: [Link] RequiredForOnline= has no meaning here: it tells what the boot waits for, or how networkd goes about its work',
    '50-br0.network:12:1: note: [Network] Address=10.9.9.9/24: has no effect: Address= without a value, after it, resets it',
    '90-rest.network:1:1: note: 90-rest.network is for links that are no vxlan or bridge of these files; of it only VXLAN, Bridge and what goes with a port are read',
  ])
})

test.each<{ vxlan: string; stated: Record<string, unknown> }>([
  { vxlan: 'Remote=10.0.0.2', stated: { remote: '10.0.0.2' } },
  { vxlan: 'Remote=10.0.0.2\nRemote=', stated: {} },
  { vxlan: 'TOS=0x10', stated: { tos: 16 } },
  { vxlan: 'TTL=inherit', stated: { ttl: 'inherit' } },
  { vxlan: 'TTL=7\nTTL=8', stated: { ttl: 8 } },
  { vxlan: 'MacLearning=n', stated: { learning: false } },
  { vxlan: 'FDBAgeingSec=1min 30s', stated: { ageing: 90 } },
  { vxlan: 'FDBAgeingSec=0', stated: {} },
  { vxlan: 'MaximumFDBEntries=100', stated: { maxaddr: 100 } },
  { vxlan: 'ReduceARPProxy=1', stated: { proxy: true } },
  { vxlan: 'ARPProxy=t', stated: { proxy: true } },
  { vxlan: 'L2MissNotification=on\nL3MissNotification=off', stated: { l2miss: true, l3miss: false } },
  { vxlan: 'RouteShortCircuit=true', stated: { rsc: true } },
  { vxlan: 'UDPChecksum=yes', stated: { udpcsum: true } },
  { vxlan: 'UDPCheckSum=yes', stated: { udpcsum: true } },
  { vxlan: 'UDP6ZeroChecksumTx=yes', stated: { udp6zerocsumtx: true } },
  { vxlan: 'UDP6ZeroCheckSumRx=yes', stated: { udp6zerocsumrx: true } },
  { vxlan: 'RemoteChecksumTx=yes', stated: { remcsumtx: true } },
  { vxlan: 'RemoteChecksumRx=yes', stated: { remcsumrx: true } },
  { vxlan: 'GroupPolicyExtension=yes', stated: { gbp: true } },
  { vxlan: 'DestinationPort=5555', stated: { dstport: 5555 } },
  { vxlan: 'PortRange=42-442', stated: { srcport: [42, 442] } },
  { vxlan: 'Local=2001:db8::1\nFlowLabel=0x12', stated: { local: '2001:db8::1', flowlabel: 18 } },
  { vxlan: 'Local=2001:db8::1\nFlowLabel=inherit', stated: { local: '2001:db8::1', labelpolicy: 'inherit' } },
  { vxlan: 'IPDoNotFragment=inherit', stated: { df: 'inherit' } },
  { vxlan: 'IPDoNotFragment=no', stated: { df: 'unset' } },
])('$vxlan', ({ vxlan, stated }) => {
  const { vxlans, leftOut } = importTexts('networkd', netdev(vxlan))
  expect(vxlans['vxlan1']).toEqual({ ...defaults, ...stated })
  expect(leftOut).toEqual([])
})

test.each<{ vxlan: string; stated: Record<string, unknown> }>([
  { vxlan: 'External=yes\nVNIFilter=yes', stated: { external: true, vnifilter: true } },
  {
    vxlan: 'External=yes\nMacLearning=no\nGenericProtocolExtension=yes',
    stated: { external: true, gpe: true, learning: false, dstport: 4790 },
  },
])('$vxlan, and so without its VNI', ({ vxlan, stated }) => {
  const { vxlans, leftOut } = importTexts('networkd', netdev(vxlan))
  const { id, ...others } = defaults
  expect(vxlans['vxlan1']).toEqual({ ...others, ...stated })
  expect(leftOut).toEqual([expect.stringContaining(`not carried over: [VXLAN] VNI=${id}: `)])
})

test.each<{ network: string; stated: Record<string, unknown> }>([
  { network: '[Link]\nMACAddress=02:00:00:00:00:01', stated: { mac: '02:00:00:00:00:01' } },
  { network: '[Link]\nMTUBytes=1400', stated: { mtu: 1400 } },
  { network: '[Network]\nVRF=red', stated: { master: 'red' } },
  {
    network: '[Network]\nBridge=br9\n[Bridge]\nHairPin=yes',
    stated: { addrgenmode: 'none', master: 'br9', port: { hairpin: true } },
  },
  { network: '[Network]\nBridge=br9\nLinkLocalAddressing=ipv6', stated: { addrgenmode: 'eui64', master: 'br9' } },
  { network: '[Network]\nIPv6LinkLocalAddressGenerationMode=random', stated: { addrgenmode: 'random' } },
  { network: '[Network]\nIPv6PrivacyExtensions=prefer-public', stated: { sysctl: { ipv6: { use_tempaddr: 1 } } } },
  { network: '[Network]\nIPv6DuplicateAddressDetection=3', stated: { sysctl: { ipv6: { dad_transmits: 3 } } } },
  {
    network: '[Network]\nIPv6HopLimit=9\nIPv6ProxyNDP=yes',
    stated: { sysctl: { ipv6: { hop_limit: 9, proxy_ndp: 1 } } },
  },
  {
    network: '[Network]\nIPv4Forwarding=yes\nIPv6Forwarding=no',
    stated: { sysctl: { ipv4: { forwarding: 1 }, ipv6: { forwarding: 0 } } },
  },
  {
    network: '[Network]\nIPv4ProxyARP=yes\nIPv4AcceptLocal=yes',
    stated: { sysctl: { ipv4: { proxy_arp: 1, accept_local: 1 } } },
  },
  { network: '[Network]\nDHCP=no\nIPv6SendRA=no', stated: {} },
  {
    network: '[Address]\nAddress=10.0.1.1\nPeer=10.0.1.2/32',
    stated: { addresses: [{ address: '10.0.1.1/32', peer: '10.0.1.2' }] },
  },
  {
    network:
      '[Address]\nAddress=2001:db8::1/64\nDuplicateAddressDetection=none\nHomeAddress=yes\nManageTemporaryAddress=yes',
    stated: { addresses: [{ address: '2001:db8::1/64', home: true, mngtmpaddr: true, nodad: true }] },
  },
])('$network', ({ network, stated }) => {
  const { vxlans, leftOut } = importTexts('networkd', {
    'a.netdev': netdev(''),
    'a.network': `[Match]\nName=vxlan1\n${network}\n`,
  })
  expect(vxlans['vxlan1']).toEqual({ ...defaults, ...stated })
  expect(leftOut).toEqual([])
})

test('a port keeps the VLAN that the kernel gives it, as networkd leaves it', () => {
  const vlans = (sections: string, bridge = '') =>
    importTexts('networkd', {
      'br0.netdev': br0 + bridge,
      'vxlan1.netdev': netdev(''),
      'vxlan1.network': `[Match]\nName=vxlan1\n[Network]\nBridge=br0\n${sections}`,
    }).bridges['br0']?.['ports']
  const given = { vid: 1, pvid: true, untagged: true }
  expect(vlans('[BridgeVLAN]\nVLAN=5\n')).toEqual({ vxlan1: { vlans: [given, 5] } })
  expect(vlans('[BridgeVLAN]\nPVID=5\n')).toEqual({
    vxlan1: {
      vlans: [
        { vid: 1, untagged: true },
        { vid: 5, pvid: true },
      ],
    },
  })
  expect(vlans('[BridgeVLAN]\nVLAN=5\n', '[Bridge]\nDefaultPVID=9\n')).toEqual({
    vxlan1: { vlans: [5, { ...given, vid: 9 }] },
  })
})

test.each([
  'Frob=1',
  'VNI=0x',
  'Local=dhcp4',
  'MacLearning=maybe',
  'IPDoNotFragment=perhaps',
  'PortRange=2-1',
  'FDBAgeingSec=soon',
  'Group=10.0.0.1',
])('[VXLAN] %s is named', (vxlan) => {
  const { leftOut } = importTexts('networkd', netdev(vxlan))
  // Without its VNI a link is none, which is named as well.
  const ofSetting = leftOut.filter((note) => !note.includes('left out as a whole'))
  expect(ofSetting).toEqual([expect.stringContaining(`file:7:1: not carried over: [VXLAN] ${vxlan}: `)])
})

test.each([
  '[Link]\nUnmanaged=yes',
  '[Link]\nActivationPolicy=manual',
  '[Link]\nPromiscuous=yes',
  '[Network]\nDHCP=ipv4',
  '[Network]\nGateway=10.0.0.1',
  '[Network]\nDNS=10.0.0.1',
  '[Network]\nVLAN=vxlan1.5',
  '[Network]\nIPForward=yes',
  '[Network]\nLinkLocalAddressing=ipv4',
  '[Network]\nIPv6LinkLocalAddressGenerationMode=stable-privacy',
  '[Network]\nFrob=1',
  '[Bridge]\nLearning=no',
  '[BridgeVLAN]\nVLAN=7',
  '[BridgeMDB]\nMulticastGroupAddress=239.0.0.1',
  '[RoutingPolicyRule]\nTable=7',
  '[Frob]\nA=b',
  '[Address]\nLabel=x',
])('%s is named', (network) => {
  const { leftOut } = importTexts('networkd', {
    'a.netdev': netdev(''),
    'a.network': `[Match]\nName=vxlan1\n${network}\n`,
  })
  const [section, assignment] = network.split('\n')
  expect(leftOut).toHaveLength(1)
  expect(leftOut[0]).toContain(`a.network:4:1: not carried over: ${section} ${assignment}: `)
})

test.each([
  { entry: 'MACAddress=02:00:00:00:00:01\nDestination=10.0.0.2\nVLANId=5', why: 'no VLANs' },
  { entry: 'MACAddress=02:00:00:00:00:01\nDestination=10.0.0.2\nAssociatedWith=use', why: 'associated with use' },
  {
    entry: 'MACAddress=02:00:00:00:00:01\nAssociatedWith=master',
    why: 'it is an entry of the bridge that vxlan1 is a port of, and no bridge declared here is that',
  },
  { entry: 'MACAddress=02:00:00:00:00:01\nDestination=10.0.0.2\nOutgoingInterface=3', why: 'write the name' },
  { entry: 'MACAddress=02:00:00:00:00:01\nDestination=nowhere', why: 'fdb must' },
])('a forwarding entry that is not ours: $why', ({ entry, why }) => {
  const { vxlans, leftOut } = importTexts('networkd', {
    'a.netdev': netdev(''),
    'a.network': `[Match]\nName=vxlan1\n[BridgeFDB]\n${entry}\n`,
  })
  expect(vxlans['vxlan1']).toEqual(defaults)
  expect(leftOut).toEqual([expect.stringContaining(`[BridgeFDB] ${entry.replaceAll('\n', ' ').slice(0, 20)}`)])
  expect(leftOut[0]).toContain(why)
})

test('the first file that fits a link is for it', () => {
  const addresses = (match: string) => {
    const { vxlans } = importTexts('networkd', {
      'z.network': '[Match]\nName=vxlan1\n[Network]\nAddress=10.0.0.1/24\n',
      'b.network': `[Match]\n${match}\n[Network]\nAddress=10.0.0.2/24\n`,
      'a.netdev': netdev(''),
    })
    return vxlans['vxlan1']?.['addresses']
  }
  const [first, second] = [['10.0.0.2/24'], ['10.0.0.1/24']]
  expect(
    ['Name=vx*', 'Name=!eth*', 'Kind=vxlan', 'Name=eth0 vxlan?', 'Type=!bridge', 'Name=eth0\nName=\nKind=vx*'].map(
      addresses,
    ),
  ).toEqual(Array(6).fill(first))
  expect(['Name=eth*', 'Name=!vxlan1', 'Kind=bridge', 'Name=vxlan1\nKind=bridge', 'Name=vxlan'].map(addresses)).toEqual(
    Array(5).fill(second),
  )
})

test('a condition that only the host can answer is named', () => {
  const { vxlans, leftOut } = importTexts('networkd', {
    'a.netdev': netdev('', '[Match]\nHost=router\n'),
    'a.network': '[Match]\nName=vxlan1\nVirtualization=vm\n[Network]\nAddress=10.0.0.1/24\n',
  })
  expect(vxlans['vxlan1']).toEqual(defaults)
  expect(leftOut).toEqual([
    'a.netdev:5:1: not carried over: [Match] Host=router: vxagent makes a link on every host that has the file; leave the file out where the link is not wanted',
    'a.network:3:1: not carried over: [Match] Virtualization=vm: nothing here can tell whether a.network fits vxlan1; it is taken not to',
  ])
})

test('an underlay that is not known is named', () => {
  const dependent = netdev('').replace('Independent=yes\n', '')
  expect(importTexts('networkd', { 'a.netdev': dependent }).leftOut).toEqual([
    'a.netdev:2:1: not carried over: [NetDev] Name=vxlan1: no .network file here has VXLAN=vxlan1, so its underlay is not known; give that file too, or state `dev`',
  ])
  const glob = importTexts('networkd', {
    'a.netdev': netdev(''),
    'b.network': '[Match]\nName=en*\n[Network]\nVXLAN=vxlan1\n',
  })
  expect(glob.leftOut).toEqual([
    'b.network:4:1: not carried over: [Network] VXLAN=vxlan1: [Match] does not name one interface; write its name yourself, as `dev` of vxlan1',
  ])
})

test('a drop-in amends the file of its name', () => {
  const { vxlans } = importTexts('networkd', {
    '/run/vxlan.netdev.d/ttl.conf': '[VXLAN]\nTTL=9\n',
    '/etc/vxlan.netdev': netdev('TTL=7'),
  })
  expect(vxlans['vxlan1']).toMatchObject({ ttl: 9 })
})

test('links of other kinds and other files are passed over with a note', () => {
  expect(
    importTexts('networkd', {
      'a.netdev': '[NetDev]\nName=red\nKind=vrf\n[VRF]\nTable=7\n',
      'b.link': '[Match]\nOriginalName=*\n[Link]\nNamePolicy=kernel\n',
      'c.netdev': '[NetDev]\nName=x\n',
    }),
  ).toMatchObject({
    remarks: [
      'a.netdev:2:1: note: red is passed over: a vrf has to exist already, where the overlay needs it',
      'b.link:1:1: note: b.link is passed over: it is neither a .netdev nor a .network file',
    ],
    leftOut: ['c.netdev:1:1: not carried over: [NetDev]: c.netdev has no Kind, and networkd passes it over'],
  })
})

test.each([
  {
    text: '[NetDev\nName=x\n',
    faults: ['1:1 the name of a section ends with ]', '2:1 this stands before the first [Section]'],
  },
  { text: '[NetDev]\nName\n', faults: ['2:1 a line is [Section], Key=value, or a comment that begins with # or ;'] },
  { text: '[NetDev]\n  =x\n', faults: ['2:3 a line is [Section], Key=value, or a comment that begins with # or ;'] },
  { text: 'Name=x\n', faults: ['1:1 this stands before the first [Section]'] },
])('$text is an error with its place', ({ text, faults }) => {
  expect(faultsOf('networkd', text)).toEqual(faults)
})

test('the description of a .netdev goes before that of a .network', () => {
  const { vxlans } = importTexts('networkd', {
    'a.netdev': netdev('', 'Description=first\n'),
    'b.network': '[Match]\nName=vxlan1\n[Network]\nDescription=second\n',
  })
  expect(vxlans['vxlan1']).toMatchObject({ alias: 'first' })
})

test('a bridge that no file declares has to exist', () => {
  const port = (name: string) => `[Match]\nName=${name}\n[Network]\nBridge=br9\n`
  const { vxlans, remarks } = importTexts('networkd', {
    'a.netdev': netdev(''),
    'b.netdev': netdev('').replaceAll('vxlan1', 'vxlan2').replace('VNI=1', 'VNI=2'),
    'c.network': port('vxlan1'),
    'd.network': port('vxlan2'),
  })
  expect(vxlans).toMatchObject({ vxlan1: { master: 'br9' }, vxlan2: { master: 'br9' } })
  expect(remarks).toEqual([
    'c.network:4:1: note: the bridge br9 is not declared in these files, so something else has to make it',
  ])
})

test('of a key given twice the last valid value counts, and the others are named', () => {
  const { vxlans, leftOut, remarks } = importTexts(
    'networkd',
    netdev('Remote=10.0.0.2\nRemote=10.0.0.3\nTTL=7\nTTL=many\nTOS=1\nTOS='),
  )
  expect(vxlans['vxlan1']).toEqual({ ...defaults, remote: '10.0.0.3', ttl: 7 })
  expect(leftOut).toEqual([expect.stringContaining('file:10:1: not carried over: [VXLAN] TTL=many: ttl must ')])
  expect(remarks).toEqual([
    'file:7:1: note: [VXLAN] Remote=10.0.0.2: has no effect: [VXLAN] Remote=10.0.0.3 overrides it',
    'file:11:1: note: [VXLAN] TOS=1: has no effect: TOS= without a value, after it, resets it',
  ])
})

test('the .network file overrides the .netdev file', () => {
  const { vxlans, remarks } = importTexts('networkd', {
    'a.netdev': netdev('', 'MTUBytes=1450\n'),
    'a.network': '[Match]\nName=vxlan1\n[Link]\nMTUBytes=1400\n',
  })
  expect(vxlans['vxlan1']).toMatchObject({ mtu: 1400 })
  expect(remarks).toEqual([
    'a.netdev:4:1: note: [NetDev] MTUBytes=1450: has no effect: [Link] MTUBytes=1400 overrides it',
  ])
})

test('a .link file gives a link what networkd leaves unstated', () => {
  const { vxlans, leftOut, remarks } = importTexts('networkd', {
    'a.netdev': netdev('', 'MTUBytes=1450\n'),
    '10-vxlan.link':
      '[Match]\nOriginalName=vxlan?\n[Link]\nMTUBytes=1400\nMACAddress=02-00-00-00-00-0A\nAlias=lab\nNamePolicy=keep\n',
    '20-vxlan.link': '[Match]\nOriginalName=vxlan1\n[Link]\nAlias=other\n',
    '90-eth.link': '[Match]\nOriginalName=eth1\n[Link]\nMTUBytes=9000\n',
  })
  expect(vxlans['vxlan1']).toEqual({ ...defaults, mtu: 1450, mac: '02:00:00:00:00:0a', alias: 'lab' })
  expect(leftOut).toEqual([
    "10-vxlan.link:4:1: not carried over: [Link] MTUBytes=1400: networkd's own files state another mtu: 1450",
  ])
  const isSecond = '10-vxlan.link comes before this file, and udev takes the first file that fits a link'
  expect(remarks).toEqual([
    '10-vxlan.link:7:1: note: [Link] NamePolicy= stays with udev: it applies 10-vxlan.link to the link, whoever creates it',
    `20-vxlan.link:2:1: note: [Match] OriginalName=vxlan1: has no effect: ${isSecond}`,
    `20-vxlan.link:4:1: note: [Link] Alias=other: has no effect: ${isSecond}`,
    '90-eth.link:1:1: note: 90-eth.link is passed over: it is neither a .netdev nor a .network file',
  ])
})

test('a link-local address that is off has no mode, in whatever order the two stand', () => {
  const lines = ['LinkLocalAddressing=no', 'IPv6LinkLocalAddressGenerationMode=eui64']
  for (const order of [lines, lines.toReversed()]) {
    const { vxlans, remarks } = importTexts('networkd', {
      'a.netdev': netdev(''),
      'a.network': `[Match]\nName=vxlan1\n[Network]\n${order.join('\n')}\n`,
    })
    expect(vxlans['vxlan1']).toMatchObject({ addrgenmode: 'none' })
    expect(remarks).toEqual([
      expect.stringContaining('GenerationMode=eui64: has no effect: [Network] LinkLocalAddressing=no'),
    ])
  }
})

test('a link that follows the carrier of others is named, and forwarding entries of a bridge are carried', () => {
  const { bridges, leftOut, remarks } = importTexts('networkd', {
    'br0.netdev': br0,
    'br0.network': `[Match]
Name=br0
[Network]
BindCarrier=eth1
[BridgeFDB]
MACAddress=02:00:00:00:00:01
VLANId=7
`,
    'vxlan1.netdev': netdev(''),
    'vxlan1.network': `[Match]
Name=vxlan1
[Network]
Bridge=br0
[BridgeFDB]
MACAddress=02:00:00:00:00:02
AssociatedWith=master
Destination=10.0.2.2
`,
    'eth2.network': `[Match]
Name=eth2
[Network]
Bridge=br0
[BridgeFDB]
MACAddress=02:00:00:00:00:03
AssociatedWith=master
VLANId=7
[BridgeFDB]
MACAddress=02:00:00:00:00:04
`,
  })
  expect(bridges['br0']).toMatchObject({
    fdb: [
      { mac: '02:00:00:00:00:01', dev: 'br0', vlan: 7 },
      { mac: '02:00:00:00:00:02', dev: 'vxlan1', state: 'permanent' },
      { mac: '02:00:00:00:00:03', dev: 'eth2', vlan: 7, state: 'permanent' },
    ],
  })
  const isOfHost =
    'is an address of this host to br0, since the entry is permanent: if it is behind PORT, state static instead'
  expect(remarks).toEqual([
    `vxlan1.network:6:1: note: 02:00:00:00:00:02 ${isOfHost.replace('PORT', 'vxlan1')}`,
    'vxlan1.network:8:1: note: [BridgeFDB] Destination=10.0.2.2: has no effect: the entry is one of a bridge, and leads to a port',
    'eth2.network:1:1: note: eth2.network is for eth2; of it only VXLAN, Bridge and what goes with a port are read',
    `eth2.network:6:1: note: 02:00:00:00:00:03 ${isOfHost.replace('PORT', 'eth2')}`,
  ])
  expect(leftOut).toEqual([
    'br0.network:4:1: not carried over: [Network] BindCarrier=eth1: the link would go up and down with the carrier of these interfaces; vxagent holds it up',
    'eth2.network:10:1: not carried over: [BridgeFDB] MACAddress=02:00:00:00:00:04: vxagent makes no entries of eth2 itself; those of its bridge have AssociatedWith=master',
  ])
})
