import { expect, test } from 'vitest'
import { whereIs } from '../../../../src/agent/insight/arrival/whereis.ts'
import { fdbKey, fdbOwner, type Observed } from '../../../../src/agent/kernel/observed.ts'
import { type BridgeLink, constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { address, bridge, device, observed, vxlan } from '../../../support/builders.ts'

const { NTF_MASTER, NUD_REACHABLE, NUD_PERMANENT } = constants
const vmMac = '02:00:00:00:00:aa'

function inBridge(link: Link): Link {
  return { ...link, attributes: { ...link.attributes, master: 4 } }
}

function entry(
  mac: string,
  ifindex: number,
  { state = NUD_REACHABLE, vlan }: { state?: number; vlan?: number } = {},
): Neighbour {
  const attributes = { lladdr: mac, master: 4, ...(vlan !== undefined && { vlan }) }
  return { family: 7, ifindex, state, flags: NTF_MASTER, type: 0, attributes }
}

function host(
  links: readonly Link[],
  addresses: readonly [number, string][],
  entries: readonly Neighbour[] = [],
): Observed {
  const tables = observed(
    links,
    addresses.map((each) => address(...each)),
  )
  for (const each of entries) {
    const table = tables.fdb.get(fdbOwner(each)) ?? new Map<string, Neighbour>()
    tables.fdb.set(fdbOwner(each), table.set(fdbKey(each), each))
  }
  return tables
}

const eth1 = device(2, 'eth1')
const plain = host([eth1, vxlan(3, 'vxlan0', { id: 42 })], [[3, '10.0.1.1/24']])
const links = [eth1, inBridge(vxlan(3, 'vxlan0', { id: 42 })), bridge(4, 'br0'), inBridge(device(6, 'eth2'))]
const bridged = host(links, [[4, '10.0.1.1/24']], [entry(vmMac, 6), entry('02:00:00:00:00:fe', 3)])

test('the host itself is on the vxlan, or on the bridge that it is in', () => {
  expect(whereIs({ isMac: false }, plain)).toEqual([
    { kind: 'own', vni: 42, vxlan: 'vxlan0', dev: 'vxlan0', mac: '02:00:00:00:00:01', addresses: ['10.0.1.1'] },
  ])
  expect(whereIs({ isMac: false, vni: 42 }, bridged)).toMatchObject([{ dev: 'br0', addresses: ['10.0.1.1'] }])
  expect(whereIs({ isMac: false, vni: 43 }, bridged)).toEqual([])
})

test.each([
  { address: '10.0.1.1', isMac: false, dev: 'br0' },
  { address: '52:54:00:00:00:04', isMac: true, dev: 'br0' },
  { address: '02:00:00:00:00:01', isMac: true, dev: 'br0' },
  { address: '52:54:00:00:00:06', isMac: true, dev: 'br0' },
])('$address is the host’s own', ({ dev, ...sought }) => {
  expect(whereIs(sought, bridged)).toMatchObject([{ kind: 'own', dev }])
})

test('a machine is behind the port that the bridge knows it at, with the addresses that neighbours tell', () => {
  const tables = host(links, [[4, '10.0.1.1/24']], [entry(vmMac, 6)])
  tables.neighbours.set(
    4,
    new Map([
      [
        '10.0.1.7',
        {
          family: 2,
          ifindex: 4,
          state: NUD_REACHABLE,
          flags: 0,
          type: 1,
          attributes: { dst: '10.0.1.7', lladdr: vmMac },
        },
      ],
    ]),
  )
  const place = { kind: 'port', vni: 42, vxlan: 'vxlan0', dev: 'eth2', mac: vmMac, addresses: ['10.0.1.7'] }
  expect(whereIs({ address: vmMac, isMac: true }, tables)).toEqual([place])
  expect(whereIs({ address: '10.0.1.7', isMac: false }, tables)).toEqual([place])
})

test('what is behind the tunnel, or nowhere, is not here', () => {
  expect(whereIs({ address: '02:00:00:00:00:fe', isMac: true }, bridged)).toEqual([])
  expect(whereIs({ address: '10.0.1.99', isMac: false }, bridged)).toEqual([])
  expect(whereIs({ address: vmMac, isMac: true }, plain)).toEqual([])
})

test('a bridge that filters has its VNIs by VLAN', () => {
  const filtering: Link = {
    ...bridge(4, 'br0'),
    attributes: { ...bridge(4, 'br0').attributes, linkinfo: { kind: 'bridge', data: { vlanFiltering: 1 } } },
  }
  const upper: Link = {
    ...device(8, 'br0.10'),
    attributes: { ...device(8, 'br0.10').attributes, link: 4, linkinfo: { kind: 'vlan', data: { id: 10 } } },
  }
  const two = [vxlan(3, 'vxlan10', { id: 10 }), vxlan(5, 'vxlan20', { id: 20 })].map(inBridge)
  const tables = host(
    [eth1, ...two, filtering, upper, inBridge(device(6, 'eth2'))],
    [[8, '10.0.10.1/24']],
    [entry(vmMac, 6, { vlan: 20 }), entry('52:54:00:00:00:06', 6, { state: NUD_PERMANENT, vlan: 10 })],
  )
  for (const [index, vid] of [
    [3, 10],
    [5, 20],
  ] as const) {
    tables.bridgeLinks.set(index, {
      index,
      attributes: { afSpec: { vlanInfo: [{ vid, flags: 6 }] } },
    } as unknown as BridgeLink)
  }
  expect(whereIs({ address: '10.0.10.1', isMac: false }, tables)).toMatchObject([{ vni: 10, dev: 'br0.10', vlan: 10 }])
  expect(whereIs({ address: vmMac, isMac: true }, tables)).toMatchObject([{ vni: 20, dev: 'eth2', vlan: 20 }])
})
