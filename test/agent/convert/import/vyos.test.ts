import { describe, expect, test } from 'vitest'
import { faultsOf, importTexts } from './support.ts'

/** What VyOS 1.4 has without being told. */
const defaults = { dstport: 4789, ttl: 16, tos: 'inherit' }

function bootFile(router: string, address: string): string {
  return `interfaces {
    ethernet eth0 {
        address dhcp
        duplex auto
    }
    ethernet eth1 {
        address ${router}/24
        hw-id 00:53:00:00:00:01
    }
    loopback lo {
    }
    vxlan vxlan0 {
        address ${address}/24
        /* agreed with the other two hosts */
        group 239.1.1.1
        mtu 1450
        port 8472
        source-interface eth1
        vni 42
    }
}
system {
    host-name router
    ntp {
        server 0.pool.ntp.org {
        }
    }
}


// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:broadcast-relay@1:interfaces@32"
// Release version: 1.4.0
`
}

test.each([
  { router: '10.0.2.254', address: '10.0.1.254' },
  { router: '10.0.2.253', address: '10.0.1.253' },
])('the router $router of the story, from its config.boot', ({ router, address }) => {
  const { vxlans, bridges, leftOut, remarks } = importTexts('vyos', bootFile(router, address))
  expect(vxlans).toEqual({
    vxlan0: {
      ...defaults,
      id: 42,
      group: '239.1.1.1',
      dev: 'eth1',
      dstport: 8472,
      mtu: 1450,
      addresses: [`${address}/24`],
    },
  })
  expect([bridges, leftOut]).toEqual([{}, []])
  expect(remarks).toEqual([
    'file:2:5: note: interfaces ethernet (eth0, eth1) are passed over: what the overlay needs of them has to exist',
    'file:10:5: note: interfaces loopback (lo) are passed over: what the overlay needs of them has to exist',
    'file:22:1: note: only interfaces are read; passed over: system',
  ])
})

test('set commands say the same as blocks', () => {
  const commands = `vyos@vyos01:~$ show configuration commands
set interfaces ethernet eth1 address '10.0.2.254/24'
# the overlay
vyos@vyos01# set interfaces vxlan vxlan0 address '10.0.1.254/24'
set interfaces vxlan vxlan0 group "239.1.1.1"
set interfaces vxlan vxlan0 mtu 1500
set interfaces vxlan vxlan0 mtu '1450'
set interfaces vxlan vxlan0 port '8472'
set interfaces vxlan vxlan0 source-interface 'eth1'
set interfaces vxlan vxlan0 vni '42'
commit
save
`.replace(/^vyos@vyos01:.*\n/, '')
  expect(importTexts('vyos', commands).vxlans).toEqual(importTexts('vyos', bootFile('', '10.0.1.254')).vxlans)
})

test('EVPN with one vxlan for all VLANs', () => {
  const { vxlans, bridges, leftOut } = importTexts(
    'vyos',
    `set interfaces bridge br0 enable-vlan
set interfaces bridge br0 member interface eth2 allowed-vlan '10-13'
set interfaces bridge br0 member interface eth2 allowed-vlan '40'
set interfaces bridge br0 member interface eth2 native-vlan '11'
set interfaces bridge br0 member interface vxlan0
set interfaces bridge br0 vif 10 address '10.0.10.1/24'
set interfaces bridge br0 vif 11
set interfaces ethernet eth2 disable
set interfaces vxlan vxlan0 parameters external
set interfaces vxlan vxlan0 parameters neighbor-suppress
set interfaces vxlan vxlan0 parameters nolearning
set interfaces vxlan vxlan0 parameters vni-filter
set interfaces vxlan vxlan0 source-address '192.0.2.1'
set interfaces vxlan vxlan0 vlan-to-vni 10 description 'servers'
set interfaces vxlan vxlan0 vlan-to-vni 10 vni '10010'
set interfaces vxlan vxlan0 vlan-to-vni 40-43 vni '10040-10043'
`,
  )
  expect(vxlans).toEqual({
    vxlan0: {
      ...defaults,
      external: true,
      learning: false,
      local: '192.0.2.1',
      vnifilter: true,
      vnis: [10010, '10040-10043'],
    },
  })
  expect(bridges).toEqual({
    br0: {
      forward_delay: 14,
      mcast_snooping: false,
      vlan_filtering: true,
      vlans: [{ vid: 1, pvid: true, untagged: true }, 10, 11],
      ports: {
        eth2: { vlans: [10, { vid: 11, pvid: true, untagged: true }, '12-13', 40] },
        vxlan0: {
          learning: false,
          neigh_suppress: true,
          vlan_tunnel: true,
          vlans: [],
          vlan_to_vni: [
            { vid: 10, vni: 10010 },
            { vid: '40-43', vni: '10040-10043' },
          ],
        },
      },
    },
  })
  expect(leftOut.map((line) => line.replace(/(carried over: [^:]+):.*/, '$1'))).toEqual([
    'file:6:42: not carried over: interfaces bridge br0 vif 10 address 10.0.10.1/24',
    'file:8:30: not carried over: interfaces ethernet eth2 disable',
    'file:14:56: not carried over: interfaces vxlan vxlan0 vlan-to-vni 10 description servers',
  ])
})

const own = 'set interfaces vxlan vxlan7 vni 7\nset interfaces vxlan vxlan7 remote 10.0.0.7\n'

test.each<{ settings: string; keys: Record<string, unknown> }>([
  { settings: 'description "it\'s \\"ours\\""', keys: { alias: 'it\'s "ours"' } },
  { settings: 'disable', keys: { up: false } },
  { settings: 'mac 00:53:aa:bb:cc:02', keys: { mac: '00:53:aa:bb:cc:02' } },
  { settings: 'mtu 9000', keys: { mtu: 9000 } },
  { settings: 'link eth1', keys: { dev: 'eth1' } },
  { settings: 'remote-port 4790', keys: { dstport: 4790 } },
  { settings: 'parameters ip ttl 0', keys: { ttl: 0 } },
  { settings: 'parameters ip tos 40', keys: { tos: 0x40 } },
  { settings: 'parameters ip df inherit', keys: { df: 'inherit' } },
  { settings: 'parameters ip dont-fragment', keys: { df: 'set' } },
  { settings: 'bridge-group bridge br7', keys: { master: 'br7' } },
  { settings: 'vrf red', keys: { master: 'red' } },
  { settings: 'ip disable-arp-filter', keys: { sysctl: { ipv4: { arp_filter: 0 } } } },
  { settings: 'ip disable-forwarding', keys: { sysctl: { ipv4: { forwarding: 0 } } } },
  { settings: 'ip enable-arp-announce', keys: { sysctl: { ipv4: { arp_announce: 1 } } } },
  { settings: 'ip enable-arp-ignore', keys: { sysctl: { ipv4: { arp_ignore: 1 } } } },
  { settings: 'ip enable-directed-broadcast', keys: { sysctl: { ipv4: { bc_forwarding: 1 } } } },
  { settings: 'ip enable-proxy-arp', keys: { sysctl: { ipv4: { proxy_arp: 1 } } } },
  { settings: 'ip proxy-arp-pvlan', keys: { sysctl: { ipv4: { proxy_arp_pvlan: 1 } } } },
  { settings: 'ip source-validation loose', keys: { sysctl: { ipv4: { rp_filter: 2 } } } },
  { settings: 'ipv6 accept-dad 2', keys: { sysctl: { ipv6: { accept_dad: 2 } } } },
  { settings: 'ipv6 dup-addr-detect-transmits 3', keys: { sysctl: { ipv6: { dad_transmits: 3 } } } },
  { settings: 'ipv6 disable-forwarding', keys: { sysctl: { ipv6: { forwarding: 0 } } } },
  { settings: 'ipv6 address autoconf', keys: { sysctl: { ipv6: { accept_ra: 2, autoconf: 1 } } } },
  { settings: 'ipv6 address no-default-link-local', keys: { addrgenmode: 'none' } },
])('$settings', ({ settings, keys }) => {
  const { vxlans, leftOut } = importTexts('vyos', `${own}set interfaces vxlan vxlan7 ${settings}`)
  expect(vxlans['vxlan7']).toEqual({ ...defaults, id: 7, remote: '10.0.0.7', ...keys })
  expect(leftOut).toEqual([])
})

test('several remotes', () => {
  const remotes = (first: string, second: string, more = '') =>
    importTexts(
      'vyos',
      `set interfaces vxlan vxlan1 vni 1\nset interfaces vxlan vxlan1 remote ${first}\nset interfaces vxlan vxlan1 remote ${second}\n${more}`,
    ).vxlans['vxlan1']
  expect(remotes('10.0.0.2', '10.0.0.3')).toEqual({ ...defaults, id: 1, remotes: ['10.0.0.2', '10.0.0.3'] })
  // Without an address of its own the link would be one of IPv4.
  expect(remotes('2001:db8::2', '2001:db8::3')).toMatchObject({ remote: '2001:db8::2', remotes: ['2001:db8::3'] })
  expect(remotes('2001:db8::2', '2001:db8::3', 'set interfaces vxlan vxlan1 source-address 2001:db8::1')).toMatchObject(
    {
      remotes: ['2001:db8::2', '2001:db8::3'],
    },
  )
})

test('a flow label, in C notation or inherited', () => {
  const label = (text: string) => {
    const commands = `set interfaces vxlan vxlan1 vni 1\nset interfaces vxlan vxlan1 remote 2001:db8::2\nset interfaces vxlan vxlan1 parameters ipv6 flowlabel ${text}`
    return importTexts('vyos', commands).vxlans['vxlan1']
  }
  expect([label('0x1000'), label('010'), label('4096'), label('inherit')]).toMatchObject([
    { flowlabel: 0x1000 },
    { flowlabel: 8 },
    { flowlabel: 4096 },
    { labelpolicy: 'inherit' },
  ])
})

test('GPE', () => {
  const commands = 'set interfaces vxlan vxlan1 parameters external\nset interfaces vxlan vxlan1 gpe'
  expect(importTexts('vyos', commands).vxlans['vxlan1']).toMatchObject({ external: true, gpe: true })
})

test('a bridge that is not aware of VLANs', () => {
  const { bridges, vxlans, leftOut } = importTexts(
    'vyos',
    `interfaces {
    bridge br1 {
        address 10.0.5.1/24
        aging 600
        forwarding-delay 10
        hello-time 3
        igmp {
            querier
            snooping
        }
        max-age 30
        member {
            interface vxlan1 {
                cost 20
                isolated
                bpdu-guard
                root-guard
                priority 10
            }
            interface eth3 {
                native-vlan 5
            }
        }
        priority 4096
        protocol 802.1ad
        stp
    }
    vxlan vxlan1 {
        vni 1
        remote 10.0.0.2
    }
}`,
  )
  expect(vxlans['vxlan1']).not.toHaveProperty('master')
  expect(bridges).toEqual({
    br1: {
      addresses: ['10.0.5.1/24'],
      ageing_time: 600,
      forward_delay: 10,
      hello_time: 3,
      max_age: 30,
      mcast_querier: true,
      mcast_snooping: true,
      priority: 4096,
      stp: true,
      vlan_protocol: '802.1ad',
      ports: {
        vxlan1: { cost: 20, guard: true, isolated: true, priority: 10, root_block: true },
        eth3: { cost: 100 },
      },
    },
  })
  expect(leftOut).toEqual([
    'file:21:29: not carried over: interfaces bridge br1 member interface eth3 native-vlan 5: it has an effect with enable-vlan only',
  ])
})

test.each([
  { release: '1.2.9-S1', unstated: { dstport: 8472, ttl: 16, mtu: 1450 } },
  { release: '1.3.8', unstated: { dstport: 8472, ttl: 16, mtu: 1450 } },
  { release: '1.4.0-rc1', unstated: { dstport: 4789, ttl: 16, mtu: 1500 } },
  { release: '1.5-rolling-202406010020', unstated: { dstport: 4789, ttl: 16, mtu: 1500 } },
  { release: '2026.02.10-0021-rolling', unstated: { dstport: 4789, ttl: 16, mtu: 1500 } },
  { release: '2026.04', unstated: { dstport: 4789, ttl: 64, mtu: 1500 } },
  { release: '2027.01.02-0021-rolling', unstated: { dstport: 4789, ttl: 64, mtu: 1500 } },
])('what VyOS $release does unasked is stated', ({ release, unstated }) => {
  const text = `interfaces { vxlan vxlan1 { vni 1 \n remote 10.0.0.2 \n } }\n// Release version: ${release}\n`
  const { vxlans, remarks } = importTexts('vyos', text)
  expect(vxlans['vxlan1']).toEqual({ id: 1, remote: '10.0.0.2', tos: 'inherit', ...unstated })
  expect(remarks).toEqual([])
})

test('without a release it is told what is assumed', () => {
  expect(importTexts('vyos', own).remarks).toEqual([
    'file:1:22: note: nothing tells which VyOS this is; what is unstated is taken to be that of 1.4: dstport 4789, ttl 16. Before interfaces@32 (VyOS 1.4) VyOS has dstport 8472, and since 2026.04 ttl is 64',
  ])
})

test.each([
  'address dhcp',
  'dhcp-options client-id x',
  'firewall in name FW',
  'ip adjust-mss 1400',
  'ip arp-cache-timeout 30',
  'ip source-validation maybe',
  'ipv6 address eui64 2001:db8::/64',
  'ipv6 address interface-identifier ::1',
  'ipv6 source-validation strict',
  'mirror ingress eth3',
  'mtu 12',
  'mtu many',
  'parameters ip df maybe',
  'policy route PBR',
  'redirect ifb0',
  'traffic-policy out SHAPE',
  'vlan-to-vni 0 vni 5',
  'source-address',
  'disable now',
  'frobnicate',
  'address 10.0.0.1/24 extra',
])('%s is named', (settings) => {
  const { leftOut } = importTexts('vyos', `${own}set interfaces vxlan vxlan7 ${settings}`)
  expect(leftOut).toHaveLength(1)
  expect(leftOut[0]).toContain(`not carried over: interfaces vxlan vxlan7 ${settings}: `)
})

test('commands that are not followed are named', () => {
  expect(
    importTexts('vyos', `${own}delete interfaces vxlan vxlan9\nrename interfaces vxlan a to vxlan b`).leftOut,
  ).toEqual([
    'file:3:1: not carried over: delete interfaces vxlan vxlan9: only set commands are followed; give the configuration as `show configuration commands` prints it now',
    'file:4:1: not carried over: rename interfaces vxlan a to vxlan b: only set commands are followed; give the configuration as `show configuration commands` prints it now',
  ])
})

test('a link of another file is not mixed with the one before', () => {
  const { vxlans, leftOut } = importTexts('vyos', { vyos01: own, vyos02: own.replaceAll('vni 7', 'vni 8') })
  expect(vxlans['vxlan7']).toMatchObject({ id: 7 })
  expect(leftOut).toEqual([
    'vyos02:1:22: not carried over: interfaces vxlan vxlan7: a file before this one has it; import the files of each router by themselves',
  ])
})

test.each([
  {
    what: 'a block that is not closed',
    text: 'interfaces {\n  vxlan vxlan0 {\n  }\n',
    faults: ['1:12 this { is not closed'],
  },
  { what: 'a brace too many', text: 'interfaces {\n}\n}\n', faults: ['3:1 this } closes nothing'] },
  { what: 'a brace without a name', text: 'interfaces {\n  {\n }\n}', faults: ['2:3 this { has no name before it'] },
  {
    what: 'a quote without its end',
    text: 'a {\n  b "c\n}\n',
    faults: ['2:5 this " has no counterpart', '1:3 this { is not closed'],
  },
  { what: 'a comment without its end', text: 'a b\n/* c', faults: ['2:1 this comment has no end: */'] },
  {
    what: 'three words',
    text: 'a b c',
    faults: ['1:5 "c" is one word too many: a line has a name and a value; a value with spaces stands in quotes'],
  },
  {
    what: 'too deep a nesting',
    text: 'a {'.repeat(70),
    faults: ['1:195 this is nested deeper than any VyOS configuration'],
  },
  { what: 'a command without a path', text: 'set\n', faults: ['1:1 set what?'] },
  {
    what: 'a word that is no command',
    text: 'set interfaces lo\n  sett x\n',
    faults: ['2:3 "sett" is no command that is known here; a line begins with set'],
  },
])('$what is an error with its place', ({ text, faults }) => {
  expect(faultsOf('vyos', text)).toEqual(faults)
})

test('the value set last counts, and those before it are reported as without effect', () => {
  const mtus = ['1450', 'many', '1500', '1450'].map((mtu) => `set interfaces vxlan vxlan7 mtu ${mtu}\n`).join('')
  const { vxlans, leftOut, remarks } = importTexts('vyos', `${own}${mtus}// Release version: 1.4.0\n`)
  expect([vxlans['vxlan7']?.['mtu'], leftOut]).toEqual([1450, []])
  expect(remarks.map((remark) => remark.replace(/^file:\d+:\d+: /, ''))).toEqual([
    'note: interfaces vxlan vxlan7 mtu many: has no effect: 1450 is set after it',
    'note: interfaces vxlan vxlan7 mtu 1500: has no effect: 1450 is set after it',
  ])
})

describe('the version of the syntax decides, not the release', () => {
  const vxlan = 'interfaces {\n vxlan vxlan7 {\n  group 239.1.1.1\n  source-interface eth1\n  vni 7\n }\n}\n'
  test.each([
    { trailer: '// vyos-config-version: "bgp@4:interfaces@29:ipsec@12"\n// Release version: 1.4-rolling-202308010317' },
    { trailer: '// vyos-config-version: "interfaces@31"' },
    { trailer: '/* === vyatta-config-version: "interfaces@4:system@10" === */\n/* Release version: 1.2.9-S1 */' },
    { trailer: '/* === vyatta-config-version: "cluster@1:system@6" === */\n/* Release version: VyOS 1.1.8 */' },
  ])('$trailer: 8472 and 1450', ({ trailer }) => {
    const { vxlans, leftOut, remarks } = importTexts('vyos', `${vxlan}\n${trailer}\n`)
    expect(vxlans['vxlan7']).toMatchObject({ dstport: 8472, mtu: 1450, ttl: 16 })
    expect([leftOut, remarks]).toEqual([[], []])
  })
  test.each([
    '// vyos-config-version: "bgp@5:interfaces@32"\n// Release version: 1.3.0',
    '// vyos-config-version: "bgp@5:interfaces@33"',
  ])('%s: 4789 and 1500', (trailer) => {
    const { vxlans, remarks } = importTexts('vyos', `${vxlan}\n${trailer}\n`)
    expect(vxlans['vxlan7']).toMatchObject({ dstport: 4789, mtu: 1500, ttl: 16 })
    expect(remarks).toEqual([])
  })
  test('a description that reads like a trailer is none', () => {
    const text = vxlan.replace('vni 7', 'vni 7\n  description "// vyos-config-version: \\"interfaces@4\\""')
    expect(importTexts('vyos', `${text}// vyos-config-version: "interfaces@32"\n`).vxlans['vxlan7']).toMatchObject({
      dstport: 4789,
    })
  })
})

test('bridge-group of VyOS 1.2, below interfaces and VLAN interfaces, makes members', () => {
  const { vxlans, bridges, leftOut, remarks } = importTexts(
    'vyos',
    `interfaces {
    bridge br0 {
        igmp-snooping {
            querier enable
        }
        stp true
    }
    bridge br1 {
        igmp-snooping {
            querier disable
        }
        stp false
    }
    ethernet eth2 {
        bridge-group {
            bridge br0
            cost 7
            priority 8
        }
        vif 100 {
            bridge-group {
                bridge br1
            }
            disable
        }
        vif-s 200 {
            vif-c 30 {
                bridge-group {
                    bridge br1
                }
            }
        }
    }
    vxlan vxlan7 {
        bridge-group {
            bridge br0
        }
        link eth1
        remote 10.0.2.2
        vni 7
    }
}
/* === vyatta-config-version: "interfaces@0" === */
`,
  )
  expect(vxlans['vxlan7']).toMatchObject({ dev: 'eth1', dstport: 8472 })
  expect(bridges).toMatchObject({
    br0: { stp: true, mcast_querier: true, ports: { eth2: { cost: 7, priority: 8 }, vxlan7: {} } },
    br1: { stp: false, mcast_querier: false, ports: { 'eth2.100': {}, 'eth2.200.30': {} } },
  })
  expect(leftOut).toEqual([
    "file:24:13: not carried over: interfaces ethernet eth2 vif 100 disable: vxagent attaches eth2.100 and leaves it up or down as it is; take it out of the bridge's ports, or set it down",
  ])
  expect(remarks).toHaveLength(1)
})

test('external, before it was one of the parameters', () => {
  const { vxlans, leftOut } = importTexts(
    'vyos',
    'set interfaces vxlan vxlan7 external\nset interfaces vxlan vxlan7 source-address 10.0.2.9\n',
  )
  expect(vxlans['vxlan7']).toMatchObject({ external: true, learning: false })
  expect(leftOut).toEqual([])
})

describe('a session as it stands in the terminal', () => {
  const settings = { id: 7, group: '239.1.1.1', dev: 'eth1', mtu: 1400 }
  test.each([
    {
      what: 'edit, up and exit',
      text: `vyos@r1:~$ configure
[edit]
vyos@r1# edit interfaces vxlan vxlan7
[edit interfaces vxlan vxlan7]
vyos@r1# set vni 7
vyos@r1# set group 239.1.1.1
[edit interfaces vxlan vxlan7]
vyos@r1# up
vyos@r1# set vxlan vxlan7 source-interface eth1
vyos@r1# exit
vyos@r1# set interfaces vxlan vxlan7 mtu 1400
vyos@r1# commit
[edit]
vyos@r1# exit
`,
    },
    {
      what: 'levels alone',
      text: `[edit interfaces vxlan vxlan7]
vyos@r1# set vni 7
vyos@r1# set group 239.1.1.1
vyos@r1# set source-interface eth1
[edit]
vyos@r1# set interfaces vxlan vxlan7 mtu 1400
`,
    },
    {
      what: 'up, out of a setting with a name',
      text: `edit interfaces vxlan vxlan7 vlan-to-vni 10
up
set vni 7
set group 239.1.1.1
up
set vxlan vxlan7 source-interface eth1
top
set interfaces vxlan vxlan7 mtu 1400
`,
    },
    {
      what: 'show interfaces',
      text: `vyos@r1# show interfaces
 ethernet eth1 {
     address 10.0.2.1/24
 }
 vxlan vxlan7 {
     group 239.1.1.1
     mtu 1400
     source-interface eth1
     vni 7
 }
[edit]
vyos@r1#
`,
    },
    {
      what: 'show configuration',
      text: `vyos@r1:~$ show configuration
interfaces {
    vxlan vxlan7 {
        group 239.1.1.1
        mtu 1400
        source-interface eth1
        vni 7
    }
}
vyos@r1:~$
`,
    },
  ])('$what', ({ text }) => {
    const { vxlans, leftOut } = importTexts('vyos', text)
    expect([vxlans, leftOut]).toMatchObject([{ vxlan7: settings }, []])
  })
})

describe('text around the settings', () => {
  const blocks = 'interfaces {\n vxlan vxlan1 {\n  group 239.1.1.1\n  source-interface eth1\n  vni 55\n }\n}\n'
  test.each([
    { what: 'a comment with an apostrophe before blocks', text: `// it's from router A\n${blocks}` },
    {
      what: 'a comment with an apostrophe before commands',
      text: `// it's from A\n${['group 239.1.1.1', 'source-interface eth1', 'vni 55'].map((each) => `set interfaces vxlan vxlan1 ${each}\n`).join('')}`,
    },
    { what: 'a login banner', text: `Welcome to VyOS!\n\n${sessionOf('')}` },
    { what: 'what save prints', text: sessionOf("Saving configuration to '/config/config.boot'...\nDone\n") },
    {
      what: 'show at a level',
      text: '[edit interfaces vxlan vxlan1]\nvyos@r1# show\n group 239.1.1.1\n source-interface eth1\n vni 55\n[edit interfaces vxlan vxlan1]\nvyos@r1#\n',
    },
    { what: 'marks of what is new', text: blocks.replaceAll(/^ /gm, '+ ') },
  ])('$what', ({ text }) => {
    const { vxlans, leftOut } = importTexts('vyos', text)
    expect([vxlans, leftOut]).toMatchObject([{ vxlan1: { id: 55, group: '239.1.1.1', dev: 'eth1' } }, []])
  })

  function sessionOf(output: string): string {
    const commands = ['set interfaces vxlan vxlan1 vni 55', 'set interfaces vxlan vxlan1 group 239.1.1.1']
    const all = [...commands, 'set interfaces vxlan vxlan1 source-interface eth1', 'commit', 'save']
    return `${all.map((each) => `vyos@r1# ${each}\n`).join('')}${output}[edit]\nvyos@r1# exit\n`
  }

  test('what was printed is named, since settings may be among it', () => {
    expect(importTexts('vyos', sessionOf('Done\n')).remarks).toContainEqual(
      expect.stringContaining('1 line without a prompt, and no set command, passed over as output'),
    )
  })

  test('a session that was thrown away says so', () => {
    const { leftOut } = importTexts('vyos', 'set interfaces vxlan vxlan1 vni 5\nexit discard\n')
    expect(leftOut).toContainEqual(expect.stringContaining('not carried over: exit discard: only set commands'))
  })

  test('words behind top are a fault', () => {
    expect(faultsOf('vyos', 'set a b\ntop set interfaces vxlan vxlan2 vni 6\n')).toEqual([
      '2:1 nothing is expected behind top; put what follows into a line of its own',
    ])
  })
})

test('bridge-group of a member that is there already adds to it', () => {
  const eth1 = 'set interfaces ethernet eth1 bridge-group'
  const { bridges } = importTexts(
    'vyos',
    `${eth1} bridge br0\n${eth1} cost 7\nset interfaces bridge br0 member interface eth1 priority 3\n`,
  )
  expect(bridges['br0']).toMatchObject({ ports: { eth1: { cost: 7, priority: 3 } } })
})

test('mapped VNIs are those of the filter, if there is one, wherever it is set', () => {
  const vxlan = (...settings: string[]) =>
    importTexts('vyos', settings.map((setting) => `set interfaces vxlan vxlan1 ${setting}\n`).join('')).vxlans['vxlan1']
  const map = ['parameters external', 'vlan-to-vni 10 vni 10010']
  expect(vxlan(...map)).not.toHaveProperty('vnis')
  expect(vxlan(...map, 'parameters vni-filter')).toMatchObject({ vnifilter: true, vnis: [10010] })
})

test('an address by DHCP', () => {
  expect(importTexts('vyos', `${own}set interfaces vxlan vxlan7 address dhcp`).leftOut).toEqual([
    'file:3:37: not carried over: interfaces vxlan vxlan7 address dhcp: vxagent is no DHCP client; state the address, or run a client on the link',
  ])
})

test('a first command that is not followed is still one', () => {
  expect(importTexts('vyos', `delete interfaces vxlan\n${own}`).leftOut).toHaveLength(1)
})
