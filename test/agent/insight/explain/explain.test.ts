/** The way of a frame through made tables: bridges, VLANs, maps, what stops it, and what is asked wrongly. */

import { describe, expect, test } from 'vitest'
import type { Explanation } from '../../../../src/agent/answers/explanation.ts'
import type { UnderlayPath } from '../../../../src/agent/answers/tunnel.ts'
import { zeroMac } from '../../../../src/agent/facts/zero-mac.ts'
import { type KernelRelease, parseKernelRelease } from '../../../../src/agent/host/kernel-release.ts'
import { AmbiguousQuestion, type Question } from '../../../../src/agent/insight/explain/departure-point.ts'
import { explain } from '../../../../src/agent/insight/explain/explain.ts'
import type { Sources } from '../../../../src/agent/insight/explain/sources.ts'
import type { Nexthops } from '../../../../src/agent/kernel/nexthop-members.ts'
import { fdbKey, fdbOwner, type Observed } from '../../../../src/agent/kernel/observed.ts'
import { type BridgeLink, constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { device, nexthopGroup, observed, release, vxlan } from '../../../support/builders.ts'

const { NTF_SELF, NTF_EXT_LEARNED, NUD_REACHABLE, NUD_PERMANENT, NUD_NOARP } = constants
const permanent = NUD_PERMANENT | NUD_NOARP
const mac = '02:00:00:00:00:fe'

const eth1 = device(2, 'eth1')
const vxlan0 = vxlan(3, 'vxlan0', { id: 42, link: 2, port: 8472, ageing: 300, learning: true }, { mtu: 1450 })
const flood = entry({ lladdr: zeroMac, dst: '239.1.1.1', ifindex: 2 }, { state: permanent })

function entry(attributes: Neighbour['attributes'], parts: Partial<Neighbour> = {}): Neighbour {
  return { family: 7, ifindex: 3, state: NUD_REACHABLE, flags: NTF_SELF, type: 0, attributes, ...parts }
}

function withAttributes(link: Link, attributes: Link['attributes']): Link {
  return { ...link, attributes: { ...link.attributes, ...attributes } }
}

interface Scene {
  readonly links?: readonly Link[]
  readonly entries?: readonly Neighbour[]
  readonly bridgeLinks?: readonly BridgeLink[]
  readonly path?: UnderlayPath
  readonly nexthops?: Nexthops
  readonly release?: KernelRelease
}

function worldOf({
  links = [eth1, vxlan0],
  entries = [flood],
  bridgeLinks = [],
  path,
  nexthops,
  release: of = release,
}: Scene): Sources {
  const tables: Observed = observed(links)
  for (const each of entries) {
    const table = tables.fdb.get(fdbOwner(each)) ?? new Map<string, Neighbour>()
    tables.fdb.set(fdbOwner(each), table.set(fdbKey(each), each))
  }
  for (const each of bridgeLinks) {
    tables.bridgeLinks.set(each.index, each)
  }
  return {
    observed: tables,
    release: of,
    nowMs: 0,
    route: async () => 'there is no route to it',
    path: async () => path ?? { isResolved: true, dev: 'eth1', source: '10.0.2.1', mtu: 1500, neighbour: 'reachable' },
    entry: async ({ index, lladdr, srcVni }) =>
      [...(tables.fdb.get(index)?.values() ?? [])].find(
        ({ attributes }) => attributes.lladdr === lladdr && attributes.srcVni === srcVni,
      ),
    nexthops,
    history: () => [],
  }
}

function asked(scene: Scene, question: Partial<Question> = {}): Promise<Explanation> {
  return explain({ target: mac, isMac: true, ...question }, worldOf(scene))
}

/** The text of the steps of one table. */
function steps({ steps: all }: Explanation, table: string): string {
  return all
    .filter((step) => step.table === table)
    .map(({ text }) => text)
    .join('; ')
}

test('without an entry it is flooded, and what teaches otherwise is told', async () => {
  const told = await asked({})
  expect(told).toMatchObject({
    fate: 'flood',
    vxlan: 'vxlan0',
    packets: [{ vni: 42, remote: '239.1.1.1', dstport: 8472 }],
  })
  expect(told.changes[0]).toContain(`the first frame from ${mac}`)
  expect(steps(told, 'outer')).toContain('TTL 1: no router passes it on')
  const deaf = vxlan(3, 'vxlan0', { id: 42, port: 8472, learning: false })
  expect((await asked({ links: [eth1, deaf] })).changes[0]).toContain('does not learn')
})

test.each([
  [release.text, { used: 100, updated: 20_000 }, 100],
  ['6.12.0', { used: 5000, updated: 20_000 }, 250],
  [release.text, { used: 0, updated: 40_000 }, 0],
])('a learned entry on Linux %s ages out by what that kernel counts from', async (kernel, ages, left) => {
  const learned = entry({ lladdr: mac, dst: '10.0.2.254', cacheinfo: { confirmed: 0, refcnt: 0, ...ages } })
  const told = await asked({ entries: [flood, learned], release: parseKernelRelease(kernel) })
  expect(told).toMatchObject({ fate: 'unicast', agesOutIn: left, packets: [{ remote: '10.0.2.254' }] })
  expect(told.changes[0]).toContain(`about ${left} s`)
  expect(told.changes[0]?.includes('or to it')).toBe(kernel === '6.12.0')
})

test('entries that do not age say who would change them', async () => {
  const fixed = await asked({ entries: [entry({ lladdr: mac, dst: '10.0.2.254' }, { state: permanent })] })
  expect([fixed.agesOutIn, fixed.changes[0]]).toEqual([undefined, expect.stringContaining('until somebody changes')])
  const external = entry({ lladdr: mac, dst: '10.0.2.254' }, { flags: NTF_SELF | NTF_EXT_LEARNED })
  expect((await asked({ entries: [external] })).changes[0]).toContain('control plane')
})

test('nothing changes how frames for all are sent', async () => {
  const { changes } = await asked({}, { target: 'ff:ff:ff:ff:ff:ff' })
  expect(changes).toEqual(['nothing: frames for all are always flooded'])
})

test('an entry with a port, a VNI and a device of its own decides the outer packet', async () => {
  const own = entry({ lladdr: mac, dst: '10.0.2.254', port: 4789, vni: 77, ifindex: 2 })
  expect((await asked({ entries: [own] })).packets).toEqual([
    { vni: 77, remote: '10.0.2.254', dstport: 4789, source: '10.0.2.1', dev: 'eth1', mtu: 1500 },
  ])
})

test('what the other end gets is told: whom it is for, its tag, the MTU, and what not everybody takes', async () => {
  expect((await asked({})).frame).toEqual({ mac, mtu: 1450, features: [] })
  const special = vxlan(3, 'vxlan0', { id: 42, port: 8472, gbp: true, remcsumTx: true, udpZeroCsum6Tx: true })
  expect((await asked({ links: [eth1, special] })).frame?.features).toEqual(['gbp', 'remcsumtx', 'udp6zerocsumtx'])
  const plain = { links: [eth1, inBridge(vxlan0), br0, eth2] }
  expect((await asked(plain, { dev: 'br0', vlan: 20 })).frame).toMatchObject({ vlan: 20 })
  const filtering = {
    ...br0,
    attributes: { ...br0.attributes, linkinfo: { kind: 'bridge', data: { vlanFiltering: 1 } } },
  }
  const untagged = { vid: 10, flags: constants.BRIDGE_VLAN_INFO_UNTAGGED }
  const port = { ...vlans(3, []), attributes: { afSpec: { vlanInfo: [untagged, { vid: 20, flags: 0 }] } } }
  const scene = { links: [eth1, inBridge(vxlan0), filtering, eth2], bridgeLinks: [port] }
  expect((await asked(scene, { dev: 'br0', vlan: 20 })).frame).toMatchObject({ vlan: 20 })
  expect((await asked(scene, { dev: 'br0', vlan: 10 })).frame?.vlan).toBeUndefined()
  expect((await asked({ entries: [] })).frame).toBeUndefined()
})

test('what stops it: a link that is down, no flood, no way, an MTU that is too large', async () => {
  const down = { ...vxlan0, flags: 0 }
  expect(await asked({ links: [eth1, down] })).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('vxlan0 is down'),
  })
  expect(await asked({ entries: [] })).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('floods to nobody'),
  })
  const lost = await asked({ path: { isResolved: false, problem: 'there is no route to 239.1.1.1' } })
  expect(lost).toMatchObject({ fate: 'dropped', answer: expect.stringContaining('But there is no route') })
  const small = await asked({ path: { isResolved: true, dev: 'eth1', mtu: 1400 } })
  expect(small.steps.find(({ table }) => table === 'mtu')).toMatchObject({
    isProblem: true,
    text: expect.stringContaining('1350'),
  })
})

const br0 = withAttributes(device(5, 'br0'), {
  linkinfo: { kind: 'bridge', data: { vlanFiltering: 0 } },
  address: '02:00:00:00:00:b0',
})
const inBridge = (link: Link, slaveData: object = {}): Link => {
  const { linkinfo } = link.attributes
  return withAttributes(link, {
    master: 5,
    linkinfo: { ...linkinfo, slaveKind: 'bridge', slaveData } as Link['attributes']['linkinfo'],
  })
}
const eth2 = inBridge(device(6, 'eth2'))
const inTable = (address: string, ifindex: number, parts: Partial<Neighbour> = {}): Neighbour =>
  entry({ lladdr: address, master: 5 }, { ifindex, flags: 0, ...parts })

test('a bridge passes it to the port that it knows, floods what it does not know, and keeps its own', async () => {
  const links = [eth1, inBridge(vxlan0), br0, eth2]
  expect(await asked({ links, entries: [flood, inTable(mac, 6)] })).toMatchObject({ fate: 'local' })
  expect(steps(await asked({ links, entries: [flood, inTable(mac, 3)] }), 'bridge')).toContain('behind its port vxlan0')
  expect(steps(await asked({ links }), 'bridge')).toMatch(/does not know .* all ports: (vxlan0, eth2|eth2, vxlan0)/)
  expect(await asked({ links }, { target: '02:00:00:00:00:b0' })).toMatchObject({ fate: 'local' })
  expect(await asked({ links }, { target: 'ff:ff:ff:ff:ff:ff' })).toMatchObject({
    fate: 'flood',
    packets: [{ remote: '239.1.1.1' }],
  })
})

test('a port that does not forward, or is not flooded to, does not get it', async () => {
  const blocked = [eth1, inBridge(vxlan0, { state: 4 }), br0, eth2]
  expect(await asked({ links: blocked, entries: [flood, inTable(mac, 3)] })).toMatchObject({ fate: 'dropped' })
  const silent = [eth1, inBridge(vxlan0, { unicastFlood: false }), br0, eth2]
  expect(await asked({ links: silent })).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('no vxlan is among the ports'),
  })
})

function vlans(
  index: number,
  vids: readonly number[],
  pvid?: number,
  map: readonly { vid: number; id: number }[] = [],
): BridgeLink {
  const afSpec = {
    vlanInfo: vids.map((vid) => ({ vid, flags: vid === pvid ? constants.BRIDGE_VLAN_INFO_PVID : 0 })),
    vlanTunnelInfo: map.map(({ vid, id }) => ({ vid, id, flags: 0 })),
  }
  return { family: 7, type: 1, index, flags: 0, change: 0, attributes: { afSpec } }
}

test('what answers questions in the place of others is told where the frame is one', async () => {
  const suppressing = [eth1, inBridge(vxlan0, { neighSuppress: true }), br0, eth2]
  const question = { target: 'ff:ff:ff:ff:ff:ff' }
  expect(steps(await asked({ links: suppressing }, question), 'bridge')).toContain('neigh_suppress on')
  expect(steps(await asked({ links: suppressing }), 'bridge')).not.toContain('neigh_suppress')
  const proxy = vxlan(3, 'vxlan0', { id: 42, port: 8472, proxy: true })
  expect(steps(await asked({ links: [eth1, proxy] }, question), 'vxlan')).toContain('proxy on')
})

test('a VLAN decides which ports, which entries and which VNI', async () => {
  const filtering = withAttributes(br0, { linkinfo: { kind: 'bridge', data: { vlanFiltering: 1 } } })
  const external = vxlan(3, 'vxlan0', { collectMetadata: true, port: 4789 })
  const scene = {
    links: [eth1, inBridge(external), filtering, eth2],
    entries: [
      entry({ lladdr: zeroMac, dst: '10.0.2.254', srcVni: 10010 }, { state: permanent }),
      entry({ lladdr: zeroMac, dst: '10.0.2.253', srcVni: 10020 }, { state: permanent }),
      entry({ lladdr: mac, dst: '10.0.2.9', srcVni: 10020 }),
    ],
    bridgeLinks: [
      vlans(5, [10, 20], 10),
      vlans(6, [10, 20, 30]),
      vlans(3, [10, 20, 40], undefined, [
        { vid: 10, id: 10010 },
        { vid: 20, id: 10020 },
      ]),
    ],
  }
  expect(await asked(scene)).toMatchObject({ fate: 'flood', packets: [{ vni: 10010, remote: '10.0.2.254' }] })
  expect(await asked(scene, { vlan: 20 })).toMatchObject({
    fate: 'unicast',
    packets: [{ vni: 10020, remote: '10.0.2.9' }],
  })
  expect(await asked(scene, { vlan: 30 })).toMatchObject({ fate: 'dropped' })
  expect(await asked(scene, { vlan: 40 })).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('no VLAN of its bridge maps'),
  })
  const unnumbered = { ...scene, bridgeLinks: [vlans(5, [10, 20]), ...scene.bridgeLinks.slice(1)] }
  expect(await asked(unnumbered)).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('has none for untagged frames'),
  })
})

test('a link that carries many VNIs without a map, and a VLAN where none is looked at, say so', async () => {
  const external = vxlan(3, 'vxlan0', { collectMetadata: true, port: 4789 })
  expect((await asked({ links: [eth1, external] }, { dev: 'vxlan0' })).answer).toContain('it is in no bridge that maps')
  const inPlain = { links: [eth1, inBridge(external), br0, eth2] }
  expect((await asked(inPlain, { dev: 'br0' })).answer).toContain('its bridge does not filter VLANs')
  const plain = { links: [eth1, inBridge(vxlan0), br0, eth2] }
  expect(steps(await asked(plain, { dev: 'br0', vlan: 20 }), 'vlan')).toContain('VLAN 20 makes no difference')
  expect(steps(await asked(plain, { dev: 'br0' }), 'vlan')).toBe('')
})

test.each([
  { filters: 0, vlan: undefined, isKnown: true },
  { filters: 0, vlan: 10, isKnown: false },
  { filters: 1, vlan: undefined, isKnown: false },
  { filters: 1, vlan: 10, isKnown: true },
  { filters: 1, vlan: 20, isKnown: false },
])('filtering $filters: an entry of the bridge for VLAN $vlan is looked at: $isKnown', async (each) => {
  const { filters, vlan, isKnown } = each
  const bridge = withAttributes(br0, { linkinfo: { kind: 'bridge', data: { vlanFiltering: filters } } })
  const flags = constants.NTF_MASTER
  const behindEth2 = entry(
    { lladdr: mac, master: br0.index, ...(vlan !== undefined && { vlan }) },
    { ifindex: 6, flags },
  )
  const told = await asked(
    { links: [eth1, inBridge(vxlan0), bridge, eth2], entries: [flood, behindEth2], bridgeLinks: [vlans(3, [10], 10)] },
    { dev: 'br0', vlan: 10 },
  )
  expect(steps(told, 'bridge').includes('br0 knows')).toBe(isKnown)
})

/** What eth2, a port of br0, hears that asks for an address. */
async function askedByGuest(scene: Scene, neighbours: readonly Neighbour[], ip = '10.0.1.7'): Promise<Explanation> {
  const sources = worldOf(scene)
  for (const each of neighbours) {
    const table = sources.observed.neighbours.get(each.ifindex) ?? new Map<string, Neighbour>()
    sources.observed.neighbours.set(each.ifindex, table.set(each.attributes.dst ?? '', each))
  }
  return explain({ target: ip, isMac: false, dev: 'eth2' }, sources)
}

function neighbourOf(ifindex: number, state: number, dst = '10.0.1.7'): Neighbour {
  return { family: 2, ifindex, state, flags: 0, type: 1, attributes: { dst, lladdr: mac } }
}

describe('a question that a bridge with a neigh_suppress port hears', () => {
  const links = [eth1, inBridge(vxlan0, { neighSuppress: true }), br0, eth2]
  const behindPort = entry({ lladdr: mac, master: br0.index }, { ifindex: 3, flags: constants.NTF_MASTER })

  test('does not leave when the bridge has the neighbour and its forwarding entry', async () => {
    const told = await askedByGuest({ links, entries: [flood, behindPort] }, [neighbourOf(br0.index, NUD_PERMANENT)])
    expect(told).toMatchObject({ fate: 'local', answer: expect.stringMatching(/^No question leaves: br0 answers for/) })
  })

  test.each([
    {
      what: 'a neighbour without a forwarding entry',
      entries: [flood],
      state: NUD_PERMANENT,
      says: 'no forwarding entry',
    },
    {
      what: 'a neighbour that failed',
      entries: [flood, behindPort],
      state: constants.NUD_FAILED,
      says: 'no neighbour entry',
    },
  ])('is flooded with $what', async ({ entries, state, says }) => {
    const told = await askedByGuest({ links, entries }, [neighbourOf(br0.index, state)])
    expect(told).toMatchObject({ fate: 'flood', packets: [{ remote: '239.1.1.1' }] })
    expect(steps(told, 'bridge')).toContain(says)
  })

  test('does not go there for what is behind another port, which answers itself', async () => {
    const eth3 = inBridge(device(7, 'eth3'))
    const behindEth3 = entry({ lladdr: mac, master: br0.index }, { ifindex: 7, flags: constants.NTF_MASTER })
    const scene = { links: [...links, eth3], entries: [flood, behindEth3] }
    const told = await askedByGuest(scene, [neighbourOf(br0.index, NUD_PERMANENT)])
    expect(told).toMatchObject({
      fate: 'local',
      answer: expect.stringMatching(/behind its port eth3, which is not behind a vxlan\.$/),
    })
  })

  test('is flooded when it comes from a port that has it on too', async () => {
    const both = [eth1, inBridge(vxlan0, { neighSuppress: true }), br0, inBridge(eth2, { neighSuppress: true })]
    const told = await askedByGuest({ links: both, entries: [flood, behindPort] }, [
      neighbourOf(br0.index, NUD_PERMANENT),
    ])
    expect(told.fate).toBe('flood')
  })
})

describe('a question that enters a vxlan with proxy', () => {
  const proxy = inBridge(vxlan(3, 'vxlan0', { id: 42, port: 8472, proxy: true }))
  const links = [eth1, proxy, br0, eth2]

  test('is answered from its neighbours', async () => {
    const told = await askedByGuest({ links }, [neighbourOf(3, NUD_PERMANENT)])
    expect(told).toMatchObject({ fate: 'local', answer: expect.stringContaining('it answers itself') })
  })

  test('is dropped without one', async () => {
    const told = await askedByGuest({ links }, [neighbourOf(3, constants.NUD_STALE)])
    expect(told).toMatchObject({ fate: 'dropped', answer: expect.stringContaining('it drops the ARP question') })
  })
})

test('entries for a group address itself count alone', async () => {
  const broadcast = 'ff:ff:ff:ff:ff:ff'
  const both = ['10.0.2.8', '10.0.2.9'].map((dst) => entry({ lladdr: zeroMac, dst }, { state: permanent }))
  const own = entry({ lladdr: broadcast, dst: '10.0.2.9' }, { state: permanent })
  const told = await asked({ entries: [...both, own] }, { target: broadcast })
  expect(told).toMatchObject({ fate: 'flood', packets: [{ remote: '10.0.2.9' }] })
  expect(told.packets).toHaveLength(1)
  expect((await asked({ entries: [...both, own] })).packets).toHaveLength(2)
})

describe('an entry that leads to a nexthop group', () => {
  const toGroup = entry({ lladdr: mac, nhId: 12 }, { state: permanent })

  test('leads to each of its members, of which one is taken, and tells what is wrong with them', async () => {
    const nexthops: Nexthops = nexthopGroup(12, ['10.0.2.8', '10.0.2.9'])
    const path = { isResolved: false, problem: 'it does not answer ARP on eth1' }
    const told = await asked({ entries: [toGroup], nexthops })
    expect(told).toMatchObject({ fate: 'unicast', packets: [{ remote: '10.0.2.8' }, { remote: '10.0.2.9' }] })
    expect(told.answer).toContain('to one VTEP of nexthop group 12, whichever the flow falls to: 10.0.2.8, 10.0.2.9.')
    expect(await asked({ entries: [toGroup], nexthops, path })).toMatchObject({ fate: 'dropped' })
    const flooded = await asked({ entries: [entry({ lladdr: zeroMac, nhId: 12 }, { state: permanent })], nexthops })
    expect(flooded).toMatchObject({ fate: 'unicast', packets: [{}, {}] })
  })

  test('that has no members drops the frame, and one that is not known is no promise', async () => {
    expect(await asked({ entries: [toGroup], nexthops: nexthopGroup(12, []) })).toMatchObject({ fate: 'dropped' })
    expect((await asked({ entries: [toGroup] })).answer).toContain('was not looked at')
  })
})

test('by IP without a route: the segment that knows the address, else the segments are offered', async () => {
  const question = { target: '10.0.9.9', isMac: false }
  expect(await asked({}, question)).toMatchObject({
    fate: 'dropped',
    answer: expect.stringMatching(/there is no route to it from this host itself. .* ask with --dev .*: vxlan0\.$/),
  })
  const sources = worldOf({})
  sources.observed.neighbours.set(3, new Map([['10.0.9.9', neighbourOf(3, NUD_REACHABLE, '10.0.9.9')]]))
  expect(await explain(question, sources)).toMatchObject({ fate: 'flood', dev: 'vxlan0' })
  expect(await asked({ links: [eth1] }, question)).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('no route'),
  })
})

test('by IP, by a device that is asked for', async () => {
  const told = await asked({}, { target: '2001:db8::1:2', isMac: false, dev: 'vxlan0' })
  expect(steps(told, 'neighbour')).toContain('ND question who has it, to 33:33:ff:01:00:02')
  expect(told.answer).toMatch(/^The MAC address of 2001:db8::1:2 is not known/)
  expect(told.changes).toEqual([
    expect.stringContaining('the answer to the question tells the MAC address of 2001:db8::1:2'),
  ])
})

test('several segments: the one that knows the address, else the asker has to say', async () => {
  const second = vxlan(8, 'vxlan8', { id: 8, port: 8472 })
  const links = [eth1, vxlan0, second]
  await expect(asked({ links })).rejects.toThrow(/several segments; state which is meant with --dev: vxlan0, vxlan8/)
  expect(await asked({ links, entries: [entry({ lladdr: mac, dst: '10.0.2.9' }, { ifindex: 8 })] })).toMatchObject({
    vxlan: 'vxlan8',
  })
  expect(await asked({ links }, { dev: 'vxlan0' })).toMatchObject({ vxlan: 'vxlan0' })
  await expect(asked({ links }, { dev: 'nowhere' })).rejects.toThrow(AmbiguousQuestion)
  await expect(asked({ links: [eth1] })).rejects.toThrow('there is no vxlan link on this host')
  expect(await asked({ links }, { dev: 'eth1' })).toMatchObject({ fate: 'not overlay' })
})

test('of very many destinations some are told and all are listed', async () => {
  const entries = Array.from({ length: 300 }, (_, at) =>
    entry({ lladdr: zeroMac, dst: `10.1.${at >> 8}.${at & 255}` }, { state: permanent }),
  )
  const told = await asked({ entries })
  expect(told.packets).toHaveLength(300)
  expect(told.steps.length).toBeLessThan(30)
  expect(told.answer).toContain('as 300 copies to the VTEPs 10.1.0.0')
})
