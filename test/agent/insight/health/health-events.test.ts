/** What events and log lines a change of the findings makes. */
import { describe, expect, test } from 'vitest'
import type { HealthFinding } from '../../../../src/agent/answers/health.ts'
import { describeEvent } from '../../../../src/agent/insight/events/describe-event.ts'
import { healthEvents, healthLines } from '../../../../src/agent/insight/health/health-events.ts'
import { finding } from './support.ts'

const hop = (vtep = '10.0.2.2', more: Partial<HealthFinding> = {}): HealthFinding =>
  finding({ check: 'next-hop', subject: vtep, vtep, found: `${vtep} does not answer ARP on eth1`, ...more })
const warning = finding({ severity: 'warning' })
const fromAnother = hop('10.0.2.2', { links: ['vxlan1'], subject: 'b' })
const many = (count: number): HealthFinding[] => Array.from({ length: count }, (_, at) => hop(`10.0.2.${at}`))

/** Kind and VTEP of each event. */
const events = (parts: Partial<Parameters<typeof healthEvents>[0]>) =>
  healthEvents({ came: [], went: [], standing: parts.came ?? [], ...parts }).map(({ kind, vtep, dev, count }) =>
    [kind, vtep ?? dev, count].filter((part) => part !== undefined).join(' '),
  )

test.each([
  { what: 'nothing', parts: {}, kinds: [] },
  { what: 'warnings', parts: { came: [warning], went: [warning] }, kinds: [] },
  { what: 'a fault of a link', parts: { came: [finding()] }, kinds: ['fault vxlan0'] },
  { what: 'and its end', parts: { went: [finding()] }, kinds: ['fault-over vxlan0'] },
  { what: 'a VTEP', parts: { came: [hop()] }, kinds: ['unreachable 10.0.2.2'] },
  { what: 'and its return', parts: { went: [hop()] }, kinds: ['reachable 10.0.2.2'] },
  {
    what: 'a VTEP that is silent, not unreachable',
    parts: { came: [finding({ check: 'silence', vtep: '10.0.2.2' })] },
    kinds: ['fault 10.0.2.2'],
  },
  { what: 'twenty', parts: { came: many(20) }, kinds: many(20).map(({ vtep }) => `unreachable ${vtep}`) },
  { what: 'more than twenty', parts: { came: many(21) }, kinds: ['unreachable 10.0.2.0 21'] },
  { what: 'more than twenty that go', parts: { went: many(30) }, kinds: ['reachable 10.0.2.0 30'] },
  {
    what: 'another reason for the same VTEP',
    parts: { went: [hop()], came: [hop('10.0.2.2', { check: 'route', subject: 'no route' })] },
    kinds: [],
  },
  {
    what: 'one of two reasons goes',
    parts: { went: [hop()], standing: [hop('10.0.2.2', { check: 'way-in' })] },
    kinds: [],
  },
  {
    what: 'a VTEP that nobody asks any more',
    parts: { went: [hop()], standing: [hop('10.0.2.2', { severity: 'warning' })] },
    kinds: [],
  },
  {
    what: 'the VTEP from another link as well',
    parts: { came: [fromAnother], standing: [hop(), fromAnother] },
    kinds: ['unreachable 10.0.2.2'],
  },
])('$what', ({ parts, kinds }) => {
  expect(events(parts)).toEqual(kinds)
})

test('what ends is told before what begins', () => {
  expect(events({ went: [hop('10.0.2.3')], came: [hop()] })).toEqual(['reachable 10.0.2.3', 'unreachable 10.0.2.2'])
})

test.each([
  { came: [hop()], went: [], sentence: '10.0.2.2 is unreachable from vxlan0: 10.0.2.2 does not answer ARP on eth1' },
  {
    came: [],
    went: [{ ...hop('10.0.2.2', { links: ['vxlan0', 'vxlan1'] }), since: '2026-01-02T03:04:05Z' }],
    sentence:
      '10.0.2.2 is no longer unreachable from vxlan0 (since 2026-01-02T03:04:05Z); it was: 10.0.2.2 does not answer ARP on eth1 (and 1 more links)',
  },
  { came: many(21), went: [], sentence: '21 VTEPs are unreachable from vxlan0: 10.0.2.0 does not answer ARP on eth1' },
  { came: [finding({ links: [] })], went: [], sentence: 'fault on this host: eth1 is down' },
  { came: [], went: [finding()], sentence: 'over on vxlan0: eth1 is down' },
])('as a sentence: $sentence', ({ came, went, sentence }) => {
  const [event] = healthEvents({ came, went, standing: came })
  expect(event && describeEvent(event)).toBe(sentence)
})

describe('the log', () => {
  test('has a line for each', () => {
    const change = { came: [finding(), warning], went: [{ ...hop(), since: 'then' }], standing: [] }
    expect(healthLines(change)).toEqual([
      {
        level: 'warn',
        fields: { links: ['vxlan0'], means: finding().means, cure: finding().cure },
        text: 'health: eth1 is down',
      },
      { level: 'info', fields: expect.anything(), text: 'health: eth1 is down' },
      {
        level: 'info',
        fields: { links: ['vxlan0'], since: 'then' },
        text: 'health: over: 10.0.2.2 does not answer ARP on eth1',
      },
    ])
  })

  test('has one line for many, and names some of many links', () => {
    expect(healthLines({ came: many(21), went: [], standing: [] })).toEqual([
      { level: 'warn', fields: { count: 21 }, text: 'health: 10.0.2.0 does not answer ARP on eth1, and 20 more' },
    ])
    const links = Array.from({ length: 12 }, (_, at) => `vxlan${at}`)
    const [line] = healthLines({ came: [finding({ links })], went: [], standing: [] })
    expect(line?.fields).toMatchObject({ links: [...links.slice(0, 10), 'and 2 more'] })
  })
})
