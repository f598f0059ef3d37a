/** The report of `vxagent doctor` as people read it. */
import { expect, test } from 'vitest'
import type { HealthReport } from '../../../src/agent/answers/health.ts'
import { plain } from '../../../src/cli/colour.ts'
import { doctorLines, healthVerdict } from '../../../src/cli/views/doctor.ts'
import { finding } from '../../agent/insight/health/support.ts'
import { now } from './builders.ts'

const report: HealthReport = {
  ...{ at: '2026-01-02T12:00:00Z', tookMs: 12.4, watchedSeconds: 90, faults: 1, warnings: 1 },
  ...{ unseen: ['Other hosts.'], links: ['vxlan0'], vteps: [] },
  checks: [
    {
      ...{ check: 'drops', question: '?', result: 'warning', lookedAt: 'counters' },
      findings: [finding({ check: 'drops', severity: 'warning', links: [], found: 'drops\x07', cure: 'look' })],
    },
    {
      ...{ check: 'underlay-device', question: '?', result: 'fault', lookedAt: '1 underlay device' },
      findings: [
        { ...finding({ links: Array.from({ length: 8 }, (_, at) => `vxlan${at}`) }), since: '2026-01-02T11:59:00Z' },
      ],
    },
    {
      check: 'querier',
      question: '?',
      result: 'not looked',
      lookedAt: 'eth1',
      why: 'the kernel keeps no trace',
      findings: [],
    },
    { check: 'mtu', question: '?', result: 'nothing to look at', lookedAt: '', findings: [] },
    { check: 'route', question: '?', result: 'ok', lookedAt: 'the kernel’s route to 1 VTEP', findings: [] },
  ],
}

const view = (of: HealthReport, isOfDaemon = true): string =>
  `\n${[...doctorLines(of, { paint: plain, width: undefined, now, isOfDaemon })].join('')}`

test('faults first, then warnings, what was looked at, and what cannot be seen', () => {
  expect(view(report)).toBe(`
1 fault, 1 warning (5 checks in 12 ms, counters watched for 90 s)

fault: eth1 is down
  links  vxlan0, vxlan1, vxlan2, vxlan3, vxlan4, vxlan5 and 2 more
  means  nothing is sent and nothing received
  to do  ip link set eth1 up
  check  underlay-device, so for 1m

warning: drops\\u{7}
  means  nothing is sent and nothing received
  to do  look
  check  drops

CHECK            RESULT              LOOKED AT
drops            warning             counters
underlay-device  fault               1 underlay device
querier          not looked          eth1: the kernel keeps no trace
mtu              nothing to look at  -
route            ok                  the kernel’s route to 1 VTEP

Not seen from this host:
- Other hosts.
`)
})

test('without a daemon it says what nobody knows', () => {
  expect(view(report, false)).toContain('Without a daemon: what happened before')
})

test.each([
  { faults: 0, warnings: 0, text: 'No fault seen' },
  { faults: 0, warnings: 2, text: 'No fault seen, 2 warnings' },
  { faults: 1, warnings: 0, text: '1 fault' },
  { faults: 2, warnings: 1, text: '2 faults, 1 warning' },
])('the verdict: $text', ({ text, ...counts }) => {
  expect(healthVerdict(counts, plain)).toBe(text)
})
