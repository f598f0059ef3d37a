import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FilledState } from '../../../src/agent/desired/filled-state.ts'
import { overlayOf } from '../../../src/agent/desired/overlay.ts'
import { type DesiredState, desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import { statedPath, whyUnused, withFleet } from '../../../src/agent/fleet/with-fleet.ts'
import { handoverOf, member } from '../../support/handovers.ts'

const fleet = { name: 'prod', endpoints: ['https://10.9.0.1:2379'] }
const stateOf = (spec: object, more: object = {}): DesiredState =>
  desiredStateSchema.parse({ vxlans: { vxlan0: { id: 42, dev: 'eth1', dstport: 4789, ...spec } }, fleet, ...more })
const filled = (spec: object, links: Parameters<typeof handoverOf>[0], more = {}): FilledState =>
  withFleet(stateOf(spec), handoverOf(links, more)) as FilledState
const remotesOf = (state: DesiredState): unknown => state.vxlans['vxlan0']?.remotes

describe('the remotes of a link that asks the fleet', () => {
  test.each([
    ['the members', 'fleet', [member('10.0.2.2'), member('10.0.2.3')], ['10.0.2.2', '10.0.2.3']],
    ['those that are gone too', 'fleet', [member('10.0.2.2', { state: 'gone' })], ['10.0.2.2']],
    [
      'their ports, where they are others',
      'fleet',
      [member('10.0.2.2', { port: 8472 })],
      [{ dst: '10.0.2.2', port: 8472 }],
    ],
    ['no port that is the link’s own', 'fleet', [member('10.0.2.2', { port: 4789 })], ['10.0.2.2']],
    ['what is stated first', ['fleet', '10.0.9.9'], [member('10.0.2.2')], ['10.0.9.9', '10.0.2.2']],
    [
      'what is stated as it stands',
      [{ dst: '10.0.2.2', via: 'eth9' }, 'fleet'],
      [member('10.0.2.2', { port: 1 }), member('10.0.2.3')],
      [{ dst: '10.0.2.2', via: 'eth9' }, '10.0.2.3'],
    ],
    ['each once', 'fleet', [member('10.0.2.2'), member('10.0.2.2')], ['10.0.2.2']],
    [
      'each port of an address that several share',
      'fleet',
      [member('10.0.2.2'), member('10.0.2.2', { port: 9 })],
      ['10.0.2.2', { dst: '10.0.2.2', port: 9 }],
    ],
    ['nobody of the other family', 'fleet', [member('2001:db8::2'), member('10.0.2.3')], ['10.0.2.3']],
    ['nobody who is this host', 'fleet', [member('127.0.0.1'), member('10.0.2.3')], ['10.0.2.3']],
    ['nobody, where nobody is there', 'fleet', [], []],
  ])('are %s', (_, remotes, members, expected) => {
    expect(remotesOf(filled({ remotes }, { vxlan0: members }))).toEqual(expected)
  })

  test('of an IPv6 underlay leave link-local members out, which mean nothing without a device', () => {
    const state = filled(
      { remotes: 'fleet', local: '2001:db8::1' },
      { vxlan0: [member('fe80::2'), member('2001:db8::2')] },
    )
    expect(remotesOf(state)).toEqual(['2001:db8::2'])
    expect(state.fleetParts.get('vxlan0')?.notes).toEqual([
      expect.stringMatching(/^fe80::2 \(host-fe80-2\) of the fleet/),
    ])
  })

  test.each<[string, Parameters<typeof handoverOf>[0], object]>([
    ['nothing was handed over', {}, {}],
    ['it is for another VNI', { vxlan0: { vni: 43, remotes: [member('10.0.2.2')] } }, {}],
    ['it is of another fleet', { vxlan0: [member('10.0.2.2')] }, { fleet: 'test' }],
  ])('are the stated ones where %s, and the link is pending', (_, links, more) => {
    const state = filled({ remotes: ['fleet', '10.0.9.9'] }, links, more)
    expect(remotesOf(state)).toEqual(['10.0.9.9'])
    expect(state.fleetParts.get('vxlan0')).toMatchObject({ from: 1, isPending: true, notes: [expect.any(String)] })
  })

  test('are told apart for the planner', () => {
    const state = filled({ remotes: ['10.0.9.9', 'fleet'] }, { vxlan0: [member('10.0.2.2')] })
    expect(overlayOf(state).links.get('vxlan0')).toMatchObject({ fleet: { from: 1, isPending: false, notes: [] } })
    expect(overlayOf(stateOf({})).links.get('vxlan0')).not.toHaveProperty('fleet')
  })
})

test('what asks nobody stays the same object', () => {
  const state = stateOf({ remotes: ['10.0.9.9'] })
  expect(withFleet(state, handoverOf({ vxlan0: [member('10.0.2.2')] }))).toBe(state)
})

test.each([
  [{ fleet }, 'prod', undefined],
  [{ fleet }, 'test', 'it is of the fleet test, and this host is in the fleet prod now'],
  [{}, 'prod', 'it is of the fleet prod, and the desired state names no fleet'],
])('%j and a handover of %s: %s', (section, name, why) => {
  expect(whyUnused({ vxlans: {}, bridges: {}, ...section }, handoverOf({}, { fleet: name }))).toBe(why)
  expect(whyUnused({ vxlans: {}, bridges: {}, ...section }, undefined)).toBeUndefined()
})

test.each([
  [
    ['10.0.9.9', 'fleet', '10.0.9.8'],
    ['vxlans', 'vxlan0', 'remotes', 0],
    ['vxlans', 'vxlan0', 'remotes', 0],
  ],
  [
    ['10.0.9.9', 'fleet', '10.0.9.8'],
    ['vxlans', 'vxlan0', 'remotes', 1, 'dst'],
    ['vxlans', 'vxlan0', 'remotes', 2, 'dst'],
  ],
  [
    ['10.0.9.9', 'fleet', '10.0.9.8'],
    ['vxlans', 'vxlan0', 'remotes', 5, 'dst'],
    ['vxlans', 'vxlan0', 'remotes', 1],
  ],
  [['10.0.9.9'], ['vxlans', 'vxlan0', 'remotes', 0], ['vxlans', 'vxlan0', 'remotes', 0]],
  ['fleet', ['vxlans', 'vxlan0', 'ttl'], ['vxlans', 'vxlan0', 'ttl']],
  ['fleet', ['bridges', 'br0'], ['bridges', 'br0']],
])('remotes: %j: %j of the filled state stands at %j', (remotes, path, stated) => {
  expect(statedPath(stateOf({ remotes }), path)).toEqual(stated)
})

const anyMember = fc
  .record({ dst: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.option(fc.nat({ max: 70_000 }), { nil: undefined }) })
  .map(({ dst, port }) => member(dst, port === undefined ? {} : { port }))
const anySpec = fc.record(
  {
    ttl: fc.nat(255),
    learning: fc.boolean(),
    local: fc.constantFrom('10.0.2.1', '2001:db8::1'),
    remotes: fc.constantFrom<unknown>('fleet', ['fleet'], ['10.0.9.9', 'fleet'], ['10.0.9.9'], undefined),
    addresses: fc.constant(['10.0.1.1/24']),
  },
  { requiredKeys: [] },
)

test('whatever is handed over, nothing but remotes of links that ask is otherwise, and doing it again is the same', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b', 'vxlan0'), anySpec),
      fc.dictionary(fc.constantFrom('a', 'b', 'vxlan0', 'eth1', 'br0'), fc.array(anyMember, { maxLength: 5 })),
      (specs, links) => {
        const vxlans = Object.fromEntries(
          Object.entries(specs).map(([name, spec], id) => [
            name,
            { ...JSON.parse(JSON.stringify(spec)), id, dev: 'eth1' },
          ]),
        )
        const state = desiredStateSchema.parse({ vxlans, bridges: { br0: { ageing_time: 5 } }, fleet })
        const before = JSON.stringify(state)
        const given = Object.fromEntries(
          Object.entries(links).map(([name, remotes]) => [name, { vni: state.vxlans[name]?.id ?? 0, remotes }]),
        )
        const handover = handoverOf(given)
        const now = withFleet(state, handover)
        expect(JSON.stringify(state)).toBe(before)
        const withoutRemotes = (each: DesiredState): unknown => ({
          ...{ bridges: each.bridges, fleet: each.fleet },
          vxlans: Object.entries(each.vxlans).map(([name, { remotes: _, ...spec }]) => [name, spec]),
        })
        expect(withoutRemotes(now)).toEqual(withoutRemotes(state))
        for (const [name, { remotes = [] }] of Object.entries(state.vxlans)) {
          if (!remotes.includes('fleet')) {
            expect(now.vxlans[name]).toBe(state.vxlans[name])
          }
          expect(now.vxlans[name]?.remotes ?? []).not.toContain('fleet')
          // What the file states is there, in its order, before anything else.
          const stated = remotes.filter((each) => each !== 'fleet')
          expect(now.vxlans[name]?.remotes?.slice(0, stated.length) ?? []).toEqual(stated)
        }
        expect(withFleet(state, handover)).toEqual(now)
        expect(withFleet(now, handover)).toBe(now)
      },
    ),
  )
})
