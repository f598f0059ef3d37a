/** What probes came to: faults, and when nothing is claimed. */
import { expect, test } from 'vitest'
import type { ProbeFinding, ProbeSummary } from '../../../../../src/agent/answers/probes.ts'
import { probe, probeSize } from '../../../../../src/agent/insight/health/checks/probes.ts'
import { unseenBy } from '../../../../../src/agent/insight/health/unseen.ts'
import { observed } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, vxlan0 } from '../support.ts'

const finding = (more: Partial<ProbeFinding> = {}): ProbeFinding => ({
  ...{ vni: 42, link: 'vxlan0', node: 'two', vtep: '10.0.2.2', kind: 'unreachable' },
  ...{ at: '2026-12-01T00:10:00Z', since: '2026-12-01T00:05:00Z', wasReachable: true, sent: 20, lost: 5, hints: [] },
  ...more,
})
const heard = (findings: readonly ProbeFinding[] = [], heardMsAgo: number | undefined = 1000, unknown = 0) => {
  const counts = { sent: 9, lost: 0, answered: 9, roundTripSeconds: 0.01 }
  const summary: ProbeSummary = {
    ...{ every: 60, staleAfter: 900, findings, findingCount: findings.length },
    ...{ answeredRequests: 0, refusedRequests: 0 },
    vnis: [{ vni: 42, reachable: 1, unreachable: findings.length, unknown, smaller: 0, ...counts }],
  }
  return { probes: { summary, heardMsAgo } }
}

test('a member that does not answer is a fault, with since when and what may be the cause', () => {
  const { found: findings } = looked(
    probe,
    facts(heard([finding({ hints: ['two listens on UDP port 8472 and vxlan0 on 4789'] })])),
  )
  expect(findings).toMatchObject([
    {
      ...{ severity: 'fault', subject: 'vxlan0 two', links: ['vxlan0'], vni: 42, vtep: '10.0.2.2' },
      found: 'probes to two (10.0.2.2) in VNI 42 have not been answered since 2026-12-01T00:05:00Z',
      means: expect.stringMatching(
        /^none of its own probes has arrived here since that was noticed: .*likely cause: two listens on UDP port 8472/,
      ),
    },
  ])
})

test('that its own probes arrive is said only of those since', () => {
  const meansOf = (heardAt: string): string => looked(probe, facts(heard([finding({ heardAt })]))).found[0]?.means ?? ''
  expect(meansOf('2026-12-01T00:09:00Z')).toMatch(/^its own probes arrive here, the last one at 2026-12-01T00:09:00Z/)
  expect(meansOf('2026-12-01T00:04:00Z')).toMatch(/^none of its own probes/)
})

test('a member that never answered is told as such', () => {
  expect(looked(probe, facts(heard([finding({ wasReachable: false })]))).found[0]?.found).toMatch(
    /^no probe to two .* has been answered: 20 were sent since/,
  )
})

test('a size that does not pass is another fault', () => {
  const smaller = finding({ kind: 'smaller', passes: 1350, fails: 1351 })
  expect(found(probe, facts(heard([smaller])))).toEqual([])
  expect(looked(probeSize, facts(heard([smaller]))).found[0]?.found).toBe(
    'packets of 1351 bytes do not pass between this host and two (10.0.2.2) in VNI 42, and those of 1350 do',
  )
})

test('nothing is claimed by what the fleet process said long ago, or to an earlier agent', () => {
  expect(looked(probe, facts(heard([finding()], 61_000)))).toMatchObject({
    found: [],
    whyNot: expect.stringContaining('61 s'),
  })
  const { probes } = heard([finding()])
  expect(looked(probe, facts({ probes: { summary: probes.summary, heardMsAgo: undefined } }))).toMatchObject({
    found: [],
    whyNot: expect.stringContaining('since the agent started'),
  })
  expect(looked(probe, facts({}))).toEqual({ found: [], at: '' })
})

test('what probes of every member see is no longer among what nobody sees', () => {
  const tables = { observed: observed([eth1, vxlan0]) }
  const text = (more: object): string => unseenBy(facts({ ...tables, ...more })).join('\n')
  expect(text({})).toMatch(/Firewalls/)
  expect(text(heard([], 1000, 1))).toMatch(/Firewalls/)
  expect(text(heard([], 61_000))).toMatch(/Firewalls/)
  expect(text(heard([]))).not.toMatch(/Firewalls/)
})
