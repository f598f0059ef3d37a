import { expect, test } from 'vitest'
import { type Iproute2Link, linksAsIproute2 } from '../../../../src/agent/publish/iproute2/iproute2-link.ts'
import type { Link } from '../../../../src/rtnetlink/index.ts'

const ARPHRD_ETHER = 1
const ARPHRD_LOOPBACK = 772
const upAndRunning = 0x1_1043

function link(attributes: Link['attributes'], header: Partial<Omit<Link, 'attributes'>> = {}): Link {
  return { family: 0, type: ARPHRD_ETHER, index: 7, flags: 0, change: 0, ...header, attributes }
}

/** Printed alone, and without the two keys that every link has. */
function print(of: Link, others: readonly Link[] = []): Partial<Iproute2Link> {
  const [printed] = linksAsIproute2([of, ...others])
  const { ifindex, link_type, ...rest } = printed as Iproute2Link
  return rest
}

test('prints a link key by key in the order of `ip -d -j link show`', () => {
  const loopback = link(
    {
      ifname: 'lo',
      txqlen: 1000,
      operstate: 0,
      linkmode: 0,
      mtu: 65536,
      minMtu: 0,
      maxMtu: 0,
      group: 0,
      promiscuity: 0,
      allmulti: 0,
      numTxQueues: 1,
      gsoMaxSegs: 65535,
      gsoMaxSize: 65536,
      groMaxSize: 65536,
      tsoMaxSize: 524280,
      tsoMaxSegs: 65535,
      numRxQueues: 1,
      carrier: 1,
      qdisc: 'noqueue',
      protoDown: false,
      address: '00:00:00:00:00:00',
      broadcast: '00:00:00:00:00:00',
      afSpec: { inet6: { addrGenMode: 0 } },
      unknown: [{ type: 63, payload: Buffer.from('00000100', 'hex') }],
    },
    { type: ARPHRD_LOOPBACK, index: 1, flags: 0x1_0049 },
  )
  // As `ip -d -j link show lo` of iproute2 6.1 printed it on Linux 6.18.
  expect(JSON.stringify(linksAsIproute2([loopback]))).toBe(
    '[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN",' +
      '"linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00",' +
      '"broadcast":"00:00:00:00:00:00","promiscuity":0,"allmulti":0,"min_mtu":0,"max_mtu":0,"inet6_addr_gen_mode":"eui64",' +
      '"num_tx_queues":1,"num_rx_queues":1,"gso_max_size":65536,"gso_max_segs":65535,"tso_max_size":524280,' +
      '"tso_max_segs":65535,"gro_max_size":65536}]',
  )
})

test('prints what only some devices have, at its place', () => {
  const everything = link({
    altIfname: 'ignored',
    propList: { altIfname: ['uplink', 'enp1s0'] },
    ifalias: 'to rack 3',
    parentDevName: '0000:01:00.0',
    parentDevBusName: 'pci',
    physSwitchId: Buffer.from('0c0d', 'hex'),
    physPortId: Buffer.from('0a0b', 'hex'),
    physPortName: 'p1',
    numTxQueues: 2,
    afSpec: { inet6: { addrGenMode: 2 } },
    linkinfo: { kind: 'veth' },
    promiscuity: 1,
    protoDownReason: { value: 5 },
    protoDown: true,
    permAddress: '52:54:00:00:00:02',
    address: '52:54:00:00:00:01',
  })
  expect(JSON.stringify(print(everything))).toBe(
    '{"flags":[],"address":"52:54:00:00:00:01","permaddr":"52:54:00:00:00:02","proto_down":true,' +
      '"proto_down_reason":["0","2"],"promiscuity":1,"linkinfo":{"info_kind":"veth"},"inet6_addr_gen_mode":"stable_secret",' +
      '"num_tx_queues":2,"phys_port_name":"p1","phys_port_id":"0a0b","phys_switch_id":"0c0d","parentbus":"pci",' +
      '"parentdev":"0000:01:00.0","ifalias":"to rack 3","altnames":["uplink","enp1s0"]}',
  )
})

test.each<{ name: string; attributes: Link['attributes']; printed: Partial<Iproute2Link> }>([
  { name: 'a lower device by name', attributes: { link: 3 }, printed: { link: 'eth1' } },
  { name: 'a lower device that is gone', attributes: { link: 99 }, printed: { link: 'if99' } },
  { name: 'no lower device', attributes: { link: 0 }, printed: { link: null } },
  {
    name: 'a lower device in another namespace, whatever has its ifindex here',
    attributes: { link: 3, linkNetnsid: 2 },
    printed: { link_index: 3, link_netnsid: 2 },
  },
  {
    name: 'a lower device in a namespace without an id',
    attributes: { link: 4, linkNetnsid: -1 },
    printed: { link_index: 4, link_netnsid: -1 },
  },
  { name: 'a master by name', attributes: { master: 3 }, printed: { master: 'eth1' } },
  { name: 'a group by number', attributes: { group: 77 }, printed: { group: '77' } },
  { name: 'a queue length unless it is 0', attributes: { txqlen: 0 }, printed: {} },
  {
    name: 'states without a name by number',
    attributes: { operstate: 7, linkmode: 2 },
    printed: { operstate_index: 7, linkmode_index: 2 },
  },
  {
    name: 'dormant states',
    attributes: { operstate: 5, linkmode: 1 },
    printed: { operstate: 'DORMANT', linkmode: 'DORMANT' },
  },
  {
    name: 'an address generation mode without a name in hexadecimal',
    attributes: { afSpec: { inet6: { addrGenMode: 9 } } },
    printed: { inet6_addr_gen_mode: '0x09' },
  },
  { name: 'no mode when there is no IPv6', attributes: { afSpec: {} }, printed: {} },
  {
    name: 'the permanent address only when it differs',
    attributes: { address: '02:00:00:00:00:01', permAddress: '02:00:00:00:00:01' },
    printed: { address: '02:00:00:00:00:01' },
  },
  {
    name: 'proto_down only when it is on',
    attributes: { protoDown: false, protoDownReason: { value: 0 } },
    printed: {},
  },
])('prints $name', ({ attributes, printed }) => {
  const lower = link({ ifname: 'eth1' }, { index: 3, flags: upAndRunning })
  expect(print(link(attributes), [lower])).toEqual({ flags: [], ...printed })
})

test.each<{ name: string; flags: number; lower?: number; printed: string[] }>([
  { name: 'up', flags: upAndRunning, printed: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'] },
  { name: 'up without a carrier', flags: 0x1003, printed: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'] },
  { name: 'down', flags: 0x1002, printed: ['BROADCAST', 'MULTICAST'] },
  { name: 'running is not printed', flags: 0x40, printed: [] },
  { name: 'a lower device that is up', flags: 0, lower: upAndRunning, printed: [] },
  { name: 'a lower device that is up without a carrier', flags: 0, lower: 0x1003, printed: [] },
  { name: 'a lower device that is down', flags: 0, lower: 0x1002, printed: ['M-DOWN'] },
  {
    name: 'all flags, the ones without a name in hexadecimal',
    flags: 0xffff_ffff,
    lower: 0,
    printed:
      'LOOPBACK BROADCAST POINTOPOINT MULTICAST NOARP ALLMULTI PROMISC MASTER SLAVE DEBUG DYNAMIC AUTOMEDIA PORTSEL NOTRAILERS UP LOWER_UP DORMANT ECHO fff80000 M-DOWN'.split(
        ' ',
      ),
  },
])('flags: $name', ({ flags, lower, printed }) => {
  const attributes = lower === undefined ? {} : { link: 3 }
  expect(print(link(attributes, { flags }), [link({ ifname: 'eth1' }, { index: 3, flags: lower ?? 0 })]).flags).toEqual(
    printed,
  )
})

test('flags: a lower device in another namespace is not taken for the one with its ifindex here', () => {
  const here = link({ ifname: 'eth1' }, { index: 3, flags: 0 })
  expect(print(link({ link: 3, linkNetnsid: 0 }), [here]).flags).toEqual([])
})

test.each<{ type: number; linkType: string; address: string; printed: string }>([
  { type: 1, linkType: 'ether', address: '0a:00:00:01', printed: '0a:00:00:01' },
  { type: 768, linkType: 'ipip', address: '0a:00:00:01', printed: '10.0.0.1' },
  { type: 776, linkType: 'sit', address: '0a:00:00:01', printed: '10.0.0.1' },
  { type: 778, linkType: 'gre', address: '0a:00:00:01', printed: '10.0.0.1' },
  { type: 778, linkType: 'gre', address: '02:00:00:00:00:01', printed: '02:00:00:00:00:01' },
  { type: 769, linkType: 'tunnel6', address: 'fd:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01', printed: 'fd00::1' },
  { type: 823, linkType: 'gre6', address: 'fd:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01', printed: 'fd00::1' },
  { type: 9999, linkType: '[9999]', address: '0a:00:00:01', printed: '0a:00:00:01' },
])('a link of type $type is $linkType, its address $printed', ({ type, linkType, address, printed }) => {
  const pointToPoint = link({ address, broadcast: address }, { type, flags: 0x10 })
  expect(linksAsIproute2([pointToPoint])[0]).toMatchObject({
    link_type: linkType,
    address: printed,
    link_pointtopoint: true,
    broadcast: printed,
  })
})

test.each([
  'two\nlines',
  'tab\tbell\u0007escape\u001b[31m',
  '"quoted" \\ back/slash',
  '</script>',
  "it's",
  '\u2028',
  '\ufffd',
  '__proto__',
])('an alias comes out of JSON as it was: %j', (ifalias) => {
  const text = JSON.stringify(linksAsIproute2([link({ ifalias })]))
  expect(text).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(text)[0].ifalias).toBe(ifalias)
})

test.each<{ name: string; linkinfo: NonNullable<Link['attributes']['linkinfo']>; printed: unknown }>([
  {
    name: 'a kind without a table by its name alone',
    linkinfo: { kind: 'macvlan', data: Buffer.from('0800010004000000', 'hex') },
    printed: { info_kind: 'macvlan' },
  },
  {
    name: 'the same for what it is a slave of',
    linkinfo: { kind: 'veth', slaveKind: 'bond', slaveData: Buffer.from('0800010004000000', 'hex') },
    printed: { info_kind: 'veth', info_slave_kind: 'bond' },
  },
  {
    name: 'a kind named like a property of every object',
    linkinfo: { kind: 'constructor' },
    printed: { info_kind: 'constructor' },
  },
  { name: 'a vxlan without data', linkinfo: { kind: 'vxlan' }, printed: { info_kind: 'vxlan', info_data: {} } },
  {
    name: 'a bridge and its port without data',
    linkinfo: { kind: 'bridge', slaveKind: 'bridge' },
    printed: { info_kind: 'bridge', info_data: {}, info_slave_kind: 'bridge', info_slave_data: {} },
  },
  {
    name: 'a vxlan that is a port, with the names of other links',
    linkinfo: { kind: 'vxlan', data: { id: 42, link: 3 }, slaveKind: 'bridge', slaveData: { state: 3, backupPort: 3 } },
    printed: {
      info_kind: 'vxlan',
      info_data: { id: 42, link: 'eth1' },
      info_slave_kind: 'bridge',
      info_slave_data: { state: 'forwarding', backup_port: 'eth1' },
    },
  },
])('linkinfo of $name', ({ linkinfo, printed }) => {
  const links = linksAsIproute2([link({ linkinfo }), link({ ifname: 'eth1' }, { index: 3 })])
  expect(JSON.stringify(links[0]?.linkinfo)).toBe(JSON.stringify(printed))
})
