/** Findings over time: which is the same one, since when, and what came and went. */
import { expect, test } from 'vitest'
import type { HealthFinding } from '../../../../src/agent/answers/health.ts'
import { StandingFindings } from '../../../../src/agent/insight/health/standing.ts'
import { finding } from './support.ts'

/** Everything that the findings are about is there. */
const checks = (...findings: HealthFinding[]) => ({
  links: ['vxlan0', 'vxlan1', 'vxlan5'],
  vteps: ['10.0.2.2'],
  checks: [{ check: 'underlay-device', question: '', result: 'fault', lookedAt: '', findings }] as const,
})

test('a finding comes once, stays with other numbers and other links, and goes', () => {
  const standing = new StandingFindings()
  const first = finding({ found: '20 packets sent', links: ['vxlan5'] })
  expect(standing.note(checks(first))).toEqual({ came: [first], went: [], standing: [first] })
  const later = finding({ found: '900 packets sent', links: ['vxlan1', 'vxlan5'] })
  expect(standing.note(checks(later))).toEqual({ came: [], went: [], standing: [later] })
  expect(standing.note(checks())).toEqual({ came: [], went: [later], standing: [] })
})

test.each([
  { what: 'another subject', other: { subject: 'eth2' } },
  { what: 'another check', other: { check: 'route' } },
  { what: 'a fault that was a warning', other: { severity: 'warning' } },
] as const)('$what is another finding', ({ other }) => {
  const standing = new StandingFindings()
  const [one, two] = [finding(), finding(other)]
  expect(standing.note(checks(one, two)).came).toEqual([one, two])
  expect(standing.note(checks(two)).went).toEqual([one])
})

test('of a link or a VTEP that is no longer there nothing is over', () => {
  const standing = new StandingFindings()
  standing.note(checks(finding({ subject: 'a', links: ['vxlan0'] }), finding({ subject: 'b', vtep: '10.0.2.2' })))
  expect(standing.note({ ...checks(), links: [], vteps: [] })).toEqual({ came: [], went: [], standing: [] })
})

test('it keeps since when a finding is there', () => {
  const standing = new StandingFindings()
  expect(standing.sinceOf(finding(), 'now')).toBe('now')
  standing.note(checks({ ...finding(), since: 'then' } as HealthFinding))
  expect(standing.sinceOf(finding(), 'now')).toBe('then')
  expect(standing.sinceOf(finding({ subject: 'eth2' }), 'now')).toBe('now')
  standing.note(checks())
  expect(standing.sinceOf(finding(), 'now')).toBe('now')
})
