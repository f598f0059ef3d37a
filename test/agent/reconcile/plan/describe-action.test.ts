import { expect, test } from 'vitest'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { actionSign, describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import type { DumpedMdbEntry, Neighbour, Route } from '../../../../src/rtnetlink/index.ts'
import { address, desiredVxlan, mac } from '../../../support/builders.ts'

const reason = 'why'

const putBack = { kind: 'putBack', link: 'vxlan0', from: 5, reason } as const

function bridgeEntry(vlan?: number): Neighbour {
  const attributes = { lladdr: mac, ...(vlan !== undefined && { vlan }) }
  return { family: 7, ifindex: 5, state: 0x40, flags: 0, type: 0, attributes }
}

function group(some: Partial<DumpedMdbEntry>): { readonly owner: number; readonly entry: DumpedMdbEntry } {
  const zero = { group0: 0, group1: 0, group2: 0, group3: 0, group4: 0, group5: 0, group6: 0, group7: 0 }
  return { owner: 8, entry: { ifindex: 5, state: 1, flags: 0, vid: 0, ...zero, proto: 0, attributes: {}, ...some } }
}

function route(attributes: Route['attributes']): Route {
  const header = { family: 2, dstLen: 16, srcLen: 0, tos: 0, table: 254, protocol: 3, scope: 0, type: 1, flags: 0 }
  return { ...header, attributes }
}

test.each<{ action: Action; line: string }>([
  {
    action: {
      kind: 'createLink',
      link: 'vxlan0',
      wanted: desiredVxlan('vxlan0', { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16 }),
      reason,
    },
    line: '+ link vxlan0: create with id 42 group 239.1.1.1 dev eth1 (why)',
  },
  {
    action: {
      kind: 'createLink',
      link: 'vxlan0',
      wanted: desiredVxlan('vxlan0', { id: 42, remote: '10.0.2.254' }),
      reason,
    },
    line: '+ link vxlan0: create with id 42 remote 10.0.2.254 (why)',
  },
  {
    action: {
      kind: 'replaceLink',
      link: 'vxlan0',
      ifindex: 5,
      wanted: desiredVxlan('vxlan0', { id: 42 }),
      order: 'break before make',
      takesAlong: [],
      forcedBy: [{ attribute: 'srcport', from: [0, 0], to: [1000, 2000] }],
      alongside: [],
      reason,
    },
    line: '-/+ link vxlan0: replace, forced by srcport 0-0 -> 1000-2000 (why)',
  },
  {
    action: {
      kind: 'replaceLink',
      link: 'vxlan0',
      ifindex: 5,
      wanted: desiredVxlan('vxlan0', { id: 42 }),
      order: 'break before make',
      takesAlong: [],
      forcedBy: [{ attribute: 'dstport', from: 8472, to: 4789 }],
      alongside: [{ attribute: 'ttl', from: 0, to: 16 }],
      reason,
    },
    line: '-/+ link vxlan0: replace, forced by dstport 8472 -> 4789; also ttl 0 -> 16 (why)',
  },
  {
    action: {
      kind: 'changeLink',
      link: 'vxlan0',
      ifindex: 5,
      wanted: desiredVxlan('vxlan0', { id: 42 }),
      changes: [
        { attribute: 'group', from: undefined, to: '239.1.1.1' },
        { attribute: 'alias', from: 'lab', to: '' },
        { attribute: 'up', from: false, to: true },
      ],
      reason,
    },
    line: '~ link vxlan0: group none -> 239.1.1.1, alias lab -> none, up false -> true (why)',
  },
  {
    action: { kind: 'deleteLink', link: 'renamed', madeAs: 'vxlan0', ifindex: 5, reason },
    line: '- link renamed: delete (why)',
  },
  {
    action: { kind: 'addAddress', link: 'vxlan0', address: { address: '10.0.1.1/24' }, reason },
    line: '+ address 10.0.1.1/24 dev vxlan0: add (why)',
  },
  {
    action: { kind: 'removeAddress', link: 'vxlan0', address: address(5, '10.0.1.1/24'), keepsOthers: false, reason },
    line: '- address 10.0.1.1/24 dev vxlan0: remove (why)',
  },
  {
    action: {
      kind: 'createLink',
      link: 'br0',
      wanted: { kind: 'bridge', name: 'br0', spec: {}, path: ['bridges', 'br0'] },
      reason,
    },
    line: '+ link br0: create a bridge (why)',
  },
  {
    action: { kind: 'createLink', link: 'vxlan0', wanted: desiredVxlan('vxlan0', { external: true }), reason },
    line: '+ link vxlan0: create with external (why)',
  },
  {
    action: { kind: 'adoptLink', link: 'vxlan0', ifindex: 5, wanted: desiredVxlan('vxlan0', { id: 42 }), reason },
    line: '~ link vxlan0: take over (why)',
  },
  {
    action: { kind: 'attachPort', link: 'eth2', ifindex: 3, master: 'br0', masterIfindex: 9, stated: [], reason },
    line: '~ port eth2: attach to br0 (why)',
  },
  {
    action: { kind: 'detachPort', link: 'eth2', ifindex: 3, master: 'br0', reason },
    line: '~ port eth2: detach from br0 (why)',
  },
  {
    action: { kind: 'changePort', link: 'eth2', changes: [{ attribute: 'cost', from: 2, to: 50 }], reason },
    line: '~ port eth2: cost 2 -> 50 (why)',
  },
  {
    action: {
      kind: 'changeSysctls',
      link: 'vxlan0',
      changes: [{ attribute: 'ipv4.arp_accept', from: 0, to: 1 }],
      reason,
    },
    line: '~ sysctl vxlan0: ipv4.arp_accept 0 -> 1 (why)',
  },
  {
    action: { kind: 'changeAltnames', link: 'vxlan0', add: ['a', 'b'], remove: ['c'], reason },
    line: '~ altnames vxlan0: add a, b; remove c (why)',
  },
  {
    action: {
      kind: 'changeVlans',
      link: 'br0',
      isSelf: true,
      add: [{ first: 1, last: 1, value: { pvid: true, untagged: true } }],
      remove: [{ first: 20, last: 30, value: { pvid: false, untagged: false } }],
      reason,
    },
    line: '~ vlans br0 self: add 1 pvid untagged; remove 20-30 (why)',
  },
  {
    action: {
      kind: 'changeVlanMap',
      link: 'vxlan0',
      add: [{ first: 40, last: 43, value: 10040 }],
      remove: [],
      reason,
    },
    line: '~ vlan_to_vni vxlan0: add 40-43 -> 10040-10043 (why)',
  },
  {
    action: {
      kind: 'changeVnis',
      link: 'vxlan0',
      add: [{ first: 400, last: 400, value: '239.1.1.1' }],
      remove: [{ first: 1, last: 9, value: undefined }],
      reason,
    },
    line: '~ vnis vxlan0: add 400 to 239.1.1.1; remove 1-9 (why)',
  },
  {
    action: {
      kind: 'addEntries',
      link: 'vxlan0',
      table: 'fdb',
      isKept: false,
      entries: [{ key: 'k', request: { state: 0x42, attributes: { lladdr: mac, dst: '10.0.2.2', port: 7, vni: 8 } } }],
      reason,
    },
    line: `+ fdb ${mac} dst 10.0.2.2 port 7 vni 8 static dev vxlan0: add (why)`,
  },
  {
    action: {
      kind: 'replaceEntries',
      link: 'vxlan0',
      table: 'neighbours',
      entries: ['10.0.1.8', '10.0.1.9'].map((dst) => ({ key: dst, request: { attributes: { lladdr: mac, dst } } })),
      reason,
    },
    line: `~ neighbour dev vxlan0: replace 2 entries, the first 10.0.1.8 lladdr ${mac} (why)`,
  },
  {
    action: {
      kind: 'addEntries',
      link: 'vxlan0',
      table: 'neighbours',
      isKept: true,
      entries: [{ key: 'k', request: { flags: 0x08, attributes: { dst: '10.0.1.77' } } }],
      reason,
    },
    line: '+ neighbour proxy 10.0.1.77 dev vxlan0: add (why)',
  },
  {
    action: {
      ...putBack,
      what: { object: 'port', options: { multicastRouter: 2, mcastToUcast: true }, backupPort: 'eth2' },
    },
    line: '~ port vxlan0: multicastRouter 2, mcastToUcast true, backup port eth2 (why)',
  },
  {
    action: { ...putBack, what: { object: 'bridge entries', entries: [bridgeEntry(10)] } },
    line: `+ fdb of its bridge to vxlan0: add entry ${mac} vlan 10 (why)`,
  },
  {
    action: { ...putBack, what: { object: 'bridge entries', entries: [bridgeEntry(), bridgeEntry(7)] } },
    line: `+ fdb of its bridge to vxlan0: add 2 entries, the first ${mac} (why)`,
  },
  {
    action: {
      ...putBack,
      link: 'br0',
      what: {
        object: 'guests',
        guests: [
          { name: 'tap0', ifindex: 3, options: [] },
          { name: 'tap1', ifindex: 4, options: [] },
        ],
      },
    },
    line: '~ port tap0, tap1: attach to br0 (why)',
  },
  {
    action: { ...putBack, what: { object: 'backup', ports: ['p2', 'p3'] } },
    line: '~ port p2, p3: backup port vxlan0 (why)',
  },
  {
    action: {
      ...putBack,
      what: { object: 'multicast', entries: [group({ group0: 0xef01, group1: 0x203, proto: 0x800 })] },
    },
    line: '+ mdb dev vxlan0: add group 239.1.2.3 (why)',
  },
  {
    action: {
      ...putBack,
      what: { object: 'multicast', entries: [group({ group0: 0xff05, group7: 0x77, proto: 0x86dd, vid: 7 })] },
    },
    line: '+ mdb dev vxlan0: add group ff05::77 vid 7 (why)',
  },
  {
    action: {
      ...putBack,
      what: { object: 'multicast', entries: [group({ group0: 0x0100, group1: 0x5e00, group2: 7 })] },
    },
    line: '+ mdb dev vxlan0: add group 01:00:5e:00:00:07 (why)',
  },
  {
    action: { ...putBack, what: { object: 'routes', routes: [route({ dst: '10.50.0.0', via: 'fe80::1' })] } },
    line: '+ routes dev vxlan0: add route 10.50.0.0/16 via fe80::1 (why)',
  },
  {
    action: { ...putBack, what: { object: 'routes', routes: [route({ table: 100, multipath: [] }), route({})] } },
    line: '+ routes dev vxlan0: add 2 routes, the first default by 0 nexthops table 100 (why)',
  },
])('reads $line', ({ action, line }) => {
  expect(`${actionSign(action)} ${describeAction(action)}`).toBe(line)
})
