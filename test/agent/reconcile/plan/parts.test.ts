import { describe, expect, test } from 'vitest'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { linkItself, partsOf, withoutParts } from '../../../../src/agent/reconcile/plan/parts.ts'
import { joined, piecesOf } from '../../../../src/agent/reconcile/plan/pieces.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const base = { link: 'vxlan0', reason: 'test' }
const untagged = { pvid: false, untagged: true }

const changeLink: Action = {
  ...{ ...base, kind: 'changeLink', ifindex: 5, wanted: desiredVxlan('vxlan0', { id: 42 }) },
  changes: [
    { attribute: 'ttl', from: 0, to: 16 },
    { attribute: 'group', from: undefined, to: '239.1.1.1' },
    { attribute: 'dev', from: 'eth1', to: 'eth2' },
    { attribute: 'master', from: undefined, to: 'br0' },
  ],
}
const changeVlans: Action = {
  ...{ ...base, kind: 'changeVlans', isSelf: false },
  add: [{ first: 10, last: 13, value: untagged }],
  remove: [{ first: 1, last: 1, value: untagged }],
}
const changeVlanMap: Action = {
  ...{ ...base, kind: 'changeVlanMap' },
  add: [{ first: 10, last: 13, value: 100 }],
  remove: [{ first: 10, last: 10, value: 99 }],
}
const changePort: Action = {
  ...{ ...base, kind: 'changePort' },
  changes: [
    { attribute: 'vlan_tunnel', from: false, to: true },
    { attribute: 'cost', from: 100, to: 55 },
  ],
}
const address = (text: string): Action => ({ ...base, kind: 'addAddress', address: { address: text } })
const removed = (local: string): Action => ({
  ...{ ...base, kind: 'removeAddress', keepsOthers: false },
  address: { family: 2, prefixlen: 24, flags: 0, scope: 0, index: 5, attributes: { local, address: local } },
})

/** What is left of an action without some parts, as a line of the plan. */
function left(action: Action, ...out: readonly string[]): string | undefined {
  const rest = withoutParts(action, new Set(out))
  return rest && describeAction(rest).replace(' (test)', '')
}

test('an action of which nothing is out is itself', () => {
  expect(withoutParts(changeVlans, new Set())).toBe(changeVlans)
  expect(withoutParts(changeLink, new Set(['vlan 10']))).toBe(changeLink)
})

test('without the link nothing of it is done', () => {
  for (const action of [changeLink, changeVlans, changeVlanMap, changePort, address('10.0.0.1/24')]) {
    expect(withoutParts(action, new Set([linkItself]))).toBeUndefined()
  }
})

test.each<[what: string, action: Action, out: string, rest: string | undefined]>([
  ['a key', changeLink, 'link ttl', 'link vxlan0: group none -> 239.1.1.1, dev eth1 -> eth2, master none -> br0'],
  ['where it sends to', changeLink, 'destination', 'link vxlan0: ttl 0 -> 16, master none -> br0'],
  ['a VLAN', changeVlans, 'vlan 11', 'vlans vxlan0: add 10 untagged, 12-13 untagged; remove 1 untagged'],
  ['a mapped VLAN', changeVlanMap, 'vlan_to_vni 10', 'vlan_to_vni vxlan0: add 11-13 -> 101-103'],
  [
    'a VLAN that is mapped',
    changeVlanMap,
    'vlan 12',
    'vlan_to_vni vxlan0: add 10-11 -> 100-101, 13 -> 103; remove 10 -> 99',
  ],
  ['what the map needs', changeVlanMap, 'port vlan_tunnel', undefined],
  ['membership, of the options of a port', changePort, 'master', undefined],
  ['membership, of the VLANs of a port', changeVlans, 'master', undefined],
  [
    'membership, of the VLANs of a bridge',
    { ...changeVlans, isSelf: true },
    'master',
    'vlans vxlan0 self: add 10-13 untagged; remove 1 untagged',
  ],
  ['membership, of an address', address('10.0.0.1/24'), 'master', 'address 10.0.0.1/24 dev vxlan0: add'],
  ['another address', address('10.0.0.1/24'), 'IPv4 address 10.0.0.2/24', 'address 10.0.0.1/24 dev vxlan0: add'],
  ['IPv6, of an IPv6 address', address('fd00::1/64'), 'sysctl ipv6.disable_ipv6', undefined],
  [
    'IPv6, of an IPv4 address',
    address('10.0.0.1/24'),
    'sysctl ipv6.disable_ipv6',
    'address 10.0.0.1/24 dev vxlan0: add',
  ],
  ['its successor, of an address that goes', removed('10.0.0.9'), 'IPv4 address 10.0.0.1/24', undefined],
  [
    'an address of the other family, of one that goes',
    removed('10.0.0.9'),
    'IPv6 address fd00::1/64',
    'address 10.0.0.9/24 dev vxlan0: remove',
  ],
])('without %s', (_what, action, out, rest) => {
  expect(left(action, out)).toBe(rest)
})

describe('pieces', () => {
  test.each([
    { name: 'keys, but for those that the kernel takes together', action: changeLink, pieces: 3 },
    { name: 'options of a port', action: changePort, pieces: 2 },
    { name: 'an address', action: address('10.0.0.1/24'), pieces: 1 },
  ])('of $name', ({ action, pieces }) => {
    const found = piecesOf(action)
    expect(found).toHaveLength(pieces)
    expect(found.flatMap((piece) => [...partsOf(piece)]).sort()).toEqual([...partsOf(action)].sort())
  })

  test.each([
    { action: changeVlans, order: ['vlan 10', 'vlan 11', 'vlan 12', 'vlan 13', 'vlan 1'] },
    {
      action: changeVlanMap,
      order: ['vlan_to_vni 10', 'vlan_to_vni 10', 'vlan_to_vni 11', 'vlan_to_vni 12', 'vlan_to_vni 13'],
    },
  ])(
    'of $action.kind come in the order in which it is done, down to single numbers, and join again',
    ({ action, order }) => {
      const single = (each: Action): Action[] => {
        const pieces = piecesOf(each)
        return pieces.length < 2 ? [each] : pieces.flatMap(single)
      }
      const pieces = single(action)
      expect(pieces.flatMap((piece) => [...partsOf(piece)])).toEqual(order)
      const [first, ...others] = pieces
      expect(joined(first as Action, others)).toEqual(action)
    },
  )
})
