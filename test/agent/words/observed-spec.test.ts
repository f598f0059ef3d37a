/** What the kernel has, in the words of the files. */
import { describe, expect, test } from 'vitest'
import type { LinkNames } from '../../../src/agent/kernel/link-names.ts'
import { fdbKey } from '../../../src/agent/kernel/observed.ts'
import type { OwnedLink } from '../../../src/agent/record/owned.ts'
import {
  defaultPvidOf,
  numberOrRange,
  observedForwarding,
  observedNeighbours,
  observedPort,
  observedSelfVlans,
  observedSettings,
} from '../../../src/agent/words/observed-spec.ts'
import {
  type BridgeLink,
  type BridgePortAttributes,
  type BridgeVlanInfo,
  constants,
  type Link,
  type Neighbour,
} from '../../../src/rtnetlink/index.ts'
import { bridge, device, observed, vxlan } from '../../support/builders.ts'

const { NTF_SELF, NTF_MASTER, NTF_EXT_LEARNED, NTF_ROUTER, NTF_STICKY, NTF_PROXY } = constants
const { NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE, BRIDGE_VLAN_INFO_PVID, BRIDGE_VLAN_INFO_UNTAGGED } = constants
const permanent = NUD_PERMANENT | NUD_NOARP
const zeroMac = '00:00:00:00:00:00'
const mac = '02:00:00:00:00:09'

const names: LinkNames = { nameOf: (index) => ({ 2: 'eth1', 9: 'br0' })[index], indexOf: () => 0 }

describe('the settings of a link', () => {
  test('are those that differ from what the kernel does by itself', () => {
    const link = vxlan(5, 'vxlan0', { id: 42, group: '239.1.1.1', link: 2, ttl: 16, port: 4789, learning: false })
    expect(observedSettings(link, 'vxlan', undefined, names)).toEqual({
      ...{ id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16, dstport: 4789, learning: false },
    })
  })

  test('have neither MAC nor MTU, of which nobody knows what they would be', () => {
    const link = vxlan(5, 'vxlan0', { id: 42 }, { mtu: 1300, address: '02:00:00:00:00:55', ifalias: 'lab' })
    expect(observedSettings(link, 'vxlan', undefined, names)).toEqual({ id: 42, alias: 'lab' })
  })

  test('say that a link is down, and nothing where it is up', () => {
    expect(observedSettings(vxlan(5, 'vxlan0', { id: 1 }, { isUp: false }), 'vxlan', undefined, names)).toEqual({
      ...{ id: 1, up: false },
    })
  })

  test('have what was written last where the kernel shows nothing', () => {
    const record: OwnedLink = { kind: 'vxlan', id: 42, mac, stated: [], unshown: { mcroute: true } }
    const link = vxlan(5, 'vxlan0', { id: 42 })
    expect(observedSettings(link, 'vxlan', record, names)).toEqual({ id: 42, mcroute: true })
    const inDoubt = { ...record, unshown: { mcroute: null } }
    expect(observedSettings(link, 'vxlan', inDoubt, names)).toEqual({ id: 42 })
  })
})

function port(data: BridgePortAttributes = {}, master = 9): Link {
  const link = device(3, 'port1')
  return { ...link, attributes: { ...link.attributes, master, linkinfo: { slaveKind: 'bridge', slaveData: data } } }
}

function filtering(vlanDefaultPvid?: number): Link {
  const link = bridge(9, 'br0')
  const data = vlanDefaultPvid === undefined ? {} : { vlanDefaultPvid }
  return { ...link, attributes: { ...link.attributes, linkinfo: { kind: 'bridge', data } } }
}

/** VLANs of a port as the kernel tells them, and its map. */
function bridgeLink(vlanInfo: readonly BridgeVlanInfo[], map: readonly (readonly [vid: number, vni: number])[] = []) {
  const vlanTunnelInfo = map.map(([vid, id]) => ({ vid, id, flags: 0 }))
  return { family: 7, type: 1, index: 3, flags: 0, change: 0, attributes: { afSpec: { vlanInfo, vlanTunnelInfo } } }
}

const native = { vid: 1, flags: BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED }

/** What is told of port1 of br0. */
function portOf(link: Link, vlans?: object, stated?: readonly string[], master = filtering(1)) {
  const tables = observed([master, link])
  if (vlans !== undefined) {
    tables.bridgeLinks.set(3, vlans as BridgeLink)
  }
  return observedPort(link, { observed: tables, names }, stated)
}

describe('a port', () => {
  test('has nothing to tell where everything is as the kernel does it by itself', () => {
    expect(portOf(port())).toEqual({})
    expect(portOf(port(), bridgeLink([native]))).toEqual({})
  })

  test('has the options that differ', () => {
    expect(portOf(port({ learning: false, neighSuppress: true, unicastFlood: true, priority: 32 }))).toEqual({
      ...{ learning: false, neigh_suppress: true },
    })
  })

  test('has its cost only where a file stated it, since it follows from the speed of the link', () => {
    expect(portOf(port({ cost: 2 }))).toEqual({})
    expect(portOf(port({ cost: 2 }), undefined, ['port.cost'])).toEqual({ cost: 2 })
    expect(portOf(port({ cost: 2 }), undefined, ['cost'])).toEqual({})
  })

  test('has its VLANs where they are others than every port gets', () => {
    const tagged = [
      { vid: 10, flags: 0 },
      { vid: 11, flags: 0 },
      { vid: 20, flags: BRIDGE_VLAN_INFO_UNTAGGED },
    ]
    expect(portOf(port(), bridgeLink([native, ...tagged]))).toEqual({
      vlans: [{ vid: 1, pvid: true, untagged: true }, '10-11', { vid: 20, untagged: true }],
    })
    expect(portOf(port(), bridgeLink([]))).toEqual({ vlans: [] })
    expect(portOf(port(), bridgeLink([native]), [], filtering(2))).toEqual({
      vlans: [{ vid: 1, pvid: true, untagged: true }],
    })
    expect(portOf(port(), bridgeLink([]), [], filtering(0))).toEqual({})
  })

  test('has its map of VLANs to VNIs, in runs', () => {
    const map = [
      [10, 100],
      [11, 101],
      [20, 500],
    ] as const
    expect(portOf(port({ vlanTunnel: true }), bridgeLink([native], map))).toEqual({
      vlan_tunnel: true,
      vlan_to_vni: [
        { vid: '10-11', vni: '100-101' },
        { vid: 20, vni: 500 },
      ],
    })
  })

  test('is none in no bridge, or in one of another kind', () => {
    expect(portOf(device(3, 'port1'))).toBeUndefined()
    const enslaved = port()
    const { attributes } = enslaved
    expect(portOf({ ...enslaved, attributes: { ...attributes, linkinfo: { slaveKind: 'bond' } } })).toBeUndefined()
  })
})

test('the VLANs of a bridge itself are told where they are others than every bridge has', () => {
  const of = (vlans?: object): unknown => {
    const tables = observed([filtering(1)])
    if (vlans !== undefined) {
      tables.bridgeLinks.set(9, vlans as BridgeLink)
    }
    return observedSelfVlans(filtering(1), { observed: tables })
  }
  expect(of()).toBeUndefined()
  expect(of(bridgeLink([native]))).toBeUndefined()
  expect(of(bridgeLink([native, { vid: 10, flags: 0 }]))).toEqual([{ vid: 1, pvid: true, untagged: true }, 10])
})

test('the VLAN of new ports is the bridge’s own, and none without VLANs', () => {
  expect([filtering(7), filtering(), device(3, 'port1'), undefined].map(defaultPvidOf)).toEqual([7, 0, 0, 0])
})

test('a run of one is a number, a longer one a range', () => {
  expect([numberOrRange(7, 7), numberOrRange(7, 8)]).toEqual([7, '7-8'])
})

type Attributes = Neighbour['attributes']

function entry(attributes: Attributes, state = permanent, flags = NTF_SELF): Neighbour {
  return { family: 7, ifindex: 5, state, flags, type: 0, attributes }
}

function forwarding(entries: readonly Neighbour[], link = vxlan(5, 'vxlan0', { id: 42 }), ours = new Set<string>()) {
  const tables = observed([device(2, 'eth1'), link])
  return observedForwarding(
    entries.map((each) => [fdbKey(each), each] as const),
    ours,
    link,
    { observed: tables, names },
  )
}

describe('forwarding entries', () => {
  test('for floods are remotes, with what is not the link’s own', () => {
    const found = forwarding([
      entry({ lladdr: zeroMac, dst: '10.0.2.2' }),
      entry({ lladdr: zeroMac, dst: '10.0.2.3', port: 4789, vni: 43, srcVni: 44, ifindex: 2 }),
      entry({ lladdr: zeroMac, dst: '10.0.2.4', ifindex: 77 }),
    ])
    expect(found).toEqual({
      remotes: [
        '10.0.2.2',
        { dst: '10.0.2.3', port: 4789, vni: 43, src_vni: 44, via: 'eth1' },
        { dst: '10.0.2.4', via: '77' },
      ],
      fdb: [],
    })
  })

  test('for addresses are fdb, with their kind and marks', () => {
    const found = forwarding(
      [
        entry({ lladdr: mac, dst: '10.0.2.2' }),
        entry({ lladdr: '02:00:00:00:00:0a', dst: '10.0.2.2' }, NUD_REACHABLE | NUD_NOARP, NTF_SELF | NTF_ROUTER),
        entry({ lladdr: '02:00:00:00:00:0b', nhId: 12 }, permanent, NTF_SELF | NTF_STICKY),
        entry({ lladdr: zeroMac, nhId: 13 }),
      ],
      undefined,
    )
    expect(found).toEqual({
      remotes: [],
      fdb: [
        { mac, dst: '10.0.2.2' },
        { mac: '02:00:00:00:00:0a', dst: '10.0.2.2', state: 'static', router: true },
        { mac: '02:00:00:00:00:0b', nhid: 12, sticky: true },
        { mac: zeroMac, nhid: 13 },
      ],
    })
  })

  test('that were learned, that a control plane keeps, or that are the bridge’s are nobody’s statement', () => {
    const found = forwarding([
      entry({ lladdr: mac, dst: '10.0.2.2' }, NUD_REACHABLE),
      entry({ lladdr: '02:00:00:00:00:0a', dst: '10.0.2.2' }, permanent, NTF_SELF | NTF_EXT_LEARNED),
      entry({ lladdr: '02:00:00:00:00:0b' }, permanent, NTF_MASTER),
    ])
    expect(found).toEqual({ remotes: [], fdb: [] })
  })

  test('of those kinds are told all the same when vxagent put them there', () => {
    const kept = entry({ lladdr: mac, dst: '10.0.2.2' }, NUD_REACHABLE, NTF_SELF | NTF_EXT_LEARNED)
    expect(forwarding([kept], undefined, new Set([fdbKey(kept)])).fdb).toEqual([
      { mac, dst: '10.0.2.2', state: 'dynamic', extern_learn: true },
    ])
  })

  test('that the kernel makes for the link’s own group or remote are left out', () => {
    const entries = [
      entry({ lladdr: zeroMac, dst: '239.1.1.1', ifindex: 2 }),
      entry({ lladdr: zeroMac, dst: '10.0.2.2' }),
    ]
    const link = vxlan(5, 'vxlan0', { id: 42, group: '239.1.1.1', link: 2 })
    expect(forwarding(entries, link).remotes).toEqual(['10.0.2.2'])
    const v6 = vxlan(5, 'vxlan0', { id: 42, group6: '2001:db8::2' })
    expect(forwarding([entry({ lladdr: zeroMac, dst: '2001:db8::2' })], v6).remotes).toEqual([])
  })
})

test('neighbours are told that are there to stay, and are not answered for', () => {
  const neighbour = (
    dst: string | undefined,
    state: number,
    flags = 0,
    lladdr: string | undefined = mac,
  ): Neighbour => ({
    ...entry({ ...(dst !== undefined && { dst }), ...(lladdr !== undefined && { lladdr }) }, state, flags),
    family: 2,
  })
  expect(
    observedNeighbours([
      neighbour('10.0.1.2', NUD_PERMANENT),
      neighbour('10.0.1.3', NUD_PERMANENT, NTF_ROUTER | NTF_EXT_LEARNED),
      neighbour('10.0.1.4', NUD_REACHABLE),
      neighbour('10.0.1.5', NUD_PERMANENT, NTF_PROXY),
      neighbour(undefined, NUD_PERMANENT),
    ]),
  ).toEqual([
    { ip: '10.0.1.2', mac },
    { ip: '10.0.1.3', mac, router: true, extern_learn: true },
  ])
})
