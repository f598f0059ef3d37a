/** The ways to the VTEPs: what is wrong with them, and what is not. */
import { describe, expect, test } from 'vitest'
import { localAddress, nextHop, route, wayIn } from '../../../../../src/agent/insight/health/checks/ways.ts'
import { findingKey, type HealthFacts, type Way } from '../../../../../src/agent/insight/health/facts.ts'
import { address, observed, vxlan } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, way, withAttributes } from '../support.ts'

const other = { index: 6, ifname: 'vxlan1' }

describe('local-address', () => {
  const from = (local: string, index = 5, name = 'vxlan0') => vxlan(index, name, { id: index, local })

  test.each([
    { what: 'of this host', links: [eth1, from('10.0.2.1')], findings: [] },
    { what: 'of another host', links: [eth1, from('10.0.2.9')], findings: ['fault 10.0.2.9: vxlan0'] },
    { what: 'unstated', links: [eth1, vxlan(5, 'vxlan0', { id: 42 })], findings: [] },
    {
      what: 'one for two links is one finding',
      links: [from('10.0.2.9', 6, 'vxlan1'), from('10.0.2.9')],
      findings: ['fault 10.0.2.9: vxlan0 vxlan1'],
    },
    {
      what: 'IPv6 of another host',
      links: [vxlan(5, 'vxlan0', { id: 42, local6: 'fd00::9' })],
      findings: ['fault fd00::9: vxlan0'],
    },
    {
      what: 'of another network namespace',
      links: [eth1, withAttributes(from('10.0.2.9'), { linkNetnsid: 0 })],
      findings: [],
    },
  ])('$what', ({ links, findings }) => {
    expect(found(localAddress, facts({ observed: observed(links, [address(2, '10.0.2.1/24')]) }))).toEqual(findings)
  })
})

describe('route', () => {
  const none = { problem: 'there is no route to 10.0.2.2' }
  const withoutNeighbour = (path: Pick<Way['path'], 'problem' | 'dev'>): Way => ({
    ...way('10.0.2.2'),
    path: { isResolved: false, ...path },
  })
  const free = { isResolved: true, dev: 'eth0' }

  test.each<{ what: string; ways: Way[]; more?: Partial<HealthFacts>; findings: string[] }>([
    { what: 'there is one', ways: [way('10.0.2.2')], findings: [] },
    {
      what: 'there is none',
      ways: [withoutNeighbour(none)],
      findings: ['fault 10.0.2.2 there is no route to 10.0.2.2: vxlan0'],
    },
    {
      what: 'the next hop is silent, which is another check',
      ways: [way('10.0.2.2', { isResolved: false, neighbour: 'failed' })],
      findings: [],
    },
    {
      what: 'the bound device is down, which is another check',
      ways: [withoutNeighbour({ dev: 'eth1', problem: 'eth1 is down' })],
      findings: [],
    },
    {
      what: 'another device is down',
      ways: [withoutNeighbour({ dev: 'eth0', problem: 'eth0 is down' })],
      findings: ['fault 10.0.2.2 eth0 is down: vxlan0'],
    },
    {
      what: 'a source address that the host lacks, which is another check',
      ways: [
        {
          ...withoutNeighbour(none),
          remote: { ...way('10.0.2.2').remote, query: { dst: '10.0.2.2', src: '10.0.2.9' } },
        },
      ],
      findings: [],
    },
    {
      what: 'the bound device is not that of the route',
      ways: [way('10.0.2.2', {}, { free })],
      findings: ['warning 10.0.2.2 eth1: vxlan0'],
    },
    { what: 'it is the same', ways: [way('10.0.2.2', {}, { free: { isResolved: true, dev: 'eth1' } })], findings: [] },
    { what: 'two routes by routers', ways: [way('10.0.2.2', { gateway: '10.0.9.1' }, { free })], findings: [] },
    { what: 'the table has none', ways: [way('10.0.2.2', {}, { free: { isResolved: false } })], findings: [] },
    {
      what: 'a fault and a warning of one VTEP are two',
      ways: [withoutNeighbour(none), way('10.0.2.2', {}, { free, ...other })],
      findings: ['fault 10.0.2.2 there is no route to 10.0.2.2: vxlan0', 'warning 10.0.2.2 eth1: vxlan1'],
    },
  ])('$what', ({ ways, more, findings }) => {
    expect(found(route, facts({ ways, ...more }))).toEqual(findings)
  })

  test('ten thousand ways without a route are looked at in steps', () => {
    const ways = Array.from({ length: 10_000 }, () => withoutNeighbour(none))
    const steps = route.look(facts({ ways })) as Generator
    let pauses = 0
    while (steps.next().done !== true) {
      pauses += 1
    }
    expect(pauses).toBeGreaterThan(10_000 / 64)
  })
})

describe('next-hop', () => {
  const silent = (neighbour: string, more: object = {}): Way =>
    way('10.0.2.2', { isResolved: false, neighbour, problem: '10.0.2.2 does not answer ARP on eth1' }, more)
  const key = '10.0.2.2 10.0.2.2 does not answer ARP on eth1'
  const before = new Set([findingKey({ check: 'next-hop', severity: 'fault', subject: key })])

  test.each<{ what: string; ways: Way[]; more?: Partial<HealthFacts>; findings: string[] }>([
    ...['reachable', 'stale', 'delay', 'probe', 'permanent', 'noarp', 'none'].map((neighbour) => ({
      what: neighbour,
      ways: [way('10.0.2.2', { neighbour })],
      findings: [],
    })),
    { what: 'failed', ways: [silent('failed')], findings: [`fault ${key}: vxlan0`] },
    ...[60_000, 60_001].map((nowMs) => ({
      what: `asked ${nowMs} ms ago for the last time`,
      ways: [silent('failed')].map((each) => ({ ...each, path: { ...each.path, askedAt: new Date(0).toISOString() } })),
      more: { nowMs },
      findings: [`${nowMs > 60_000 ? 'warning' : 'fault'} ${key}: vxlan0`],
    })),
    { what: 'asked for the first time', ways: [silent('incomplete')], findings: [] },
    {
      what: 'asked again, and silent before',
      ways: [silent('incomplete')],
      more: { before },
      findings: [`fault ${key}: vxlan0`],
    },
    {
      what: 'asked, and nobody looks again',
      ways: [silent('incomplete')],
      more: { isWatching: false },
      findings: [`warning ${key}: vxlan0`],
    },
    {
      what: 'of two links',
      ways: [silent('failed', other), silent('failed')],
      findings: [`fault ${key}: vxlan0 vxlan1`],
    },
  ])('$what', ({ ways, more, findings }) => {
    expect(found(nextHop, facts({ ways, ...more }))).toEqual(findings)
  })

  test('it says whom it looked for, and who was not asked', () => {
    const ways = [
      way('10.0.2.2', { gateway: '10.0.9.1' }),
      way('10.0.2.3', { gateway: '10.0.9.1' }),
      way('fd00::2', { neighbour: 'none' }),
      way('fd00::2', { neighbour: 'none' }, other),
      way('10.0.2.4', { neighbour: 'noarp' }),
    ]
    expect(looked(nextHop, facts({ ways })).at).toBe('2 next hops in the ARP and ND table; not asked yet: 1')
    expect(looked(nextHop, facts({ ways: ways.slice(4) })).at).toBe('')
  })
})

describe('way-in', () => {
  test.each<{ what: string; ways: Way[]; findings: string[] }>([
    { what: 'the device by which it sends', ways: [way('10.0.2.2')], findings: [] },
    {
      what: 'another one, accepted',
      ways: [way('10.0.2.2', {}, { arrival: { dev: 'eth2', isAccepted: true } })],
      findings: ['warning 10.0.2.2 eth1 eth2: vxlan0'],
    },
    {
      what: 'another one, dropped',
      ways: [way('10.0.2.2', {}, { arrival: { dev: 'eth2', isAccepted: false } })],
      findings: ['fault 10.0.2.2 eth1 eth2 dropped: vxlan0'],
    },
    {
      what: 'accepted on one, dropped on another',
      ways: [
        way('10.0.2.2', {}, { arrival: { dev: 'eth2', isAccepted: true } }),
        way('10.0.2.2', {}, { arrival: { dev: 'eth3', isAccepted: false }, ...other }),
      ],
      findings: ['warning 10.0.2.2 eth1 eth2: vxlan0', 'fault 10.0.2.2 eth1 eth3 dropped: vxlan1'],
    },
  ])('$what', ({ ways, findings }) => {
    expect(found(wayIn, facts({ ways }))).toEqual(findings)
  })
})
