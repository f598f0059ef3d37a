import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { importOverlay, type Tool } from '../../../../src/agent/convert/import/import-overlay.ts'

/** Values that some key takes, and some that none takes. */
const values = [
  ...['', '0', '1', '2', '42', '1450', '4789', '65536', '-1', 'yes', 'no', 'true', 'false', 'none', 'inherit', 'auto'],
  ...['up', 'down', 'manual', 'ipv4', 'ipv6', 'eui64', 'random', 'strict', '5min', '8K', '10-20', '3-2', '0x10'],
  ...['10.0.0.1', '10.0.0.2', '10.0.0.1/24', '239.1.1.1', '2001:db8::1', '2001:db8::1/64', 'dhcp4', 'somewhere'],
  ...['02:00:00:00:00:01', '00:00:00:00:00:00', 'eth1', 'vxlan1', 'br0', 'br9', 'red', 'self', 'router', 'a b'],
]
const value = fc.constantFrom(...values)

/** The places of assignments that nothing was said of, as `file:line`. */
function unaccounted(tool: Tool, files: Readonly<Record<string, string>>, isAssignment: RegExp): string[] {
  const sources = Object.entries(files).map(([file, text]) => ({ file, text }))
  const accounted = new Set(importOverlay(tool, sources).accounted.map(({ file, line }) => `${file}:${line}`))
  return sources.flatMap(({ file, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line, place }) => isAssignment.test(line) && !accounted.has(place))
      .map(({ line, place }) => `${place}: ${line}`),
  )
}

/** Every assignment is in the state or in a note, or states what is so in any case. */
function expectAccount(tool: Tool, files: fc.Arbitrary<Readonly<Record<string, string>>>, isAssignment: RegExp): void {
  fc.assert(
    fc.property(files, (texts) => {
      expect(unaccounted(tool, texts, isAssignment)).toEqual([])
    }),
    { numRuns: 200 },
  )
}

describe('networkd', () => {
  const section = (name: string, keys: readonly string[]): fc.Arbitrary<string> =>
    fc
      .array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 8 })
      .map((pairs) => `[${name}]\n${pairs.map(([key, text]) => `${key}=${text}\n`).join('')}`)

  const netdevSections = [
    section('NetDev', ['Description', 'MTUBytes', 'MACAddress', 'Frob']),
    section('Match', ['Host', 'Virtualization']),
    section('VXLAN', [
      ...['VNI', 'Id', 'Group', 'Remote', 'Local', 'TOS', 'TTL', 'FlowLabel', 'MacLearning', 'FDBAgeingSec'],
      ...['MaximumFDBEntries', 'ReduceARPProxy', 'ARPProxy', 'L2MissNotification', 'UDPChecksum', 'UDPCheckSum'],
      ...['GenericProtocolExtension', 'DestinationPort', 'PortRange', 'IPDoNotFragment', 'Independent', 'External'],
      ...['VNIFilter', 'Frob'],
    ]),
    section('Bridge', [
      ...['HelloTimeSec', 'AgeingTimeSec', 'Priority', 'GroupForwardMask', 'DefaultPVID', 'STP', 'VLANFiltering'],
      ...['VLANProtocol', 'MulticastIGMPVersion', 'MulticastQuerier', 'FDBMaxLearned'],
    ]),
  ]
  const networkSections = [
    section('Match', ['Name', 'Kind', 'Host']),
    section('Link', [
      ...['MACAddress', 'MTUBytes', 'ARP', 'Group', 'ActivationPolicy', 'Unmanaged', 'Promiscuous', 'Frob'],
      ...['RequiredForOnline'],
    ]),
    section('Network', [
      ...['Description', 'Address', 'Bridge', 'VRF', 'VXLAN', 'LinkLocalAddressing', 'IPv6AcceptRA', 'DHCP', 'Gateway'],
      ...['IPv6LinkLocalAddressGenerationMode', 'IPv6PrivacyExtensions', 'IPv6HopLimit', 'IPv4ProxyARP', 'ProxyARP'],
      ...['IPv4ReversePathFilter', 'IPForward', 'BindCarrier', 'DNS', 'VLAN', 'LLDP', 'DHCPServer', 'Frob'],
      ...['IPv6DuplicateAddressDetection', 'IPMasquerade'],
    ]),
    section('Address', [
      ...['Address', 'Peer', 'Broadcast', 'Label', 'Scope', 'RouteMetric', 'PreferredLifetime', 'HomeAddress'],
      ...['DuplicateAddressDetection', 'AddPrefixRoute', 'PrefixRoute', 'AutoJoin', 'NetLabel', 'Frob'],
    ]),
    section('Neighbor', ['Address', 'LinkLayerAddress', 'MACAddress', 'Frob']),
    section('BridgeFDB', ['MACAddress', 'Destination', 'VNI', 'OutgoingInterface', 'VLANId', 'AssociatedWith', 'Frob']),
    section('Bridge', ['UnicastFlood', 'Learning', 'UseBPDU', 'Cost', 'Priority', 'MulticastRouter', 'Frob']),
    section('BridgeVLAN', ['VLAN', 'EgressUntagged', 'PVID', 'Frob']),
    section('Route', ['Gateway', 'Destination']),
    section('Frob', ['A', 'B']),
  ]
  const linkSections = [
    section('Match', ['OriginalName', 'Type']),
    section('Link', ['MTUBytes', 'MACAddress', 'Alias', 'NamePolicy', 'Description']),
    section('SR-IOV', ['VirtualFunction']),
  ]
  const several = (sections: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.array(fc.oneof(...sections), { maxLength: 5 }).map((texts) => texts.join(''))
  const netdev = several(netdevSections)
  const network = several(networkSections)
  const link = several(linkSections)

  test('every assignment is accounted for', { timeout: 300_000 }, () => {
    const files = fc.record(
      {
        'vxlan1.netdev': netdev.map((more) => `[NetDev]\nName=vxlan1\nKind=vxlan\n[VXLAN]\nVNI=1\n${more}`),
        'vxlan2.netdev': netdev.map((more) => `[NetDev]\nName=vxlan2\nKind=vxlan\n${more}`),
        'again.netdev': netdev.map((more) => `[NetDev]\nName=vxlan1\nKind=bridge\n${more}`),
        'br0.netdev': netdev.map((more) => `[NetDev]\nName=br0\nKind=bridge\n${more}`),
        'red.netdev': netdev.map((more) => `[NetDev]\nName=red\nKind=vrf\n${more}`),
        'long.netdev': netdev.map((more) => `[NetDev]\nName=a-name-that-is-too-long\nKind=vxlan\n${more}`),
        'nameless.netdev': netdev.map((more) => `[NetDev]\nKind=vxlan\n${more}`),
        '/run/vxlan1.netdev.d/more.conf': netdev,
        'a.network': network.map((more) => `[Match]\nName=vxlan1\n${more}`),
        'b.network': network.map((more) => `[Match]\nName=br0 vxlan2\n[Network]\nBridge=br0\n${more}`),
        'c.network': network.map((more) => `[Match]\nName=eth1\n[Network]\nVXLAN=vxlan1\nBridge=br0\n${more}`),
        'd.network': network.map((more) => `[Match]\nName=vx*\n${more}`),
        'a.link': link.map((more) => `[Match]\nOriginalName=vxlan1\n${more}`),
        'b.link': link.map((more) => `[Match]\nOriginalName=vx* br0\n${more}`),
        'c.link': link.map((more) => `[Match]\nOriginalName=eth1\n${more}`),
      },
      { requiredKeys: ['vxlan1.netdev'] },
    )
    expectAccount('networkd', files, /=/)
  })
})

describe('netplan', () => {
  const scalars = fc.oneof(value, fc.boolean(), fc.integer({ min: -1, max: 70_000 }), fc.constant(null))
  const anything = fc.oneof(
    { weight: 5, arbitrary: scalars },
    fc.array(value, { maxLength: 3 }),
    fc.dictionary(value, scalars, { maxKeys: 2 }),
  )
  const link = {
    renderer: fc.constantFrom('networkd', 'NetworkManager'),
    addresses: fc.array(
      fc.oneof(value, fc.constant({ '10.0.1.1/24': { label: 'x', lifetime: 0, frob: 1 } }), anything),
      { maxLength: 4 },
    ),
    'link-local': fc.oneof(fc.subarray(['ipv4', 'ipv6']), anything),
    networkmanager: fc.oneof(
      fc.constant({ uuid: 'u', name: 'x', passthrough: { 'connection.interface-name': 'vxlan9', 'ipv4.dad': '1' } }),
      anything,
    ),
    routes: fc.constant([{ to: 'default', via: '10.0.0.1' }, { to: '10.0.0.0/8' }]),
    ...Object.fromEntries(
      [
        ...['mtu', 'macaddress', 'accept-ra', 'ipv6-privacy', 'ipv6-address-generation', 'ipv6-mtu', 'dhcp4', 'dhcp6'],
        ...['activation-mode', 'neigh-suppress', 'hairpin', 'port-mac-learning', 'gateway4', 'nameservers', 'optional'],
        ...['frob'],
      ].map((key) => [key, anything] as const),
    ),
  }
  const tunnel = fc.record(
    {
      mode: fc.constantFrom('vxlan', 'vxlan', 'vxlan', 'gre'),
      id: fc.oneof(fc.integer({ min: 1, max: 3 }), scalars),
      checksums: fc.oneof(fc.array(fc.constantFrom('udp', 'zero-udp6-tx', 'frob'), { maxLength: 3 }), anything),
      extensions: fc.array(fc.constantFrom('group-policy', 'generic-protocol'), { maxLength: 3 }),
      'port-range': fc.oneof(fc.constantFrom([1, 2], [9, 3], [7]), anything),
      ...Object.fromEntries(
        [
          ...['link', 'local', 'remote', 'port', 'ageing', 'aging', 'limit', 'mac-learning', 'arp-proxy', 'ttl', 'key'],
          ...['type-of-service', 'flow-label', 'do-not-fragment', 'notifications'],
        ].map((key) => [key, anything] as const),
      ),
      ...link,
    },
    { requiredKeys: ['mode'] },
  )
  const bridge = fc.record(
    {
      interfaces: fc.oneof(fc.array(fc.constantFrom('vxlan1', 'NM-1', 'eth1', 'wan', 'br0', 'a/b')), anything),
      parameters: fc.record(
        {
          'path-cost': fc.oneof(fc.dictionary(fc.constantFrom('eth1', 'wan', 'vxlan1', 'eth9'), scalars), anything),
          ...Object.fromEntries(
            ['ageing-time', 'aging-time', 'priority', 'stp', 'port-priority', 'frob'].map(
              (key) => [key, anything] as const,
            ),
          ),
        },
        { requiredKeys: [] },
      ),
      openvswitch: fc.constant({}),
      ...link,
    },
    { requiredKeys: [] },
  )
  const file = fc
    .record(
      {
        version: fc.constant(2),
        renderer: fc.constantFrom('networkd', 'NetworkManager'),
        tunnels: fc.oneof(
          { weight: 9, arbitrary: fc.dictionary(fc.constantFrom('vxlan1', 'vxlan2', 'NM-1', 'a/b'), tunnel) },
          anything,
        ),
        bridges: fc.oneof({ weight: 9, arbitrary: fc.dictionary(fc.constantFrom('br0', 'br1'), bridge) }, anything),
        vrfs: fc.constantFrom({ red: { table: 5, interfaces: ['vxlan1', 'eth9'] }, blue: { interfaces: ['vxlan1'] } }),
        ethernets: fc.constant({ wan: { match: { name: 'eth1' }, hairpin: true }, eth9: { mtu: 1500 } }),
        frob: anything,
      },
      { requiredKeys: ['tunnels'] },
    )
    .map((network) => stringify({ network }, { lineWidth: 0, aliasDuplicateObjects: false }))

  test('every assignment is accounted for', { timeout: 300_000 }, () => {
    const files = fc.record({ 'a.yaml': file, 'b.yaml': file }, { requiredKeys: ['a.yaml'] })
    // A key that has keys or a list below it, on other lines, is not one of its own.
    expectAccount('netplan', files, /^(?!network:).*[^:\s]\s*$/)
  })
})

describe('VyOS', () => {
  const linkPaths = [
    ...['address', 'description', 'disable', 'mac', 'mtu', 'vrf', 'ip disable-arp-filter', 'ip enable-proxy-arp'],
    ...['ip source-validation', 'ip adjust-mss', 'ipv6 accept-dad', 'ipv6 address autoconf', 'ipv6 address eui64'],
    ...['ipv6 address no-default-link-local', 'dhcp-options', 'dhcp-options client-id', 'mirror ingress', 'frob'],
    ...['ip', 'ipv6', 'ipv6 address'],
  ]
  const vxlanPaths = [
    ...['vni', 'group', 'remote', 'source-interface', 'link', 'source-address', 'port', 'remote-port', 'gpe'],
    ...['parameters external', 'external', 'parameters nolearning', 'parameters neighbor-suppress', 'parameters'],
    ...['parameters vni-filter', 'parameters ip df', 'parameters ip ttl', 'parameters ip tos'],
    ...['parameters ipv6 flowlabel', 'vlan-to-vni 10 vni', 'vlan-to-vni 10', 'vlan-to-vni', 'bridge-group bridge br0'],
    ...['bridge-group bridge', 'bridge-group cost', 'bridge-group priority', 'xdp'],
  ]
  const bridgePaths = [
    ...['aging', 'priority', 'forwarding-delay', 'stp', 'enable-vlan', 'protocol', 'igmp querier', 'igmp snooping'],
    ...['igmp-snooping querier', 'vif 10', 'vif 10 address', 'member interface vxlan1', 'member interface eth1 cost'],
    ...['member interface vxlan1 native-vlan', 'member interface vxlan1 allowed-vlan', 'member interface', 'member'],
    ...['member interface vxlan1 isolated', 'member interface vxlan1 frob', 'vif-s 5'],
  ]
  const path = (link: string, paths: readonly string[]): fc.Arbitrary<string[]> =>
    fc
      .tuple(fc.constantFrom(...linkPaths, ...paths, ''), fc.option(value.map((text) => text.replace(' ', '_'))))
      .map(([setting, text]) =>
        `interfaces ${link} ${setting} ${text ?? ''}`.split(/\s+/).filter((word) => word !== ''),
      )
  const setting = fc.oneof(
    path('vxlan vxlan1', vxlanPaths),
    path('vxlan vxlan2', vxlanPaths),
    path('vxlan a/b', vxlanPaths),
    path('bridge br0', bridgePaths),
    path('bridge br1', bridgePaths),
    fc
      .constantFrom(
        'interfaces vxlan',
        'interfaces',
        'interfaces ethernet eth1 mtu 1500',
        'interfaces ethernet eth1 disable',
        'interfaces ethernet eth1 bridge-group bridge br0',
        'interfaces ethernet eth1 vif 7 bridge-group cost 5',
        'interfaces ethernet eth1 vif 7 bridge-group bridge br0',
        'system host-name router',
        'protocols',
      )
      .map((text) => text.split(' ')),
  )
  const settings = fc.array(setting, { minLength: 1, maxLength: 25 })
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `file${index}`)
  const files = (text: fc.Arbitrary<string>): fc.Arbitrary<Readonly<Record<string, string>>> =>
    fc
      .array(text, { minLength: 1, maxLength: 2 })
      .map((texts) => Object.fromEntries(names(texts.length).map((name, index) => [name, String(texts[index])])))

  test('every set command is accounted for', { timeout: 300_000 }, () => {
    const commands = settings.map((paths) => paths.map((words) => `set ${words.join(' ')}\n`).join(''))
    expectAccount('vyos', files(commands), /^set/)
  })

  test('every line of a config.boot is accounted for', { timeout: 300_000 }, () => {
    const blocks = settings.map((paths) =>
      paths
        .map(
          (words) =>
            `${words.slice(0, -1).join(' {\n')}${words.length > 1 ? ' {\n' : ''}${words.at(-1)}\n${'}\n'.repeat(words.length - 1)}`,
        )
        .join(''),
    )
    expectAccount('vyos', files(blocks), /^[^}]/)
  })
})

describe('ifupdown', () => {
  const options = [
    ...['vxlan-id', 'vxlan-local-tunnelip', 'vxlan_remoteip', 'vxlan-svcnodeip', 'vxlan-physdev', 'vxlan-learning'],
    ...[
      'vxlan-ageing',
      'vxlan-ttl',
      'vxlan-peer-ips',
      'vxlan-evpn',
      'bridge-vlan-vni-map',
      'bridge-ports',
      'bridge_stp',
    ],
    ...['bridge-fd', 'bridge-vlan-aware', 'bridge-vids', 'bridge-pvid', 'bridge-access', 'bridge-allow-untagged'],
    ...['bridge-learning', 'bridge-pathcosts', 'mtu', 'address', 'netmask', 'scope', 'hwaddress', 'vrf', 'post-up'],
    ...['mstpctl-bpduguard', 'gateway', 'frob'],
  ]
  const option = fc
    .tuple(fc.constantFrom(...options), fc.oneof(value, fc.constantFrom('vxlan1 eth1', 'eth1=5', '10=10', 'glob e*')))
    .map(([key, text]) => `  ${key} ${text}\n`)
  const head = fc.constantFrom(
    'auto br0\niface br0\n  bridge-ports vxlan1 eth1\n',
    'iface br1\n  bridge-ports eth2\n  bridge-vlan-aware yes\n',
    'iface vxlan1\n  vxlan-id 1\n',
    'iface vxlan2 inet dhcp\n  vxlan-id 2\n',
    'iface eth1 inet static\n',
    'iface a-name-that-is-too-long\n  vxlan-id 3\n',
    'source /etc/network/interfaces.d/*\niface lo inet loopback\n',
    'mapping eth0\n',
  )
  const stanza = fc.tuple(head, fc.array(option, { maxLength: 8 })).map(([first, rest]) => first + rest.join(''))
  const file = fc.array(stanza, { maxLength: 6 }).map((stanzas) => `iface x\n${stanzas.join('')}`)

  test('every option is accounted for', { timeout: 300_000 }, () => {
    expectAccount('ifupdown', fc.record({ a: file, b: file }, { requiredKeys: ['a'] }), /\S/)
  })
})

describe('iproute2', () => {
  const words = [
    ...['vxlan1', 'vxlan2', 'br0', 'eth1', 'dev', 'type', 'vxlan', 'bridge', 'bridge_slave', 'id', 'remote', 'group'],
    ...['local', 'dstport', 'nolearning', 'external', 'master', 'up', 'down', 'mtu', 'learning', 'on', 'vid', 'pvid'],
    ...[
      'dst',
      'via',
      'self',
      'tunnel_info',
      'vni',
      'lladdr',
      'brd',
      '+',
      'stp_state',
      'srcport',
      '$X',
      '2>/dev/null',
      'frob',
    ],
  ]
  const start = fc.constantFrom(
    ...['ip link add vxlan1 type vxlan id 1', 'ip link add br0 type bridge', 'ip link add', 'ip link set vxlan1'],
    ...[
      'ip link set eth1',
      'ip link set br0',
      'bridge link set dev vxlan1',
      'bridge fdb append 00:00:00:00:00:00 dev vxlan1',
    ],
    ...[
      'bridge fdb add 02:00:00:00:00:01',
      'ip addr add 10.0.0.1/24 dev br0',
      'ip addr add',
      'bridge vlan add vid 10 dev vxlan1',
    ],
    ...[
      'bridge vlan del',
      'bridge vni add',
      'ip neigh add 10.0.0.2 dev br0',
      'ip link del vxlan1',
      'ip route add',
      'sudo',
      'ip',
    ],
    ...['link add vxlan2 type vxlan id 2', 'link set vxlan2', 'sysctl -w', 'ip link show', 'ip netns exec blue', 'X=1'],
  )
  const command = fc
    .tuple(
      start,
      fc.array(
        fc.oneof(
          fc.constantFrom(...words),
          value.filter((text) => text !== ''),
        ),
        { maxLength: 8 },
      ),
    )
    .map(([first, rest]) => `${[first, ...rest].join(' ')}\n`)
  const file = fc.array(command, { maxLength: 15 }).map((commands) => commands.join(''))

  test('every command is accounted for', { timeout: 300_000 }, () => {
    expectAccount('iproute2', fc.record({ a: file, b: file }, { requiredKeys: ['a'] }), /\S/)
  })
})
