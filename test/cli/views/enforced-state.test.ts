import { expect, test } from 'vitest'
import type { DesiredStatus } from '../../../src/agent/answers/desired-status.ts'
import { plain } from '../../../src/cli/colour.ts'
import { enforcedSentence } from '../../../src/cli/views/enforced-state.ts'
import { statusLines } from '../../../src/cli/views/status.ts'
import { now, status } from './builders.ts'

const path = '/etc/vxagent/desired.d'

test.each<{ name: string; desired: Partial<DesiredStatus>; sentence: string | undefined }>([
  { name: 'the files', desired: {}, sentence: undefined },
  { name: 'the last valid ones', desired: { enforcing: 'last valid', isValid: false }, sentence: undefined },
  {
    name: 'the files on trial',
    desired: { enforcing: 'trial', until: '2026-01-02T12:00:42.5Z' },
    sentence: 'On trial: the state before returns in 43s unless vxagent confirm comes first.',
  },
  {
    name: 'a candidate on trial',
    desired: { enforcing: 'trial', until: '2026-01-02T12:10:00Z', candidate: '/tmp/new\u001b.yaml' },
    sentence:
      'On trial is what /tmp/new\\u{1b}.yaml says: the state before returns in 10m unless vxagent confirm comes first.',
  },
  {
    name: 'what returned, in place of the files',
    desired: { enforcing: 'rolled back', why: 'not confirmed', isInForce: false },
    sentence: `Rolled back (not confirmed): the state before is in force, not what ${path} says; saving that unchanged alters nothing. To put it in force: vxagent apply --files. To keep the state before: change ${path} to it.`,
  },
  {
    name: 'what returned, which is what the files say',
    desired: { enforcing: 'rolled back', why: 'reboot' },
    sentence: `Rolled back (reboot): the state before is in force, which is what ${path} says.`,
  },
  {
    name: 'a confirmed candidate',
    desired: { enforcing: 'confirmed', isInForce: false, candidate: '/tmp/new.yaml' },
    sentence: `Confirmed: what /tmp/new.yaml said is in force, not what ${path} says, until that changes. To put ${path} in force: vxagent apply --files. To keep this for good: move /tmp/new.yaml there in place of what it is to replace.`,
  },
  {
    name: 'what was confirmed while the files changed',
    desired: { enforcing: 'confirmed', isInForce: false },
    sentence: `Confirmed: the state is in force, and stays until ${path} changes, which says something else by now. To put that in force: vxagent apply --files.`,
  },
  {
    name: 'the state before, while a change is held',
    desired: {
      enforcing: 'held',
      isInForce: false,
      held: {
        since: '2026-01-02T11:58:00Z',
        until: '2026-01-02T13:00:00Z',
        losses: [
          { what: 'links', count: 12, of: 20, names: Array.from({ length: 12 }, (_, index) => `vxlan${index}`) },
          { what: 'addresses', count: 1, of: 1, names: ['10.0.1.1/24'] },
        ],
      },
    },
    sentence: `Held for 2m (since 2026-01-02T11:58:00Z): what ${path} says would delete 12 of 20 links (vxlan0, vxlan1, vxlan2, vxlan3, vxlan4, vxlan5, vxlan6, vxlan7, vxlan8, vxlan9, and 2 more), and the only address (10.0.1.1/24). The state before stays in force. To carry it out: vxagent apply. To keep them: put the files back. It is carried out in 1h all the same.`,
  },
  {
    name: 'links that wait to be deleted',
    desired: { isInForce: false, toBeDeleted: [{ name: 'vxlan\u001b5', at: '2026-01-02T12:00:03Z' }] },
    sentence: `vxlan\\u{1b}5 is to be deleted in 3s unless a file in ${path} names it again; vxagent apply deletes it now.`,
  },
])('in force: $name', ({ desired, sentence }) => {
  expect(enforcedSentence(status({ desired }).desired, now)).toBe(sentence)
})

test('the status says it below the verdict, and why it is none of converged', () => {
  const answer = status({
    converged: false,
    desired: {
      enforcing: 'rolled back',
      why: 'not confirmed',
      isInForce: false,
      enforcedSince: '2026-01-02T11:55:00Z',
    },
  })
  const lines = statusLines(answer, { kernel: undefined, paint: plain, width: undefined, now }).join('').split('\n')
  expect(lines.slice(0, 3)).toEqual([
    'Not converged: what the desired files say was rolled back',
    `Desired state ${path}: valid (1 file), rolled back 5m ago`,
    expect.stringMatching(/^Rolled back \(not confirmed\): the state before is in force, not what/),
  ])
})

test('a trial is no want of convergence', () => {
  const answer = status({ desired: { enforcing: 'trial', until: '2026-01-02T12:00:30Z' } })
  const lines = statusLines(answer, { kernel: undefined, paint: plain, width: undefined, now }).join('').split('\n')
  expect(lines.slice(0, 3)).toEqual([
    'Converged: 1 link as declared',
    `Desired state ${path}: valid (1 file), on trial for 5h`,
    'On trial: the state before returns in 30s unless vxagent confirm comes first.',
  ])
})
