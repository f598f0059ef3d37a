/** MAC addresses in two places, and entries that frames contradict. */
import { describe, expect, test } from 'vitest'
import { duplicateMac, staticEntry, staticNeighbour } from '../../../../../src/agent/insight/health/checks/doubles.ts'
import { type BridgeLink, constants, type Neighbour } from '../../../../../src/rtnetlink/index.ts'
import { bridge, device, mac, vxlan } from '../../../../support/builders.ts'
import {
  bridgeEntry,
  entry,
  eth1,
  facts,
  found,
  neighbour,
  permanent,
  tables,
  vxlan0,
  withAttributes,
} from '../support.ts'

const there = '02:00:00:00:00:02'
const br0 = bridge(9, 'br0')
const inBridge = withAttributes(vxlan0, { master: 9 })
const tap = withAttributes(device(7, 'tap7'), { master: 9 })
const macOfTap = '52:54:00:00:00:07'
const links = [eth1, br0, inBridge, tap]

describe('duplicate-mac', () => {
  test.each<{ what: string; entries: Neighbour[]; findings: string[] }>([
    { what: 'a MAC address of another host', entries: [entry(5, { lladdr: there, dst: '10.0.2.2' })], findings: [] },
    {
      what: 'that of the link',
      entries: [entry(5, { lladdr: mac, dst: '10.0.2.2' })],
      findings: [`fault ${mac} vxlan0: vxlan0`],
    },
    {
      what: 'that of a port',
      entries: [entry(5, { lladdr: macOfTap, dst: '10.0.2.2' })],
      findings: [`fault ${macOfTap} vxlan0: vxlan0`],
    },
    {
      what: 'stated, not learned',
      entries: [entry(5, { lladdr: macOfTap, dst: '10.0.2.2' }, permanent)],
      findings: [],
    },
    {
      what: 'by a routing daemon',
      entries: [
        entry(5, { lladdr: macOfTap, dst: '10.0.2.2' }, { flags: constants.NTF_SELF | constants.NTF_EXT_LEARNED }),
      ],
      findings: [],
    },
    {
      what: 'of one VNI among many',
      entries: [entry(5, { lladdr: macOfTap, dst: '10.0.2.2', srcVni: 7 })],
      findings: [`fault ${macOfTap} vxlan0: vxlan0`],
    },
    {
      what: 'of a device that is not in the segment',
      entries: [entry(5, { lladdr: '52:54:00:00:00:02', dst: '10.0.2.2' })],
      findings: [],
    },
  ])('$what', ({ entries, findings }) => {
    expect(found(duplicateMac, facts({ observed: tables(links, entries) }))).toEqual(findings)
  })

  test('one MAC address in two segments is two findings', () => {
    const all = [eth1, vxlan0, vxlan(6, 'vxlan1', { id: 43 })]
    const entries = [entry(5, { lladdr: mac, dst: '10.0.2.2' }), entry(6, { lladdr: mac, dst: '10.0.2.2' })]
    expect(found(duplicateMac, facts({ observed: tables(all, entries) }))).toEqual([
      `fault ${mac} vxlan0: vxlan0`,
      `fault ${mac} vxlan1: vxlan1`,
    ])
  })

  test('one that moves back and forth', () => {
    const moving = [{ mac: there, link: 'vxlan0', places: ['10.0.2.2', '10.0.2.3'] }]
    expect(found(duplicateMac, facts({ moving }))).toEqual([`fault ${there} vxlan0 moves: vxlan0`])
  })
})

describe('static-entry', () => {
  const stated = entry(5, { lladdr: there, dst: '10.0.2.2' }, permanent)
  const vlans = (...vids: number[]): BridgeLink =>
    ({
      index: 5,
      attributes: { afSpec: { vlanInfo: vids.map((vid) => ({ vid, flags: 0 })) } },
    }) as unknown as BridgeLink

  test.each<{ what: string; entries: Neighbour[]; vids?: number[]; findings: string[] }>([
    { what: 'heard from nowhere', entries: [stated], findings: [] },
    {
      what: 'heard from a port',
      entries: [stated, bridgeEntry(7, 9, there)],
      findings: [`fault ${there} vxlan0: vxlan0`],
    },
    { what: 'heard from the tunnel', entries: [stated, bridgeEntry(5, 9, there)], findings: [] },
    { what: 'another MAC address', entries: [stated, bridgeEntry(7, 9, macOfTap)], findings: [] },
    {
      what: 'learned, not stated',
      entries: [entry(5, { lladdr: there, dst: '10.0.2.2' }), bridgeEntry(7, 9, there)],
      findings: [],
    },
    {
      what: 'by a routing daemon',
      entries: [
        entry(
          5,
          { lladdr: there, dst: '10.0.2.2' },
          { ...permanent, flags: constants.NTF_SELF | constants.NTF_EXT_LEARNED },
        ),
        bridgeEntry(7, 9, there),
      ],
      findings: [],
    },
    {
      what: 'where floods go',
      entries: [entry(5, { lladdr: '00:00:00:00:00:00', dst: '10.0.2.2' }, permanent)],
      findings: [],
    },
    { what: 'a router in another VLAN', entries: [stated, bridgeEntry(7, 9, there, 10)], vids: [20], findings: [] },
    {
      what: 'in the same VLAN',
      entries: [stated, bridgeEntry(7, 9, there, 20)],
      vids: [20],
      findings: [`fault ${there} vxlan0: vxlan0`],
    },
    {
      what: 'in both',
      entries: [stated, bridgeEntry(7, 9, there, 10), bridgeEntry(7, 9, there, 20)],
      vids: [20],
      findings: [`fault ${there} vxlan0: vxlan0`],
    },
  ])('$what', ({ entries, vids, findings }) => {
    const all = tables(links, entries)
    if (vids !== undefined) {
      all.bridgeLinks.set(5, vlans(...vids))
    }
    expect(found(staticEntry, facts({ observed: all }))).toEqual(findings)
  })

  test('a link with many VNIs has a VLAN for each', () => {
    const all = tables(links, [
      entry(5, { lladdr: there, dst: '10.0.2.2', srcVni: 7 }, permanent),
      bridgeEntry(7, 9, there, 20),
    ])
    const mapped = (id: number): BridgeLink =>
      ({ index: 5, attributes: { afSpec: { vlanTunnelInfo: [{ vid: 20, id, flags: 0 }] } } }) as unknown as BridgeLink
    all.bridgeLinks.set(5, mapped(8))
    expect(found(staticEntry, facts({ observed: all }))).toEqual([])
    all.bridgeLinks.set(5, mapped(7))
    expect(found(staticEntry, facts({ observed: all }))).toEqual([`fault ${there} vxlan0 VNI 7: vxlan0`])
  })

  test('the table of a bridge is read once, however many vxlans it has, and in steps', () => {
    const vxlans = Array.from({ length: 100 }, (_, at) =>
      withAttributes(vxlan(100 + at, `vxlan${at}`, { id: at }), { master: 9 }),
    )
    const all = tables([br0, ...vxlans], [])
    const hex = (at: number) =>
      `02:00:00:00:${[at >> 8, at & 255].map((octet) => octet.toString(16).padStart(2, '0')).join(':')}`
    const ofBridge = Array.from({ length: 5000 }, (_, at) => bridgeEntry(7, 9, hex(at)))
    all.fdb.set(9, new Map(ofBridge.map((each, at) => [`${at}`, each])))
    const steps = staticEntry.look(facts({ observed: all })) as Generator
    let pauses = 0
    while (steps.next().done !== true) {
      pauses += 1
    }
    expect(pauses).toBe(Math.floor(5000 / 64))
  })
})

describe('static-neighbour', () => {
  test.each<{ what: string; neighbours: Neighbour[]; entries: Neighbour[]; findings: string[] }>([
    {
      what: 'heard by the tunnel',
      neighbours: [neighbour(5, '10.0.1.2', there)],
      entries: [entry(5, { lladdr: there, dst: '10.0.2.2' })],
      findings: [],
    },
    {
      what: 'heard by the bridge',
      neighbours: [neighbour(9, '10.0.1.2', there)],
      entries: [bridgeEntry(7, 9, there)],
      findings: [],
    },
    { what: 'of this host', neighbours: [neighbour(9, '10.0.1.2', macOfTap)], entries: [], findings: [] },
    {
      what: 'never heard',
      neighbours: [neighbour(5, '10.0.1.2', there)],
      entries: [],
      findings: ['warning 10.0.1.2 vxlan0: vxlan0'],
    },
    {
      what: 'two that were never heard are two findings',
      neighbours: [neighbour(5, '10.0.1.2', there), neighbour(5, 'fd00::2', there)],
      entries: [],
      findings: ['warning 10.0.1.2 vxlan0: vxlan0', 'warning fd00::2 vxlan0: vxlan0'],
    },
    {
      what: 'one MAC address for two',
      neighbours: [neighbour(5, '10.0.1.10', there), neighbour(5, '10.0.1.2', there)],
      entries: [entry(5, { lladdr: there, dst: '10.0.2.2' })],
      findings: [`warning ${there} IPv4 vxlan0: vxlan0`],
    },
    {
      what: 'one machine with both families',
      neighbours: [neighbour(5, '10.0.1.2', there), neighbour(5, 'fd00::2', there)],
      entries: [entry(5, { lladdr: there, dst: '10.0.2.2' })],
      findings: [],
    },
    { what: 'a group', neighbours: [neighbour(5, '224.0.0.22', '01:00:5e:00:00:16')], entries: [], findings: [] },
    {
      what: 'what this host answers for',
      neighbours: [{ ...neighbour(5, '10.0.1.2', there), flags: constants.NTF_PROXY }],
      entries: [],
      findings: [],
    },
    {
      what: 'learned, not stated',
      neighbours: [{ ...neighbour(5, '10.0.1.2', there), state: constants.NUD_STALE }],
      entries: [],
      findings: [],
    },
  ])('$what', ({ neighbours, entries, findings }) => {
    expect(found(staticNeighbour, facts({ observed: tables(links, entries, neighbours) }))).toEqual(findings)
  })

  test('the neighbours of a bridge with two vxlans are told once', () => {
    const all = [...links, withAttributes(vxlan(6, 'vxlan1', { id: 43 }), { master: 9 })]
    const observed = tables(all, [], [neighbour(9, '10.0.1.2', there)])
    expect(found(staticNeighbour, facts({ observed }))).toEqual(['warning 10.0.1.2 vxlan0: vxlan0'])
  })
})
