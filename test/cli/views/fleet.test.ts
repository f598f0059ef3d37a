import { expect, test } from 'vitest'
import type { FleetProblem } from '../../../src/agent/answers/fleet.ts'
import { plain } from '../../../src/cli/colour.ts'
import { fleetCheckLines } from '../../../src/cli/views/fleet-check.ts'
import { fleetNodesLines, ranges } from '../../../src/cli/views/fleet-nodes.ts'
import { fleetStatusLines, isWell } from '../../../src/cli/views/fleet-status.ts'
import { fleetTunnelsLines, mostPairs, probedPairs } from '../../../src/cli/views/fleet-tunnels.ts'
import { allFindings } from '../../../src/fleet/members/all-findings.ts'
import type { FleetFinding } from '../../../src/fleet/members/finding.ts'
import { pairsOf } from '../../../src/fleet/members/pairs.ts'
import type { FleetReport } from '../../../src/fleet/run/report.ts'
import { host, report, silentHost, vtep } from '../../fleet/members/report.ts'

const now = new Date('2026-12-01T00:02:00Z')
const options = { paint: plain, width: undefined, now }

const problem = (parts: Partial<FleetProblem> = {}): FleetProblem => ({
  code: 'store',
  severity: 'warning',
  message: 'the store is slow',
  nodes: [],
  since: '2026-12-01T00:01:00Z',
  ...parts,
})
const finding = (parts: Partial<FleetFinding> = {}): FleetFinding => ({
  code: 'other-port',
  severity: 'error',
  message: 'VNI 42: UDP port differs',
  nodes: ['host2'],
  vni: 42,
  ...parts,
})

const statusText = (parts: Partial<FleetReport> = {}): string => [...fleetStatusLines(report(parts), options)].join('')
const nodesText = (parts: Partial<FleetReport> = {}): string => [...fleetNodesLines(report(parts), options)].join('')
const checkText = (parts: Partial<FleetReport> = {}): string => {
  const all = report(parts)
  return [...fleetCheckLines(all, allFindings(all.findings, all.problems), options)].join('')
}
const tunnelsText = (parts: Partial<FleetReport> = {}, isNarrowed = false): string => {
  const all = report(parts)
  return [...fleetTunnelsLines(all, probedPairs(all, [...pairsOf(all.nodes)]), { ...options, isNarrowed })].join('')
}

test('the status: verdict, host, store, endpoints', () => {
  expect(statusText({ certificateEnds: '2026-12-11T00:02:00Z' })).toBe(
    `Live for 2m; no problem known
Fleet prod, this host is host1: 2 members, 2 present
Record of this host: in the store
Agent of this host: last took the entries that follow from the store 2s ago
Store: cluster 77; at revision 12; this host is up to date with 10, and the last change of a record was 10; lease 99 of 60s, kept alive 3s ago
Certificate of this host: ends in 10d (2026-12-11T00:02:00Z)

ENDPOINT       VERSION  LEADER  REVISION  BEHIND  STATE
10.9.0.1:2379  3.5.16   yes           12       0  answers
10.9.0.2:2379  -        -              -       -  no answer in time

vxagent 0.1.0: 1 list, 0 repairs, 1 lease, 0 failed calls
`,
  )
})

test('the status says why it is stale or frozen, and how removals go on', () => {
  expect(statusText({ mode: 'stale', reason: 'no endpoint answers' })).toMatch(/^Stale for 2m: no endpoint answers; /)
  const frozen = statusText({
    mode: 'frozen',
    reason: '4 of 5 members are gone',
    frozen: { since: '2026-12-01T00:00:00Z', secondsLeft: 3480 },
  })
  expect(frozen).toMatch(/^Frozen for 2m: 4 of 5 members are gone; /)
  expect(frozen).toContain(
    'Removals have been held for 2m, and stay held for 58m more while the store answers; if the members that are gone are meant to be gone, run vxagent fleet accept\n',
  )
})

test.each([
  { what: 'live and published', parts: {}, well: true },
  { what: 'with a warning', parts: { problems: [problem()] }, well: true },
  { what: 'with an error', parts: { problems: [problem({ severity: 'error' })] }, well: false },
  { what: 'stale', parts: { mode: 'stale' }, well: false },
  { what: 'frozen', parts: { mode: 'frozen' }, well: false },
  { what: 'not published', parts: { publishing: 'not yet' }, well: false },
  { what: 'without an agent', parts: { agent: { error: 'it is not running' } }, well: false },
] as { what: string; parts: Partial<FleetReport>; well: boolean }[])('$what: well is $well', ({ parts, well }) => {
  expect(isWell(report(parts))).toBe(well)
})

test('problems are told with their age, what is wrong with the store and the agent, too', () => {
  const text = statusText({
    problems: [problem({ severity: 'error', message: 'another host has the id host1' }), problem()],
    agent: { error: 'cannot ask the daemon' },
    publishing: 'taken',
    store: {
      revision: 0,
      latestChange: 0,
      endpoints: [{ endpoint: 'e:1', version: '3.4.23', hasLeader: false, revision: 3, alarms: ['NOSPACE'] }],
      statesError: 'refused',
    },
    certificateEnds: '2026-12-01T00:00:00Z',
  })
  expect(text).toContain('; 1 error, 1 warning\n')
  expect(text).toContain('error: another host has the id host1 (for 1m)\nwarning: the store is slow (for 1m)\n')
  expect(text).toContain('cannot ask the daemon; has taken nothing from this run of the fleet process yet\n')
  expect(text).toContain('not in the store: another host has this id\n')
  expect(text).toContain(
    'its revision is not known now; this host has not listed it in this run; no lease; the states of members cannot be read: refused\n',
  )
  expect(text).toContain('alarms: NOSPACE')
  expect(text).toContain('ended 2m ago')
})

test('one row a host: VTEPs, how far it is, and when one that is gone goes', () => {
  const nodes = [
    host(1, { vteps: [42, 100, 101, 102].map((vni) => vtep({ vni })) }),
    host(2, { vteps: [vtep({ local: '192.168.0.2', advertise: '203.0.113.7' })], applied: 8, mode: 'frozen' }),
    {
      ...silentHost(3, { state: 'gone' }),
      goneSince: '2026-12-01T00:01:48Z',
      removedAt: '2026-12-01T00:06:48Z',
    },
  ]
  const { record: _, ...remembered } = nodes[2] as (typeof nodes)[2]
  expect(nodesText({ nodes: [nodes[0], nodes[1], remembered] as FleetReport['nodes'] })).toBe(
    `NODE   STATE                VNI         VTEP                             PORT   MTU  APPLIED    MODE    VERSION  REMOVAL
host1  present (this host)  42 100-102  10.0.0.1                         4789  1450  10         live    0.1.0    -
host2  present              42          203.0.113.7 (local 192.168.0.2)  4789  1450  8, behind  frozen  0.1.0    -
host3  gone                 -           -                                   -     -  -          -       -        gone for 12s, removed in 4m
`,
  )
})

test.each([
  { mode: 'frozen', words: 'not removed while frozen' },
  { mode: 'stale', words: 'not removed while the store is silent' },
] as const)('while $mode nobody is removed', ({ mode, words }) => {
  const gone = { ...silentHost(3, { state: 'gone' }), goneSince: '2026-12-01T00:00:00Z' }
  expect(nodesText({ mode, reason: 'why', nodes: [gone] })).toContain(words)
})

test('what is known of hosts is as of when the store was heard', () => {
  const text = nodesText({
    mode: 'stale',
    reason: 'no endpoint answers',
    store: { ...report().store, statesError: 'x' },
  })
  expect(text).toContain('The store has been silent for 2m: no endpoint answers; this is what was known then\n')
  expect(text).toContain('APPLIED and MODE cannot be read: x\n')
  expect(nodesText({ nodes: [] })).toBe('No host is known in the fleet prod.\n')
})

test('numbers that follow each other are a range', () => {
  expect(ranges([])).toBe('')
  expect(ranges([5, 3, 4, 9, 1, 3])).toBe('1 3-5 9')
})

test('one row a pair, both directions, with why and what probes show', () => {
  const nodes = [host(1, { has: ['10.0.0.2'] }), host(2, { missing: ['10.0.0.1'] })]
  const between = { vni: 42, way: 'overlay', ageSeconds: 5, mostAgeSeconds: 65 } as const
  const directions = [
    { ...between, from: 'host1', to: 'host2', state: 'unreachable', sinceSeconds: 125 },
    { ...between, from: 'host2', to: 'host1', state: 'reachable', passes: 1350, fails: 1351 },
  ] as const
  const probes = { isOn: true, without: [], directions, directionCount: 2 }
  expect(tunnelsText({ nodes, probes })).toBe(
    `VNI  A      B      A TO B  B TO A   PROBE A TO B  PROBE B TO A    WHY
 42  host1  host2  yes     missing  no, for 2m    max 1350 5s-1m  host2: its kernel lacks the entry for 10.0.0.1

1 pair: 0 with an entry both ways, 1 without, or unknown; probes pass in 1 of 2 directions, 2 fail, or not with the full size
Entries in kernels, as their owners reported them; probes with the age of the last one. sudo vxagent fleet probe sends some now.
`,
  )
})

test('hosts that are in no pair are named', () => {
  const text = tunnelsText({ nodes: [host(1), silentHost(2, { state: 'gone' })], mode: 'stale', reason: 'cut off' })
  expect(text).toContain('There are no pairs: no two hosts that are present have a VNI in common.\n')
  expect(text).toContain('Not shown: host2 (gone).\n')
  expect(text).toContain('The store has been silent for 2m: cut off; this is what was known then\n')
})

test('of many pairs only those are shown that are not yes both ways, unless some are asked for', () => {
  const count = 30
  const addresses = Array.from({ length: count }, (_, index) => `10.0.0.${index + 1}`)
  const nodes = addresses.map((own, index) =>
    index === 4
      ? host(5, { missing: ['10.0.0.9'], has: addresses.filter((each) => each !== own && each !== '10.0.0.9') })
      : host(index + 1, { has: addresses.filter((each) => each !== own) }),
  )
  const pairs = (count * (count - 1)) / 2
  expect(pairs).toBeGreaterThan(mostPairs)
  const text = tunnelsText({ nodes })
  expect(text.match(/host\d+ +host\d+/g)).toEqual(['host5  host9'])
  expect(text).toContain(`${pairs} pairs: ${pairs - 1} with an entry both ways, 1 without, or unknown; probes`)
  expect(text).toContain('Pairs with both entries are not shown; --node and --vni show them.\n')
  expect(tunnelsText({ nodes }, true).match(/host\d+ +host\d+/g)).toHaveLength(pairs)
})

test('the check: what was compared, findings with what they are about, errors first', () => {
  const problems = [problem({ code: 'store', message: 'etcd 3.5.1 loses data' }), problem({ message: 'A' })]
  const findings = [finding(), finding({ code: 'behind', severity: 'warning', message: 'A', nodes: [] })]
  expect(checkText({ findings, problems })).toBe(
    `1 error, 2 warnings (2 members compared, by the records of revision 10)

error: VNI 42: UDP port differs
  other-port; VNI 42; host2

warning: A
  behind; VNI 42; for 1m

warning: etcd 3.5.1 loses data
  store; for 1m
`,
  )
  expect(checkText()).toBe('Nothing found (2 members compared, by the records of revision 10)\n')
  expect(checkText({ mode: 'stale', reason: 'cut off' })).toContain(
    'The store has been silent for 2m: cut off; this is what was known then\n',
  )
})

test('nothing from the store reaches a terminal as it is', () => {
  const evil = '\u001b[2J\u202e'
  const node = host(1, { missing: ['10.0.0.2'] })
  const nodes = [
    {
      ...node,
      node: `a${evil}`,
      record: { ...(node.record as NonNullable<typeof node.record>), agent: evil, vteps: [vtep({ local: evil })] },
    },
    { ...host(2), node: `b${evil}` },
    { ...silentHost(3, { state: 'gone' }), node: `c${evil}` },
  ]
  const parts = {
    ...{ fleet: evil, node: evil, version: evil, reason: evil, mode: 'stale' as const, certificateEnds: evil },
    nodes,
    agent: { error: evil },
    problems: [problem({ message: evil })],
    findings: [finding({ message: evil, nodes: [evil], code: evil as 'gone' })],
    store: {
      ...report().store,
      cluster: evil,
      statesError: evil,
      lease: { id: evil, seconds: 1, keptSecondsAgo: 1 },
      endpoints: [
        { endpoint: evil, version: evil, hasLeader: true, revision: 1, alarms: [evil] },
        { endpoint: evil, error: evil },
      ],
    },
  }
  for (const text of [statusText(parts), nodesText(parts), tunnelsText(parts), checkText(parts)]) {
    expect(text).toContain(String.raw`\u{1b}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
})
