/** The report: what each check came to, and the part of it that concerns one link or VTEP. */
import { describe, expect, test } from 'vitest'
import { type HealthReport, healthChecks } from '../../../../src/agent/answers/health.ts'
import { atOnce } from '../../../../src/agent/facts/steps.ts'
import { checks } from '../../../../src/agent/insight/health/checks.ts'
import { findingKey } from '../../../../src/agent/insight/health/facts.ts'
import { narrowed, reportOf } from '../../../../src/agent/insight/health/report.ts'
import { observed } from '../../../support/builders.ts'
import { eth1, facts, finding, remote, vxlan0, way, withAttributes } from './support.ts'

test('every check is run, in the order of its reports', () => {
  expect(checks.map(({ code }) => code)).toEqual(Object.keys(healthChecks))
})

test('a host without vxlans has nothing to look at', () => {
  const report = atOnce(reportOf(facts({ observed: observed([eth1]) })))
  expect(new Set(report.checks.map(({ result }) => result))).toEqual(new Set(['nothing to look at']))
  expect(report).toMatchObject({ faults: 0, warnings: 0, unseen: [], links: [], vteps: [] })
})

test('a healthy host: no finding, and each check says what it looked at', () => {
  const report = atOnce(reportOf(facts({ ways: [way('10.0.2.2')], nowMs: 1000 })))
  expect(report).toMatchObject({
    at: '1970-01-01T00:00:01.000Z',
    faults: 0,
    warnings: 0,
    links: ['vxlan0'],
    vteps: ['10.0.2.2'],
  })
  for (const { result, lookedAt } of report.checks) {
    expect([result, lookedAt === '']).toEqual(lookedAt === '' ? ['nothing to look at', true] : ['ok', false])
  }
})

test('faults and warnings, with since when', () => {
  const down = observed([withAttributes(eth1, {}, 0), vxlan0])
  const ways = [way('10.0.2.2', { mtu: 1400 })]
  const report = atOnce(reportOf(facts({ observed: down, ways }), ({ subject }) => `since ${subject}`))
  expect([report.faults, report.warnings]).toEqual([1, 1])
  const results = new Map(report.checks.map((check) => [check.check, check]))
  expect(results.get('underlay-device')).toMatchObject({
    result: 'fault',
    findings: [{ subject: 'eth1', since: 'since eth1' }],
  })
  expect(results.get('mtu')?.result).toBe('warning')
  expect(results.get('drops')?.result).toBe('ok')
})

test('what cannot be looked at says why', () => {
  const report = atOnce(
    reportOf(facts({ groups: [remote('239.1.1.1', { isGroup: true })], queriers: new Map([['eth1', undefined]]) })),
  )
  expect(report.checks.find(({ check }) => check === 'querier')).toMatchObject({
    result: 'not looked',
    why: expect.stringContaining('IGMP'),
  })
})

test('no two findings of a crowded host are the same one', () => {
  const ways = ['10.0.2.2', '10.0.2.3'].flatMap((vtep) => [
    way(vtep, { isResolved: false, neighbour: 'failed', problem: `${vtep} does not answer ARP on eth1` }),
    way(vtep, { dev: 'eth2', mtu: 1400 }, { ifname: 'vxlan1', free: { isResolved: true, dev: 'eth0' } }),
    way(vtep, { mtu: 1300 }, { arrival: { dev: 'eth3', isAccepted: false } }),
  ])
  const findings = atOnce(reportOf(facts({ ways }))).checks.flatMap((check) => check.findings)
  expect(findings.length).toBeGreaterThan(6)
  expect(new Set(findings.map(findingKey)).size).toBe(findings.length)
})

describe('narrowed', () => {
  const report: HealthReport = {
    ...{ at: '', tookMs: 1, watchedSeconds: 0, faults: 2, warnings: 1, unseen: ['x'], links: [], vteps: [] },
    checks: [
      {
        ...{ check: 'next-hop', question: '', result: 'fault', lookedAt: 'a' },
        findings: [
          finding({ check: 'next-hop', vtep: '10.0.2.2', links: ['vxlan0', 'vxlan1'] }),
          finding({
            check: 'next-hop',
            vtep: '10.0.2.3',
            mac: '02:00:00:00:00:02',
            links: ['vxlan1'],
            severity: 'warning',
          }),
        ],
      },
      {
        check: 'drops',
        question: '',
        result: 'fault',
        lookedAt: 'b',
        findings: [finding({ check: 'drops', links: ['vxlan9'] })],
      },
      {
        check: 'udp-ports',
        question: '',
        result: 'warning',
        lookedAt: 'c',
        findings: [finding({ check: 'udp-ports', links: [], severity: 'warning' })],
      },
      { check: 'mtu', question: '', result: 'nothing to look at', lookedAt: '', findings: [] },
    ],
  }

  test.each([
    { subject: 'vxlan0', faults: 1, warnings: 1, results: ['fault', 'ok', 'warning', 'nothing to look at'] },
    { subject: 'vxlan1', faults: 1, warnings: 2, results: ['fault', 'ok', 'warning', 'nothing to look at'] },
    { subject: '10.0.2.2', faults: 1, warnings: 1, results: ['fault', 'ok', 'warning', 'nothing to look at'] },
    {
      subject: '02:00:00:00:00:02',
      faults: 0,
      warnings: 2,
      results: ['warning', 'ok', 'warning', 'nothing to look at'],
    },
    { subject: 'vxlan7', faults: 0, warnings: 1, results: ['ok', 'ok', 'warning', 'nothing to look at'] },
  ])('to $subject', ({ subject, faults, warnings, results }) => {
    const part = narrowed(report, subject)
    expect([part.faults, part.warnings, part.unseen]).toEqual([faults, warnings, ['x']])
    expect(part.checks.map(({ result }) => result)).toEqual(results)
  })
})

describe('unseen', () => {
  const unseen = (more: Parameters<typeof facts>[0]) => atOnce(reportOf(facts(more))).unseen.join('\n')

  test.each([
    {
      what: 'a group',
      more: { groups: [remote('239.1.1.1', { isGroup: true })] },
      text: 'What switches do with multicast groups',
    },
    {
      what: 'several VTEPs of a VNI',
      more: { ways: [way('10.0.2.2'), way('10.0.2.3')] },
      text: 'One silent VTEP among several',
    },
    {
      what: 'a gateway',
      more: { ways: [way('10.0.2.2', { gateway: '10.0.9.1' })] },
      text: 'Whether a VTEP behind a gateway',
    },
    {
      what: 'a static entry',
      more: { ways: [way('10.0.2.2', {}, { sources: new Set(['static'] as const) })] },
      text: 'leads to the wrong VTEP',
    },
    {
      what: 'an underlay elsewhere',
      more: { observed: observed([withAttributes(vxlan0, { linkNetnsid: 0 })]) },
      text: 'The underlay of vxlan0',
    },
  ])('$what', ({ more, text }) => {
    expect(unseen(more)).toContain(text)
    expect(unseen({ ways: [way('10.0.2.9')] })).not.toContain(text)
  })
})
