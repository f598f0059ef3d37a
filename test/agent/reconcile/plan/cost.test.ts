/** What a plan costs grows with the number of objects, and not with its square. Work and steps are counted, since time is the machine's. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Steps } from '../../../../src/agent/facts/steps.ts'
import { fdbKey } from '../../../../src/agent/kernel/observed.ts'
import type { Plan } from '../../../../src/agent/reconcile/plan/action.ts'
import { diffSteps } from '../../../../src/agent/reconcile/plan/diff.ts'
import { LinkIndex } from '../../../../src/agent/reconcile/plan/link-index.ts'
import type { Owned, OwnedPort } from '../../../../src/agent/record/owned.ts'
import { bridgeFdbKey } from '../../../../src/agent/words/bridge-fdb-entry.ts'
import { constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { bridge, desired, device, mac, observed, owned, release, vxlan } from '../../../support/builders.ts'

vi.mock(import('../../../../src/agent/words/bridge-fdb-entry.ts'), async (importOriginal) => {
  const original = await importOriginal()
  return { ...original, bridgeFdbKey: vi.fn(original.bridgeFdbKey) }
})

const count = 300
const numbers: readonly number[] = Array.from({ length: count }, (_, number) => number)

function run(steps: Steps<Plan>): { readonly plan: Plan; readonly steps: number } {
  for (let taken = 0; ; taken += 1) {
    const step = steps.next()
    if (step.done === true) {
      return { plan: step.value, steps: taken }
    }
  }
}

describe('the deletion of many links', () => {
  const bridgeIndex = 9
  let reads = { master: 0, recordedPort: 0 }

  beforeEach(() => {
    reads = { master: 0, recordedPort: 0 }
  })

  /** In the bridge, and counting who asks. */
  function port(index: number): Link {
    const link = device(index, `tap${index}`)
    const attributes = Object.defineProperty({ ...link.attributes }, 'master', {
      get: () => {
        reads.master += 1
        return bridgeIndex
      },
    })
    return { ...link, attributes }
  }

  function recordedPort(ifindex: number): OwnedPort {
    const record = { ifindex, master: 'br0', masterIfindex: bridgeIndex, stated: [] }
    return Object.defineProperty(record, 'ifindex', {
      get: () => {
        reads.recordedPort += 1
        return ifindex
      },
    })
  }

  const surplus = numbers.map((number) => ({ name: `vx${number}`, id: number + 1, ifindex: 1000 + number }))
  const vxlans = surplus.map(({ name, id, ifindex }) => vxlan(ifindex, name, { id }))
  const portIndexes = numbers.map((number) => 5000 + number)

  function scene(): { readonly tables: ReturnType<typeof observed>; readonly record: Owned } {
    const tables = observed([bridge(bridgeIndex, 'br0'), ...vxlans, ...portIndexes.map(port)])
    const links = owned(Object.fromEntries(surplus.map(({ name, ...link }) => [name, link])))
    const ports = Object.fromEntries(portIndexes.map((index) => [`tap${index}`, recordedPort(index)]))
    return { tables, record: { ...links, ports } }
  }

  test('goes through the links and the record of ports a few times, and pauses at each link', () => {
    const { tables, record } = scene()
    const { plan, steps } = run(diffSteps(desired({}), tables, record, { release }))
    expect(plan.actions.filter(({ kind }) => kind === 'deleteLink')).toHaveLength(count)
    expect(steps).toBeGreaterThanOrEqual(count)
    expect(reads.master).toBeLessThanOrEqual(5 * count)
    expect(reads.recordedPort).toBeLessThanOrEqual(5 * count)
  })

  test('looks up what a link takes along for those that the plan is for alone', () => {
    const { tables, record } = scene()
    const lookUp = vi.spyOn(LinkIndex.prototype, 'directlyIn')
    const { plan } = run(diffSteps(desired({}), tables, record, { release, only: new Set(['vx7']) }))
    expect(plan.actions.map(({ link }) => link)).toEqual(['vx7'])
    expect(lookUp.mock.calls).toEqual([[1007]])
    lookUp.mockRestore()
  })
})

test('entries that stay in a bridge beside entries that go are compared through an index, in steps', () => {
  const macOf = (number: number): string =>
    `02:00:00:00:${[8, 0].map((shift) => ((number >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`
  const kept = numbers.map(macOf)
  const removed = numbers.map((number) => macOf(count + number))
  const vxlan0 = vxlan(3, 'vxlan0', { id: 42 })
  const slave = { slaveKind: 'bridge', slaveData: {} }
  const port = {
    ...vxlan0,
    attributes: { ...vxlan0.attributes, master: 9, linkinfo: { ...vxlan0.attributes.linkinfo, ...slave } },
  } as Link
  const tables = observed([bridge(9, 'br0'), port])
  const entry = (lladdr: string, vlan?: number): Neighbour => ({
    ...{ family: constants.AF_BRIDGE, ifindex: 3, state: constants.NUD_NOARP, flags: 0, type: 0 },
    attributes: { lladdr, master: 9, ...(vlan !== undefined && { vlan }) },
  })
  const present = [...kept.map((each) => entry(each, 10)), ...removed.map((each) => entry(each))]
  tables.fdb.set(9, new Map(present.map((each) => [fdbKey(each), each])))
  const header = { family: constants.AF_BRIDGE, type: 1, index: 3, flags: 0, change: 0 }
  tables.bridgeLinks.set(3, { ...header, attributes: { afSpec: { vlanInfo: [{ vid: 10, flags: 0 }] } } })
  const state = desired(
    { vxlan0: { id: 42 } },
    { br0: { ports: { vxlan0: {} }, fdb: kept.map((each) => ({ mac: each, dev: 'vxlan0', vlan: 10 })) } },
  )
  const recorded = new Set(removed.map((each) => bridgeFdbKey(each, undefined)))
  const record = owned({ vxlan0: { id: 42, ifindex: 3 } })
  const br0 = { kind: 'bridge' as const, id: 0, mac, ifindex: 9, stated: [] }
  const all: Owned = {
    ...record,
    links: { ...record.links, br0 },
    entriesOf: (name) => ({ fdb: name === 'br0' ? recorded : new Set(), neighbours: new Set() }),
  }
  vi.mocked(bridgeFdbKey).mockClear()
  const { plan, steps } = run(diffSteps(state, tables, all, { release }))
  expect(plan.actions).toMatchObject([{ kind: 'removeEntries', link: 'br0', entries: { length: count } }])
  expect(vi.mocked(bridgeFdbKey).mock.calls.length).toBeLessThanOrEqual(20 * count)
  expect(steps).toBeGreaterThanOrEqual(3 * count)
})
