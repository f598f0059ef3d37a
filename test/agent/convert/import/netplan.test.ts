import { expect, test } from 'vitest'
import { faultsOf, importTexts } from './support.ts'

/** A netplan file with one vxlan, and these keys of it. */
function tunnel(keys: string): string {
  return `network:\n  tunnels:\n    vxlan1:\n      mode: vxlan\n      id: 1\n${keys.replace(/^(?=.)/gm, '      ')}\n`
}

/** What networkd, the renderer, does unasked. */
const defaults = { id: 1, dstport: 8472, udpcsum: false }

test('two tunnels bridged with a NIC, in several files', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts('netplan', {
    '10-base.yaml': `network:
  version: 2
  renderer: networkd
  ethernets:
    uplink:
      match: {name: eth1}
      addresses: [192.168.1.2/24]
    port:
      match: {macaddress: "00:16:3e:00:00:02"}
      set-name: lan0
      hairpin: yes
  bridges:
    br0:
      interfaces: [vxlan10, port]
      addresses: [10.0.1.1/24]
      parameters:
        path-cost: {port: 10}
        port-priority: {vxlan10: 5}
        forward-delay: 4s
        ageing-time: 5min
        priority: 4096
`,
    '20-tunnels.yaml': `network:
  tunnels:
    vxlan10:
      mode: vxlan
      id: 10
      link: uplink
      local: 192.168.1.2
      remote: 224.0.0.5
      neigh-suppress: true
      port-mac-learning: false
    vxlan20: {mode: vxlan, id: 20, remote: 192.168.1.3}
    tun0: {mode: gre, local: 10.1.1.1, remote: 10.1.1.2}
  bridges:
    br0:
      interfaces: [vxlan20]
      parameters: {stp: false, priority: 8192}
`,
  })
  expect(vxlans).toEqual({
    vxlan10: {
      addrgenmode: 'none',
      dev: 'eth1',
      dstport: 8472,
      group: '224.0.0.5',
      id: 10,
      local: '192.168.1.2',
      udpcsum: false,
    },
    vxlan20: { addrgenmode: 'none', dstport: 8472, id: 20, remote: '192.168.1.3', udpcsum: false },
  })
  expect(bridges).toEqual({
    br0: {
      addresses: ['10.0.1.1/24'],
      ageing_time: 300,
      forward_delay: 4,
      priority: 8192,
      stp: false,
      ports: {
        vxlan10: { learning: false, neigh_suppress: true, priority: 5 },
        lan0: { cost: 10, hairpin: true },
        vxlan20: {},
      },
    },
  })
  expect(leftOut).toEqual([])
  expect(remarks).toEqual([
    '10-base.yaml:4:3: note: ethernets (uplink, port) are passed over: what the overlay needs of them has to exist',
    '10-base.yaml:21:9: note: bridges.br0.parameters.priority: 4096: has no effect: bridges.br0.parameters.priority: 8192 overrides it',
    '20-tunnels.yaml:12:5: note: the tunnel tun0 is passed over: its mode is gre',
  ])
})

test.each<{ keys: string; stated: Record<string, unknown> }>([
  { keys: 'link: eth1', stated: { dev: 'eth1' } },
  { keys: 'local: 10.0.0.1', stated: { local: '10.0.0.1' } },
  { keys: 'remote: 10.0.0.2', stated: { remote: '10.0.0.2' } },
  { keys: 'remote: ff05::100\nlink: eth1', stated: { group: 'ff05::100', dev: 'eth1' } },
  { keys: 'port: 4789', stated: { dstport: 4789 } },
  { keys: 'port-range: [4200, 4000]', stated: { srcport: [4000, 4200] } },
  { keys: 'ageing: 100', stated: { ageing: 100 } },
  { keys: 'aging: 100', stated: { ageing: 100 } },
  { keys: 'ageing: 0', stated: {} },
  { keys: 'limit: 37', stated: { maxaddr: 37 } },
  { keys: 'mac-learning: off', stated: { learning: false } },
  { keys: 'arp-proxy: true', stated: { proxy: true } },
  { keys: 'short-circuit: true', stated: { rsc: true } },
  { keys: 'notifications: [l2-miss, l3-miss]', stated: { l2miss: true, l3miss: true } },
  {
    keys: 'checksums: [udp, zero-udp6-tx, zero-udp6-rx, remote-tx, remote-rx]',
    stated: { udpcsum: true, udp6zerocsumtx: true, udp6zerocsumrx: true, remcsumtx: true, remcsumrx: true },
  },
  { keys: 'extensions: [group-policy]', stated: { gbp: true } },
  { keys: 'type-of-service: 128', stated: { tos: 128 } },
  { keys: 'ttl: 64', stated: { ttl: 64 } },
  { keys: 'remote: 2001:db8::2\nflow-label: 12345', stated: { remote: '2001:db8::2', flowlabel: 12345 } },
  { keys: 'do-not-fragment: true', stated: { df: 'set' } },
  { keys: 'do-not-fragment: no', stated: { df: 'unset' } },
  { keys: 'mtu: 1450', stated: { mtu: 1450 } },
  { keys: 'macaddress: 00:16:3E:00:00:07', stated: { mac: '00:16:3e:00:00:07' } },
  { keys: 'addresses: [10.0.1.1/24, "2001:db8::1/64"]', stated: { addresses: ['10.0.1.1/24', '2001:db8::1/64'] } },
  { keys: 'accept-ra: false', stated: { sysctl: { ipv6: { accept_ra: 0 } } } },
  { keys: 'ipv6-privacy: true', stated: { sysctl: { ipv6: { use_tempaddr: 2 } } } },
  { keys: 'ipv6-address-generation: eui64', stated: { addrgenmode: 'eui64' } },
  { keys: 'link-local: []', stated: { addrgenmode: 'none' } },
  { keys: 'link-local: [ipv6]', stated: {} },
  { keys: 'activation-mode: off', stated: { up: false } },
  { keys: 'dhcp4: false', stated: {} },
  { keys: 'renderer: networkd', stated: {} },
])('$keys', ({ keys, stated }) => {
  const { vxlans, leftOut } = importTexts('netplan', tunnel(keys))
  expect(vxlans['vxlan1']).toEqual({ ...defaults, ...stated })
  expect(leftOut).toEqual([])
})

test('an address with options', () => {
  const { vxlans, leftOut } = importTexts(
    'netplan',
    tunnel('addresses:\n  - "10.0.1.15/24": {lifetime: 0, label: maas}\n  - "10.0.1.16/24": {lifetime: forever}\n'),
  )
  expect(vxlans['vxlan1']?.['addresses']).toEqual([
    { address: '10.0.1.15/24', label: 'maas', preferred_lft: 0 },
    '10.0.1.16/24',
  ])
  expect(leftOut).toEqual([])
})

test('GPE has a port of its own', () => {
  expect(importTexts('netplan', tunnel('extensions: [generic-protocol]')).vxlans['vxlan1']).toMatchObject({
    dstport: 4790,
  })
})

test.each(['renderer: NetworkManager', ''])('NetworkManager leaves checksums to the kernel (%s)', (own) => {
  const text = tunnel(own)
  const { vxlans } = importTexts(
    'netplan',
    own === '' ? text.replace('tunnels:', 'renderer: NetworkManager\n  tunnels:') : text,
  )
  expect(vxlans['vxlan1']).toEqual({ id: 1, dstport: 8472 })
})

test('a bridge has STP once it has parameters', () => {
  const bridge = (keys: string) => importTexts('netplan', `network: {bridges: {br0: {${keys}}}}`).bridges['br0']
  expect([bridge(''), bridge('parameters: {priority: 1}'), bridge('renderer: NetworkManager')]).toEqual([
    {},
    { priority: 1, stp: true },
    { stp: true },
  ])
})

test('a VRF is the master of what is in it', () => {
  const { vxlans, remarks } = importTexts(
    'netplan',
    `${tunnel('')}  vrfs:\n    red: {table: 5, interfaces: [vxlan1, eth9]}\n    blue: {table: 6, interfaces: [eth8]}\n`,
  )
  expect(vxlans['vxlan1']).toMatchObject({ master: 'red' })
  expect(remarks).toEqual([
    'file:8:34: note: vxagent makes no VRFs: red has to exist on this host',
    'file:9:5: note: the VRF blue is passed over: none of these vxlans and bridges is in it',
  ])
})

test.each([
  'accept-ra: perhaps',
  'activation-mode: manual',
  'dhcp4: true',
  'dhcp6: yes',
  'frobnicate: 1',
  'gateway4: 10.0.1.254',
  'limit: {}',
  'ipv6-address-generation: stable-privacy',
  'ipv6-address-token: ::2',
  'ipv6-mtu: 1280',
  'link-local: [ipv4, ipv6]',
  'local: dhcp4',
  'macaddress: permanent',
  'mtu:',
  'mtu: 5',
  'nameservers: {addresses: [10.0.1.254]}',
  'notifications: [l4-miss]',
  'port-range: [1, 2, 3]',
  'remote: somewhere',
  'routes: [{to: default, via: 10.0.1.254}]',
  'routing-policy: [{from: 10.0.0.0/8}]',
  'ttl: [1]',
])('%s is named', (keys) => {
  const { leftOut } = importTexts('netplan', tunnel(keys))
  const key = keys.slice(0, keys.indexOf(':'))
  expect(leftOut).toHaveLength(1)
  expect(leftOut[0]).toMatch(new RegExp(`^file:6:\\d+: not carried over: tunnels\\.vxlan1\\.${key}`))
})

test.each(['optional: true', 'critical: true', 'ignore-carrier: true', 'optional-addresses: [ipv4-ll]'])(
  '%s has no meaning here, and it is told',
  (keys) => {
    const { leftOut, remarks } = importTexts('netplan', tunnel(keys))
    expect([leftOut, remarks.length]).toEqual([[], 1])
  },
)

test('what an ID stands for must be known by name', () => {
  const nics = '  ethernets:\n    some: {match: {name: "en*"}}\n'
  const { vxlans, bridges, leftOut } = importTexts(
    'netplan',
    `${tunnel('link: some')}${nics}  bridges:\n    br0: {interfaces: [some]}\n`,
  )
  expect(vxlans['vxlan1']).toEqual(defaults)
  expect(bridges).toEqual({ br0: {} })
  expect(leftOut).toEqual([
    'file:6:7: not carried over: tunnels.vxlan1.link: some: some stands for whatever ethernets.some.match finds; write the name of the interface yourself, as `dev`',
    'file:10:24: not carried over: bridges.br0.interfaces[0]: some: some stands for whatever ethernets.some.match finds; write the name of the interface yourself',
  ])
})

test('a bridge of Open vSwitch is left out', () => {
  const { bridges, leftOut } = importTexts('netplan', 'network: {bridges: {ovs0: {openvswitch: {}}}}')
  expect(bridges).toEqual({})
  expect(leftOut).toEqual([
    'file:1:21: not carried over: bridges.ovs0: ovs0 is left out as a whole: it is a bridge of Open vSwitch, not of the kernel',
  ])
})

test.each([
  { text: 'network: [', fault: /^1:1\d? / },
  { text: 'network:\n  tunnels: {a: 1, a: 2}\n', fault: /^2:19 / },
  { text: 'tunnels: {}\n', fault: /^1:1 a netplan file has a mapping with the key network$/ },
  { text: 'network: 7\n', fault: /^1:1 a netplan file has a mapping/ },
  { text: '- 1\n', fault: /^1:1 a netplan file has a mapping/ },
])('$text is an error with its place', ({ text, fault }) => {
  expect(faultsOf('netplan', text)).toEqual([expect.stringMatching(fault)])
})

test('a key with nothing behind it is told so', () => {
  expect(importTexts('netplan', tunnel('ttl:')).leftOut).toEqual([
    'file:6:7: not carried over: tunnels.vxlan1.ttl: it has no value',
  ])
})

test('what two files say alike is there once', () => {
  const text = tunnel('addresses: [10.0.1.1/24]')
  const { vxlans, leftOut } = importTexts('netplan', { a: text, b: text })
  expect(vxlans['vxlan1']).toEqual({ ...defaults, addresses: ['10.0.1.1/24'] })
  expect(leftOut).toEqual([])
})

test('an empty file declares nothing', () => {
  expect(importTexts('netplan', '# nothing yet\n')).toMatchObject({ vxlans: {}, leftOut: [], remarks: [] })
})

test.each([
  ['passthrough:\n          connection.interface-name: "vxlan7"', 'vxlan7'],
  ['passthrough: {}', 'overlay'],
])('a tunnel that NetworkManager wrote has the name of its interface (%s)', (passthrough, name) => {
  const { vxlans, bridges, leftOut, remarks } = importTexts(
    'netplan',
    `network:
  bridges:
    br0: {interfaces: [NM-f6cfa0a1]}
  tunnels:
    NM-f6cfa0a1:
      renderer: NetworkManager
      mode: vxlan
      id: 7
      networkmanager:
        uuid: f6cfa0a1
        name: overlay
        ${passthrough}
`,
  )
  expect(vxlans).toEqual({ [name]: { id: 7, dstport: 8472, addrgenmode: 'none' } })
  expect(bridges).toEqual({ br0: { ports: { [name]: {} } } })
  expect(leftOut).toEqual([])
  expect(remarks).toEqual([expect.stringContaining('tunnels.NM-f6cfa0a1.networkmanager.uuid has no meaning here')])
})

test('options of a port that is in no bridge are named', () => {
  const { leftOut } = importTexts(
    'netplan',
    'network: {bridges: {br0: {hairpin: true, parameters: {path-cost: {eth9: 5}}}}}',
  )
  expect(leftOut).toEqual([
    'file:1:27: not carried over: bridges.br0.hairpin: true: br0 is not a port of a bridge here',
    expect.stringContaining('bridges.br0.parameters.path-cost.eth9: 5: eth9 is not a port of a bridge here'),
  ])
})
