import { expect, test } from 'vitest'
import type { Action } from '../../../src/agent/plan/action.ts'
import { actionSign, describeAction } from '../../../src/agent/plan/describe-action.ts'
import { address, desiredVxlan, mac } from '../../support/builders.ts'

const reason = 'why'

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
      isBeside: false,
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
      isBeside: false,
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
    action: { kind: 'attachPort', masterIfindex: 9, link: 'eth2', ifindex: 3, master: 'br0', reason },
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
])('reads $line', ({ action, line }) => {
  expect(`${actionSign(action)} ${describeAction(action)}`).toBe(line)
})
