/** A host as a state that could have asked for it. */
import { describe, expect, test } from 'vitest'
import { exportDesired, type Host } from '../../../../src/agent/convert/export/desired-state.ts'
import type { DesiredState } from '../../../../src/agent/desired/schema.ts'
import { fdbKey, type Observed } from '../../../../src/agent/kernel/observed.ts'
import { nothingOwned, type Owned, type OwnedEntries } from '../../../../src/agent/record/owned.ts'
import { type BridgeLink, constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { address, bridge, device, mac, observed, owned, vxlan } from '../../../support/builders.ts'

const { NTF_EXT_LEARNED, NTF_SELF, NTF_STICKY, NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE } = constants
const eth1 = device(2, 'eth1')

function exported(
  links: readonly Link[],
  {
    record = nothingOwned,
    sysctlDefaults = {},
    fill = () => {},
    only,
  }: {
    readonly record?: Owned
    readonly sysctlDefaults?: Host['sysctlDefaults']
    readonly fill?: (tables: Observed) => void
    readonly only?: ReadonlySet<string>
  } = {},
): DesiredState {
  const tables = observed(links)
  fill(tables)
  const names = {
    nameOf: (index: number) => tables.links.get(index)?.attributes.ifname,
    indexOf: () => 0,
  }
  return exportDesired({ observed: tables, owned: record, names, sysctlDefaults }, only)
}

/** The record of a bridge that vxagent made. */
function ownBridge(name: string, ifindex: number, stated: readonly string[] = []): Owned {
  return { ...nothingOwned, links: { [name]: { kind: 'bridge', id: 0, mac, ifindex, stated } } }
}

/** In a bridge, as a port. */
function inBridge(link: Link, master: number): Link {
  const { attributes } = link
  return { ...link, attributes: { ...attributes, master, linkinfo: { ...attributes.linkinfo, slaveKind: 'bridge' } } }
}

describe('which links are exported', () => {
  const links = [
    eth1,
    bridge(9, 'br0'),
    bridge(8, 'br1'),
    inBridge(vxlan(5, 'vxlan0', { id: 42 }), 9),
    device(3, 'port1'),
  ]
  const namesOf = ({ vxlans, bridges }: DesiredState): string[] => [...Object.keys(vxlans), ...Object.keys(bridges)]

  test('all vxlans, and the bridges that have one as a port', () => {
    expect(namesOf(exported(links))).toEqual(['vxlan0', 'br0'])
  })

  test('bridges, too, that vxagent made', () => {
    const record = ownBridge('br1', 8)
    expect(namesOf(exported(links, { record }))).toEqual(['vxlan0', 'br1', 'br0'])
  })

  test('only those that are named', () => {
    expect(namesOf(exported(links, { only: new Set(['br1']) }))).toEqual(['br1'])
    expect(namesOf(exported(links, { only: new Set(['eth1']) }))).toEqual([])
  })

  test('in the order in which they were made', () => {
    const later = [vxlan(7, 'va', { id: 1 }), vxlan(6, 'vb', { id: 2 })]
    expect(namesOf(exported(later))).toEqual(['vb', 'va'])
  })

  test('one that has the name of a property of every object, like the others', () => {
    const name = '__proto__'
    expect(exported([vxlan(5, name, { id: 42 })]).vxlans[name]).toMatchObject({ id: 42 })
  })
})

describe('a vxlan', () => {
  test('of others is one to adopt, with its port even where that is the kernel’s own', () => {
    expect(exported([eth1, vxlan(5, 'vxlan0', { id: 42, link: 2 }, { mtu: 1450 })]).vxlans).toEqual({
      vxlan0: { id: 42, dev: 'eth1', dstport: 8472, adopt: true },
    })
  })

  test('of ours has no adopt, and its MAC only where a file stated it', () => {
    const links = [vxlan(5, 'vxlan0', { id: 42 })]
    const of = (stated: readonly string[], ifindex = 5): unknown =>
      exported(links, { record: owned({ vxlan0: { id: 42, ifindex, stated } }) }).vxlans['vxlan0']
    expect(of(['id'])).toEqual({ id: 42, dstport: 8472 })
    expect(of(['id', 'mac'])).toEqual({ id: 42, dstport: 8472, mac })
    // On record is another link, which had that name.
    expect(of(['id', 'mac'], 6)).toEqual({ id: 42, dstport: 8472, adopt: true })
  })

  test('has an MTU only where it would not have it by itself, so that it goes on following the underlay', () => {
    const mtuOf = (mtu: number, data = { id: 42, link: 2 }): unknown =>
      exported([eth1, vxlan(5, 'vxlan0', data, { mtu })]).vxlans['vxlan0']?.mtu
    expect([mtuOf(1450), mtuOf(1400)]).toEqual([undefined, 1400])
    const alone = { id: 42 } as { id: number; link: number }
    expect([mtuOf(1500, alone), mtuOf(1450, alone)]).toEqual([undefined, 1450])
  })

  test('for many VNIs has no id, and its VNIs in runs, with remotes of their own', () => {
    const link = vxlan(
      5,
      'vxlan0',
      { collectMetadata: true, vnifilter: true, group: '239.1.1.1', link: 2 },
      { mtu: 1450 },
    )
    const fill = ({ vnis }: Observed): void => {
      vnis.set(
        5,
        new Map([
          [10, undefined],
          [11, undefined],
          [20, '239.1.1.1'],
          [30, '239.1.1.9'],
          [40, '10.0.2.2'],
        ]),
      )
    }
    const { vxlan0 } = exported([eth1, link], { fill }).vxlans
    expect(vxlan0).not.toHaveProperty('id')
    expect(vxlan0?.vnis).toEqual(['10-11', 20, { vni: 30, group: '239.1.1.9' }, { vni: 40, remote: '10.0.2.2' }])
  })

  test('has forwarding entries, those that it learned apart, unless they are on record as ours', () => {
    const entry = (last: string, state: number): Neighbour => ({
      ...{ family: 7, ifindex: 5, flags: NTF_SELF, type: 0, state },
      attributes: { lladdr: `02:00:00:00:00:${last}`, dst: '10.0.2.2' },
    })
    const entries = [entry('0a', NUD_PERMANENT | NUD_NOARP), entry('0b', NUD_REACHABLE), entry('0c', NUD_REACHABLE)]
    const ours: OwnedEntries = { fdb: new Set(['02:00:00:00:00:0c']), neighbours: new Set() }
    const record: Owned = {
      ...nothingOwned,
      entriesOf: (name) => (name === 'vxlan0' ? ours : nothingOwned.entriesOf(name)),
    }
    const fill = ({ fdb }: Observed): void => {
      fdb.set(5, new Map(entries.map((each) => [fdbKey(each), each])))
    }
    const { vxlan0 } = exported([vxlan(5, 'vxlan0', { id: 42 })], { fill, record }).vxlans
    expect(vxlan0?.fdb).toEqual([
      { mac: '02:00:00:00:00:0a', dst: '10.0.2.2' },
      { mac: '02:00:00:00:00:0c', dst: '10.0.2.2', state: 'dynamic' },
    ])
    expect(vxlan0).not.toHaveProperty('remotes')
  })

  test('has its addresses, as text where nothing else is to be said of them', () => {
    const plain = address(5, '10.0.0.1/24')
    const fill = ({ addresses }: Observed): void => {
      const labelled = address(5, '10.0.0.2/24')
      const { attributes } = labelled
      addresses.set(
        5,
        new Map([
          ['1', plain],
          ['2', { ...labelled, attributes: { ...attributes, label: 'vxlan0:2' } }],
        ]),
      )
    }
    expect(exported([vxlan(5, 'vxlan0', { id: 42 })], { fill }).vxlans['vxlan0']?.addresses).toEqual([
      '10.0.0.1/24',
      { address: '10.0.0.2/24', label: 'vxlan0:2' },
    ])
  })

  test('has its alternative names, and sysctls that differ from those of new links', () => {
    const link = vxlan(5, 'vxlan0', { id: 42 })
    const conf = Array.from({ length: 40 }, () => 0)
    const forwarding = 0
    conf[forwarding] = 1
    const attributes = { ...link.attributes, propList: { altIfname: ['overlay'] }, afSpec: { inet: { conf } } }
    const of = (sysctlDefaults: Host['sysctlDefaults']): unknown =>
      exported([{ ...link, attributes }], { sysctlDefaults }).vxlans['vxlan0']
    expect(of({ 'ipv4.forwarding': 0 })).toMatchObject({
      altnames: ['overlay'],
      sysctl: { ipv4: { forwarding: 1 } },
    })
    expect(of({ 'ipv4.forwarding': 1 })).not.toHaveProperty('sysctl')
    expect(of({})).not.toHaveProperty('sysctl')
  })
})

describe('a bridge and its ports', () => {
  const port = inBridge(device(3, 'port1'), 9)
  const isolated = inBridge(vxlan(5, 'vxlan0', { id: 42 }), 9)

  test('are told once: the bridge names its ports, and a vxlan among them no master', () => {
    const { vxlans, bridges } = exported([bridge(9, 'br0'), port, isolated])
    expect(bridges).toEqual({ br0: { ports: { port1: {}, vxlan0: {} }, adopt: true } })
    expect(vxlans).toEqual({ vxlan0: { id: 42, dstport: 8472, adopt: true } })
  })

  test('are told by the vxlan where the bridge is not exported', () => {
    const options = { slaveData: { isolated: true } }
    const { attributes } = isolated
    const link = {
      ...isolated,
      attributes: { ...attributes, linkinfo: { ...attributes.linkinfo, ...options } },
    } as Link
    const { vxlans, bridges } = exported([bridge(9, 'br0'), port, link], { only: new Set(['vxlan0']) })
    expect(bridges).toEqual({})
    expect(vxlans['vxlan0']).toMatchObject({ master: 'br0', port: { isolated: true } })
  })

  test('have the cost of a port that a file stated, whoever made the link', () => {
    const costly = (link: Link): Link => {
      const { attributes } = link
      return {
        ...link,
        attributes: { ...attributes, linkinfo: { ...attributes.linkinfo, slaveData: { cost: 7 } } },
      } as Link
    }
    const record: Owned = {
      ...owned({ vxlan0: { id: 42, ifindex: 5, stated: ['port.cost'] } }),
      ports: { port1: { ifindex: 3, master: 'br0', stated: ['port.cost'] } },
    }
    const links = [bridge(9, 'br0'), costly(port), costly(isolated), costly(inBridge(device(4, 'port2'), 9))]
    expect(exported(links, { record }).bridges['br0']?.ports).toEqual({
      ...{ port1: { cost: 7 }, vxlan0: { cost: 7 }, port2: {} },
    })
  })

  describe('have the entries of the bridge', () => {
    const [a, b] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b']
    interface Fields {
      readonly dev?: number
      readonly vlan?: number
      readonly state?: number
      readonly flags?: number
    }
    const ofBridge = (lladdr: string, { dev = 5, vlan, state = NUD_NOARP, flags = 0 }: Fields = {}): Neighbour => ({
      ...{ family: 7, ifindex: dev, flags, type: 0, state },
      attributes: { lladdr, master: 9, ...(vlan !== undefined && { vlan }) },
    })
    const ofVxlan = (lladdr: string, flags = 0): Neighbour => ({
      ...{ family: 7, ifindex: 5, flags: NTF_SELF | flags, type: 0, state: NUD_PERMANENT | NUD_NOARP },
      attributes: { lladdr, dst: '10.0.2.2' },
    })
    const stated = (
      entries: readonly Neighbour[],
      {
        vlans = [],
        filters = 0,
        own = [],
      }: { vlans?: readonly number[]; filters?: number; own?: readonly Neighbour[] } = {},
    ) => {
      const br0 = bridge(9, 'br0')
      const linkinfo = { kind: 'bridge', data: { vlanFiltering: filters, vlanDefaultPvid: 0 } }
      const fill = ({ fdb, bridgeLinks }: Observed): void => {
        fdb.set(9, new Map(entries.map((each) => [fdbKey(each), each])))
        fdb.set(5, new Map(own.map((each) => [fdbKey(each), each])))
        const vlanInfo = vlans.map((vid) => ({ vid, flags: 0 }))
        bridgeLinks.set(5, { family: 7, index: 5, attributes: { afSpec: { vlanInfo } } } as unknown as BridgeLink)
      }
      const links = [{ ...br0, attributes: { ...br0.attributes, linkinfo } } as Link, port, isolated]
      const { vxlans, bridges } = exported(links, { fill })
      return { bridge: bridges['br0']?.fdb, vxlan: vxlans['vxlan0']?.fdb }
    }

    test('that somebody stated, and not those that the kernel or a control plane made', () => {
      const entries = [
        ofBridge(a),
        ofBridge(b, { dev: 3, flags: NTF_STICKY }),
        ofBridge('02:00:00:00:00:0c', { state: NUD_REACHABLE }),
        ofBridge('02:00:00:00:00:0d', { flags: NTF_EXT_LEARNED }),
        ofBridge('02:00:00:00:00:0e', { dev: 9, state: NUD_PERMANENT }),
        ofBridge('02:00:00:00:00:0f', { dev: 3, state: NUD_PERMANENT }),
        // The address of the bridge, and of a port.
        ofBridge('52:54:00:00:00:09', { dev: 9, state: NUD_PERMANENT }),
        ofBridge('52:54:00:00:00:03', { dev: 3, state: NUD_PERMANENT }),
        ofBridge('33:33:00:00:00:01', { dev: 9, state: NUD_PERMANENT, flags: NTF_SELF }),
      ]
      expect(stated(entries).bridge).toEqual([
        { mac: a, dev: 'vxlan0' },
        { mac: b, dev: 'port1', sticky: true },
        { mac: '02:00:00:00:00:0e', dev: 'br0' },
        { mac: '02:00:00:00:00:0f', dev: 'port1', state: 'permanent' },
      ])
    })

    test.each<{
      name: string
      vlans: number[]
      filters: number
      present: (number | undefined)[]
      is: (number | undefined)[]
    }>([
      {
        name: 'one for each VLAN is one for all',
        vlans: [1, 10],
        filters: 1,
        present: [undefined, 1, 10],
        is: [undefined],
      },
      { name: 'one for some is for these', vlans: [1, 10], filters: 1, present: [undefined, 10], is: [10] },
      { name: 'one for a VLAN is for that', vlans: [1, 10], filters: 1, present: [10], is: [10] },
      { name: 'without VLANs the one for none counts', vlans: [1], filters: 0, present: [undefined], is: [undefined] },
    ])('VLANs: $name', ({ vlans, filters, present, is }) => {
      const entries = present.map((vlan) => ofBridge(a, vlan === undefined ? {} : { vlan }))
      expect(stated(entries, { vlans, filters }).bridge?.map(({ vlan }) => vlan)).toEqual(is)
    })

    test('with those of a vxlan as one statement, where both say the same', () => {
      expect(stated([ofBridge(a), ofBridge(b, { dev: 3 })], { own: [ofVxlan(a), ofVxlan(b)] })).toEqual({
        vxlan: [
          { mac: a, dst: '10.0.2.2', master: true },
          { mac: b, dst: '10.0.2.2' },
        ],
        bridge: [{ mac: b, dev: 'port1' }],
      })
      const inVlan = stated([ofBridge(a, { vlan: 10 })], { own: [ofVxlan(a)], vlans: [10], filters: 1 })
      expect(inVlan).toEqual({ vxlan: [{ mac: a, dst: '10.0.2.2', master: true, vlan: 10 }], bridge: undefined })
    })

    test('apart, where they do not', () => {
      for (const entry of [ofBridge(a, { flags: NTF_STICKY }), ofBridge(a, { state: NUD_PERMANENT })]) {
        expect(stated([entry], { own: [ofVxlan(a)] })).toMatchObject({ vxlan: [{ mac: a, dst: '10.0.2.2' }] })
        expect(stated([entry], { own: [ofVxlan(a)] }).vxlan?.[0]).not.toHaveProperty('master')
        expect(stated([entry], { own: [ofVxlan(a)] }).bridge).toHaveLength(1)
      }
      const twice = [ofBridge(a, { vlan: 1 }), ofBridge(a, { vlan: 10 })]
      expect(stated(twice, { own: [ofVxlan(a)], vlans: [1, 10, 20], filters: 1 }).bridge).toHaveLength(2)
    })
  })

  test('have the MTU of the bridge only where a file stated it: else it follows its ports', () => {
    const mtuOf = (stated: readonly string[]): unknown =>
      exported([bridge(9, 'br0'), isolated], { record: ownBridge('br0', 9, stated) }).bridges['br0']?.mtu
    expect([mtuOf([]), mtuOf(['mtu'])]).toEqual([undefined, 1500])
  })
})
