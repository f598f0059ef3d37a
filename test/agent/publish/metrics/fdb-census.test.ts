import { describe, expect, test } from 'vitest'
import { countVteps, silentAddresses, takeCensus } from '../../../../src/agent/publish/metrics/fdb-census.ts'
import { constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { device, vxlan } from '../../../support/builders.ts'
import { arpEntry, fdbEntry, tables } from './support.ts'

const { NTF_EXT_LEARNED, NTF_MASTER, NTF_SELF, NTF_STICKY } = constants
const { NUD_FAILED, NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE, NUD_STALE } = constants

const zeros = '00:00:00:00:00:00'
const mac = '02:00:00:00:00:02'
const dst = '10.0.2.254'

/** A device as a port of a bridge. */
function port(link: Link, master: number): Link {
  return { ...link, attributes: { ...link.attributes, master } }
}

test.each<{ name: string; entry: Neighbour; counted: readonly [vtep: string, counts: number[]] }>([
  { name: 'learned', entry: fdbEntry(5, { lladdr: mac, dst }), counted: [dst, [0, 1, 0, 0, 0]] },
  {
    name: 'learned, and not heard of lately',
    entry: fdbEntry(5, { lladdr: mac, dst }, { state: NUD_STALE }),
    counted: [dst, [0, 1, 0, 0, 0]],
  },
  {
    name: 'flood to a group',
    entry: fdbEntry(5, { lladdr: zeros, dst: '239.1.1.1' }, { state: NUD_PERMANENT | NUD_NOARP }),
    counted: ['239.1.1.1', [1, 0, 0, 0, 0]],
  },
  {
    name: 'flood to a nexthop group, by a control plane',
    entry: fdbEntry(5, { lladdr: zeros, nhId: 7 }, { flags: NTF_SELF | NTF_EXT_LEARNED }),
    counted: ['nexthop group 7', [1, 0, 0, 0, 0]],
  },
  {
    name: 'permanent, as a vxlan has it',
    entry: fdbEntry(5, { lladdr: mac, dst }, { state: NUD_PERMANENT | NUD_NOARP }),
    counted: [dst, [0, 0, 0, 1, 0]],
  },
  {
    name: 'static',
    entry: fdbEntry(5, { lladdr: mac, dst }, { state: NUD_REACHABLE | NUD_NOARP, flags: NTF_SELF | NTF_STICKY }),
    counted: [dst, [0, 0, 1, 0, 0]],
  },
  {
    name: 'extern_learn, which does not age either',
    entry: fdbEntry(5, { lladdr: mac, dst }, { state: NUD_NOARP, flags: NTF_SELF | NTF_EXT_LEARNED }),
    counted: [dst, [0, 0, 0, 0, 1]],
  },
])('an entry that is $name is counted as that', ({ entry, counted }) => {
  const [census] = takeCensus(tables([vxlan(5, 'vxlan0', { id: 42 })], [entry]))
  expect(census).toMatchObject({ device: 'vxlan0', isVxlan: true, byVtep: new Map([counted]) })
})

describe('of a bridge with a vxlan among its ports', () => {
  const bridge = { ...device(3, 'br0'), attributes: { ifname: 'br0', linkinfo: { kind: 'bridge' } } }
  const links = [
    device(2, 'eth1'),
    bridge,
    port(device(4, 'tap0'), 3),
    port(vxlan(5, 'vxlan0', { id: 42, link: 2 }), 3),
  ]
  const census = takeCensus(
    tables(links, [
      fdbEntry(4, { lladdr: mac, master: 3, vlan: 1 }, { flags: NTF_MASTER }),
      fdbEntry(4, { lladdr: '33:33:00:00:00:01' }, { state: NUD_PERMANENT }),
      fdbEntry(5, { lladdr: '02:00:00:00:00:03', dst }),
      fdbEntry(5, { lladdr: '02:00:00:00:00:03', master: 3 }, { flags: NTF_MASTER }),
    ]),
  )
  const of = (name: string): Map<string, number[]> | undefined => census.find(({ device }) => device === name)?.byVtep

  test("the bridge's entries are counted by port, without a VTEP", () => {
    expect(of('tap0')).toEqual(new Map([['', [0, 1, 0, 0, 0]]]))
  })

  test('what a MAC address behind the vxlan has in both tables is counted in both', () => {
    expect(of('vxlan0')).toEqual(
      new Map([
        [dst, [0, 1, 0, 0, 0]],
        ['', [0, 1, 0, 0, 0]],
      ]),
    )
  })
})

test('what has nothing to do with the overlay is not counted; a vxlan without entries is there', () => {
  const links = [device(2, 'eth1'), device(3, 'eth2'), vxlan(5, 'vxlan0', { id: 42, link: 2 })]
  const entries = [2, 3].map((index) => fdbEntry(index, { lladdr: '01:00:5e:00:00:01' }, { state: NUD_PERMANENT }))
  const found = takeCensus(tables(links, entries)).filter(({ byVtep, isVxlan }) => isVxlan || byVtep.size > 0)
  expect(found).toEqual([{ device: 'vxlan0', isVxlan: true, byVtep: new Map(), vteps: new Set() }])
})

test('VTEPs are counted once each, groups and nexthop groups not, and those without an answer apart', () => {
  const observed = tables(
    [vxlan(5, 'vxlan0', { id: 42 })],
    [
      fdbEntry(5, { lladdr: zeros, dst: '239.1.1.1' }),
      fdbEntry(5, { lladdr: zeros, dst: 'ff05::1' }),
      fdbEntry(5, { lladdr: zeros, nhId: 7 }),
      fdbEntry(5, { lladdr: mac, dst }),
      fdbEntry(5, { lladdr: '02:00:00:00:00:03', dst }),
      fdbEntry(5, { lladdr: '02:00:00:00:00:04', dst: '2001:db8::9' }),
    ],
  )
  observed.neighbours.set(
    2,
    new Map([
      ['10.0.2.254', arpEntry(2, '10.0.2.254', NUD_FAILED)],
      ['2001:db8::9', arpEntry(2, '2001:db8::9', NUD_REACHABLE)],
      ['10.0.2.7', arpEntry(2, '10.0.2.7', NUD_FAILED)],
    ]),
  )
  const [census] = takeCensus(observed)
  expect(census && countVteps(census, silentAddresses(observed))).toEqual({ known: 2, failed: 1 })
})
