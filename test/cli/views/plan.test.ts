import { expect, test } from 'vitest'
import type { Plan } from '../../../src/agent/reconcile/plan/action.ts'
import { plain } from '../../../src/cli/colour.ts'
import { isDone, planLines, reportLines } from '../../../src/cli/views/plan.ts'
import { address, desiredVxlan, mac } from '../../support/builders.ts'
import { status } from './builders.ts'

const empty: Plan = { actions: [], obstacles: [], notices: [] }
const wanted = desiredVxlan('vxlan0', { id: 42 })

test('a plan is a line an action, then obstacles, then notices', () => {
  const plan: Plan = {
    actions: [
      {
        kind: 'createLink',
        link: 'vxlan1',
        wanted: desiredVxlan('vxlan1', { id: 43, remote: '10.0.2.9' }),
        reason: 'declared, absent',
      },
      {
        kind: 'changeLink',
        link: 'vxlan0',
        ifindex: 7,
        wanted,
        changes: [{ attribute: 'ttl', from: 5, to: 16 }],
        reason: 'drifted',
      },
      {
        kind: 'replaceLink',
        link: 'vxlan2',
        ifindex: 8,
        wanted,
        order: 'break before make',
        takesAlong: [
          { kind: 'link', description: 'mv0 (macvlan) on top of it' },
          ...Array.from({ length: 11 }, (_, at) => ({ kind: 'qdisc' as const, description: `qdisc ${at}` })),
        ],
        alongside: [],
        forcedBy: [{ attribute: 'id', from: 41, to: 42 }],
        reason: 'cannot be changed live',
      },
      {
        kind: 'removeAddress',
        link: 'vxlan0',
        address: address(7, '10.0.1.9/24'),
        keepsOthers: false,
        reason: 'not declared',
      },
      {
        kind: 'addEntries',
        link: 'vxlan0',
        table: 'neighbours',
        isKept: false,
        entries: Array.from({ length: 12 }, (_, octet) => ({
          key: `${octet}`,
          request: { attributes: { dst: `10.0.1.${octet}`, lladdr: mac } },
        })),
        reason: 'declared, absent',
      },
    ],
    obstacles: [{ link: 'vxlan7', kind: 'waiting', reason: 'there is no eth7' }],
    notices: [{ link: 'vxlan0', message: 'mtu is too large' }],
  }
  const firstTen = Array.from({ length: 10 }, (_, octet) => `    10.0.1.${octet} lladdr ${mac}\n`).join('')
  expect(`\n${planLines(plan, plain).join('')}`).toBe(`
+   link vxlan1: create with id 43 remote 10.0.2.9 (declared, absent)
~   link vxlan0: ttl 5 -> 16 (drifted)
-/+ link vxlan2: replace, forced by id 41 -> 42 (cannot be changed live)
    loses: mv0 (macvlan) on top of it, qdisc 0, qdisc 1, qdisc 2, qdisc 3, qdisc 4, qdisc 5, qdisc 6, qdisc 7, qdisc 8 and 2 more
-   address 10.0.1.9/24 dev vxlan0: remove (not declared)
+   neighbour dev vxlan0: add 12 entries, the first 10.0.1.0 lladdr 02:00:00:00:00:01 (declared, absent)
${firstTen}    … and 2 more
!   vxlan7: waiting: there is no eth7
    note: vxlan0: mtu is too large
`)
})

test('an empty plan says so, notices or not', () => {
  expect(planLines(empty, plain)).toEqual(['Nothing to do: the kernel has what is declared.\n'])
  const notices = [{ link: 'vxlan0', message: 'mtu is too large' }]
  expect(planLines({ ...empty, notices }, plain)).toEqual([
    '    note: vxlan0: mtu is too large\n',
    'Nothing to do: the kernel has what is declared.\n',
  ])
})

test('what cannot be done now is not done', () => {
  expect(isDone(empty)).toBe(true)
  expect(isDone({ ...empty, obstacles: [{ link: 'vxlan0', kind: 'conflict', reason: 'not ours' }] })).toBe(false)
  expect(isDone({ ...empty, notices: [{ link: 'vxlan0', message: 'mtu' }] })).toBe(true)
})

test('control characters of a name do not reach the terminal', () => {
  const obstacles = [{ link: '\x1b[31m', kind: 'conflict', reason: 'not\nours' } as const]
  expect(planLines({ ...empty, obstacles }, plain)).toEqual(['!   \\u{1b}[31m: conflict: not\\nours\n'])
})

test('a report says what failed, and why', () => {
  const actions = [
    { sign: '+', description: 'link vxlan0: create' },
    { sign: '-/+', description: 'link vxlan1: replace', error: 'EBUSY' },
  ] as const
  expect(reportLines({ actions, status: status({ converged: false }) }, plain)).toEqual([
    '+   link vxlan0: create\n',
    '-/+ link vxlan1: replace\n',
    '    failed: EBUSY\n',
  ])
})

test('only a converged report says that there is nothing to do', () => {
  expect(reportLines({ actions: [], status: status() }, plain)).toEqual([
    'Nothing to do: the kernel has what is declared.\n',
  ])
  expect(reportLines({ actions: [], status: status({ converged: false }) }, plain)).toEqual([])
})

test('what waits for a link of the same plan is no alarm, and what waits for another is one', () => {
  const wanted = { kind: 'bridge', name: 'br0', spec: {}, path: ['bridges', 'br0'] } as const
  const actions = [{ kind: 'createLink', link: 'br0', wanted, path: [], reason: 'declared, absent' }] as const
  const waiting = (link: string) =>
    ({ link: 'vxlan0', kind: 'waiting', reason: `no ${link}`, waitsFor: { link, isDeclared: true } }) as const
  const [, then, alarm] = planLines({ ...empty, actions, obstacles: [waiting('br0'), waiting('br1')] }, plain)
  expect([then, alarm]).toEqual(['    then: vxlan0, as soon as br0 is there\n', '!   vxlan0: waiting: no br1\n'])
})
