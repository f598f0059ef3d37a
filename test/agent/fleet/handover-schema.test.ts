import fc from 'fast-check'
import { expect, test } from 'vitest'
import { handoverSchema, mostLinks, mostRemotesOfLink } from '../../../src/agent/fleet/handover-schema.ts'
import { handoverOf, member } from '../../support/handovers.ts'

const problem = { code: 'duplicate-vtep', severity: 'error', message: 'm', nodes: ['a'], since: '2026-12-01T00:00:00Z' }

test('what is right is taken as it is', () => {
  const times = { goneSince: '2026-12-01T00:00:00.123Z', removedAt: '2026-12-01T00:05:00Z' }
  const handover = handoverOf(
    { vxlan0: [member('10.0.2.2', { port: 4789, state: 'gone', ...times })] },
    { mode: 'stale', reason: 'no endpoint answers', problems: [{ ...problem, severity: 'error', vni: 42 }] },
  )
  expect(handoverSchema.parse(JSON.parse(JSON.stringify(handover)))).toEqual(handover)
})

test('what a later version says besides is left out', () => {
  const handover = handoverOf({ vxlan0: [member('10.0.2.2')] })
  const later = {
    ...handover,
    extra: 1,
    links: { vxlan0: { vni: 42, mtu: 1, remotes: [{ ...member('10.0.2.2'), mac: 'x' }] } },
  }
  expect(handoverSchema.parse(later)).toEqual(handover)
})

test('addresses are in the form in which files and the kernel have them', () => {
  const parsed = handoverSchema.parse(handoverOf({ vxlan0: [member('2001:DB8:0::1', { node: 'a' })] }))
  expect(parsed.links['vxlan0']?.remotes[0]?.dst).toBe('2001:db8::1')
})

test('texts are fit for a terminal, and have an end', () => {
  const { reason, problems } = handoverSchema.parse(
    handoverOf(
      {},
      { reason: 'a\u001b[31m\nb', problems: [{ ...problem, severity: 'error', message: '\u0007'.repeat(5000) }] },
    ),
  )
  expect(reason).toBe('a\\u{1b}[31m\\nb')
  expect(problems[0]?.message).toHaveLength(1000)
})

test.each<[string, object]>([
  ['another version', { v: 2 }],
  ['no version', { v: undefined }],
  ['a fleet that is a path', { fleet: 'a/b' }],
  ['a node with an escape', { node: 'a\u001b' }],
  ['a revision below nothing', { revision: -1 }],
  ['a mode that is none', { mode: 'dead' }],
  ['a time that is none', { since: 'yesterday' }],
  ['a time that is local', { since: '2026-12-01T00:00:00+02:00' }],
  ['links that are a list', { links: [] }],
  ['a link with a name that no link can have', { links: { 'a/b': { vni: 1, remotes: [] } } }],
  ['a VNI that is none', { links: { a: { vni: 2 ** 24, remotes: [] } } }],
  ['remotes that are none', { links: { a: { vni: 1, remotes: {} } } }],
  ['a name for an address', { links: { a: { vni: 1, remotes: [member('host.example')] } } }],
  ['a group', { links: { a: { vni: 1, remotes: [{ ...member('1.1.1.1'), dst: '239.1.1.1' }] } } }],
  ['no address', { links: { a: { vni: 1, remotes: [{ ...member('1.1.1.1'), dst: '0.0.0.0' }] } } }],
  ['a port that is none', { links: { a: { vni: 1, remotes: [member('10.0.2.2', { port: 0 })] } } }],
  ['problems without a code', { problems: [{ ...problem, code: 'No Code' }] }],
  ['too many problems', { problems: Array.from({ length: 1001 }, () => problem) }],
  ['no counters', { counters: {} }],
  [
    'too many links',
    {
      links: Object.fromEntries(Array.from({ length: mostLinks + 1 }, (_, id) => [`v${id}`, { vni: id, remotes: [] }])),
    },
  ],
  [
    'too many remotes of a link',
    { links: { a: { vni: 1, remotes: Array.from({ length: mostRemotesOfLink + 1 }, () => 0) } } },
  ],
  [
    'too many remotes',
    {
      links: Object.fromEntries(
        Array.from({ length: 16 }, (_, id) => [
          `v${id}`,
          { vni: id, remotes: Array.from({ length: 16_000 }, () => 0) },
        ]),
      ),
    },
  ],
])('%s is refused', (_, more) => {
  expect(handoverSchema.safeParse({ ...handoverOf(), ...more }).success).toBe(false)
})

test('any JSON is taken or refused, and what is taken is taken again as it is', () => {
  const anyHandover = fc.tuple(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom('links', 'node', 'mode', 'reason', 'problems'), fc.jsonValue()),
  )
  fc.assert(
    fc.property(anyHandover, ([value, more]) => {
      for (const each of [value, { ...handoverOf(), ...more }]) {
        const { data } = handoverSchema.safeParse(each)
        if (data !== undefined) {
          expect(handoverSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(data)
        }
      }
    }),
  )
})
