/** What we print of the kernel's objects, against what iproute2 prints of them: the same text, so the same keys in the same order. */
import { expect, onTestFinished, test } from 'vitest'
import { addressesAsIproute2 } from '../src/agent/publish/iproute2/iproute2-address.ts'
import { fdbAsIproute2 } from '../src/agent/publish/iproute2/iproute2-fdb.ts'
import { linksAsIproute2 } from '../src/agent/publish/iproute2/iproute2-link.ts'
import { RtnetlinkClient } from '../src/rtnetlink/index.ts'
import { run } from './support/command.ts'
import { inNetns } from './support/inside.ts'
import { namespace } from './support/namespace.ts'

const kindsWithData = new Set(['vxlan', 'bridge'])

/** Each vxlan attribute that iproute2 6.1 can set, in some link. */
const vxlans = `
  link add vx-group type vxlan id 42 group 239.1.1.1 dev eth1 ttl 16 ageing 300 dstport 8472
  link add vx-remote type vxlan id 43 remote 10.0.2.254 local 10.0.2.1 dstport 4789 nolearning srcport 5000 6000 tos 0x10 ttl 255 df set
  link add vx-inherit type vxlan id 44 dstport 4790 tos inherit ttl inherit df inherit ageing 0 maxaddress 7 noudpcsum
  link add vx-misses type vxlan id 45 dstport 4791 proxy rsc l2miss l3miss
  link add vx-group6 type vxlan id 46 group ff05::100 dev eth1 local fd00::1 dstport 4792 flowlabel 0x12345 udp6zerocsumtx udp6zerocsumrx
  link add vx-remote6 type vxlan id 47 remote fd00::2 dstport 4793 remcsumtx remcsumrx
  link add vx-gbp type vxlan id 48 dstport 4794 gbp
  link add vx-gpe type vxlan external gpe dstport 4795
  link add vx-external type vxlan external dstport 4796
  link add vx-vnifilter type vxlan external vnifilter dstport 4797
  link add vx-plain type vxlan id 49 dstport 0
`

const links = `
  link set lo up
  link add eth1 type veth peer name eth1-peer
  link set eth1 up
  link set eth1-peer up
  link add lower type veth peer name lower-peer
  ${vxlans}
  link add br0 type bridge
  link set br0 up
  link set vx-group master br0
  link set vx-group up
  link set vx-remote up
  link set vx-remote6 up
  link set vx-external up
  link add br1 type bridge stp_state 1 priority 4096 group_fwd_mask 0x4000 ageing_time 12345 hello_time 150 forward_delay 400 max_age 610
  link set br1 type bridge mcast_router 2 mcast_querier 1 mcast_hash_max 1024 mcast_last_member_count 3 mcast_igmp_version 3 mcast_stats_enabled 1
  link set br1 type bridge no_linklocal_learn 1 nf_call_iptables 1 group_address 01:80:c2:00:00:04 mcast_querier_interval 12345678901
  link set br1 up
  link set eth1-peer master br1
  link add port type veth peer name port-peer
  link set port master br1
  link set port type bridge_slave hairpin on guard on root_block on fastleave on learning off flood off cost 50 priority 33
  link set port type bridge_slave mcast_flood off bcast_flood off mcast_to_unicast on neigh_suppress on vlan_tunnel on isolated on locked on
  link set port type bridge_slave proxy_arp on proxy_arp_wifi on mcast_router 2 group_fwd_mask 0xfffd backup_port eth1-peer
  link set port up
  link set port-peer up
  link add mv-bridge link eth1 type macvlan mode bridge
  link add mv-lower-down link lower type macvlan mode private
  link set mv-lower-down mtu 1400 mode dormant addrgenmode none arp off multicast off allmulticast on promisc on
  link set mv-bridge group 77 addrgenmode random protodown on protodown_reason 3 on
  link property add dev mv-bridge altname averyveryverylongalternativename altname two
  tuntap add tun0 mode tun
  tuntap add tap0 mode tap multi_queue
  link set tun0 up
`

/** Kinds and settings that only some kernels have: compared where they are. */
const linksOfSomeKernels = `
  link set br1 type bridge vlan_filtering 1
  link set br1 type bridge vlan_protocol 802.1ad vlan_default_pvid 7 mcast_vlan_snooping 1 vlan_stats_enabled 1
  link add dummy0 type dummy
  link add vlan5 link eth1 type vlan id 5
  link add gre7 type gre local 192.0.2.1 remote 192.0.2.2
  link add sit7 type sit local 192.0.2.1 remote 192.0.2.2
  link add ip6gre7 type ip6gre local fd00::1 remote fd00::2
  link add ifb7 type ifb
  link add mvtap0 link eth1 type macvtap
`

const addresses = `
  addr add 10.0.2.1/24 dev eth1
  addr add 192.0.2.1/24 brd + dev eth1 label eth1:foo
  addr add 192.0.2.2/24 dev eth1
  addr add 192.0.2.3/24 dev eth1 valid_lft 1000 preferred_lft 500 metric 50 noprefixroute
  addr add 10.200.0.1/32 dev eth1 scope link
  addr add 10.200.0.2/32 dev eth1 scope 100
  addr add 10.9.9.1 peer 10.9.9.2/32 dev tun0
  addr add fd00::1/64 dev eth1 nodad
  addr add fd00::9/64 dev eth1 valid_lft 1000 preferred_lft 0
  addr add fd00::a/64 dev eth1 home mngtmpaddr
  addr add fd09::1 peer fd09::2 dev tun0
`

const fdb = `
  fdb append 00:00:00:00:00:00 dev vx-remote dst 10.0.2.253
  fdb append 00:00:00:00:00:00 dev vx-remote dst 10.0.2.252 port 1234 vni 99 via eth1
  fdb add 02:00:00:00:00:01 dev vx-remote dst 10.0.2.253
  fdb add 02:00:00:00:00:02 dev vx-remote dst 10.0.2.253 static
  fdb add 02:00:00:00:00:03 dev vx-remote dst 10.0.2.253 dynamic
  fdb add 02:00:00:00:00:04 dev vx-remote dst 10.0.2.253 dynamic extern_learn router
  fdb add 02:00:00:00:00:05 dev vx-remote dst 10.0.2.253 static router
  fdb add 02:00:00:00:00:06 dev vx-remote6 dst fd00::3
  fdb add 02:00:00:00:00:07 dev vx-external src_vni 1000 dst 10.0.2.253 vni 1001
  fdb add 02:00:00:00:00:07 dev vx-external src_vni 1001 dst 10.0.2.253
  fdb add 02:00:00:00:00:08 dev vx-remote nhid 102
  fdb add 02:00:00:00:00:09 dev vx-group master static
  fdb add 02:00:00:00:00:0a dev vx-group master dynamic
  fdb add 02:00:00:00:00:0b dev vx-group master extern_learn
  fdb add 02:00:00:00:00:0c dev vx-group master sticky static
  fdb add 02:00:00:00:00:0d dev br0 self local
  fdb add 02:00:00:00:00:0e dev vx-group self master dst 10.0.2.9
`

/** A namespace, a client in it, and iproute2 for it. */
async function host() {
  const { name } = await namespace(onTestFinished)
  const client = inNetns(name, () => new RtnetlinkClient())
  onTestFinished(() => client.close())

  const ip = (arguments_: readonly string[]) => run('ip', ['-n', name, ...arguments_])
  const bridge = (arguments_: readonly string[]) => run('bridge', ['-n', name, ...arguments_])
  return {
    name,
    ip,
    bridge,
    compareLinks: () =>
      expectSame(
        () => ip(['-d', '-j', 'link', 'show']),
        async () => linksAsIproute2(await client.listLinks()),
      ),
    compareAddresses: () =>
      expectSame(
        () => ip(['-d', '-j', 'addr', 'show']),
        async () => addressesAsIproute2(await client.listAddresses(), await client.listLinks()),
      ),
    compareFdb: () =>
      expectSame(
        () => bridge(['-d', '-j', 'fdb', 'show']),
        async () => {
          const links = await client.listLinks()
          const names = new Map(links.map(({ index, attributes }) => [index, attributes.ifname as string]))
          return fdbAsIproute2(await client.listFdb(), names)
        },
      ),
  }
}

function linesOf(commands: string): string[][] {
  return commands
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first !== '')
}

async function inTurn(perform: (arguments_: readonly string[]) => Promise<unknown>, commands: string): Promise<void> {
  for (const command of linesOf(commands)) {
    await perform(command)
  }
}

/** The text of printed objects, without what passes by itself, and one object a line. */
function comparable(printed: readonly object[]): string {
  const text = printed.map((object) =>
    JSON.stringify(object, (key, value) => {
      // hello_timer, gc_timer, forward_delay_timer … count down, and so do lifetimes that end.
      const passes = key.endsWith('_timer') || (key.endsWith('_life_time') && value !== 0xffff_ffff)
      return passes ? 'passes' : value
    }),
  )
  return text.join('\n')
}

/** iproute2 prints the details of more kinds than we do; of the others the kind is all we print. */
function withoutForeignData(printed: readonly Iproute2Json[]): readonly Iproute2Json[] {
  for (const { linkinfo } of printed) {
    if (linkinfo?.info_kind !== undefined && !kindsWithData.has(linkinfo.info_kind)) {
      delete linkinfo.info_data
    }
  }
  return printed
}

interface Iproute2Json {
  linkinfo?: { info_kind?: string; info_data?: object }
}

/**
 * Both sides print the same. Links settle for a second or so after they were made (operational state, spanning tree), so ours is
 * compared when iproute2 printed the same before and after it.
 */
async function expectSame(iproute2: () => Promise<string>, ours: () => Promise<readonly object[]>): Promise<string> {
  const oracle = async () => comparable(withoutForeignData(JSON.parse(await iproute2()) as Iproute2Json[]))
  for (;;) {
    const before = await oracle()
    const printed = comparable(await ours())
    if (before === (await oracle())) {
      expect(printed).toBe(before)
      return printed
    }
  }
}

test('links, addresses and forwarding entries read as iproute2 prints them', async () => {
  const { ip, bridge, compareLinks, compareAddresses, compareFdb } = await host()
  await inTurn(ip, links)
  await inTurn((command) => ip(command).catch(() => undefined), linksOfSomeKernels)
  // No control characters beyond those with an escape of their own: iproute2 prints the others raw, which is no JSON.
  await ip(['link', 'set', 'mv-bridge', 'alias', 'hostile "alias" \\ with / é\nand\ttabs'])
  await inTurn(ip, addresses)
  await ip(['nexthop', 'add', 'id', '12', 'via', '10.0.2.99', 'fdb'])
  await ip(['nexthop', 'add', 'id', '102', 'group', '12', 'fdb'])
  await inTurn(bridge, fdb)

  const printedLinks = await compareLinks()
  for (const [, , name] of linesOf(vxlans)) {
    expect(printedLinks).toContain(`"ifname":"${name}"`)
  }
  expect(printedLinks).toContain('"M-DOWN"')
  expect(printedLinks).toContain('"proto_down_reason":["3"]')
  expect(await compareAddresses()).toContain('"local":"10.9.9.1","address":"10.9.9.2"')
  const printedFdb = await compareFdb()
  for (const [, , mac] of linesOf(fdb)) {
    expect(printedFdb).toContain(`"mac":"${mac}"`)
  }
})

test('links whose lower device is in another namespace read as iproute2 prints them', async () => {
  const [near, far] = [await host(), await host()]
  await near.ip(['link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'eth1', 'netns', far.name])
  await inTurn(near.ip, `link add vx-far type vxlan id 60 dstport 4800 dev eth1\nlink set vx-far netns ${far.name}`)
  await far.ip(['link', 'set', 'vx-far', 'up'])
  await inTurn(far.bridge, 'fdb add 02:00:00:00:00:12 dev vx-far dst 10.0.2.77')

  expect(await near.compareLinks()).toContain('"link_netnsid":0')
  expect(await far.compareLinks()).toContain('"link_netnsid":0')
  expect(await far.compareFdb()).toContain('"linkNetNsId":0')
})
