/** A hint comes when something is wrong, and only then. */
import { expect, test } from 'vitest'
import type { Tunnel } from '../../../src/agent/answers/tunnel.ts'
import type { Issue } from '../../../src/agent/desired/issue.ts'
import {
  applyHint,
  diffHint,
  explainHint,
  statusHint,
  tunnelsHint,
  validateHint,
} from '../../../src/cli/views/hints.ts'
import { object, status } from './builders.ts'

const tunnel: Tunnel = {
  ifname: 'vxlan0',
  vni: 42,
  remote: '10.0.2.254',
  isGroup: false,
  dstport: 8472,
  sources: ['learned'],
  macs: 1,
  isFloodedTo: false,
  underlay: { isResolved: true, dev: 'eth1' },
}
const group: Tunnel = { ...tunnel, remote: '239.1.1.1', isGroup: true, sources: ['group'], membership: 'joined' }
const unreadable: Issue = {
  severity: 'error',
  code: 'unreadable',
  message: 'a.yaml cannot be read: EACCES: permission denied',
  file: '/etc/vxagent/desired.d/a.yaml',
  line: 1,
  column: 1,
  path: '',
  text: '',
}
const explanation = { target: '10.0.1.1', steps: [], packets: [], changes: [], answer: '' }

const absent = 'its underlay device eth7 does not exist; it is created as soon as eth7 appears'

test('no hint where nothing is wrong, or no command tells more', () => {
  expect([
    statusHint(status()),
    applyHint(status()),
    diffHint([]),
    diffHint([{ link: 'vxlan0', kind: 'conflict', reason: 'a link exists; delete it' }]),
    statusHint(status({ converged: false, objects: [object({ state: 'conflict', reason: 'delete it' })] })),
    statusHint(
      status({ converged: false, objects: [object({ state: 'waiting', reason: 'br0 has not been created yet' })] }),
    ),
    statusHint(status({ converged: false })),
    validateHint(0),
    tunnelsHint([tunnel, group]),
    explainHint({ ...explanation, fate: 'flood' }),
    explainHint({ ...explanation, fate: 'dropped' }),
  ]).toEqual(new Array(11).fill(undefined))
})

test.each([
  ['invalid files', statusHint(status({ converged: false, desired: { isValid: false } })), 'vxagent validate'],
  [
    'a file that root alone may read',
    statusHint(status({ converged: false, desired: { isValid: false, issues: [unreadable] } })),
    'namei -l /etc/vxagent/desired.d/a.yaml',
  ],
  [
    'what was rolled back',
    statusHint(status({ converged: false, desired: { enforcing: 'rolled back', isInForce: false } })),
    'vxagent diff --files',
  ],
  ['a refusal', statusHint(status({ converged: false, objects: [object({ state: 'failing' })] })), 'vxagent diff'],
  [
    'a wait',
    statusHint(status({ converged: false, objects: [object({ state: 'waiting', reason: absent, missing: 'eth7' })] })),
    'vxagent links --all',
  ],
  ['trouble', statusHint(status({ converged: false, problem: 'no answer' })), 'journalctl -u vxagent'],
  ['an apply that failed', applyHint(status({ converged: false })), 'vxagent status'],
  ['an apply without a daemon', applyHint(status({ converged: false }), false), 'no daemon is running'],
  [
    'obstacles',
    diffHint([{ link: 'vxlan0', kind: 'waiting', reason: absent, waitsFor: { link: 'eth7', isDeclared: false } }]),
    'vxagent links --all',
  ],
  ['errors', validateHint(2), 'vxagent schema'],
  ['no way', tunnelsHint([{ ...tunnel, underlay: { isResolved: false } }]), 'vxagent events --vtep 10.0.2.254'],
  ['no join', tunnelsHint([{ ...group, membership: 'not joined' }]), 'vxagent links'],
  [
    'a frame lost on the way',
    explainHint({ ...explanation, fate: 'dropped', packets: [{ vni: 42, remote: '10.0.2.9', dstport: 8472 }] }),
    'vxagent tunnels --vtep 10.0.2.9',
  ],
])('%s: the command that tells more', (_what, hint, command) => {
  expect(hint?.startsWith(command)).toBe(true)
})

test('a path in a hint can be pasted into a shell', () => {
  const hint = statusHint(status({ converged: false, desired: { isValid: false, path: "/etc/it's $HOME" } }))
  expect(hint).toContain(String.raw`vxagent validate '/etc/it'\''s $HOME'`)
})
