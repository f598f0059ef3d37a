import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveClaims } from '../../../src/fleet/members/claims.ts'
import { type DerivedLink, derive, mostRemotes } from '../../../src/fleet/members/derive.ts'
import { type Standing, standingOf } from '../../../src/fleet/members/standing.ts'
import { memberOf, vtepOf } from '../../support/fleet-members.ts'

const allowed = (): undefined => undefined
const link: DerivedLink = { name: 'vxlan0', vni: 42, family: 'IPv4', dstport: 4789 }

function host(node: string, local: string, given: Parameters<typeof vtepOf>[0] = {}, createRevision = 10): Standing {
  return standingOf(memberOf(node, { vteps: [vtepOf({ local, ...given })] }, createRevision))
}

function remotes(standings: readonly Standing[], self = 'vyos01', wanted = link) {
  const { links } = derive(resolveClaims(standings, allowed), self, [wanted], 300_000)
  return links[wanted.name]?.remotes ?? []
}

test('gives a link the other members of its VNI', () => {
  const members = [
    host('vyos01', '10.0.2.254'),
    host('vyos02', '10.0.2.253'),
    host('ubuntu', '10.0.2.1'),
    host('other', '10.0.2.9', { vni: 43 }),
  ]
  expect(remotes(members)).toEqual([
    { dst: '10.0.2.1', node: 'ubuntu', state: 'present' },
    { dst: '10.0.2.253', node: 'vyos02', state: 'present' },
  ])
})

test('sends to the advertised address, and to the port of the other end', () => {
  const members = [host('ubuntu', '192.168.7.1', { advertise: '203.0.113.7', dstport: 8472 })]
  expect(remotes(members)).toEqual([{ dst: '203.0.113.7', port: 8472, node: 'ubuntu', state: 'present' }])
})

test('leaves out members of the other family, and says when nobody is left', () => {
  const claims = resolveClaims([host('ubuntu', '2001:db8::1')], allowed)
  const { links, noCommonFamily } = derive(claims, 'vyos01', [link], 1)
  expect(links['vxlan0']?.remotes).toEqual([])
  expect([...noCommonFamily]).toEqual([['vxlan0', 42]])
})

test('keeps what a link was to have while the kernel has no such link', () => {
  const before = { vni: 42, remotes: [{ dst: '10.0.2.9', node: 'old', state: 'present' as const }] }
  const { links } = derive(
    resolveClaims([host('ubuntu', '10.0.2.1')], allowed),
    'vyos01',
    [{ name: 'vxlan0', vni: 42, before }],
    1,
  )
  expect(links['vxlan0']).toBe(before)
})

test('names the end of the grace of a host that is gone, unless nothing is removed', () => {
  const at = new Date('2026-12-01T00:00:00Z')
  const gone: Standing = { ...host('ubuntu', '10.0.2.1'), gone: { since: 0, at, isAccepted: false } }
  const claims = resolveClaims([gone], allowed)
  expect(derive(claims, 'vyos01', [link], 300_000).links['vxlan0']?.remotes).toEqual([
    {
      dst: '10.0.2.1',
      node: 'ubuntu',
      state: 'gone',
      goneSince: '2026-12-01T00:00:00.000Z',
      removedAt: '2026-12-01T00:05:00.000Z',
    },
  ])
  expect(derive(claims, 'vyos01', [link], undefined).links['vxlan0']?.remotes[0]).not.toHaveProperty('removedAt')
})

test('lets the older of two claims to one address count, on every host alike', () => {
  const older = host('ubuntu', '10.0.2.1', {}, 5)
  const younger = host('clone', '10.0.2.1', {}, 6)
  for (const order of [
    [older, younger],
    [younger, older],
  ]) {
    expect(remotes(order)).toEqual([{ dst: '10.0.2.1', node: 'ubuntu', state: 'present' }])
    expect(resolveClaims(order, allowed).refused).toMatchObject([
      { node: 'clone', code: 'duplicate-vtep', other: 'ubuntu' },
    ])
  }
})

test('takes two hosts behind one address apart by the port', () => {
  const members = [
    host('a', '10.1.0.1', { advertise: '203.0.113.7' }),
    host('b', '10.1.0.2', { advertise: '203.0.113.7', dstport: 4790 }),
  ]
  expect(remotes(members)).toMatchObject([{ node: 'a' }, { node: 'b', port: 4790 }])
})

test('prefers a host that is there over one that is gone at the same address', () => {
  const gone: Standing = {
    ...host('old', '10.0.2.1', {}, 1),
    gone: { since: 0, at: new Date(), isAccepted: false },
  }
  const claims = resolveClaims([gone, host('new', '10.0.2.1', {}, 9)], allowed)
  expect(derive(claims, 'vyos01', [link], 1).links['vxlan0']?.remotes).toMatchObject([{ node: 'new' }])
  expect(claims.refused).toEqual([])
})

test('leaves out a claim that the roster does not allow', () => {
  const claims = resolveClaims([host('ubuntu', '10.0.2.1')], () => 'it may not claim VNI 42')
  expect(derive(claims, 'vyos01', [link], 1).links['vxlan0']?.remotes).toEqual([])
  expect(claims.refused).toMatchObject([{ node: 'ubuntu', code: 'not-on-roster' }])
})

test('takes the oldest when there are too many', () => {
  const many = Array.from({ length: mostRemotes + 1 }, (_, index) =>
    host(`n${index}`, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, {}, index + 1),
  )
  const claims = resolveClaims(many, allowed)
  const { links, tooMany } = derive(claims, 'self', [link], 1)
  expect(links['vxlan0']?.remotes).toHaveLength(mostRemotes)
  expect(links['vxlan0']?.remotes.some(({ node }) => node === `n${mostRemotes}`)).toBe(false)
  expect([...tooMany]).toEqual([[42, mostRemotes + 1]])
})

const fleets = fc.uniqueArray(
  fc.record({ node: fc.stringMatching(/^[a-z]{1,6}$/), host: fc.integer({ min: 1, max: 40 }), revision: fc.nat(50) }),
  { selector: ({ node }) => node, maxLength: 20 },
)

test('whoever sends to a host is sent to by it, and nobody sends to itself', () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const standings = fleet.map(({ node, host: number, revision }) => host(node, `10.0.2.${number}`, {}, revision))
      const claims = resolveClaims(standings, allowed)
      const refused = new Set(claims.refused.map(({ node }) => node))
      const pairs = new Set(
        standings.flatMap(({ node }) =>
          (derive(claims, node, [link], 1).links['vxlan0']?.remotes ?? []).map((remote) => `${node} ${remote.node}`),
        ),
      )
      for (const pair of pairs) {
        const [from, to] = pair.split(' ')
        expect(from).not.toBe(to)
        expect(refused.has(from ?? '') || pairs.has(`${to} ${from}`)).toBe(true)
      }
    }),
  )
})
