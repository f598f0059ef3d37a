import { expect, test } from 'vitest'
import { type Pair, pairsOf, type WantedPairs } from '../../../src/fleet/members/pairs.ts'
import type { NodeReport } from '../../../src/fleet/run/report.ts'
import { host, silentHost, vtep } from './report.ts'

const pairs = (nodes: readonly NodeReport[], wanted?: WantedPairs): Pair[] => [...pairsOf(nodes, wanted)]
const only = (nodes: readonly NodeReport[]): Pair => {
  const [pair, ...more] = pairs(nodes)
  expect(more).toEqual([])
  return pair as Pair
}

test('two hosts that each have the entry of the other are yes both ways, with the revision they have applied', () => {
  const pair = only([host(2, { has: ['10.0.0.1'], applied: 11 }), host(1, { has: ['10.0.0.2'] })])
  expect(pair).toEqual({
    vni: 42,
    a: 'host1',
    b: 'host2',
    aToB: { entry: 'yes', to: '10.0.0.2', applied: 10 },
    bToA: { entry: 'yes', to: '10.0.0.1', applied: 11 },
  })
})

test('a host whose kernel lacks the entry is missing that way alone', () => {
  const { aToB, bToA } = only([host(1, { missing: ['10.0.0.2'] }), host(2, { has: ['10.0.0.1'] })])
  expect(aToB).toEqual({
    entry: 'missing',
    to: '10.0.0.2',
    applied: 10,
    why: 'its kernel lacks the entry for 10.0.0.2',
  })
  expect(bToA.entry).toBe('yes')
})

test.each([
  { what: 'says nothing', node: silentHost(1), why: 'it does not say how far it is' },
  { what: 'is stale', node: host(1, { mode: 'stale', has: ['10.0.0.2'] }), why: 'it does not hear the store' },
  {
    what: 'is behind',
    node: host(1, { applied: 9, has: ['10.0.0.2'] }),
    why: 'it has applied revision 9, and the record of host2 is of 10',
  },
  {
    what: 'has other entries',
    node: host(1, { has: ['10.0.0.2', '10.0.0.9'] }),
    why: 'its entries are not those that follow from the store',
  },
  {
    what: 'lacks more than it names',
    node: host(1, { missing: ['10.0.0.7'], missingCount: 20 }),
    why: 'its kernel lacks more entries than it names',
  },
])('a host that $what is unknown', ({ node, why }) => {
  const { aToB, bToA } = only([node, host(2, { has: ['10.0.0.1'] })])
  expect(aToB).toMatchObject({ entry: 'unknown', to: '10.0.0.2', why })
  expect(bToA.entry).toBe('yes')
})

test('a host that is frozen still adds entries, so what it says counts', () => {
  expect(only([host(1, { mode: 'frozen', has: ['10.0.0.2'] }), host(2)]).aToB.entry).toBe('yes')
})

test('a host that says nothing of the VNI is unknown', () => {
  const one = host(1)
  const says = { ...(one.says as NonNullable<NodeReport['says']>), vnis: [] }
  expect(only([{ ...one, says }, host(2)]).aToB).toMatchObject({
    entry: 'unknown',
    why: 'it says nothing of this VNI',
  })
})

test('a newcomer makes nobody unknown to those who were there before', () => {
  const nodes = [
    host(1, { has: ['10.0.0.2'], applied: 10 }),
    host(2, { has: ['10.0.0.1'], applied: 10 }),
    host(3, { has: ['10.0.0.1', '10.0.0.2'], revision: 20, applied: 20 }),
  ]
  const [first, second, third] = pairs(nodes)
  expect([first?.aToB.entry, first?.bToA.entry]).toEqual(['yes', 'yes'])
  expect([second?.aToB.entry, second?.bToA.entry]).toEqual(['unknown', 'yes'])
  expect([third?.aToB.entry, third?.bToA.entry]).toEqual(['unknown', 'yes'])
})

test('while somebody is gone the hash decides nothing: some have removed it, and some have not', () => {
  const gone = { ...silentHost(3), state: 'gone' as const, claims: [{ vni: 42, address: '10.0.0.3' }] }
  const nodes = [host(1, { has: ['10.0.0.2', '10.0.0.3'] }), host(2, { has: ['10.0.0.1'] }), gone]
  const { aToB, bToA } = only(nodes)
  expect([aToB.entry, bToA.entry]).toEqual(['yes', 'yes'])
})

test.each(['gone', 'leaving', 'evicted', 'unreadable'] as const)('a host that is %s is in no pair', (state) => {
  expect(pairs([host(1), host(2, { state })])).toEqual([])
})

test('an address that does not count is missing, whoever has an entry for it', () => {
  const { aToB } = only([host(1), { ...host(2), claims: [] }])
  expect(aToB).toEqual({ entry: 'missing', applied: 10, why: 'no address of host2 counts in this VNI' })
})

test('hosts without a common family are missing both ways', () => {
  const six = host(2, { vteps: [vtep({ local: 'fd00::2' })] })
  const { aToB, bToA } = only([host(1), six])
  expect(aToB).toMatchObject({ entry: 'missing', why: 'host2 has no IPv4 address in this VNI' })
  expect(bToA).toMatchObject({ entry: 'missing', why: 'host1 has no IPv6 address in this VNI' })
})

test('a host with a VTEP of each family reaches either', () => {
  const both = host(1, { vteps: [vtep({ local: '10.0.0.1' }), vtep({ local: 'fd00::1', link: 'vxlan6' })] })
  const six = host(2, { vteps: [vtep({ local: 'fd00::2' })], has: ['fd00::1'] })
  const { aToB, bToA } = only([both, six])
  expect(aToB).toMatchObject({ entry: 'yes', to: 'fd00::2' })
  expect(bToA).toMatchObject({ entry: 'yes', to: 'fd00::1' })
})

test('an entry leads to the advertised address', () => {
  const behind = host(2, { vteps: [vtep({ local: '192.168.0.2', advertise: '203.0.113.7' })], has: ['10.0.0.1'] })
  expect(only([host(1, { has: ['203.0.113.7'] }), behind]).aToB).toMatchObject({ entry: 'yes', to: '203.0.113.7' })
})

test('pairs are by VNI and names, and only those that are wanted', () => {
  const inBoth = (number: number): NodeReport =>
    host(number, { vteps: [100, 42].map((vni) => vtep({ vni, local: `10.0.0.${number}` })) })
  const nodes = [inBoth(3), inBoth(1), inBoth(2)]
  const names = (wanted?: WantedPairs): string[] => pairs(nodes, wanted).map(({ vni, a, b }) => `${vni} ${a} ${b}`)
  expect(names()).toEqual([
    ...['42 host1 host2', '42 host1 host3', '42 host2 host3'],
    ...['100 host1 host2', '100 host1 host3', '100 host2 host3'],
  ])
  expect(names({ node: 'host2' })).toEqual([
    ...['42 host1 host2', '42 host2 host3'],
    ...['100 host1 host2', '100 host2 host3'],
  ])
  expect(names({ node: 'host2', vni: 100 })).toEqual(['100 host1 host2', '100 host2 host3'])
  expect(names({ vni: 7 })).toEqual([])
})
