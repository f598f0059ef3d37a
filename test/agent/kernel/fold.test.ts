import { expect, test } from 'vitest'
import { fold } from '../../../src/agent/kernel/fold.ts'
import { emptyObserved, fdbKey } from '../../../src/agent/kernel/observed.ts'
import { constants, type Neighbour, type RouteMessage, type VnifilterEntry } from '../../../src/rtnetlink/index.ts'
import { address, device, vxlan } from '../../support/builders.ts'

const { AF_BRIDGE, AF_INET, NTF_SELF, NUD_PERMANENT, NUD_REACHABLE } = constants
const vxlan0 = vxlan(5, 'vxlan0', { id: 42 })

function entry(dst: string, state: number = NUD_PERMANENT): Neighbour {
  return {
    family: AF_BRIDGE,
    ifindex: 5,
    state,
    flags: NTF_SELF,
    type: 0,
    attributes: { lladdr: '00:00:00:00:00:00', dst },
  }
}

function made(...messages: readonly RouteMessage[]): ReturnType<typeof emptyObserved> {
  const observed = emptyObserved()
  for (const message of messages) {
    fold(observed, message)
  }
  return observed
}

const full: RouteMessage[] = [
  { object: 'link', verb: 'new', value: device(2, 'eth1') },
  { object: 'link', verb: 'new', value: vxlan0 },
  { object: 'address', verb: 'new', value: address(2, '10.0.2.1/24') },
  { object: 'address', verb: 'new', value: address(5, '10.0.1.1/24') },
  { object: 'neighbour', verb: 'new', value: entry('10.0.2.254') },
]

test("keeps each table under the kernel's identity", () => {
  const { links, addresses, fdb } = made(...full)
  expect([...links.keys()]).toEqual([2, 5])
  expect(addresses.get(5)?.size).toBe(1)
  expect(fdb.get(5)?.size).toBe(1)
})

test('what comes again replaces what was known', () => {
  const { links, addresses, fdb } = made(...full, ...full, {
    object: 'link',
    verb: 'new',
    value: vxlan(5, 'renamed', { id: 42, ttl: 9 }),
  })
  expect(links.get(5)?.attributes.ifname).toBe('renamed')
  expect([links.size, addresses.get(5)?.size, fdb.get(5)?.size]).toEqual([2, 1, 1])
})

test('an entry for its own destination that stays when a vxlan gets another one was left behind by the kernel', () => {
  const own = { ...entry('239.9.9.9'), attributes: { ...entry('239.9.9.9').attributes, ifindex: 2 } }
  const made42 = (data: object): RouteMessage => ({
    object: 'link',
    verb: 'new',
    value: vxlan(5, 'vxlan0', { id: 42, ...data }),
  })
  const before: RouteMessage[] = [
    ...full,
    made42({ group: '239.9.9.9', link: 2 }),
    { object: 'neighbour', verb: 'new', value: own },
  ]
  const moved = made42({ group: '239.9.9.9', link: 3 })
  const keys = (...more: RouteMessage[]): string[] => [...(made(...before, ...more).leftBehind.get(5) ?? [])]
  expect(keys()).toEqual([])
  expect(keys(moved)).toEqual([fdbKey(own)])
  // By a change of the remote the kernel removes it, and says so first.
  const removed: RouteMessage = { object: 'neighbour', verb: 'delete', value: own }
  expect(keys(removed, made42({ group: '239.1.1.1', link: 2 }))).toEqual([])
  expect(keys(moved, removed)).toEqual([])
  expect(keys(moved, made42({ group: '239.9.9.9', link: 2 }))).toEqual([])
  // Put there by hand afterwards, it is somebody's.
  expect(keys(removed, made42({}), { object: 'neighbour', verb: 'new', value: own })).toEqual([])
})

test('many remotes on one MAC are many entries, and each goes by itself', () => {
  const { fdb } = made(
    { object: 'neighbour', verb: 'new', value: entry('10.0.2.253') },
    { object: 'neighbour', verb: 'new', value: entry('10.0.2.254') },
    { object: 'neighbour', verb: 'delete', value: entry('10.0.2.253', NUD_REACHABLE) },
  )
  expect(Array.from(fdb.get(5)?.values() ?? [], ({ attributes }) => attributes.dst)).toEqual(['10.0.2.254'])
})

test('a link takes its addresses and entries along', () => {
  const { links, addresses, fdb } = made(...full, { object: 'link', verb: 'delete', value: vxlan0 })
  expect([...links.keys()]).toEqual([2])
  expect([...addresses.keys()]).toEqual([2])
  expect([...fdb.keys()]).toEqual([])
})

test.each(['new', 'delete'] as const)('a bridge that tells of its port (%s) says nothing about the link', (verb) => {
  const asPort = { ...vxlan0, family: AF_BRIDGE, attributes: { ifname: 'as the bridge sees it' } }
  const { links, addresses, fdb } = made(...full, { object: 'bridgeLink', verb, value: asPort })
  expect(links.get(5)).toEqual(vxlan0)
  expect(addresses.get(5)?.size).toBe(1)
  expect(fdb.get(5)?.size).toBe(1)
})

test('an ARP neighbour is no forwarding entry', () => {
  const { fdb, neighbours } = made({
    object: 'neighbour',
    verb: 'new',
    value: { ...entry('10.0.1.9'), family: AF_INET },
  })
  expect(fdb.size).toBe(0)
  expect([...(neighbours.get(5)?.keys() ?? [])]).toEqual(['10.0.1.9'])
})

test('what a bridge tells of its port is kept until the port leaves it, or is gone', () => {
  const asPort = { ...vxlan0, family: AF_BRIDGE, attributes: { ifname: 'vxlan0' } }
  const joins = { object: 'bridgeLink', verb: 'new', value: asPort } as const
  expect(made(...full, joins).bridgeLinks.get(5)).toEqual(asPort)
  expect(made(...full, joins, { ...joins, verb: 'delete' }).bridgeLinks.size).toBe(0)
  expect(made(...full, joins, { object: 'link', verb: 'delete', value: vxlan0 }).bridgeLinks.size).toBe(0)
})

test('VNIs come one by one or in ranges, and go one by one', () => {
  const tunnel = (verb: 'new' | 'delete', ...entries: VnifilterEntry[]): RouteMessage => ({
    object: 'tunnel',
    verb,
    value: { family: AF_BRIDGE, flags: 0, ifindex: 5, attributes: { entries } },
  })
  const { vnis } = made(
    tunnel('new', { start: 10, end: 12 }, { start: 20, group: '239.1.1.1' }, { start: 30, group6: 'ff05::1' }),
    tunnel('delete', { start: 11 }),
  )
  expect([...(vnis.get(5) ?? [])]).toEqual([
    [10, undefined],
    [12, undefined],
    [20, '239.1.1.1'],
    [30, 'ff05::1'],
  ])
})

test('what goes without having been known changes nothing', () => {
  const { links, addresses, fdb } = made(
    { object: 'link', verb: 'delete', value: vxlan0 },
    { object: 'address', verb: 'delete', value: address(5, '10.0.1.1/24') },
    { object: 'neighbour', verb: 'delete', value: entry('10.0.2.254') },
  )
  expect([links.size, addresses.size, fdb.size]).toEqual([0, 0, 0])
})
