import { describe, expect, test } from 'vitest'
import type { Change } from '../../../../src/agent/kernel/change.ts'
import { relevanceOf, type Situation } from '../../../../src/agent/reconcile/loop/relevance.ts'
import { bridgeFdbKey } from '../../../../src/agent/words/bridge-fdb-entry.ts'
import { type BridgeLink, constants, type Link, type RouteMessage } from '../../../../src/rtnetlink/index.ts'
import { address, desired, device, owned, vxlan } from '../../../support/builders.ts'

const state = desired({ vxlan0: { id: 42, dev: 'eth1' }, vxlan1: { id: 43 } })
const ownVxlans = owned({ vxlan0: { id: 42, ifindex: 5 }, old0: { id: 9, ifindex: 9 } })
const ownBridge = { kind: 'bridge', id: 0, mac: '02:00:00:00:00:09', ifindex: 8, stated: [] } as const
const record = {
  ...ownVxlans,
  links: { ...ownVxlans.links, br0: ownBridge },
  guests: [{ name: 'tap1', ifindex: 32, bridge: 'br0', bridgeIfindex: 7, spec: {}, isLost: true as const }],
}
const bridge0 = { objects: ['br0'], cures: false }
const inBridge = (master: number): Link => {
  const tap = device(31, 'tap0')
  return { ...tap, attributes: { ...tap.attributes, master } }
}
const eth1 = device(2, 'eth1')
const ours = vxlan(5, 'vxlan0', { id: 42 })
const foreign = vxlan(20, 'byhand', { id: 1 })

function link(value: Link, verb: 'new' | 'delete' = 'new'): RouteMessage {
  return { object: 'link', verb, value }
}

const nothing = { objects: [], cures: false }
/** What is surplus is found by a look at all links. */
const all = { objects: 'all', cures: false }
const vxlan0 = { objects: ['vxlan0'], cures: false }
const vxlan1 = { objects: ['vxlan1'], cures: false }
const cures = { objects: ['vxlan0'], cures: true }
const situation = {
  desired: state,
  owned: record,
  names: {
    nameOf: (index: number) => (index === 5 ? 'vxlan0' : index === 9 ? 'old0' : index === 8 ? 'br0' : 'eth1'),
    indexOf: () => 2,
  },
}

test.each<{ name: string; message: RouteMessage; before?: Link; is: object }>([
  { name: 'a link of ours', message: link(ours), before: ours, is: vxlan0 },
  {
    name: 'a link of ours under another name',
    message: link(vxlan(5, 'renamed', { id: 42 })),
    before: ours,
    is: all,
  },
  { name: 'the end of a link of ours', message: link(ours, 'delete'), before: ours, is: vxlan0 },
  { name: 'a link of ours that is declared no more', message: link(vxlan(9, 'old0', { id: 9 })), is: all },
  { name: 'a link of a declared name that is not ours', message: link(device(30, 'vxlan1')), is: vxlan1 },
  {
    name: 'a link that had a declared name',
    message: link(device(30, 'free0')),
    before: device(30, 'vxlan1'),
    is: { ...vxlan1, cures: true },
  },
  {
    name: 'a guest that comes into a bridge of ours',
    message: link(inBridge(8)),
    before: device(31, 'tap0'),
    is: bridge0,
  },
  { name: 'a guest that leaves one', message: link(device(31, 'tap0')), before: inBridge(8), is: bridge0 },
  { name: 'a guest that stays where it is', message: link(inBridge(8)), before: inBridge(8), is: nothing },
  {
    name: 'a guest that lost its place and is put elsewhere',
    message: link({ ...device(32, 'tap1'), attributes: { ...device(32, 'tap1').attributes, master: 2 } }),
    before: device(32, 'tap1'),
    is: bridge0,
  },
  { name: 'a link in a bridge of others', message: link(inBridge(2)), before: device(31, 'tap0'), is: nothing },
  { name: 'an underlay device that comes', message: link(eth1), is: cures },
  { name: 'an underlay device that goes', message: link(eth1, 'delete'), before: eth1, is: cures },
  { name: 'an underlay device as it was', message: link(eth1), before: eth1, is: nothing },
  { name: 'an underlay device with another MTU', message: link(device(2, 'eth1', 9000)), before: eth1, is: cures },
  { name: 'an underlay device that comes up', message: link(eth1), before: { ...eth1, flags: 0 }, is: cures },
  {
    name: 'a device that takes the name of the underlay device',
    message: link(eth1),
    before: device(2, 'eth7'),
    is: cures,
  },
  { name: 'an underlay device that loses its name', message: link(device(2, 'eth7')), before: eth1, is: cures },
  { name: 'a foreign vxlan that comes', message: link(foreign), is: { ...all, cures: true } },
  { name: 'a foreign vxlan that goes', message: link(foreign, 'delete'), before: foreign, is: { ...all, cures: true } },
  { name: 'a foreign vxlan as it was', message: link(foreign), before: foreign, is: nothing },
  { name: 'another device', message: link(device(40, 'eth7')), is: nothing },
  {
    name: 'the end of another device',
    message: link(device(40, 'eth7'), 'delete'),
    before: device(40, 'eth7'),
    is: nothing,
  },
  {
    name: 'an address of ours',
    message: { object: 'address', verb: 'delete', value: address(5, '10.0.1.1/24') },
    is: vxlan0,
  },
  {
    name: 'an address of others',
    message: { object: 'address', verb: 'new', value: address(2, '10.0.1.1/24') },
    is: nothing,
  },
  {
    name: 'a forwarding entry',
    message: {
      object: 'neighbour',
      verb: 'new',
      value: { family: constants.AF_BRIDGE, ifindex: 5, state: 2, flags: 2, type: 0, attributes: {} },
    },
    is: nothing,
  },
])('$name: $is', ({ message, before, is }) => {
  expect(relevanceOf({ ...message, before } as Change, situation)).toEqual(is)
})

describe('an entry of a bridge', () => {
  const wanted = '02:00:00:00:00:0a'
  const recorded = '02:00:00:00:00:0b'
  const state = desired(
    { vxlan0: { id: 42, fdb: [{ mac: wanted, dst: '10.0.2.2', master: true }] } },
    { br0: { ports: { vxlan0: {} }, fdb: [{ mac: '02:00:00:00:00:0d', dev: 'tap9' }] } },
  )
  const about: Situation = {
    desired: state,
    owned: {
      ...record,
      links: { ...record.links, br0: { kind: 'bridge', id: 0, mac: '', ifindex: 9, stated: [] } },
      entriesOf: (name) => ({
        fdb: new Set(name === 'br0' ? [bridgeFdbKey(recorded, undefined)] : []),
        neighbours: new Set(),
      }),
    },
    names: { nameOf: (index) => ({ 3: 'tap9', 5: 'vxlan0', 9: 'br0' })[index], indexOf: () => 9 },
  }
  const told = (lladdr: string, vlan?: number): Change => ({
    object: 'neighbour',
    verb: 'new',
    value: {
      ...{ family: constants.AF_BRIDGE, ifindex: 5, state: 2, flags: 0, type: 0 },
      attributes: { lladdr, master: 9, ...(vlan !== undefined && { vlan }) },
    },
    before: undefined,
  })

  test.each([
    ['that is stated', wanted, undefined],
    ['for a VLAN, that is stated', wanted, 10],
    ['on record', recorded, undefined],
    ['for a VLAN, on record', recorded, 10],
  ])('%s concerns the bridge', (_, lladdr, vlan) => {
    expect(relevanceOf(told(lladdr, vlan), about)).toEqual({ objects: ['br0'], cures: false })
  })

  test('of another address concerns nobody', () => {
    expect(relevanceOf(told('02:00:00:00:00:0c'), about)).toEqual(nothing)
  })

  test('needs its port, and that the VLANs of the port are known', () => {
    const tap9 = device(3, 'tap9')
    const came = { object: 'link', verb: 'new', value: tap9, before: undefined } as Change
    expect(relevanceOf(came, about)).toEqual({ objects: ['br0'], cures: true })
    const value = { family: constants.AF_BRIDGE, index: 3, attributes: {} } as BridgeLink
    expect(relevanceOf({ object: 'bridgeLink', verb: 'new', value, before: undefined }, about)).toEqual({
      objects: ['br0'],
      cures: false,
    })
  })
})

test('an address of this host concerns the links that have it among their remotes', () => {
  const desiredState = desired({ vxlan0: { id: 42, remotes: ['10.0.2.2'] }, vxlan1: { id: 43, remote: '10.0.2.3' } })
  const told = (text: string): Change => ({
    object: 'address',
    verb: 'new',
    value: address(2, text),
    before: undefined,
  })
  expect(relevanceOf(told('10.0.2.2/24'), { ...situation, desired: desiredState })).toEqual({
    ...vxlan0,
    redefines: ['vxlan0'],
  })
  expect(relevanceOf(told('10.0.2.3/24'), { ...situation, desired: desiredState })).toEqual({
    ...vxlan1,
    redefines: ['vxlan1'],
  })
  expect(relevanceOf(told('10.0.2.4/24'), { ...situation, desired: desiredState })).toEqual(nothing)
})
