/** The way of a frame that arrives, through made tables: what stops it, and whom it comes to. The kernel's own answers: integration/arrival.test.ts. */
import { expect, test } from 'vitest'
import type { Arrival } from '../../../../src/agent/answers/arrival.ts'
import type { UnderlayPath } from '../../../../src/agent/answers/tunnel.ts'
import { arrivalOf } from '../../../../src/agent/insight/arrival/arrival.ts'
import type { ArrivingFrame } from '../../../../src/agent/insight/arrival/arriving-frame.ts'
import { fdbKey, fdbOwner } from '../../../../src/agent/kernel/observed.ts'
import {
  type BridgeLink,
  type BridgePortAttributes,
  constants,
  type Link,
  type Neighbour,
  type VxlanAttributes,
} from '../../../../src/rtnetlink/index.ts'
import { address, bridge, device, observed, vxlan } from '../../../support/builders.ts'

const { NTF_SELF, NTF_MASTER, NUD_REACHABLE, NUD_PERMANENT, NUD_NOARP } = constants
const remoteMac = '02:00:00:00:00:fe'
const vmMac = '02:00:00:00:00:aa'
const eth1 = device(2, 'eth1')
const br0 = bridge(4, 'br0')

function vxlan0(data: VxlanAttributes = {}, more: Parameters<typeof vxlan>[3] = {}): Link {
  return vxlan(3, 'vxlan0', { id: 42, link: 2, port: 4789, learning: true, ...data }, { mtu: 1450, ...more })
}

/** A link as a port of br0. */
function portOf(link: Link, options: BridgePortAttributes = {}): Link {
  const { linkinfo } = link.attributes
  return {
    ...link,
    attributes: {
      ...link.attributes,
      master: 4,
      linkinfo: { ...linkinfo, slaveKind: 'bridge', slaveData: { state: 3, ...options } },
    },
  }
}

function self(mac: string, dst: string, parts: Partial<Neighbour> = {}, more: Neighbour['attributes'] = {}): Neighbour {
  const attributes = { lladdr: mac, dst, ...more }
  return { family: 7, ifindex: 3, state: NUD_REACHABLE, flags: NTF_SELF, type: 0, attributes, ...parts }
}

function behind(mac: string, ifindex: number, parts: Partial<Neighbour> = {}, vlan?: number): Neighbour {
  const attributes = { lladdr: mac, master: 4, ...(vlan !== undefined && { vlan }) }
  return { family: 7, ifindex, state: NUD_REACHABLE, flags: NTF_MASTER, type: 0, attributes, ...parts }
}

interface Scene {
  readonly links?: readonly Link[]
  readonly addresses?: readonly Parameters<typeof address>[]
  readonly entries?: readonly Neighbour[]
  readonly bridgeLinks?: readonly BridgeLink[]
  readonly joined?: Readonly<Record<string, readonly string[]>>
  readonly path?: Partial<UnderlayPath>
  readonly isTaken?: boolean
  readonly vnis?: Readonly<Record<number, readonly number[]>>
}

const usual: ArrivingFrame = {
  ...{ source: '10.0.2.254', to: '10.0.2.1', port: 4789, vni: 42 },
  ...{ mac: '02:00:00:00:00:01', from: remoteMac, features: [], mtu: 1450, outerMtu: 1500 },
}

function arrives(scene: Scene, frame: Partial<ArrivingFrame> = {}): Promise<Arrival> {
  const { links = [eth1, vxlan0()], addresses = [[2, '10.0.2.1/24']], entries = [], bridgeLinks = [] } = scene
  const { joined = {}, path = {}, isTaken = true, vnis = {} } = scene
  const tables = observed(
    links,
    addresses.map((each) => address(...each)),
  )
  for (const each of entries) {
    const table = tables.fdb.get(fdbOwner(each)) ?? new Map<string, Neighbour>()
    tables.fdb.set(fdbOwner(each), table.set(fdbKey(each), each))
  }
  for (const each of bridgeLinks) {
    tables.bridgeLinks.set(each.index, each)
  }
  for (const [index, all] of Object.entries(vnis)) {
    tables.vnis.set(Number(index), new Map(all.map((vni) => [vni, undefined])))
  }
  return arrivalOf(
    { ...usual, ...frame },
    {
      observed: tables,
      memberships: new Map(Object.entries(joined).map(([dev, groups]) => [dev, new Set(groups)])),
      path: async () => ({ isResolved: true, dev: 'eth1', ...path }),
      isTaken: async () => isTaken,
    },
  )
}

/** The problems of an answer. */
function problems({ steps }: Arrival): string {
  return steps
    .filter(({ isProblem }) => isProblem)
    .map(({ text }) => text)
    .join('; ')
}

test('a frame for the address of the vxlan is taken by the host, and the way is told', async () => {
  const told = await arrives({})
  expect(told).toMatchObject({ fate: 'local', vxlan: 'vxlan0', isForHost: true, ports: [] })
  expect(told.steps.map(({ text }) => text)).toEqual([
    '10.0.2.1 is an address of eth1',
    'vxlan0 has VNI 42 on UDP port 4789',
    `vxlan0 learns from it that ${remoteMac} is behind 10.0.2.254`,
    '02:00:00:00:00:01 is the address of vxlan0',
  ])
  expect(told.unseen[0]).toContain('packet filters')
})

test.each<{ what: string; scene?: Scene; frame?: Partial<ArrivingFrame>; why: string }>([
  {
    what: 'that comes to another port',
    scene: { links: [eth1, vxlan0({ port: 8472 })] },
    why: 'vxlan0 has VNI 42 on UDP port 8472, and the frame comes to 4789; no vxlan that is up listens on UDP port 4789, so the kernel answers that it is closed',
  },
  {
    what: 'of a VNI that nobody has',
    frame: { vni: 43 },
    why: 'no vxlan here has VNI 43; there is 1 other vxlan: vxlan0 (VNI 42); vxlan0 has the port for other VNIs, so the sender hears nothing',
  },
  {
    what: 'where there is no vxlan',
    scene: { links: [eth1] },
    why: 'no vxlan here has VNI 42; there is no vxlan at all',
  },
  {
    what: 'for a vxlan that is down',
    scene: { links: [eth1, vxlan0({}, { isUp: false })] },
    why: 'vxlan0 has VNI 42 on UDP port 4789, and is down',
  },
  {
    what: 'of the other family',
    scene: { links: [eth1, vxlan0({ local6: '2001:db8::1' })] },
    why: 'vxlan0 has VNI 42 on UDP port 4789 over IPv6 only, and the frame comes over IPv4',
  },
  {
    what: 'of a VNI that the filter does not have',
    scene: { links: [eth1, vxlan0({ id: 0, collectMetadata: true, vnifilter: true })], vnis: { 3: [7] } },
    why: 'VNI 42 is not in the filter of vxlan0, which has UDP port 4789',
  },
  { what: 'to an address of another host', frame: { to: '10.0.2.9' }, why: '10.0.2.9 is no address of this host' },
  {
    what: 'by a device that is down',
    scene: { links: [{ ...eth1, flags: 0 }, vxlan0()] },
    why: 'eth1, by which it comes, is down',
  },
  {
    what: 'by a device without a carrier',
    scene: { links: [{ ...eth1, flags: constants.IFF_UP }, vxlan0()] },
    why: 'eth1, by which it comes, has no carrier',
  },
  {
    what: 'that the reverse-path filter does not take',
    scene: { isTaken: false, path: { dev: 'eth2' } },
    why: 'the reverse-path filter of eth1 drops what comes from 10.0.2.254: its route leads by eth2',
  },
  {
    what: 'to a group that is not joined',
    frame: { to: '239.1.1.1' },
    why: 'has joined the group 239.1.1.1 on no device',
  },
  {
    what: 'of a sender with the MAC address of the vxlan',
    frame: { from: '02:00:00:00:00:01' },
    why: "which is vxlan0's own MAC address too: the kernel takes it for a loop",
  },
  {
    what: 'of a sender that a static entry has elsewhere',
    scene: { entries: [self(remoteMac, '10.0.2.253', { state: NUD_NOARP })] },
    why: `vxlan0 has a static entry for the sender ${remoteMac} at 10.0.2.253, learns, and so drops what comes from it at 10.0.2.254`,
  },
  {
    what: 'of a sender that a static entry has at the right place by a stated device',
    scene: { entries: [self(remoteMac, '10.0.2.254', { state: NUD_PERMANENT }, { ifindex: 2 })] },
    why: `vxlan0 has a static entry for the sender ${remoteMac} at 10.0.2.254 by a stated device (via), learns`,
  },
  {
    what: 'of a sender behind a nexthop group',
    scene: { entries: [{ ...self(remoteMac, '', {}), attributes: { lladdr: remoteMac, nhId: 7 } }] },
    why: 'that leads to a nexthop group, and takes no frames from it',
  },
  {
    what: 'in GPE at a plain vxlan',
    frame: { features: ['gpe'] },
    why: 'the other end sends GPE, and vxlan0 takes plain VXLAN only',
  },
  {
    what: 'in plain VXLAN at a vxlan with GPE',
    scene: { links: [eth1, vxlan0({ gpe: true })] },
    why: 'the other end sends plain VXLAN, and vxlan0 takes GPE only',
  },
  {
    what: 'without a checksum over IPv6',
    scene: { links: [eth1, vxlan0({ local6: '2001:db8::1' })], addresses: [[2, '2001:db8::1/64']] },
    frame: { source: '2001:db8::2', to: '2001:db8::1', features: ['udp6zerocsumtx'] },
    why: 'vxlan0 has udp6zerocsumrx off',
  },
  {
    what: 'for another MAC address, with no bridge',
    frame: { mac: vmMac },
    why: `vxlan0 is in no bridge, and has the MAC address 02:00:00:00:00:01: what is for ${vmMac} is ignored`,
  },
  {
    what: 'with a VLAN tag that nobody wants',
    frame: { vlan: 7 },
    why: 'the frame carries VLAN 7, and vxlan0 has no interface for that VLAN',
  },
  {
    what: 'of a VRF that the vxlan is not in',
    scene: {
      links: [
        eth1,
        { ...device(5, 'red'), attributes: { ifname: 'red', linkinfo: { kind: 'vrf' } } },
        { ...device(6, 'eth2'), attributes: { ifname: 'eth2', master: 5, mtu: 1500, linkinfo: { kind: 'veth' } } },
        vxlan0({ link: 6 }),
      ],
    },
    why: 'vxlan0 takes packets of the VRF red only, in which eth1 is not',
  },
])('drops a frame $what', async ({ scene = {}, frame = {}, why }) => {
  const told = await arrives(scene, frame)
  expect(told).toMatchObject({ fate: 'dropped', isForHost: false, ports: [], answer: expect.stringContaining(why) })
})

test.each<{ what: string; scene?: Scene; frame?: Partial<ArrivingFrame>; why: string }>([
  {
    what: 'a local address that is another than the frame comes to',
    scene: { links: [eth1, vxlan0({ local: '10.0.2.9' })] },
    why: 'vxlan0 sends from 10.0.2.9 (local), and the frame comes to 10.0.2.1',
  },
  { what: 'a policy that may be in the header', frame: { features: ['gbp'] }, why: 'that carry a policy' },
  { what: 'checksums left to the receiver', frame: { features: ['remcsumtx'] }, why: 'remcsumrx off' },
  {
    what: 'a sender that moves',
    scene: { entries: [self(remoteMac, '10.0.2.253')] },
    why: `knows the sender ${remoteMac} behind 10.0.2.253, and moves it to 10.0.2.254`,
  },
  {
    what: 'an underlay that carries less',
    frame: { outerMtu: 9000 },
    why: 'eth1 has an MTU of 1500, and packets of up to 9000',
  },
  { what: 'another way back', scene: { path: { dev: 'eth2' } }, why: 'packets to 10.0.2.254 leave by eth2' },
])('takes the frame, and warns of $what', async ({ scene = {}, frame = {}, why }) => {
  const told = await arrives(scene, frame)
  expect(told.fate).toBe('local')
  expect(problems(told)).toContain(why)
})

test('a vxlan that does not learn teaches nothing, and takes frames of senders with static entries elsewhere', async () => {
  const entries = [self(remoteMac, '10.0.2.253', { state: NUD_NOARP })]
  const told = await arrives({ links: [eth1, vxlan0({ learning: false })], entries })
  expect(told.fate).toBe('local')
  expect(told.steps.map(({ text }) => text)).toContain(`vxlan0 does not learn from it where ${remoteMac} is`)
})

test('a flooded question reaches the host, which says whether it answers', async () => {
  const frame = { mac: 'ff:ff:ff:ff:ff:ff', asks: '10.0.1.1' }
  const own = await arrives(
    {
      addresses: [
        [2, '10.0.2.1/24'],
        [3, '10.0.1.1/24'],
      ],
    },
    frame,
  )
  expect(own.steps.at(-1)?.text).toBe('10.0.1.1 is an address of vxlan0: this host answers the question')
  expect((await arrives({}, frame)).steps.at(-1)?.text).toContain('is no address of this host')
})

test('a group that is joined on a device is heard', async () => {
  expect(await arrives({ joined: { eth1: ['239.1.1.1'] } }, { to: '239.1.1.1' })).toMatchObject({ fate: 'local' })
})

const eth2 = portOf(device(6, 'eth2', 1450))
const eth3 = portOf(device(7, 'eth3', 1450))
const bridged = [eth1, portOf(vxlan0()), br0, eth2, eth3]

test('a bridge that knows the MAC address sends it out by that port', async () => {
  const told = await arrives({ links: bridged, entries: [behind(vmMac, 6)] }, { mac: vmMac })
  expect(told).toMatchObject({ fate: 'port', bridge: 'br0', ports: ['eth2'], isForHost: false })
  expect(told.answer).toBe('sends the frame out by the port eth2 of br0')
})

test('a bridge that does not know the MAC address floods it to the others', async () => {
  const told = await arrives({ links: bridged }, { mac: vmMac })
  expect(told).toMatchObject({ fate: 'flood', ports: ['eth2', 'eth3'], isForHost: false })
  expect(await arrives({ links: bridged }, { mac: 'ff:ff:ff:ff:ff:ff' })).toMatchObject({
    fate: 'flood',
    ports: ['eth2', 'eth3'],
    isForHost: true,
  })
})

test('what is for an address of the bridge or of a port is for the host', async () => {
  expect(await arrives({ links: bridged }, { mac: br0.attributes.address ?? '' })).toMatchObject({ fate: 'local' })
  const own = behind('02:00:00:00:00:07', 6, { state: NUD_PERMANENT })
  expect(await arrives({ links: bridged, entries: [own] }, { mac: '02:00:00:00:00:07' })).toMatchObject({
    fate: 'local',
  })
})

test.each<{ what: string; scene: Scene; frame?: Partial<ArrivingFrame>; why: string }>([
  { what: 'that is down', scene: { links: [eth1, portOf(vxlan0()), { ...br0, flags: 0 }] }, why: 'br0, which is down' },
  {
    what: 'whose vxlan port is blocking',
    scene: { links: [eth1, portOf(vxlan0(), { state: 4 }), br0, eth2] },
    why: 'the port vxlan0 of br0 is blocking, and takes no frames',
  },
  {
    what: 'whose vxlan port is learning only',
    scene: { links: [eth1, portOf(vxlan0(), { state: 2 }), br0, eth2] },
    why: 'the port vxlan0 of br0 is learning',
  },
  {
    what: 'that knows the MAC address where it came from',
    scene: { links: bridged, entries: [behind(vmMac, 3)] },
    why: `br0 knows ${vmMac} behind its port vxlan0, and does not send it there: it came in there`,
  },
  {
    what: 'whose port is disabled',
    scene: { links: [eth1, portOf(vxlan0()), br0, portOf(eth2, { state: 0 })], entries: [behind(vmMac, 6)] },
    why: 'and does not send it there: that port is disabled',
  },
  {
    what: 'of which both ports are isolated',
    scene: {
      links: [eth1, portOf(vxlan0(), { isolated: true }), br0, portOf(eth2, { isolated: true })],
      entries: [behind(vmMac, 6)],
    },
    why: 'both ports are isolated',
  },
  {
    what: 'without another port',
    scene: { links: [eth1, portOf(vxlan0()), br0] },
    why: `br0 does not know ${vmMac}, and it has no other port`,
  },
  {
    what: 'that floods to nobody',
    scene: { links: [eth1, portOf(vxlan0()), br0, portOf(eth2, { unicastFlood: false })] },
    why: 'none of its other ports takes it: eth2 (flooding is off)',
  },
  {
    what: 'whose port is locked',
    scene: { links: [eth1, portOf(vxlan0(), { locked: true }), br0, eth2], entries: [behind(vmMac, 6)] },
    why: `the port vxlan0 of br0 is locked, and ${remoteMac} is not among those that it admits`,
  },
])('drops a frame at a bridge $what', async ({ scene, frame = {}, why }) => {
  const told = await arrives(scene, { mac: vmMac, ...frame })
  expect(told).toMatchObject({ fate: 'dropped', answer: expect.stringContaining(why) })
})

test('a port with a smaller MTU than the frames is named', async () => {
  const links = [eth1, portOf(vxlan0()), br0, portOf(device(6, 'eth2', 1400))]
  expect(problems(await arrives({ links, entries: [behind(vmMac, 6)] }, { mac: vmMac }))).toContain(
    'the port eth2 has an MTU of 1400, and packets of up to 1450 bytes come',
  )
})

const filtering: Link = {
  ...br0,
  attributes: { ...br0.attributes, linkinfo: { kind: 'bridge', data: { vlanFiltering: 1 } } },
}
const { BRIDGE_VLAN_INFO_PVID: PVID, BRIDGE_VLAN_INFO_UNTAGGED: UNTAGGED } = constants

/** The VLANs of a port: the first is its PVID. */
function vlans(
  index: number,
  [pvid, ...tagged]: readonly number[],
  mapped: readonly (readonly [number, number])[] = [],
) {
  const vlanInfo = [
    ...(pvid === undefined ? [] : [{ vid: pvid, flags: PVID | UNTAGGED }]),
    ...tagged.map((vid) => ({ vid, flags: 0 })),
  ]
  const vlanTunnelInfo = mapped.map(([vid, id]) => ({ vid, id, flags: 0 }))
  return { index, attributes: { afSpec: { vlanInfo, vlanTunnelInfo } } } as unknown as BridgeLink
}

test('a bridge that filters looks in the VLAN of the port, and sends to ports that are in it', async () => {
  const links = [eth1, portOf(vxlan0()), filtering, eth2, eth3]
  const bridgeLinks = [vlans(3, [10]), vlans(6, [10]), vlans(7, [20])]
  const entries = [behind(vmMac, 6, {}, 10), behind('02:00:00:00:00:bb', 7, {}, 10)]
  expect(await arrives({ links, bridgeLinks, entries }, { mac: vmMac })).toMatchObject({
    fate: 'port',
    ports: ['eth2'],
  })
  expect(await arrives({ links, bridgeLinks, entries }, { mac: '02:00:00:00:00:bb' })).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('that port is not in VLAN 10'),
  })
  expect(await arrives({ links, bridgeLinks }, { mac: 'ff:ff:ff:ff:ff:ff' })).toMatchObject({
    ports: ['eth2'],
    isForHost: false,
  })
  expect(await arrives({ links, bridgeLinks }, { mac: vmMac, vlan: 20 })).toMatchObject({
    answer: expect.stringContaining('its port vxlan0 is not in VLAN 20'),
  })
  expect(await arrives({ links, bridgeLinks: [vlans(6, [10])] }, { mac: vmMac })).toMatchObject({
    answer: expect.stringContaining('has none for untagged frames (no PVID)'),
  })
  expect(await arrives({ links, bridgeLinks }, { mac: filtering.attributes.address ?? '' })).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('br0 itself is not in VLAN 10'),
  })
})

test('a vxlan that carries many VNIs takes the VLAN from its map', async () => {
  const many = portOf(vxlan0({ id: 0, collectMetadata: true }), { vlanTunnel: true })
  const links = [eth1, many, filtering, eth2, eth3]
  const bridgeLinks = [
    vlans(
      3,
      [1, 10, 20],
      [
        [10, 42],
        [20, 43],
      ],
    ),
    vlans(6, [10]),
    vlans(7, [20]),
  ]
  expect(await arrives({ links, bridgeLinks }, { mac: vmMac })).toMatchObject({ fate: 'flood', ports: ['eth2'] })
  expect(await arrives({ links, bridgeLinks }, { mac: vmMac, vni: 43 })).toMatchObject({ ports: ['eth3'] })
})

test('what something else than a bridge does is not guessed', async () => {
  const ovs: Link = {
    ...device(4, 'ovs-system'),
    attributes: { ifname: 'ovs-system', linkinfo: { kind: 'openvswitch' } },
  }
  expect(await arrives({ links: [eth1, portOf(vxlan0()), ovs] })).toMatchObject({
    fate: 'unseen',
    answer: expect.stringContaining('ovs-system (openvswitch) takes what comes out of vxlan0, and is not looked into'),
  })
})
