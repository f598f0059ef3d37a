import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryText, isProbeAmiss, probeText } from '../../../../src/fleet/page/client/direction-text.ts'
import { headline, staleMs } from '../../../../src/fleet/page/client/headline.ts'
import { readPlace, writePlace } from '../../../../src/fleet/page/client/place.ts'
import { byMark, countsText, standingOf } from '../../../../src/fleet/page/client/standing.ts'
import { wayToHost } from '../../../../src/fleet/page/client/way-to-host.ts'
import { codeOf, type Health, healths } from '../../../../src/fleet/page/health.ts'
import { makeView } from '../../../../src/fleet/page/make-view.ts'
import type { FleetView, ViewAnswer } from '../../../../src/fleet/page/view.ts'
import { fleetOf } from '../fleet-of.ts'

const counts = (of: Partial<Record<Health, number>>): Uint32Array => {
  const all = new Uint32Array(healths.length)
  for (const [health, count] of Object.entries(of)) {
    all[codeOf(health as Health)] = count
  }
  return all
}
const lines = (more: Partial<FleetView> = {}, of: Partial<Record<Health, number>> = { entry: 6 }): string[] =>
  headline({
    answer: { heardMsAgo: 0, view: { ...makeView(fleetOf(3), 42), ...more } },
    ageMs: 0,
    counts: counts(of),
    moment: (iso) => iso.slice(11, 16),
  }).map(({ tone, text }) => `${tone}: ${text}`)

test('a fleet that is well', () => {
  expect(lines()).toEqual([
    'good: Live since 00:00',
    'good: VNI 42, 3 hosts: each has the entry of each other; whether frames pass was not looked at',
    'good: check found nothing',
  ])
})

test.each([
  [
    { mode: 'stale', reason: 'etcd does not answer' },
    'bad: Stale since 00:00: etcd does not answer; nothing changes, and what is shown is of then',
  ],
  [
    { mode: 'frozen', reason: '5 members are gone', frozen: { since: '', secondsLeft: 1800 } },
    'warning: Frozen since 00:00: 5 members are gone; removals are held for 30m more at most',
  ],
  [
    { agentError: 'the daemon is not running' },
    'bad: Live since 00:00, but the agent of this host does not follow: the daemon is not running',
  ],
] as const)('the mode, with its reason', (more, text) => {
  expect(lines(more)[0]).toBe(text)
})

test('the worst of the directions, of those that were looked at', () => {
  expect(lines({}, { entry: 3, missing: 1, unknown: 2, absent: 9 })[1]).toBe(
    'bad: VNI 42, 3 hosts: 1 of 6 directions: entry missing',
  )
  expect(lines({ statesError: 'no answer in time' }, { unknown: 6 })[1]).toBe(
    'unknown: VNI 42, 3 hosts: 6 of 6 directions: unknown: no answer in time',
  )
  expect(lines({}, { absent: 6 })[1]).toBe('unknown: VNI 42, 3 hosts: no two that are present')
  const { vni: _, ...none } = makeView(fleetOf(0), undefined)
  expect(headline({ answer: { view: none }, ageMs: 0, counts: counts({}), moment: String })[1]).toMatchObject({
    tone: 'unknown',
  })
})

test('what probes show is said with the entries, and before them where it is worse', () => {
  expect(lines({}, { entry: 2, passes: 4 })[1]).toBe(
    'good: VNI 42, 3 hosts: each has the entry of each other; probes passed in 4 of 6 directions',
  )
  expect(lines({}, { entry: 4, silent: 1, lossy: 1 })[1]).toBe(
    'bad: VNI 42, 3 hosts: 1 of 6 directions: probes do not pass',
  )
  expect(lines({}, { passes: 5, lossy: 1 })[1]).toBe('warning: VNI 42, 3 hosts: 1 of 6 directions: probes lost')
})

test('findings are counted by severity', () => {
  expect(lines({ errors: 2, warnings: 1 })[2]).toBe('bad: check found 2 errors, 1 warning')
  expect(lines({ warnings: 1 })[2]).toBe('warning: check found 1 warning')
})

test('nothing is called live that is not heard, whoever is silent', () => {
  const view = makeView(fleetOf(3), 42)
  const facts = { ageMs: 20_000, counts: counts({ entry: 6 }), moment: String }
  const silent: ViewAnswer = {
    heardMsAgo: 20_000,
    view,
    silence: { forMs: 17_000, reason: 'the fleet process is not running' },
  }
  for (const [answer, more, reason] of [
    [silent, {}, 'the fleet process is not running'],
    [{ heardMsAgo: 0, view }, { lost: 'the connection to vxagent ui is lost' }, 'the connection to vxagent ui is lost'],
    [{ heardMsAgo: 0, view }, {}, 'it was not asked'],
  ] as const) {
    const [line, ...more_] = headline({ answer, ...facts, ...more })
    expect(line).toEqual({
      id: 'fleet-mode',
      tone: 'bad',
      text: `Not live: no word from the fleet process: ${reason}; below is what it said 20s ago`,
    })
    expect(more_).toEqual([])
  }
  expect(facts.ageMs).toBeGreaterThan(staleMs)
})

test('a host in no fleet says why', () => {
  expect(
    headline({
      answer: { heardMsAgo: 1, noFleet: 'no file has a fleet: section' },
      ageMs: 1,
      counts: counts({}),
      moment: String,
    }),
  ).toEqual([{ id: 'fleet-mode', tone: 'bad', text: 'This host is in no fleet: no file has a fleet: section' }])
})

test('the counts of a host', () => {
  expect([
    countsText(counts({ entry: 499 })),
    countsText(counts({ entry: 1 })),
    countsText(counts({ entry: 496, missing: 2, unknown: 1, absent: 3 })),
    countsText(counts({ unknown: 2 })),
    countsText(counts({ entry: 495, passes: 4 })),
    countsText(counts({ absent: 4 })),
  ]).toEqual([
    'all 499 with the entry',
    'the one with the entry',
    '✕ 2 missing, ? 1 unknown of 499',
    '? all 2 unknown',
    'all 499 with the entry, 4 probed',
    '–',
  ])
})

test('the worst host comes first: what it lacks itself, and what was found of it; not what others lack', () => {
  const host = { node: 'h', state: 'present', addresses: [] } as const
  const well = counts({ entry: 3 })
  const all = [
    standingOf(host, 0, well, well),
    standingOf(host, 1, well, counts({ missing: 1, entry: 2 })),
    standingOf({ ...host, severity: 'warning' }, 2, well, well),
    standingOf(host, 3, counts({ unknown: 3 }), well),
    standingOf({ ...host, state: 'gone' }, 4, counts({ absent: 3 }), well),
    standingOf(host, 5, counts({ missing: 1, entry: 2 }), well),
    standingOf({ ...host, severity: 'error' }, 6, counts({ missing: 2 }), well),
  ]
  expect(all.map(({ mark }) => mark)).toEqual(['good', 'good', 'warning', 'unknown', 'unknown', 'bad', 'bad'])
  expect(all.toSorted(byMark).map(({ place }) => place)).toEqual([6, 5, 2, 3, 4, 1, 0])
})

test('an entry has a witness, and a reason where it is not there', () => {
  expect(entryText('a', { entry: 'yes', to: '10.0.0.2', applied: 7 })).toBe(
    'Entry: its kernel has the entry for 10.0.0.2 (says a itself, for revision 7 of the store).',
  )
  expect(entryText('a', { entry: 'unknown', to: '10.0.0.2', why: 'it does not say how far it is' })).toBe(
    'Its kernel may have the entry or not for 10.0.0.2: it does not say how far it is (a says nothing).',
  )
})

test('a probe has a witness, an age, and what was measured', () => {
  const probe = { vni: 42, from: 'a', to: 'b', way: 'overlay' } as const
  const seen = { witness: 'a', ageSeconds: 12, mostAgeSeconds: 75 }
  expect(
    probeText({
      ...probe,
      ...seen,
      state: 'reachable',
      sinceSeconds: 3700,
      sent: 5,
      lost: 0,
      roundTripMs: 0.314,
      passes: 1450,
    }),
  ).toBe(
    'Probe: passes for 1h (a says so, 12s to 1m ago); 1450 bytes pass; 0 of the last 5 not answered; there and back in 0.31 ms.',
  )
  expect(probeText({ ...probe, ...seen, state: 'unreachable', sinceSeconds: 90 })).toBe(
    'Probe: does not pass for 1m (a says so, 12s to 1m ago).',
  )
  expect(probeText({ ...probe, state: 'unknown', why: 'neither has probed the other' })).toBe(
    'Probe: nothing is known: neither has probed the other.',
  )
  expect([
    isProbeAmiss({ ...probe, state: 'reachable', fails: 1450 }),
    isProbeAmiss({ ...probe, state: 'unknown' }),
  ]).toEqual([true, false])
})

test('a place reads as it was written, and any hash is a place', () => {
  const place = { vni: 42, view: 'picture', host: 'a', peer: 'b', find: 'rack 1', onlyAmiss: true } as const
  expect(readPlace(writePlace(place))).toEqual(place)
  expect(readPlace('')).toEqual({ view: 'matrix', find: '', onlyAmiss: false })
  expect(readPlace('#vni=99999999&view=x&peer=b&amiss=yes')).toEqual({ view: 'matrix', find: '', onlyAmiss: false })
  fc.assert(
    fc.property(fc.string(), (hash) => {
      expect(readPlace(writePlace(readPlace(hash)))).toEqual(readPlace(hash))
    }),
  )
})

test.each([
  [
    { isSelf: true, page: 'https://elsewhere.example/' },
    { kind: 'own', href: '/host' },
  ],
  [{ page: 'https://vyos01.example:8443/' }, { kind: 'stated', href: 'https://vyos01.example:8443/' }],
  [{}, { kind: 'typed', command: 'ssh -L 8081:127.0.0.1:8081 vyos01 vxagent ui --port 8081' }],
  [{ page: 'javascript:alert(1)' }, { kind: 'typed' }],
  [{ page: 'https://prod@evil.example/' }, { kind: 'typed' }],
])('the way to the page of a host: %j', (parts, way) => {
  expect(wayToHost({ node: 'vyos01', isSelf: false, ...parts })).toMatchObject(way)
})
