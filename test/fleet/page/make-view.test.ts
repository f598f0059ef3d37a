import { expect, test } from 'vitest'
import type { FleetFinding } from '../../../src/fleet/members/finding.ts'
import { makeHostView, makeView, mostFindings, mostHosts } from '../../../src/fleet/page/make-view.ts'
import { host, report, vtep } from '../members/report.ts'
import { addressOf, fleetOf, nameOf } from './fleet-of.ts'

test('a healthy fleet of 500 is a line a host', () => {
  const view = makeView(fleetOf(500), 42)
  expect(view.rows[0]).toBe('-e499')
  expect(view.rows[7]).toBe('e7-e492')
  expect(view.hosts[7]).toEqual({ node: nameOf(7), state: 'present', addresses: [addressOf(7)], mode: 'live' })
  expect(view.hosts[0]?.isSelf).toBe(true)
  expect(JSON.stringify(view).length).toBeLessThan(100_000)
})

test('what is missing, unknown and not there is in its cell, from the row to the column', () => {
  const { rows, hosts } = makeView(fleetOf(5, { missing: { 1: [3] }, silent: [2], gone: [4] }), 42)
  expect(rows).toEqual(['-e3-', 'e-em-', 'u2-u-', 'e3-2', '-5'])
  expect(hosts[4]).toMatchObject({ state: 'gone', addresses: [addressOf(4)] })
})

test('one VNI alone: other hosts and findings are counted, not shown', () => {
  const inBoth = host(1, { vteps: [vtep(), vtep({ vni: 7, link: 'vxlan7' })] })
  const finding = (vni: number | undefined, severity: 'error' | 'warning', nodes: string[]): FleetFinding => ({
    ...{ code: 'other-mtu', severity, message: `about ${vni}`, nodes },
    ...(vni !== undefined && { vni }),
  })
  const findings = [
    finding(7, 'error', ['host1']),
    finding(undefined, 'warning', ['host1']),
    finding(42, 'warning', ['host2']),
  ]
  const all = report({ nodes: [inBoth, host(2)], findings })
  const view = makeView(all, 42)
  expect(view.vnis).toEqual([
    { vni: 7, hosts: 1, errors: 1, warnings: 0 },
    { vni: 42, hosts: 2, errors: 0, warnings: 1 },
  ])
  expect(view.findings.map(({ message }) => message)).toEqual(['about undefined', 'about 42'])
  expect(view).toMatchObject({ errors: 0, warnings: 2, elsewhere: 1, vni: 42 })
  expect(view.hosts.map(({ node, severity }) => [node, severity])).toEqual([
    ['host1', 'warning'],
    ['host2', 'warning'],
  ])
  // None is asked for: the first with an error.
  expect(makeView(all, undefined)).toMatchObject({ vni: 7, rows: ['-'], errors: 1 })
})

test('the VNI that is asked for stays, though no host has it, and a fleet without VTEPs has none', () => {
  expect(makeView(fleetOf(3), 9)).toMatchObject({ vni: 9, hosts: [], rows: [], left: 0 })
  const view = makeView(report({ nodes: [host(1, { vteps: [] })] }), undefined)
  expect(view).toMatchObject({ vnis: [], hosts: [], rows: [], members: 1 })
  expect(view).not.toHaveProperty('vni')
})

test('hosts and findings are bounded, and what is left out is counted', () => {
  const finding: FleetFinding = { code: 'behind', severity: 'warning', message: 'm', nodes: [] }
  const findings = Array.from({ length: mostFindings + 50 }, () => finding)
  const view = makeView(fleetOf(mostHosts + 3, {}, { findings }), 42)
  expect([view.hosts.length, view.rows.length, view.left]).toEqual([mostHosts, mostHosts, 3])
  expect([view.findings.length, view.warnings]).toEqual([mostFindings, mostFindings + 50])
})

test('what probes show is in the cell, of this VNI alone; an entry that is missing explains itself', () => {
  const probes = {
    '0-1': {},
    '1-0': { lost: 1, sent: 5 },
    '0-2': { fails: 1450, passes: 1390 },
    '2-0': { state: 'unreachable' },
    '1-2': { state: 'unreachable' },
    '2-1': { state: 'unknown' },
    '3-0': {},
  } as const
  const all = fleetOf(4, { probes, missing: { 1: [2] }, silent: [3] })
  expect(makeView(all, 42).rows).toEqual(['-pse', 'l-me', 'ne-e', 'u3-'])
  const elsewhere = all.probes.directions.map((each) => ({ ...each, vni: 7 }))
  const other = { ...all, probes: { ...all.probes, directions: elsewhere } }
  expect(makeView(other, 42).rows[0]).toBe('-e3')
})

test('how it probes, and whether all of it is here', () => {
  const all = fleetOf(2, { probes: { '0-1': {} } })
  expect(makeView(all, 42).probes).toBe('This host probes 3 random members of each VNI every 1m.')
  const { probes } = all
  expect(makeView({ ...all, probes: { ...probes, isOn: false, directionCount: 20_001 } }, 42).probes).toBe(
    'Probes are off on this host. Of 20,001 directions that were probed 1 are here, those that fail first.',
  )
})

test('a host has both directions to each other host, with the words of the check', () => {
  const view = makeHostView(fleetOf(3, { missing: { 1: [2] } }), nameOf(1), 42)
  expect(view?.peers).toMatchObject([
    {
      node: nameOf(0),
      out: { entry: 'yes', to: addressOf(0), applied: 10 },
      in: { entry: 'yes', to: addressOf(1), applied: 10 },
    },
    {
      node: nameOf(2),
      out: { entry: 'missing', to: addressOf(2), applied: 10, why: `its kernel lacks the entry for ${addressOf(2)}` },
      in: { entry: 'yes', to: addressOf(1), applied: 10 },
    },
  ])
  expect(view).toMatchObject({ applied: 10, mode: 'live', vteps: [{ local: addressOf(1) }], otherVnis: [] })
})

test('a host has what probes show of each direction, or why nothing is known', () => {
  const view = makeHostView(fleetOf(3, { probes: { '1-0': { sent: 5, lost: 0 } } }), nameOf(1), 42)
  expect(view?.peers[0]?.out.probe).toMatchObject({ state: 'reachable', witness: nameOf(1), ageSeconds: 12, sent: 5 })
  expect(view?.peers[0]?.in.probe).toMatchObject({
    state: 'unknown',
    why: expect.stringContaining('does not answer probes'),
  })
})

test('a host that is gone has no directions, and one that nobody knows is none', () => {
  const gone = fleetOf(3, { gone: [2] })
  expect(makeHostView(gone, nameOf(2), 42)).toMatchObject({ state: 'gone', peers: [], goneSince: expect.any(String) })
  expect(makeHostView(gone, 'nobody', 42)).toBeUndefined()
})
