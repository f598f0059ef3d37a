/** Counters that grow, and those that do so on every host. */
import { describe, expect, test } from 'vitest'
import { drops, reversePathFilter, udpPorts } from '../../../../../src/agent/insight/health/checks/counters.ts'
import type { LossCounter } from '../../../../../src/agent/insight/health/counter-watch.ts'
import type { ProtocolCounter } from '../../../../../src/agent/kernel/protocol-counters.ts'
import { observed } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, sample, stats, watched } from '../support.ts'

const grown = (counter: ProtocolCounter, by: number) =>
  watched([sample(0, { protocol: new Map([[counter, 7]]) }), sample(5, { protocol: new Map([[counter, 7 + by]]) })])

describe.each([
  { check: reversePathFilter, counter: 'reversePathDrops', subject: 'IPReversePathFilter' },
  { check: udpPorts, counter: 'udpNoPorts', subject: 'udpNoPorts' },
  { check: udpPorts, counter: 'udp6NoPorts', subject: 'udpNoPorts' },
  { check: udpPorts, counter: 'destinationsUnreachable', subject: 'destinationsUnreachable' },
  { check: udpPorts, counter: 'destinationsUnreachable6', subject: 'destinationsUnreachable' },
] as const)('$check.code: $counter', ({ check, counter, subject }) => {
  test.each([
    { by: 0, findings: [] },
    { by: 4, findings: [] },
    { by: 5, findings: [`warning ${subject}: `] },
  ])('grows by $by', ({ by, findings }) => {
    expect(found(check, facts({ counters: grown(counter, by) }))).toEqual(findings)
  })

  test('means nothing on a host without vxlans', () => {
    const bare = facts({ counters: grown(counter, 50), observed: observed([eth1]) })
    expect(looked(check, bare)).toEqual({ found: [], at: '' })
  })
})

test('what is found says how many within which time', () => {
  const { found: findings } = looked(udpPorts, facts({ counters: grown('udpNoPorts', 9), nowMs: 5000 }))
  expect(findings[0]?.found).toBe('9 within 5 s: UDP packets arrived for ports on which nothing listens (UdpNoPorts)')
  expect(findings[0]?.means).toContain('another port than 4789')
})

test.each<{ index: number; counter: LossCounter; by: number; findings: string[] }>([
  { index: 5, counter: 'txDropped', by: 5, findings: ['warning vxlan0 txDropped: vxlan0'] },
  { index: 5, counter: 'txDropped', by: 4, findings: [] },
  { index: 5, counter: 'rxDropped', by: 5, findings: ['warning vxlan0 rxDropped: vxlan0'] },
  { index: 2, counter: 'rxErrors', by: 5, findings: ['warning eth1 rxErrors: vxlan0'] },
  // Spanning tree, LLDP: 30 and more a minute on every port of a switch.
  { index: 2, counter: 'rxDropped', by: 60, findings: [] },
  { index: 2, counter: 'rxDropped', by: 600, findings: ['warning eth1 rxDropped: vxlan0'] },
  { index: 3, counter: 'rxErrors', by: 500, findings: [] },
])('$counter of link $index grows by $by', ({ index, counter, by, findings }) => {
  const counters = watched(
    [0, by].map((count, at) => sample(at, { links: new Map([[index, stats({ [counter]: count })]]) })),
  )
  expect(found(drops, facts({ counters }))).toEqual(findings)
})
