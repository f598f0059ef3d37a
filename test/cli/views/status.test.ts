import { describe, expect, test } from 'vitest'
import type { HealthFinding, HealthStatus } from '../../../src/agent/answers/health.ts'
import type { AgentStatus } from '../../../src/agent/answers/status.ts'
import { plain } from '../../../src/cli/colour.ts'
import { statusLines, verdict } from '../../../src/cli/views/status.ts'
import { finding } from '../../agent/insight/health/support.ts'
import { now, object, status, vxlan0 } from './builders.ts'

const kernel = {
  links: [vxlan0],
  addresses: new Map([['vxlan0', ['10.0.1.1/24', 'fe80::bcc7:6aff:fe21:67f6/64']]]),
}

function view(value: AgentStatus, options: { kernel?: typeof kernel; width?: number } = {}): string {
  return `\n${statusLines(value, { kernel: options.kernel, paint: plain, width: options.width, now }).join('')}`
}

test('a converged host', () => {
  const lastRepair = { at: '2026-01-02T11:59:30Z', what: ['address 10.0.1.1/24 dev vxlan0: add (declared, absent)'] }
  expect(view(status({ objects: [object({ lastRepair })] }), { kernel })).toBe(`
Converged: 1 link as declared
Desired state /etc/vxagent/desired.d: valid (1 file), in force for 5h

NAME    KIND   VNI  TO               DEV   ADDRESSES    STATE      SINCE
vxlan0  vxlan   42  group 239.1.1.1  eth1  10.0.1.1/24  converged     3m

vxlan0 repaired 30s ago: address 10.0.1.1/24 dev vxlan0: add (declared, absent)

vxagent 0.1.0, pid 4711, up 1d: 2 repairs, 0 overruns
`)
})

test('a host with a link that fails: why, since when, and when it is tried again', () => {
  const failing = object({
    name: 'vxlan1',
    state: 'failing',
    reason: 'EADDRINUSE',
    attempts: 3,
    nextAttempt: '2026-01-02T12:00:03.500Z',
    warnings: ['mtu 9000 is more than fits'],
  })
  const { ifindex, ...absent } = failing
  expect(view(status({ converged: false, objects: [object(), absent] }), { kernel })).toBe(`
Not converged: vxlan1 fails: EADDRINUSE
Desired state /etc/vxagent/desired.d: valid (1 file), in force for 5h

NAME    KIND   VNI  TO               DEV   ADDRESSES    STATE      SINCE  REASON
vxlan0  vxlan   42  group 239.1.1.1  eth1  10.0.1.1/24  converged     3m  -
vxlan1  vxlan    -  -                -     -            failing       3m  3 attempts, next in 4s

warning: vxlan1: mtu 9000 is more than fits

vxagent 0.1.0, pid 4711, up 1d: 2 repairs, 0 overruns
`)
})

test('several parts that fail are listed, each with its place in the files', () => {
  const part = { attempts: 2, nextAttempt: '2026-01-02T12:00:03.500Z' }
  const failures = [
    { ...part, reason: 'cannot add address fd00::1/64', source: { file: 'a.yaml', line: 3, column: 5 } },
    { ...part, reason: 'cannot add VNI 101' },
  ]
  const lines = (shown: typeof failures): string[] =>
    view(status({ converged: false, objects: [object({ state: 'failing', reason: 'two', ...part, failures: shown })] }))
      .split('\n')
      .filter((line) => line.startsWith('failing: '))
  expect(lines(failures)).toEqual([
    'failing: vxlan0: cannot add address fd00::1/64; asked for at a.yaml:3:5',
    'failing: vxlan0: cannot add VNI 101',
  ])
  expect(lines(failures.slice(0, 1))).toEqual([])
})

test("without a look at the kernel there is the daemon's word", () => {
  expect(view(status())).toContain('NAME    KIND   STATE      SINCE\nvxlan0  vxlan  converged     3m\n')
})

const issue = {
  severity: 'error',
  code: 'unknown-key',
  file: 'a.yaml',
  line: 6,
  column: 5,
  path: 'vxlans.vxlan0.tll',
  text: 'tll',
  message: 'unknown key',
} as const

test('invalid files are shown with their places, beside what is in force', () => {
  const text = view(status({ converged: false, desired: { isValid: false, issues: [issue], enforcing: 'last valid' } }))
  expect(text).toContain(`
Not converged: the desired files are invalid; 1 link as the last valid state declares
Desired state /etc/vxagent/desired.d: invalid (1 error), the last valid one, 5h old, stays in force
`)
  expect(text).toContain('\na.yaml:6:5: error: unknown key\n    found: tll\n')
})

test('files that are being read again are told, since this is of the reading before', () => {
  expect(view(status({ desired: { readingSince: '2026-01-02T11:59:56Z' } }))).toContain(`in force for 5h
Reading the files since 2026-01-02T11:59:56Z (4s); this is what the reading before it found.
`)
})

test('errors come before warnings, and a reason that the verdict has does not come again', () => {
  const warning = { ...issue, severity: 'warning', line: 1, message: 'dstport is unstated' } as const
  const objects = [object({ state: 'conflict', reason: 'not ours; delete it', warnings: ['too large'] })]
  const text = view(
    status({
      converged: false,
      objects,
      desired: { isValid: false, issues: [warning, issue], enforcing: 'last valid' },
    }),
  )
  expect(text).toContain('Not converged: the desired files are invalid; vxlan0 is in conflict: not ours; delete it\n')
  expect(text.match(/delete it/g)).toHaveLength(1)
  const order = ['a.yaml:6:5: error', 'a.yaml:1:5: warning', 'warning: vxlan0: too large'].map((each) =>
    text.indexOf(each),
  )
  expect(order).not.toContain(-1)
  expect(order).toEqual(order.toSorted((left, right) => left - right))
})

test('with several in conflict each has its reason in the table', () => {
  const objects = [
    object({ state: 'conflict', reason: 'delete it' }),
    object({ state: 'conflict', reason: 'rename it' }),
  ]
  const text = view(status({ converged: false, objects }))
  expect(text).toContain('2 of 2 links not as declared')
  expect(text).toMatch(/conflict .* delete it\n.*conflict .* rename it\n/)
})

test('a first state that is invalid leaves nothing in force', () => {
  const { enforcedSince, ...desired } = status({
    desired: { isValid: false, issues: [issue], enforcing: 'none' },
  }).desired
  expect(view({ ...status({ converged: false, objects: [] }), desired })).toContain(
    'invalid (1 error), nothing is in force, since there never was a valid one\n\na.yaml:6:5',
  )
})

test('while the files are read for the first time, nothing is said of them', () => {
  const { enforcedSince, ...desired } = status({
    desired: { files: [], enforcing: 'none', readingSince: '2026-01-02T11:59:58Z' },
  }).desired
  const text = view({ ...status({ converged: false, isStarting: true, objects: [] }), desired })
  expect(text).toContain(`Desired state ${desired.path}: being read for the first time\n`)
  expect(text).not.toContain('never was a valid one')
})

test.each<{ parts: Partial<Omit<AgentStatus, 'desired'>>; sentence: string }>([
  { parts: {}, sentence: 'Converged: 1 link as declared' },
  { parts: { objects: [] }, sentence: 'Converged: no links are declared' },
  { parts: { converged: false }, sentence: 'Not converged: a reconcile is under way' },
  {
    parts: { converged: false, isStarting: true },
    sentence: 'Starting: the kernel has not been compared with the desired files yet',
  },
  { parts: { converged: false, problem: 'cannot write /x' }, sentence: 'Not converged: cannot write /x' },
  {
    parts: {
      converged: false,
      objects: [object(), object({ state: 'waiting', reason: 'no eth7' }), object({ state: 'conflict' })],
    },
    sentence: 'Not converged: 2 of 3 links not as declared',
  },
  {
    parts: { converged: false, objects: [object({ state: 'conflict', reason: 'not ours' })] },
    sentence: 'Not converged: vxlan0 is in conflict: not ours',
  },
  {
    parts: { converged: false, objects: [object({ state: 'failing', reason: 'a\x07b' })] },
    sentence: 'Not converged: vxlan0 fails: a\\u{7}b',
  },
])('the verdict: $sentence', ({ parts, sentence }) => {
  expect(verdict(status(parts), plain)).toBe(sentence)
})

test('on a terminal the reason is wrapped to its width', () => {
  const waiting = object({
    state: 'waiting',
    reason: 'its underlay device eth7 does not exist; it is created as soon as eth7 appears',
  })
  const lines = view(status({ converged: false, objects: [waiting, waiting] }), { width: 70 }).split('\n')
  expect(lines.filter((line) => line.startsWith(' ')).length).toBeGreaterThan(0)
  expect(Math.max(...lines.slice(4, -3).map((line) => line.length))).toBeLessThanOrEqual(70)
})

describe('health', () => {
  const health = (findings: readonly HealthFinding[], more: Partial<HealthStatus> = {}): HealthStatus => {
    const faults = findings.filter(({ severity }) => severity === 'fault').length
    return {
      ...{ verdict: faults > 0 ? 'impaired' : 'no fault seen', checkedAt: '2026-01-02T11:59:55Z' },
      ...{ faults, warnings: findings.length - faults, findings, ...more },
    }
  }
  const line = (of: HealthStatus): string | undefined => /^Health: .*$/m.exec(view(status({ health: of })))?.[0]
  const warning = finding({ severity: 'warning' })

  test.each([
    { what: 'nothing', findings: [], text: 'Health: no fault seen (checked 5s ago)' },
    { what: 'a warning', findings: [warning], text: 'Health: no fault seen, 1 warning (checked 5s ago)' },
    { what: 'a fault', findings: [finding()], text: 'Health: 1 fault: vxlan0: eth1 is down (checked 5s ago)' },
    { what: 'of the host', findings: [finding({ links: [] })], text: 'Health: 1 fault: eth1 is down (checked 5s ago)' },
    {
      what: 'of many links',
      findings: [finding({ links: ['vxlan0', 'vxlan1', 'vxlan2'] }), warning],
      text: 'Health: 1 fault, 1 warning: vxlan0 and 2 other links: eth1 is down (checked 5s ago)',
    },
  ])('$what', ({ findings, text }) => {
    expect(line(health(findings))).toBe(text)
  })

  test('of many faults some are named', () => {
    expect(line(health(Array.from({ length: 30 }, () => finding())))).toMatch(
      /^Health: 30 faults: (vxlan0: eth1 is down; )+and \d+ more/,
    )
  })

  test('each link has its worst, and none is called well that was not listed', () => {
    const objects = [object(), object({ name: 'vxlan1' }), object({ name: 'vxlan2' })]
    const findings = [finding(), warning, finding({ severity: 'warning', links: ['vxlan1'] })]
    const cells = (of: HealthStatus) =>
      view(status({ objects, health: of }))
        .split('\n')
        .filter((text) => /^vxlan\d/.test(text))
        .map((text) => text.replace(/^.*converged +/, '').replace(/ +3m$/, ''))
    expect(cells(health(findings))).toEqual(['fault', 'warning', '-'])
    expect(cells(health(findings, { faults: 60 }))).toEqual(['fault', 'warning', 'see doctor'])
  })
})
