import { describe, expect, test } from 'vitest'
import { guestsNow } from '../../../../src/agent/reconcile/loop/guests.ts'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import type { Guest, Owned, OwnedPort } from '../../../../src/agent/record/owned.ts'
import { nothingOwned } from '../../../../src/agent/record/owned.ts'
import type { Link } from '../../../../src/rtnetlink/index.ts'
import { bridge, desired, device, mac, observed, release } from '../../../support/builders.ts'

const br0 = bridge(9, 'br0')

function portOf(master: number, index: number, ifname: string, slaveData: object = {}): Link {
  const { attributes, ...plain } = device(index, ifname)
  const linkinfo = { kind: 'tun', slaveKind: 'bridge', slaveData }
  return { ...plain, attributes: { ...attributes, master, linkinfo } as Link['attributes'] }
}

function ownedWith(guests: readonly Guest[], ports: Record<string, OwnedPort> = {}): Owned {
  return { ...nothingOwned, links: { br0: { kind: 'bridge', id: 0, mac, ifindex: 9, stated: [] } }, ports, guests }
}

const guest: Guest = { name: 'tap0', ifindex: 3, bridge: 'br0', bridgeIfindex: 9, spec: {} }
const state = desired({}, { br0: {} } as never)

function now(links: readonly Link[], guests: readonly Guest[], gone: readonly number[] = [], wanted = state) {
  const surroundings = { observed: observed(links), names: { nameOf: () => undefined, indexOf: () => 0 } }
  return guestsNow(wanted, ownedWith(guests), surroundings, new Set(gone))
}

describe('the record of guests', () => {
  test('has others’ links in a bridge of ours, with their options', () => {
    expect(now([br0, portOf(9, 3, 'tap0', { isolated: true })], [])).toEqual({
      guests: [{ ...guest, spec: { isolated: true } }],
      lost: [],
    })
  })

  test('has neither those in other bridges, nor declared ports', () => {
    const declared = desired({}, { br0: { ports: { tap0: {} } } } as never)
    expect(now([br0, portOf(9, 3, 'tap0')], [], [], declared).guests).toEqual([])
    expect(now([br0, bridge(8, 'other0'), portOf(8, 3, 'tap0')], []).guests).toEqual([])
  })

  test('keeps one whose bridge went, and tells of it once', () => {
    const first = now([device(3, 'tap0')], [guest], [9])
    expect(first).toEqual({ guests: [{ ...guest, isLost: true }], lost: [{ name: 'tap0', bridge: 'br0' }] })
    expect(now([device(3, 'tap0')], first.guests, [9])).toEqual({ guests: first.guests, lost: [] })
  })

  test.each<[string, Link[]]>([
    ['left a bridge that is there', [br0, device(3, 'tap0')]],
    ['is in another bridge now', [bridge(8, 'other0'), portOf(8, 3, 'tap0')]],
    ['is gone', []],
  ])('forgets one that %s', (_, links) => {
    expect(now(links, [guest])).toEqual({ guests: [], lost: [] })
  })
})

describe('the plan for a bridge that was made again', () => {
  const before: Guest = { ...guest, bridgeIfindex: 7, spec: { isolated: true }, isLost: true }
  const planned = (links: readonly Link[], guests: readonly Guest[], wanted = state) =>
    diff(wanted, observed(links), ownedWith(guests), { release }).actions.filter(({ kind }) => kind === 'putBack')

  test('puts its guests back as the ports that they were', () => {
    expect(planned([br0, device(3, 'tap0')], [before])).toMatchObject([
      {
        link: 'br0',
        from: 7,
        what: {
          object: 'guests',
          guests: [
            {
              name: 'tap0',
              ifindex: 3,
              options: [{ kind: 'changePort', changes: [{ attribute: 'isolated', to: true }] }],
            },
          ],
        },
      },
    ])
  })

  test('leaves those that are there, elsewhere, gone, declared, or of another bridge', () => {
    expect(planned([br0, portOf(9, 3, 'tap0')], [guest])).toEqual([])
    expect(planned([br0, bridge(8, 'other0'), portOf(8, 3, 'tap0')], [before])).toEqual([])
    expect(planned([br0], [before])).toEqual([])
    expect(planned([br0, device(3, 'tap0')], [before], desired({}, { br0: { ports: { tap0: {} } } } as never))).toEqual(
      [],
    )
    expect(planned([br0, device(3, 'tap0')], [{ ...before, bridge: 'br1' }])).toEqual([])
  })

  test('says of a bridge that is to go who loses a place in it', () => {
    const links = [br0, portOf(9, 3, 'tap0'), portOf(9, 4, 'ours0')]
    const ports = { ours0: { ifindex: 4, master: 'br0', masterIfindex: 9, stated: [] } }
    const { actions } = diff(desired({}), observed(links), ownedWith([], ports), { release })
    expect(actions.find(({ kind }) => kind === 'deleteLink')).toMatchObject({
      takesAlong: [{ kind: 'port', description: 'the place of tap0 (tun) in it' }],
    })
  })
})
