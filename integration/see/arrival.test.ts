/**
 * What `/v1/arrival` says of a frame against what the kernel does with it. A plain UDP socket of another namespace sends the packet; the counters of
 * the vxlan, of the bridge and of its ports are the witness.
 */
import { expect, onTestFinished, test } from 'vitest'
import type { Arrival } from '../../src/agent/answers/arrival.ts'
import { readKernelRelease } from '../../src/agent/host/kernel-release.ts'
import type { ArrivingFrame } from '../../src/agent/insight/arrival/arriving-frame.ts'
import { Inspector } from '../../src/agent/insight/inspector.ts'
import { Observer } from '../../src/agent/kernel/observer.ts'
import { openNetlinkSocket, RtnetlinkClient } from '../../src/rtnetlink/index.ts'
import { inNetns } from '../support/inside.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { needsBridgeVlans } from '../support/needs-linux.ts'

const remoteMac = '02:00:00:00:00:fe'
const vmMac = '02:00:00:00:00:aa'
const vxlanMac = '02:00:00:00:00:01'
const bridgeMac = '02:00:00:00:00:b0'
const count = 5

/** A host with a vxlan, and one that sends to it. */
interface Pair {
  readonly host: Namespace
  readonly sender: Namespace
}

async function pair(): Promise<Pair> {
  const [host, sender] = [await namespace(onTestFinished), await namespace(onTestFinished)]
  for (const each of [host, sender]) {
    // Nothing but the frames of the test is to be counted.
    await each.run('sysctl', ['-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1'])
  }
  await host.ip(`link add eth1 type veth peer name eth1 netns ${sender.name}`)
  await host.ip('address add 10.0.2.1/24 dev eth1')
  await sender.ip('address add 10.0.2.254/24 dev eth1')
  for (const each of [host, sender]) {
    await each.ip('link set eth1 up')
  }
  return { host, sender }
}

/** Adds vxlan0 and, if asked for, br0 with vxlan0 and two ports. */
async function overlay(host: Namespace, { options = '', isBridged = false } = {}): Promise<void> {
  const id = options.includes('external') ? '' : 'id 42 dev eth1'
  await host.ip(`link add vxlan0 address ${vxlanMac} type vxlan ${id} dstport 4789 ${options}`)
  if (isBridged) {
    await host.ip(`link add br0 address ${bridgeMac} type bridge mcast_snooping 0`)
    await host.ip('link set vxlan0 master br0 up')
    for (const port of ['eth2', 'eth3']) {
      await host.addVeth(port)
      await host.ip(`link set ${port} master br0`)
    }
    await host.ip('link set br0 up')
  }
  await host.ip('link set vxlan0 up')
}

const usual: ArrivingFrame = {
  ...{ source: '10.0.2.254', to: '10.0.2.1', port: 4789, vni: 42, mac: vmMac, from: remoteMac },
  features: [],
}

async function told(host: Namespace, frame: ArrivingFrame): Promise<Arrival> {
  const release = readKernelRelease()
  const { client, observer } = inNetns(host.name, () => {
    const asking = new RtnetlinkClient(openNetlinkSocket())
    const watching = new Observer(asking, release)
    watching.follow()
    return { client: asking, observer: watching }
  })
  onTestFinished(() => {
    observer.close()
    client.close()
  })
  await observer.resync({ fdb: true })
  return await new Inspector({ client, release, tables: observer }).arrival(frame)
}

/** Sends `count` packets as the frame says: VXLAN, Ethernet, perhaps a VLAN tag, IPv4 with UDP. */
const sending = `
const frame = JSON.parse(process.argv[1])
const bytes = (mac) => Buffer.from(mac.replaceAll(':', ''), 'hex')
const header = Buffer.alloc(8)
header.writeUInt32BE(frame.flags, 0)
header.writeUInt32BE(frame.vni * 256 + (frame.flags & 0x04000000 ? 3 : 0) * 0, 4)
const ip = Buffer.from('45000020000000004011000000000000000000000000000000000000', 'hex')
ip.write(frame.inner.map((each) => each.toString(16).padStart(2, '0')).join(''), 12, 'hex')
let sum = 0
for (let at = 0; at < 20; at += 2) sum += ip.readUInt16BE(at)
sum = (sum & 0xffff) + (sum >>> 16)
ip.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 10)
ip.writeUInt16BE(8, 24)
ip.writeUInt16BE(9, 22)
const tag = frame.vlan === undefined ? Buffer.of() : Buffer.of(0x81, 0, frame.vlan >> 8, frame.vlan & 255)
const packet = Buffer.concat([header, bytes(frame.mac), bytes(frame.from), tag, Buffer.of(8, 0), ip, Buffer.alloc(32)])
const socket = require('node:dgram').createSocket('udp4')
socket.on('error', () => {})
let left = ${count}
const send = () => socket.send(packet, frame.port, frame.to, () => --left > 0 ? setTimeout(send, 20) : setTimeout(() => socket.close(), 50))
send()
`

interface Counted {
  readonly vxlan0: number
  readonly br0: number
  readonly eth2: number
  readonly eth3: number
  /** IPv4 packets that the host's stack took in, outer ones among them. */
  readonly stack: number
}

async function counters(host: Namespace): Promise<Counted> {
  const links = (await host.json('ip -s -j link show')) as {
    ifname: string
    stats64: { rx: { packets: number }; tx: { packets: number } }
  }[]
  const of = (name: string, way: 'rx' | 'tx'): number =>
    links.find(({ ifname }) => ifname === name)?.stats64[way].packets ?? 0
  const snmp = (await host.run('cat', ['/proc/net/snmp'])).split('\n').filter((line) => line.startsWith('Ip:'))
  const column = (snmp[0] ?? '').split(' ').indexOf('InReceives')
  return {
    vxlan0: of('vxlan0', 'rx'),
    br0: of('br0', 'rx'),
    eth2: of('eth2', 'tx'),
    eth3: of('eth3', 'tx'),
    stack: Number((snmp[1] ?? '').split(' ')[column]),
  }
}

/** Sends, and gives how far the frames got: which counters rose by them. */
async function sent({ host, sender }: Pair, frame: ArrivingFrame, flags = 0x08000000): Promise<string[]> {
  // The first packet asks for the MAC address of the underlay: that is to be known before anything is counted.
  await sender.canPing(frame.to)
  const before = await counters(host)
  const what = { ...frame, flags, inner: [10, 0, 1, 254, 10, 0, 1, 1] }
  await sender.run(process.execPath, ['-e', sending, JSON.stringify(what)])
  const after = await counters(host)
  const rose = (name: keyof Counted, by: number): boolean => after[name] - before[name] >= by
  return [
    ...(['vxlan0', 'br0', 'eth2', 'eth3'] as const).filter((name) => rose(name, count)),
    // The outer packet and the inner one.
    ...(rose('stack', 2 * count) ? ['stack'] : []),
  ]
}

/** What the counters must show by what was told. */
function expected({ fate, vxlan, ports, isForHost, bridge, steps }: Arrival): string[] {
  const isOut =
    fate !== 'dropped' || steps.some(({ table }) => table === 'bridge' || table === 'vlan' || table === 'link')
  return [
    ...(isOut && vxlan !== undefined ? ['vxlan0'] : []),
    ...(isForHost && bridge !== undefined ? ['br0'] : []),
    ...ports,
    ...(isForHost ? ['stack'] : []),
  ]
}

interface Case {
  readonly what: string
  readonly setting?: { readonly options?: string; readonly isBridged?: boolean }
  /** `ip` and `bridge` commands that make the fault. */
  readonly commands?: readonly string[]
  readonly frame?: Partial<ArrivingFrame>
  readonly flags?: number
  readonly fate: Arrival['fate']
  readonly says?: string
}

const bridged = { isBridged: true }

test.for<Case>([
  {
    what: 'for the vxlan itself',
    commands: ['ip address add 10.0.1.1/24 dev vxlan0'],
    frame: { mac: vxlanMac },
    fate: 'local',
  },
  {
    what: 'for all',
    commands: ['ip address add 10.0.1.1/24 dev vxlan0'],
    frame: { mac: 'ff:ff:ff:ff:ff:ff' },
    fate: 'local',
  },
  { what: 'for another MAC address', fate: 'dropped', says: 'is ignored' },
  {
    what: 'to another port',
    frame: { port: 8472 },
    fate: 'dropped',
    says: 'UDP port 4789, and the frame comes to 8472',
  },
  { what: 'of another VNI', frame: { vni: 43 }, fate: 'dropped', says: 'no vxlan here has VNI 43' },
  { what: 'while the vxlan is down', commands: ['ip link set vxlan0 down'], fate: 'dropped', says: 'and is down' },
  {
    what: 'while another vxlan keeps the port open',
    commands: [
      'ip link set vxlan0 down',
      'ip link add vxlan9 type vxlan id 9 dev eth1 dstport 4789',
      'ip link set vxlan9 up',
    ],
    fate: 'dropped',
    says: 'vxlan9 has the port for other VNIs',
  },
  {
    what: 'at a vxlan with another local address, which takes it',
    setting: { options: 'local 10.0.2.9' },
    frame: { mac: vxlanMac },
    commands: ['ip address add 10.0.2.9/24 dev eth1'],
    fate: 'local',
  },
  {
    what: 'from a sender with the MAC address of the vxlan',
    frame: { mac: 'ff:ff:ff:ff:ff:ff', from: vxlanMac },
    fate: 'dropped',
    says: 'takes it for a loop',
  },
  {
    what: 'from a sender that a static entry has elsewhere',
    commands: [`bridge fdb add ${remoteMac} dev vxlan0 dst 10.0.2.253 self static`],
    frame: { mac: vxlanMac },
    fate: 'dropped',
    says: 'has a static entry for the sender',
  },
  {
    what: 'from a sender that a static entry has elsewhere, without learning',
    setting: { options: 'nolearning' },
    commands: [`bridge fdb add ${remoteMac} dev vxlan0 dst 10.0.2.253 self static`],
    frame: { mac: vxlanMac },
    fate: 'local',
  },
  {
    what: 'from a sender that a static entry has there by a stated device',
    commands: [`bridge fdb add ${remoteMac} dev vxlan0 dst 10.0.2.254 via eth1 self static`],
    frame: { mac: vxlanMac },
    fate: 'dropped',
    says: 'by a stated device (via)',
  },
  {
    what: 'from a sender that was learned elsewhere',
    commands: [`bridge fdb add ${remoteMac} dev vxlan0 dst 10.0.2.253 self dynamic`],
    frame: { mac: vxlanMac },
    fate: 'local',
  },
  {
    what: 'with a group policy in the header, at a vxlan without',
    setting: {},
    frame: { mac: vxlanMac, features: ['gbp'] },
    flags: 0x88000001,
    fate: 'local',
    says: 'gbp',
  },
  {
    what: 'with a group policy, at a vxlan that takes it',
    setting: { options: 'gbp' },
    frame: { mac: vxlanMac },
    flags: 0x88000001,
    fate: 'local',
  },
  {
    what: 'in plain VXLAN at a vxlan with GPE',
    setting: { options: 'external gpe' },
    frame: { mac: vxlanMac },
    fate: 'dropped',
    says: 'takes GPE only',
  },
  {
    what: 'with a VLAN tag at a vxlan without that VLAN',
    frame: { mac: vxlanMac, vlan: 7 },
    fate: 'dropped',
    says: 'no interface for that VLAN',
  },
  { what: 'for an unknown address at a bridge', setting: bridged, fate: 'flood' },
  { what: 'for all at a bridge', setting: bridged, frame: { mac: 'ff:ff:ff:ff:ff:ff' }, fate: 'flood' },
  { what: 'for the bridge', setting: bridged, frame: { mac: bridgeMac }, fate: 'local' },
  { what: 'for the vxlan, which is a port', setting: bridged, frame: { mac: vxlanMac }, fate: 'local' },
  {
    what: 'for a machine behind a port',
    setting: bridged,
    commands: [`bridge fdb add ${vmMac} dev eth2 master static`],
    fate: 'port',
  },
  {
    what: 'for a machine that the bridge knows behind the vxlan',
    setting: bridged,
    commands: [`bridge fdb add ${vmMac} dev vxlan0 master static`],
    fate: 'dropped',
    says: 'it came in there',
  },
  {
    what: 'at a bridge that is down',
    setting: bridged,
    commands: ['ip link set br0 down'],
    fate: 'dropped',
    says: 'br0, which is down',
  },
  {
    what: 'while the port is disabled',
    setting: bridged,
    commands: ['bridge link set dev vxlan0 state 0'],
    fate: 'dropped',
    says: 'is disabled',
  },
  {
    what: 'while the port learns only',
    setting: bridged,
    commands: ['bridge link set dev vxlan0 state 2'],
    fate: 'dropped',
    says: 'is learning',
  },
  {
    what: 'for a port without a carrier',
    setting: bridged,
    commands: [`bridge fdb add ${vmMac} dev eth2 master static`, 'ip link set eth2-far down'],
    fate: 'dropped',
    says: 'that port is disabled',
  },
  {
    what: 'between ports that are isolated',
    setting: bridged,
    commands: ['bridge link set dev vxlan0 isolated on', 'bridge link set dev eth2 isolated on'],
    fate: 'flood',
  },
  {
    what: 'for an unknown address where flooding is off',
    setting: bridged,
    commands: ['bridge link set dev eth2 flood off'],
    fate: 'flood',
  },
  {
    what: 'at a port that is locked',
    setting: bridged,
    commands: ['ip link set vxlan0 type bridge_slave locked on'],
    fate: 'dropped',
    says: 'is locked',
  },
  {
    what: 'in the VLAN of the port',
    setting: bridged,
    commands: [
      'ip link set br0 type bridge vlan_filtering 1',
      'bridge vlan add dev vxlan0 vid 10 pvid untagged',
      'bridge vlan add dev eth2 vid 10',
    ],
    fate: 'flood',
  },
  {
    what: 'for the bridge, which is not in the VLAN',
    setting: bridged,
    commands: [
      'ip link set br0 type bridge vlan_filtering 1',
      'bridge vlan add dev vxlan0 vid 10 pvid untagged',
      'bridge vlan add dev eth2 vid 10',
    ],
    frame: { mac: 'ff:ff:ff:ff:ff:ff' },
    fate: 'flood',
  },
  {
    what: 'with a tag that the port does not have',
    setting: bridged,
    commands: ['ip link set br0 type bridge vlan_filtering 1'],
    frame: { vlan: 20 },
    fate: 'dropped',
    says: 'is not in VLAN 20',
  },
  {
    what: 'without a tag where the port has no PVID',
    setting: bridged,
    commands: ['ip link set br0 type bridge vlan_filtering 1', 'bridge vlan del dev vxlan0 vid 1'],
    fate: 'dropped',
    says: 'has none for untagged frames',
  },
  {
    what: 'from a network that the reverse-path filter does not take',
    commands: ['ip route add 10.0.2.254/32 dev eth4', 'ip neigh add 10.0.2.254 lladdr 02:00:00:00:00:99 dev eth4'],
    frame: { mac: vxlanMac },
    fate: 'dropped',
    says: 'the reverse-path filter of eth1 drops',
  },
])('a frame $what', async ({ setting = {}, commands = [], frame, flags, fate, says = '' }, context) => {
  if (commands.some((command) => command.includes('vlan_filtering'))) {
    await needsBridgeVlans(context)
  }
  const hosts = await pair()
  const { host } = hosts
  await overlay(host, setting)
  if (says.includes('reverse-path')) {
    await hosts.sender.canPing('10.0.2.1')
    await host.addVeth('eth4')
    await host.run('sysctl', ['-qw', 'net.ipv4.conf.all.rp_filter=1', 'net.ipv4.conf.eth1.rp_filter=1'])
  }
  for (const command of commands) {
    const [tool = '', ...args] = command.split(' ')
    await (tool === 'ip' ? host.ip(args.join(' ')) : host.bridge(args.join(' ')))
  }
  const asked = { ...usual, ...frame }
  const answer = await told(host, asked)
  expect(answer, JSON.stringify(answer, null, 1)).toMatchObject({ fate })
  expect(JSON.stringify(answer)).toContain(says)
  const got = await sent(hosts, asked, flags)
  // The answer names a policy that only some frames carry, and these do.
  const isWarning = asked.features.includes('gbp')
  expect(got, JSON.stringify(answer, null, 1)).toEqual(isWarning ? [] : expected(answer))
})
