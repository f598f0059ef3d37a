import { expect, test } from 'vitest'
import { checkFleet, type FleetFacts, setsByVni } from '../../../src/fleet/members/check-fleet.ts'
import { resolveClaims } from '../../../src/fleet/members/claims.ts'
import { DestinationSet } from '../../../src/fleet/members/destinations.ts'
import { standingOf } from '../../../src/fleet/members/standing.ts'
import type { Member, PublishedVtep } from '../../../src/fleet/records/node-record.ts'
import type { StateRecord } from '../../../src/fleet/records/state-record.ts'
import { memberOf, vtepOf } from '../../support/fleet-members.ts'

/** Three hosts in VNI 42, with what is different about each. */
function threeHosts(given: Readonly<Record<string, Partial<PublishedVtep>>> = {}): Member[] {
  return Object.entries({ vyos01: '10.0.2.254', vyos02: '10.0.2.253', ubuntu: '10.0.2.1' }).map(([node, local], at) =>
    memberOf(node, { vteps: [vtepOf({ local, mac: `02:00:00:00:00:0${at}`, ...given[node] })] }, at + 1),
  )
}

/** What a host says that has all entries which follow from the members. */
function wellOf(node: string, members: readonly Member[]): StateRecord {
  const others = members
    .filter((each) => each.node !== node)
    .flatMap(({ record }) => record.vteps.map(({ local }) => local))
  const vnis = [{ vni: 42, hash: new DestinationSet(others).hash, missing: [], missingCount: 0 }]
  return { v: 1, applied: 3, mode: 'live', agent: '0.1.0', vnis, problems: [] }
}

function factsOf(members: readonly Member[], given: Partial<FleetFacts> = {}): FleetFacts {
  const standings = members.map(standingOf)
  return {
    self: 'vyos01',
    view: {
      members: new Map(members.map((member) => [member.node, member])),
      unreadable: new Map(),
      unreadableRoster: new Map(),
      rosterOf: () => undefined,
    },
    claims: resolveClaims(standings, () => undefined),
    standings,
    states: new Map(members.map(({ node }) => [node, wellOf(node, members)])),
    links: [],
    unexplained: new Map(),
    revision: 3,
    wallTime: Date.parse('2026-12-01T00:00:00Z'),
    ...given,
  }
}

function codes(facts: FleetFacts): string[] {
  return checkFleet(facts).map(({ code }) => code)
}

test('finds nothing in a fleet that is well', () => {
  expect(checkFleet(factsOf(threeHosts()))).toEqual([])
})

test.each<[string, Partial<PublishedVtep>]>([
  ['other-port', { dstport: 8472 }],
  ['other-mtu', { mtu: 1400 }],
  ['other-learning', { flags: [] }],
  ['other-extension', { flags: ['learning', 'gbp'] }],
  ['group-and-head-end', { group: true }],
  ['mtu-too-large', { underlayMtu: 1400 }],
  ['duplicate-mac', { mac: '02:00:00:00:00:00' }],
])('finds %s', (code, different) => {
  const found = checkFleet(factsOf(threeHosts({ ubuntu: different })))
  expect(found.map((finding) => finding.code)).toEqual([code])
  expect(found[0]).toMatchObject({ vni: 42, nodes: expect.arrayContaining(['ubuntu']) })
  expect(found[0]?.message).toContain('ubuntu')
})

test('names both ends of a difference of ports, and what to set', () => {
  const [found] = checkFleet(factsOf(threeHosts({ ubuntu: { dstport: 8472 } })))
  expect(found?.message).toBe(
    'VNI 42: UDP port differs (vyos01, vyos02 4789, ubuntu 8472): where a link learns, frames to learned addresses go to the wrong port and are lost; set dstport: 4789 on all of them',
  )
})

test('finds one overlay address on two hosts', () => {
  const addresses = ['10.0.1.1/24']
  expect(codes(factsOf(threeHosts({ ubuntu: { addresses }, vyos02: { addresses } })))).toEqual(['duplicate-address'])
})

test('finds members without a common family, and not one that has both', () => {
  const members = threeHosts({ ubuntu: { local: '2001:db8::1' } })
  expect(codes(factsOf(members, { states: new Map() })).includes('no-common-family')).toBe(true)
  const both = members.map((member) =>
    member.node === 'ubuntu'
      ? memberOf(
          'ubuntu',
          { vteps: [vtepOf({ local: '2001:db8::1' }), vtepOf({ local: '10.0.2.1', link: 'vxlan1' })] },
          3,
        )
      : member,
  )
  expect(codes(factsOf(both, { states: new Map() })).includes('no-common-family')).toBe(false)
})

test('finds a member whose kernel lacks an entry, and names for whom', () => {
  const members = threeHosts()
  const states = new Map(factsOf(members).states)
  const lacking = { vni: 42, hash: '0', missing: ['10.0.2.1'], missingCount: 1 }
  states.set('vyos02', { ...wellOf('vyos02', members), vnis: [lacking] })
  const [found] = checkFleet(factsOf(members, { states }))
  expect(found).toMatchObject({ code: 'missing-entry', nodes: ['vyos02'] })
  expect(found?.message).toContain('ubuntu (10.0.2.1)')
})

test('finds a member whose entries are others than follow from the store', () => {
  const members = threeHosts()
  const states = new Map(factsOf(members).states)
  const other = { vni: 42, hash: new DestinationSet(['10.0.2.1', '10.0.2.77']).hash, missing: [], missingCount: 0 }
  states.set('vyos02', { ...wellOf('vyos02', members), vnis: [other] })
  expect(checkFleet(factsOf(members, { states }))).toMatchObject([{ code: 'missing-entry', nodes: ['vyos02'] }])
})

test.each<[string, Partial<StateRecord> | undefined]>([
  ['no-state', undefined],
  ['behind', { applied: 2 }],
  ['not-live', { mode: 'stale' }],
  ['certificate', { certificateEnds: '2026-12-10T00:00:00Z' }],
  ['duplicate-node', { problems: [{ code: 'duplicate-node', nodes: ['vyos02'] }] }],
])('finds %s in what a member says', (code, said) => {
  const members = threeHosts()
  const states = new Map(factsOf(members).states)
  states.delete('vyos02')
  if (said !== undefined) {
    states.set('vyos02', { ...wellOf('vyos02', members), ...said })
  }
  expect(checkFleet(factsOf(members, { states }))).toMatchObject([{ code, nodes: ['vyos02'] }])
})

test('does not tell of a certificate that ends later than in 14 days', () => {
  const members = threeHosts()
  const states = new Map(factsOf(members).states)
  states.set('vyos02', { ...wellOf('vyos02', members), certificateEnds: '2026-12-16T00:00:00Z' })
  expect(checkFleet(factsOf(members, { states }))).toEqual([])
})

test('finds hosts that are gone, and does not compare entries meanwhile', () => {
  const members = threeHosts()
  const gone = { since: 0, at: new Date('2026-12-01T00:00:00Z'), isAccepted: false }
  const standings = members.map((member) => ({ ...standingOf(member), ...(member.node === 'ubuntu' && { gone }) }))
  const present = members.filter(({ node }) => node !== 'ubuntu')
  const facts = factsOf(present, { standings, claims: resolveClaims(standings, () => undefined) })
  expect(codes(facts)).toEqual(['gone'])
})

test('finds entries that nothing explains', () => {
  const links = [
    {
      ...{ name: 'vxlan0', vni: 42, state: 'converged' as const, missing: [], missingCount: 0, unexplained: [] },
      ...{ asksForRemotes: true, asksForMacs: false },
    },
  ]
  const facts = factsOf(threeHosts(), { links, unexplained: new Map([['vxlan0', ['10.0.2.77']]]) })
  expect(checkFleet(facts)).toMatchObject([{ code: 'unexplained-entry', nodes: ['vyos01'] }])
})

test('puts errors first', () => {
  const found = checkFleet(factsOf(threeHosts({ ubuntu: { mtu: 1400, dstport: 8472 } })))
  expect(found.map(({ severity }) => severity)).toEqual(['error', 'warning'])
})

test('a set without a member has the hash of the others', () => {
  const sets = setsByVni(factsOf(threeHosts()).claims.counted)
  expect(sets.get('42 IPv4')?.hashWithout(['10.0.2.1'])).toBe(new DestinationSet(['10.0.2.253', '10.0.2.254']).hash)
})
