import { expect, test } from 'vitest'
import { guardMs, Membership, settleMs } from '../../../src/fleet/members/membership.ts'
import { memberOf, remoteOf, vtepOf } from '../../support/fleet-members.ts'

const graceMs = 300_000

/** A membership of `vyos01`, with a clock that the test moves. */
function fleetOf(...nodes: readonly string[]) {
  let time = 1_000_000
  const membership = new Membership({ self: 'vyos01', graceMs, now: () => time })
  const stored = new Set(nodes)
  for (const node of nodes) {
    membership.present(memberOf(node))
  }
  membership.listed((node) => stored.has(node))
  membership.live()
  return {
    membership,
    lose(...lost: readonly string[]) {
      for (const node of lost) {
        membership.absent(node)
      }
      return membership.settle()
    },
    after(ms: number) {
      time += ms
      return membership.settle()
    },
    names: () => Array.from(membership.others, ({ node }) => node).sort(),
  }
}

test('adds a host at once', () => {
  const fleet = fleetOf('vyos02')
  fleet.membership.present(memberOf('ubuntu'))
  expect(fleet.names()).toEqual(['ubuntu', 'vyos02'])
})

test('has no place for its own record', () => {
  expect(fleetOf('vyos01', 'vyos02').names()).toEqual(['vyos02'])
})

test('keeps a host whose record is gone until the grace is over', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  expect(fleet.after(graceMs - 1)).toEqual([])
  expect(fleet.names()).toEqual(['ubuntu', 'vyos02'])
  expect(fleet.membership.nextCheckMs).toBe(1)
  expect(fleet.after(1)).toEqual(['ubuntu'])
  expect(fleet.names()).toEqual(['vyos02'])
})

test('counts the grace again for a host that came back and is lost once more', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  fleet.after(graceMs - 1)
  fleet.membership.present(memberOf('ubuntu'))
  expect(fleet.after(graceMs)).toEqual([])
  expect(fleet.membership.get('ubuntu')?.gone).toBeUndefined()
  fleet.lose('ubuntu')
  expect(fleet.after(graceMs - 1)).toEqual([])
})

test('removes a host that says that it is leaving at once', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.membership.present(memberOf('ubuntu', { leaving: true }))
  expect(fleet.names()).toEqual(['vyos02'])
})

test('removes an evicted host at once', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.membership.evicted('ubuntu')
  expect(fleet.names()).toEqual(['vyos02'])
})

test('removes nobody while the store is silent, and not right after it answers again', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  fleet.after(graceMs - 1000)
  fleet.membership.silent()
  expect(fleet.after(graceMs * 10)).toEqual([])
  expect(fleet.membership.nextCheckMs).toBeUndefined()
  fleet.membership.live()
  expect(fleet.after(settleMs - 1)).toEqual([])
  expect(fleet.after(1)).toEqual(['ubuntu'])
})

test('counts the grace by the time in which the store is followed', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  fleet.membership.silent()
  fleet.after(graceMs * 10)
  fleet.membership.live()
  expect(fleet.after(graceMs - 1)).toEqual([])
  expect(fleet.after(1)).toEqual(['ubuntu'])
})

test('keeps a VTEP for the grace that a record has no longer, and drops it when it is over', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.membership.present(memberOf('ubuntu', { vteps: [vtepOf({ local: '10.0.2.7' })] }))
  const kept = () => fleet.membership.get('ubuntu')?.withdrawn.map(({ claim }) => claim.address)
  expect(fleet.after(graceMs - 1)).toEqual([])
  expect(kept()).toEqual(['10.0.2.1'])
  expect(fleet.membership.nextCheckMs).toBe(1)
  fleet.after(1)
  expect(kept()).toEqual([])
  expect(fleet.membership.get('ubuntu')?.claims).toMatchObject([{ address: '10.0.2.7' }])
})

test('keeps the VTEPs of a host that comes back without them, as after a reboot, and has them back at once', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  fleet.after(1000)
  fleet.membership.present(memberOf('ubuntu', { vteps: [] }))
  expect(fleet.membership.get('ubuntu')?.withdrawn).toHaveLength(1)
  fleet.membership.present(memberOf('ubuntu'))
  expect(fleet.membership.get('ubuntu')).toMatchObject({ withdrawn: [], claims: [{ address: '10.0.2.1' }] })
  expect(fleet.after(graceMs * 2)).toEqual([])
})

test('believes nothing at once that a store says which went back: neither that a host leaves nor that it has less', () => {
  const fleet = fleetOf('vyos02', 'ubuntu', 'other')
  fleet.membership.suspect('rewound')
  fleet.membership.present(memberOf('ubuntu', { leaving: true }))
  fleet.membership.present(memberOf('vyos02', { vteps: [] }))
  fleet.membership.evicted('other')
  fleet.membership.listed(() => true)
  expect(fleet.after(graceMs * 2)).toEqual([])
  expect(fleet.names()).toEqual(['other', 'ubuntu', 'vyos02'])
  expect(fleet.membership.freeze?.reason).toMatch(/3 members of 3/)
})

test('keeps what was known of a host whose record cannot be read any more', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  fleet.membership.unreadable('ubuntu')
  expect(fleet.after(graceMs * 2)).toEqual([])
  expect(fleet.membership.get('ubuntu')?.claims).toEqual([{ vni: 42, address: '10.0.2.1', dstport: 4789 }])
})

test('remembers those of an earlier run, and counts their grace from its first list', () => {
  let time = 0
  const membership = new Membership({ self: 'vyos01', graceMs, now: () => time })
  membership.remember({
    links: { vxlan0: { vni: 42, remotes: [remoteOf('vyos02', '10.0.2.253'), remoteOf('ubuntu', '10.0.2.1')] } },
  })
  time = graceMs * 5
  expect(membership.settle()).toEqual([])
  membership.present(memberOf('vyos02'))
  membership.listed((node) => node === 'vyos02')
  membership.live()
  membership.settle()
  expect(Array.from(membership.others, ({ node, gone }) => [node, gone !== undefined])).toEqual([
    ['vyos02', false],
    ['ubuntu', true],
  ])
  time += graceMs
  expect(membership.settle()).toEqual(['ubuntu'])
})

const twenty = Array.from({ length: 20 }, (_, index) => `node${index}`)

test.each([
  { lost: 3, of: 5, isFrozen: false },
  { lost: 4, of: 5, isFrozen: true },
  { lost: 4, of: 20, isFrozen: false },
  { lost: 5, of: 20, isFrozen: true },
  { lost: 1, of: 1, isFrozen: false },
  { lost: 2, of: 2, isFrozen: true },
])('when $lost of $of are gone at once, frozen is $isFrozen', ({ lost, of, isFrozen }) => {
  const fleet = fleetOf(...twenty.slice(0, of))
  fleet.lose(...twenty.slice(0, lost))
  expect(fleet.membership.freeze !== undefined).toBe(isFrozen)
  expect(fleet.after(graceMs)).toHaveLength(isFrozen ? 0 : lost)
})

test('is frozen until enough are back, and then removes the rest by their grace', () => {
  const fleet = fleetOf(...twenty)
  fleet.lose(...twenty.slice(0, 10))
  fleet.after(graceMs * 2)
  expect(fleet.membership.freeze?.reason).toMatch(/10 of the 20 other members of VNI 42/)
  for (const node of twenty.slice(0, 9)) {
    fleet.membership.present(memberOf(node))
  }
  expect(fleet.membership.settle()).toEqual(['node9'])
  expect(fleet.membership.freeze).toBeUndefined()
})

test('is frozen by a list of a store that went back, though one host alone is missing', () => {
  const fleet = fleetOf(...twenty)
  fleet.membership.suspect('rewound')
  fleet.membership.listed((node) => node !== 'node3')
  fleet.membership.settle()
  expect(fleet.membership.freeze?.reason).toMatch(/went back to an earlier revision.*1 member of 20/)
  fleet.membership.present(memberOf('node3'))
  fleet.membership.settle()
  expect(fleet.membership.freeze).toBeUndefined()
  // The suspicion has ended with it: the next loss is one like any other.
  fleet.lose('node3')
  expect(fleet.membership.freeze).toBeUndefined()
})

test('lets go when a person accepts it, and is not frozen by the same hosts again', () => {
  const fleet = fleetOf(...twenty)
  fleet.lose(...twenty.slice(0, 10))
  fleet.after(graceMs)
  expect(fleet.membership.accept()).toBe(10)
  expect(fleet.membership.settle()).toHaveLength(10)
})

test('lets go after an hour of a live store, in which silence does not count', () => {
  const fleet = fleetOf(...twenty)
  fleet.lose(...twenty.slice(0, 10))
  fleet.after(guardMs - 1000)
  fleet.membership.silent()
  expect(fleet.after(guardMs)).toEqual([])
  fleet.membership.live()
  expect(fleet.after(500)).toEqual([])
  expect(fleet.after(guardMs)).toHaveLength(10)
})

test.each<[string, (membership: Membership) => unknown]>([
  ['comes back', (membership) => membership.present(memberOf('ubuntu'))],
  ['has a record that cannot be read', (membership) => membership.unreadable('ubuntu')],
  ['leaves', (membership) => membership.present(memberOf('ubuntu', { leaving: true }))],
  ['is evicted', (membership) => membership.evicted('ubuntu')],
])('waits no longer for a host that was gone and %s', (_what, act) => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  fleet.lose('ubuntu')
  expect(fleet.membership).toMatchObject({ goneCount: 1, nextCheckMs: graceMs })
  act(fleet.membership)
  expect(fleet.after(0)).toEqual([])
  expect(fleet.membership.goneCount).toBe(0)
  expect(fleet.membership.nextCheckMs).toBeUndefined()
})

test('looks at nobody who is there when nobody is gone', () => {
  const fleet = fleetOf('vyos02', 'ubuntu')
  let looks = 0
  fleet.membership.present(memberOf('watched'))
  Object.defineProperty(fleet.membership.get('watched'), 'gone', {
    get: () => {
      looks += 1
      return undefined
    },
  })
  fleet.after(1)
  expect(fleet.membership.nextCheckMs).toBeUndefined()
  expect(looks).toBe(0)
  fleet.lose('ubuntu')
  expect(looks).toBeGreaterThan(0)
})
