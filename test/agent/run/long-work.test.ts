/** What grows with the number of links, entries or messages comes in as many steps, so that nothing keeps the event loop. */
import { describe, expect, test } from 'vitest'
import { overlayOf } from '../../../src/agent/desired/overlay.ts'
import { itemsPerStep, type Steps } from '../../../src/agent/facts/steps.ts'
import { EntriesSince, missedChanges } from '../../../src/agent/insight/events/missed-changes.ts'
import { remotesOf } from '../../../src/agent/insight/tunnels/remotes.ts'
import type { Observed } from '../../../src/agent/kernel/observed.ts'
import { Observer } from '../../../src/agent/kernel/observer.ts'
import { survey } from '../../../src/agent/kernel/survey.ts'
import { Attempts } from '../../../src/agent/reconcile/loop/attempts.ts'
import { changedObjects } from '../../../src/agent/reconcile/loop/changed-objects.ts'
import { ObjectStates } from '../../../src/agent/reconcile/loop/object-states.ts'
import { Scope } from '../../../src/agent/reconcile/loop/scope.ts'
import { emptyPlan } from '../../../src/agent/reconcile/plan/action.ts'
import { diffSteps } from '../../../src/agent/reconcile/plan/diff.ts'
import { wantedFdbSteps } from '../../../src/agent/words/fdb-entry.ts'
import {
  constants,
  type Neighbour,
  type RtnetlinkClient,
  type SubscriptionListener,
} from '../../../src/rtnetlink/index.ts'
import { desired, device, observed, owned, release, vxlan } from '../../support/builders.ts'
import { clockTicksWhenLookedAt, turnsDuring } from '../../support/turns.ts'

const links = 500
const entries = 50_000
const names = { nameOf: () => undefined, indexOf: () => 2 }
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number)
const macOf = (number: number): string =>
  `02:00:00:${[16, 8, 0].map((shift) => ((number >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`

function learned(number: number, dst = '10.0.2.254'): Neighbour {
  const attributes = { lladdr: macOf(number), dst, cacheinfo: { confirmed: 0, used: 0, updated: 0, refcnt: 0 } }
  return { family: 7, ifindex: 3, state: constants.NUD_REACHABLE, flags: constants.NTF_SELF, type: 0, attributes }
}

const eth1 = device(2, 'eth1')
const vxlan0 = vxlan(3, 'vxlan0', { id: 42, link: 2 })

function withEntries(dst?: string): Observed {
  const tables = observed([eth1, vxlan0])
  tables.fdb.set(3, new Map(numbers(entries).map((number) => [macOf(number), learned(number, dst)])))
  return tables
}

function stepsOf(steps: Steps<unknown>): number {
  let count = 0
  for (; steps.next().done !== true; count += 1) {
    // Each is one pause that could have been.
  }
  return count
}

const manyLinks = desired(Object.fromEntries(numbers(links).map((number) => [`vx${number}`, { id: number + 1 }])))
const fdb = numbers(entries).map((number) => ({ mac: macOf(number), dst: '10.0.2.9' }))
const manyEntries = desired({ vxlan0: { id: 42, fdb } })

test.each<{ name: string; steps: () => Steps<unknown>; atLeast: number }>([
  {
    name: 'a plan for many links',
    steps: () => diffSteps(manyLinks, observed([eth1]), owned({}), { release }),
    atLeast: links,
  },
  {
    name: 'a plan for many entries of a link',
    steps: () => diffSteps(manyEntries, observed([eth1]), owned({}), { release }),
    atLeast: entries / itemsPerStep - 1,
  },
  {
    name: 'the entries of a link',
    steps: () => wantedFdbSteps({ id: 42, fdb: [...fdb] }, [], names),
    atLeast: entries / itemsPerStep - 1,
  },
  {
    name: 'what a new state changes of many links',
    steps: () => changedObjects(overlayOf(manyLinks), overlayOf(structuredClone(manyLinks))),
    atLeast: links,
  },
  {
    name: 'what a new state changes of many entries',
    steps: () => changedObjects(overlayOf(manyEntries), overlayOf(structuredClone(manyEntries))),
    atLeast: entries / itemsPerStep - 1,
  },
  {
    name: 'the states of many objects',
    steps: () => {
      const locate = (): undefined => undefined
      const end = { desired: manyLinks, scope: Scope.all, plan: emptyPlan, attempts: new Attempts(), names, locate }
      return new ObjectStates().update(end, () => true)
    },
    atLeast: links,
  },
  {
    name: 'the comparison after a resync',
    steps: () => missedChanges(withEntries(), withEntries('10.0.2.1'), new EntriesSince(), names),
    atLeast: (2 * entries) / itemsPerStep - 2,
  },
  { name: 'remotes', steps: () => remotesOf(withEntries(), true), atLeast: entries / itemsPerStep - 1 },
])('$name: steps in number', ({ steps, atLeast }) => {
  expect(stepsOf(steps())).toBeGreaterThanOrEqual(atLeast)
})

describe('changes of a state', () => {
  test.each([
    { what: 'an entry more', change: (list: typeof fdb) => [...list, { mac: macOf(entries), dst: '10.0.2.9' }] },
    { what: 'an entry less', change: (list: typeof fdb) => list.slice(1) },
    { what: 'another destination', change: (list: typeof fdb) => list.with(70, { mac: macOf(70), dst: '10.0.2.8' }) },
  ])('$what is one', ({ change }) => {
    const next = desired({ vxlan0: { id: 42, fdb: change(fdb) } })
    const steps = changedObjects(overlayOf(manyEntries), overlayOf(next))
    let step = steps.next()
    while (step.done !== true) {
      step = steps.next()
    }
    expect([...step.value]).toEqual(['vxlan0'])
  })
})

/** An observer on a kernel that has these entries, and tells what it is made to. */
function observing(table: readonly Neighbour[]): { observer: Observer; tell: SubscriptionListener['onMessage'] } {
  let tell: SubscriptionListener['onMessage'] = () => {}
  const client = {
    listLinks: async () => [eth1, vxlan0],
    listBridgeLinks: async () => [],
    listVnis: async () => [],
    listAddresses: async () => [],
    listNeighbours: async () => [],
    listFdb: async () => table,
  } as unknown as RtnetlinkClient
  const observer = new Observer(client, release, (_groups, { onMessage }) => {
    tell = onMessage
    return { drain: async () => {}, passOverStatedEntriesOf: () => true, ping: async () => {}, close: () => {} }
  })
  observer.follow()
  return { observer, tell }
}

describe('a resync of a large table', () => {
  test('lets the event loop turn', async () => {
    clockTicksWhenLookedAt()
    const { observer } = observing(numbers(entries).map((number) => learned(number)))
    const turns = await turnsDuring(() => observer.resync({ fdb: true }))
    expect(turns).toBeGreaterThan(entries / itemsPerStep / 25)
    expect(observer.observed.fdb.get(3)?.size).toBe(entries)
  })

  test('shows the old tables until the new ones are whole, and takes in what comes meanwhile', async () => {
    const table = numbers(entries).map((number) => learned(number))
    const { observer, tell } = observing(table)
    await observer.resync({ fdb: true })
    clockTicksWhenLookedAt()
    table.length = entries / 2
    const resync = observer.resync({ fdb: true })
    const sizes = new Set<number | undefined>()
    for (let turn = 0; turn < 10; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      sizes.add(observer.observed.fdb.get(3)?.size)
      // One of them is in the dump, the other one is not.
      tell({ object: 'neighbour', verb: 'delete', value: learned(turn) })
      tell({ object: 'neighbour', verb: 'new', value: learned(entries + turn) })
    }
    await resync
    expect(Math.min(...[...sizes].map((size) => size ?? 0))).toBe(entries)
    const fresh = observer.observed.fdb.get(3)
    expect(fresh?.size).toBe(entries / 2)
    expect(fresh?.has(macOf(9))).toBe(false)
    expect(fresh?.has(macOf(entries + 9))).toBe(true)
  })

  test('of links only leaves entries that come and go meanwhile as they were told', async () => {
    const table = [learned(1), learned(2)]
    const { observer, tell } = observing(table)
    await observer.resync({ fdb: true })
    const resync = observer.resync({ fdb: false })
    await Promise.resolve()
    tell({ object: 'neighbour', verb: 'new', value: learned(3) })
    tell({ object: 'neighbour', verb: 'delete', value: learned(3) })
    tell({ object: 'neighbour', verb: 'delete', value: learned(1) })
    await resync
    expect([...(observer.observed.fdb.get(3)?.keys() ?? [])]).toEqual([macOf(2)])
  })
})

test('a survey of many routes lets the event loop turn', async () => {
  clockTicksWhenLookedAt()
  const routes = numbers(entries).map((number) => ({
    protocol: 4,
    flags: 0,
    attributes: { oif: (number % links) + 1 },
  }))
  const nothing = async (): Promise<[]> => []
  const client = {
    listQdiscs: nothing,
    listMdb: nothing,
    listProxies: nothing,
    listNexthops: nothing,
    listRoutes: async ({ family }: { readonly family: number }) => (family === constants.AF_INET ? routes : []),
  } as unknown as RtnetlinkClient
  let found: Awaited<ReturnType<typeof survey>> = new Map()
  const turns = await turnsDuring(async () => {
    found = await survey(
      client,
      numbers(links).map((number) => number + 1),
    )
  })
  expect(turns).toBeGreaterThan(entries / itemsPerStep / 25)
  expect(found.size).toBe(links)
  expect(found.get(1)).toMatchObject({ routes: { length: entries / links } })
})
