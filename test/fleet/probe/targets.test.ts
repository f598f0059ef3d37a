import { expect, test } from 'vitest'
import type { FleetLink, FleetVtep } from '../../../src/agent/answers/fleet.ts'
import {
  counterpartsOn,
  hintsFor,
  type ProbeLink,
  probeLinksOf,
  sendersOf,
  targetsOn,
} from '../../../src/fleet/probe/targets.ts'
import type { PublishedVtep } from '../../../src/fleet/records/node-record.ts'
import { memberOf, remoteOf, vtepOf } from '../../support/fleet-members.ts'

const place = { device: 'vxlan0', index: 5, mtu: 1450, addresses: ['fe80::a', '10.0.1.1'] }
const vtep: FleetVtep = {
  ...{ address: '10.0.2.1', dstport: 4789, mtu: 1450, underlayMtu: 1500, mac: '02:00:00:00:00:0a' },
  ...{ learning: true, gbp: false, gpe: false, addresses: ['10.0.1.1/24'], probe: place },
}
const link: ProbeLink = { name: 'vxlan0', vni: 42, vtep, place }
const fleetLink = (name: string, more: Partial<FleetLink> = {}): FleetLink => ({
  ...{
    name,
    vni: 42,
    state: 'converged',
    vtep,
    asksForRemotes: true,
    asksForMacs: false,
    missing: [],
    missingCount: 0,
    unexplained: [],
  },
  ...more,
})
const probe = (...addresses: string[]): PublishedVtep['probe'] => ({ addresses, port: 14_789 })
const target = (given: Partial<PublishedVtep>) => targetsOn(link, [{ node: 'two', theirs: vtepOf(given) }])[0]

test('of several links of a VNI one is probed on, and of the others it is said why not', () => {
  const { links, without } = probeLinksOf([
    fleetLink('b'),
    fleetLink('a'),
    fleetLink('c', { vni: 43, vtep: { ...vtep, probe: { why: 'it has no address' } } }),
    fleetLink('d', { vni: 44 }),
  ])
  expect(links.map(({ name }) => name)).toEqual(['a', 'd'])
  expect(without).toEqual([
    { link: 'b', vni: 42, why: 'a has the same VNI, and is the one that is probed on' },
    { link: 'c', vni: 43, why: 'it has no address' },
  ])
})

test.each([
  { what: 'link-local addresses first', given: probe('fe80::b', '10.0.1.2'), expected: ['fe80::a', 'fe80::b'] },
  { what: 'a stated address of a common network', given: probe('10.0.1.2'), expected: ['10.0.1.1', '10.0.1.2'] },
  { what: 'none outside of our network', given: probe('10.0.9.2', '127.0.0.1', '2001:db8::1'), expected: undefined },
  { what: 'none that is our own', given: probe('10.0.1.1', 'fe80::a'), expected: undefined },
  { what: 'none that publishes no address', given: undefined, expected: undefined },
])('probes $what', ({ given, expected }) => {
  const found = target(given === undefined ? {} : { probe: given })
  expect(found && [found.local, found.address]).toEqual(expected)
})

test('the full size is that of the smaller link', () => {
  expect(target({ mtu: 1400, probe: probe('fe80::b') })?.size).toBe(1400)
  expect(target({ mtu: 9000, probe: probe('fe80::b') })?.size).toBe(1450)
})

test('a member whose link carries next to nothing is not probed, whatever it publishes', () => {
  for (const mtu of [0, 68, 99]) {
    expect(target({ mtu, probe: probe('fe80::b') })).toBeUndefined()
  }
  expect(target({ mtu: 100, probe: probe('fe80::b') })?.size).toBe(100)
})

test('only members that frames are sent to, and that are there, are probed', () => {
  const derived = {
    vxlan0: {
      vni: 42,
      remotes: [
        remoteOf('two', '10.0.2.2'),
        { ...remoteOf('three', '10.0.2.3'), state: 'gone' as const },
        remoteOf('four', '10.0.2.4'),
        remoteOf('five', '10.0.2.5'),
      ],
    },
  }
  const members = new Map(
    [
      memberOf('two', { vteps: [vtepOf({ local: '10.0.2.2' })] }),
      memberOf('three', { vteps: [vtepOf({ local: '10.0.2.3' })] }),
      memberOf('four', { leaving: true, vteps: [vtepOf({ local: '10.0.2.4' })] }),
      memberOf('five', { vteps: [vtepOf({ local: '10.0.2.5', vni: 43 })] }),
      memberOf('six', { vteps: [vtepOf({ local: '10.0.2.6' })] }),
    ].map((member) => [member.node, member]),
  )
  expect(counterpartsOn(link, derived, members).map(({ node }) => node)).toEqual(['two'])
})

test('an address that two members claim is nobody’s', () => {
  const targets = targetsOn(link, [
    { node: 'two', theirs: vtepOf({ probe: probe('fe80::b', '10.0.1.2') }) },
    { node: 'three', theirs: vtepOf({ probe: probe('fe80::b', '10.0.1.3') }) },
  ])
  expect([...sendersOf(targets)]).toEqual([
    ['42 10.0.1.2', 'two'],
    ['42 10.0.1.3', 'three'],
  ])
})

test('what records say that would explain a failure', () => {
  const hints = (given: Partial<PublishedVtep>): string[] => {
    const found = target({ probe: probe('fe80::b'), ...given })
    return found === undefined ? [] : hintsFor(found)
  }
  expect(hints({})).toEqual([])
  expect(hints({ dstport: 8472 })).toEqual(['two listens on UDP port 8472 and vxlan0 on 4789'])
  expect(hints({ underlayMtu: 1400 })).toEqual([
    'a frame of 1450 bytes takes 1500 in the underlay, and the device of one end has an MTU of 1400',
  ])
  expect(hints({ flags: ['learning', 'gbp'] })).toEqual(['only one of both has gbp'])
})
