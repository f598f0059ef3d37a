import { expect, test } from 'vitest'
import { type Action, actionSign, describeAction } from '../../../src/agent/plan/action.ts'

const reason = 'why'

test.each<{ action: Action; line: string }>([
  {
    action: { kind: 'createLink', link: 'vxlan0', spec: { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16 }, reason },
    line: '+ link vxlan0: create with id 42 group 239.1.1.1 dev eth1 (why)',
  },
  {
    action: { kind: 'createLink', link: 'vxlan0', spec: { id: 42, remote: '10.0.2.254' }, reason },
    line: '+ link vxlan0: create with id 42 remote 10.0.2.254 (why)',
  },
  {
    action: {
      kind: 'replaceLink',
      link: 'vxlan0',
      ifindex: 5,
      spec: { id: 42 },
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
      spec: { id: 42 },
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
      spec: { id: 42 },
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
    action: { kind: 'addAddress', link: 'vxlan0', address: '10.0.1.1/24', reason },
    line: '+ address 10.0.1.1/24 dev vxlan0: add (why)',
  },
  {
    action: { kind: 'removeAddress', link: 'vxlan0', address: '10.0.1.1/24', reason },
    line: '- address 10.0.1.1/24 dev vxlan0: remove (why)',
  },
])('reads $line', ({ action, line }) => {
  expect(`${actionSign(action)} ${describeAction(action)}`).toBe(line)
})
