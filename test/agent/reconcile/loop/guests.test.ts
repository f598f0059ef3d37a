import { describe, expect, test } from 'vitest'
import { guestsNow, maxAttempts, noteReturning } from '../../../../src/agent/reconcile/loop/guests.ts'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import type { Guest, Owned, OwnedPort } from '../../../../src/agent/record/owned.ts'
import { nothingOwned } from '../../../../src/agent/record/owned.ts'
import { Ownership } from '../../../../src/agent/record/ownership.ts'
import type { Address, Link } from '../../../../src/rtnetlink/index.ts'
import { address, bridge, desired, device, mac, observed, release } from '../../../support/builders.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'

const br0 = bridge(9, 'br0')

function portOf(master: number, index: number, ifname: string, slaveData: object = {}): Link {
  const { attributes, ...plain } = device(index, ifname)
  const linkinfo = { kind: 'tun', slaveKind: 'bridge', slaveData }
  return { ...plain, attributes: { ...attributes, master, linkinfo } as Link['attributes'] }
}

/** It, in no bridge. */
function free(index: number, ifname: string): Link {
  const { attributes, ...plain } = device(index, ifname)
  return { ...plain, attributes: { ...attributes, linkinfo: { kind: 'tun' } } }
}

function withMac(link: Link, address: string): Link {
  return { ...link, attributes: { ...link.attributes, address } }
}

const noNames = { nameOf: () => undefined, indexOf: () => 0 }

function ownedWith(guests: readonly Guest[], ports: Record<string, OwnedPort> = {}): Owned {
  return { ...nothingOwned, links: { br0: { kind: 'bridge', id: 0, mac, ifindex: 9, stated: [] } }, ports, guests }
}

const guest: Guest = {
  name: 'tap0',
  ifindex: 3,
  kind: 'tun',
  mac: '52:54:00:00:00:03',
  bridge: 'br0',
  bridgeIfindex: 9,
  spec: {},
}
const state = desired({}, { br0: {} } as never)

function now(
  links: readonly Link[],
  guests: readonly Guest[],
  gone: readonly number[] = [],
  wanted = state,
  addresses: readonly Address[] = [],
) {
  const surroundings = { observed: observed(links, addresses), names: noNames }
  return guestsNow(wanted, ownedWith(guests), surroundings, new Map([[9, gone.includes(9)]]))
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
    const first = now([free(3, 'tap0')], [guest], [9])
    expect(first).toEqual({ guests: [{ ...guest, isLost: true }], lost: [{ name: 'tap0', bridge: 'br0' }] })
    expect(now([free(3, 'tap0')], first.guests, [9])).toEqual({ guests: first.guests, lost: [] })
  })

  test.each<[string, Link[]]>([
    ['left a bridge that is there', [br0, free(3, 'tap0')]],
    ['is in another bridge now', [bridge(8, 'other0'), portOf(8, 3, 'tap0')]],
    ['is gone', []],
  ])('forgets one that %s', (_, links) => {
    expect(now(links, [guest])).toEqual({ guests: [], lost: [] })
  })

  test.each<[string, Link]>([
    ['of another kind', bridge(3, 'tap0')],
    ['of another name and MAC', withMac(free(3, 'tap9'), '02:00:00:00:00:99')],
  ])('forgets one whose ifindex a link %s has', (_, link) => {
    expect(now([link], [guest], [9])).toEqual({ guests: [], lost: [] })
  })

  test.each<[string, Link]>([
    ['a new name', free(3, 'renamed0')],
    ['a new MAC', withMac(free(3, 'tap0'), '02:00:00:00:00:99')],
  ])('keeps one that has %s', (_, link) => {
    expect(now([link], [guest], [9]).guests).toEqual([{ ...guest, isLost: true }])
  })

  test('keeps one as it is that left a bridge of which it is not known whether it is there', () => {
    const other: Guest = { ...guest, bridge: 'br1', bridgeIfindex: 8 }
    expect(now([free(3, 'tap0')], [other], [9])).toEqual({ guests: [other], lost: [] })
  })

  test.each<[string, typeof state, Address[]]>([
    ['has an address of its own', state, [address(3, '10.0.2.1/24')]],
    ['is under a vxlan', desired({ vxlan0: { id: 42, dev: 'tap0' } }, { br0: {} } as never), []],
    ['is declared as a link', desired({ tap0: { id: 42 } }, { br0: {} } as never), []],
  ])('forgets one that lost its place and %s, and tells of it once', (_, wanted, addresses) => {
    const lost = [{ name: 'tap0', bridge: 'br0', isForgotten: true }]
    expect(now([free(3, 'tap0')], [guest], [9], wanted, addresses)).toEqual({ guests: [], lost })
    expect(now([free(3, 'tap0')], [{ ...guest, isLost: true }], [9], wanted, addresses)).toEqual({
      guests: [],
      lost: [],
    })
  })

  test('keeps one with a link-local address only', () => {
    expect(now([free(3, 'tap0')], [guest], [9], state, [address(3, 'fe80::1/64')]).guests).toHaveLength(1)
  })

  test('gives up one that could not be put back so many times', () => {
    const tried = (attempts: number): Guest => ({ ...guest, bridgeIfindex: 7, isLost: true, attempts })
    const found = (attempts: number) =>
      guestsNow(
        state,
        ownedWith([tried(attempts)]),
        { observed: observed([br0, free(3, 'tap0')]), names: noNames },
        new Map([[7, true]]),
      ).guests
    expect(found(maxAttempts - 1)).toEqual([tried(maxAttempts - 1)])
    expect(found(maxAttempts)).toEqual([])
  })

  test('has the options of one that is being put back until the kernel has them', () => {
    const spec = { isolated: true }
    const returning: Guest = { ...guest, bridgeIfindex: 7, spec, isLost: true, attempts: 1 }
    const back = portOf(9, 3, 'tap0', { isolated: false })
    const { isLost: _, ...there } = { ...returning, bridgeIfindex: 9 }
    expect(now([br0, back], [returning]).guests).toEqual([there])
    expect(now([br0, back], [there]).guests).toEqual([there])
    expect(now([br0, portOf(9, 3, 'tap0', { isolated: true })], [there]).guests).toEqual([{ ...guest, spec }])
    // Another program put it there: its options are what that wants.
    const { attempts: __, ...lost } = returning
    expect(now([br0, back], [lost]).guests).toEqual([guest])
    expect(now([br0, back], [{ ...there, attempts: maxAttempts }]).guests).toEqual([guest])
    expect(now([free(3, 'tap0')], [there], [9]).guests).toEqual([{ ...guest, spec, isLost: true }])
  })

  test('reads a port again when it has changed, and not before', () => {
    const link = portOf(9, 3, 'tap0')
    const surroundings = { observed: observed([br0, link]), names: noNames }
    const read = () => guestsNow(state, ownedWith([]), surroundings, new Map()).guests[0]
    const first = read()
    expect(read()).toBe(first)
    surroundings.observed.bridgeLinks.set(3, {
      family: 7,
      type: 1,
      index: 3,
      flags: 0,
      change: 0,
      attributes: { afSpec: { vlanInfo: [{ flags: 0, vid: 20 }] } },
    } as never)
    expect(read()?.spec).toEqual({ vlans: [20] })
    surroundings.observed.links.set(3, portOf(9, 3, 'tap0', { isolated: true }))
    expect(read()?.spec).toEqual({ isolated: true, vlans: [20] })
  })
})

describe('the plan for a bridge that was made again', () => {
  const before: Guest = { ...guest, bridgeIfindex: 7, spec: { isolated: true }, isLost: true }
  const planned = (links: readonly Link[], guests: readonly Guest[], wanted = state) =>
    diff(wanted, observed(links), ownedWith(guests), { release }).actions.filter(({ kind }) => kind === 'putBack')

  test('puts its guests back as the ports that they were', () => {
    expect(planned([br0, free(3, 'tap0')], [before])).toMatchObject([
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
    expect(planned([br0, free(3, 'tap0')], [before], desired({}, { br0: { ports: { tap0: {} } } } as never))).toEqual(
      [],
    )
    expect(planned([br0, free(3, 'tap0')], [{ ...before, bridge: 'br1' }])).toEqual([])
  })

  test('leaves one that has an address of its own, is under a vxlan, or is another link', () => {
    const withAddress = observed([br0, free(3, 'tap0')], [address(3, '10.0.2.1/24')])
    expect(diff(state, withAddress, ownedWith([before]), { release }).actions).toEqual([])
    const under = desired({ vxlan0: { id: 42, dev: 'tap0' } }, { br0: {} } as never)
    expect(planned([br0, free(3, 'tap0')], [before], under)).toEqual([])
    expect(planned([br0, withMac(free(3, 'tap9'), '02:00:00:00:00:99')], [before])).toEqual([])
  })

  test('sets the options of one that vxagent put back without them, and of no other', () => {
    const bare = portOf(9, 3, 'tap0', { isolated: false })
    const { isLost: _, ...there }: Guest = { ...before, bridgeIfindex: 9 }
    expect(planned([br0, bare], [{ ...there, attempts: 1 }])).toMatchObject([
      { what: { guests: [{ ifindex: 3, options: [{ kind: 'changePort', changes: [{ attribute: 'isolated' }] }] }] } },
    ])
    expect(planned([br0, bare], [there])).toEqual([])
    expect(planned([br0, portOf(9, 3, 'tap0', { isolated: true })], [{ ...there, attempts: 1 }])).toEqual([])
  })

  test('is on record before it is carried out', () => {
    const ownership = Ownership.load(temporaryDirectory())
    const other: Guest = { ...before, name: 'tap1', ifindex: 4 }
    ownership.noteGuests([before, other])
    noteReturning(ownership, planned([br0, free(3, 'tap0')], [before]))
    expect(Ownership.load(ownership.directory).guests).toEqual([{ ...before, attempts: 1 }, other])
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
