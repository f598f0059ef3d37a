import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { fdbKey } from '../../../../src/agent/kernel/observed.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { describeEntry } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { diffFdb, entriesToKeep, type PresentFdb } from '../../../../src/agent/reconcile/plan/diff-fdb.ts'
import { constants, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const { AF_BRIDGE, NTF_SELF, NTF_EXT_LEARNED, NTF_MASTER, NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE } = constants
const zero = '00:00:00:00:00:00'
const [one, two] = ['02:00:00:00:00:01', '02:00:00:00:00:02']
const permanent = NUD_PERMANENT | NUD_NOARP
const names = { nameOf: () => 'eth1', indexOf: () => 2 }

function entry(
  lladdr: string,
  dst: string | undefined,
  {
    state = permanent,
    flags = NTF_SELF,
    ...more
  }: { state?: number; flags?: number; port?: number; nhId?: number } = {},
): Neighbour {
  const attributes = { lladdr, ...(dst !== undefined && { dst }), ...more }
  return { family: AF_BRIDGE, ifindex: 5, state, flags, type: 0, attributes }
}

const learned = { state: NUD_REACHABLE }
const controlPlane = { state: NUD_REACHABLE, flags: NTF_SELF | NTF_EXT_LEARNED }

function table(entries: readonly Neighbour[]): Map<string, Neighbour> {
  return new Map(entries.map((each) => [fdbKey(each), each]))
}

/** A line for each entry of each action: `+` add, `~` replace, `-` remove. */
function lines(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    switch (action.kind) {
      case 'addEntries':
        return action.entries.map(({ request }) => `+ ${describeEntry('fdb', request)}`)
      case 'replaceEntries':
        return action.entries.map(({ request }) => `~ ${describeEntry('fdb', request)}`)
      case 'removeEntries':
        return action.entries.map(({ present }) => `- ${describeEntry('fdb', present)}`)
      default:
        return [action.kind]
    }
  })
}

function plan(spec: VxlanSpec, present: readonly Neighbour[], ours: readonly Neighbour[] = []) {
  const recorded = new Set(ours.map(fdbKey))
  return diffFdb(desiredVxlan('vxlan0', { id: 42, ...spec }), recorded, { present: table(present) }, names)
}

test.each<{ name: string; spec: VxlanSpec; present?: Neighbour[]; ours?: Neighbour[]; plan: string[] }>([
  {
    name: 'adds every remote of the list, and every entry',
    spec: { remotes: ['10.0.2.2', { dst: '10.0.2.3', vni: 9 }], fdb: [{ mac: one, dst: '10.0.2.2' }] },
    plan: [`+ ${zero} dst 10.0.2.2`, `+ ${zero} dst 10.0.2.3 vni 9`, `+ ${one} dst 10.0.2.2`],
  },
  {
    name: 'is empty when all is there, whoever put it there',
    spec: { remotes: ['10.0.2.2'], fdb: [{ mac: one, dst: '10.0.2.2', port: 8472, vni: 42 }] },
    present: [entry(zero, '10.0.2.2'), entry(one, '10.0.2.2')],
    plan: [],
  },
  {
    name: 'adds one destination before it removes another',
    spec: { remotes: ['10.0.2.3'] },
    present: [entry(zero, '10.0.2.2')],
    ours: [entry(zero, '10.0.2.2')],
    plan: [`+ ${zero} dst 10.0.2.3`, `- ${zero} dst 10.0.2.2`],
  },
  {
    name: 'moves an entry of ours in one step',
    spec: { fdb: [{ mac: one, dst: '10.0.2.3' }] },
    present: [entry(one, '10.0.2.2')],
    ours: [entry(one, '10.0.2.2')],
    plan: [`~ ${one} dst 10.0.2.3`],
  },
  {
    name: 'puts a declared entry in the place of a learned one',
    spec: { fdb: [{ mac: one, dst: '10.0.2.3' }] },
    present: [entry(one, '10.0.2.2', learned)],
    plan: [`~ ${one} dst 10.0.2.3`],
  },
  {
    name: 'removes what is ours and declared no more, even without any list',
    spec: {},
    present: [entry(one, '10.0.2.2'), entry(two, '10.0.2.2')],
    ours: [entry(one, '10.0.2.2')],
    plan: [`- ${one} dst 10.0.2.2`],
  },
  {
    name: 'restores an entry of ours that another program pointed elsewhere',
    spec: { fdb: [{ mac: one, dst: '10.0.2.3' }] },
    present: [entry(one, '10.0.2.91', controlPlane)],
    ours: [entry(one, '10.0.2.3')],
    plan: [`~ ${one} dst 10.0.2.3`],
  },
  {
    name: 'leaves learned entries, those of a control plane and plain ones by other hands alone',
    spec: { remotes: ['10.0.2.9'], fdb: [] },
    present: [
      entry(zero, '10.0.2.9'),
      entry(zero, '10.0.2.2'),
      entry(one, '10.0.2.2', learned),
      entry(two, '10.0.2.2', controlPlane),
    ],
    plan: [],
  },
  {
    name: 'takes a dynamic entry for there wherever it has moved to',
    spec: { fdb: [{ mac: one, dst: '10.0.2.3', state: 'dynamic' }] },
    present: [entry(one, '10.0.2.2', learned)],
    plan: [],
  },
  {
    name: 'puts a dynamic entry back when it has aged out',
    spec: { fdb: [{ mac: one, dst: '10.0.2.3', state: 'dynamic' }] },
    ours: [entry(one, '10.0.2.3', learned)],
    plan: [`+ ${one} dst 10.0.2.3 dynamic`],
  },
  {
    name: 'makes anew what the kernel does not turn into a nexthop group',
    spec: { fdb: [{ mac: one, nhid: 7 }] },
    present: [entry(one, '10.0.2.2')],
    ours: [entry(one, '10.0.2.2')],
    plan: [`- ${one} dst 10.0.2.2`, `+ ${one} nhid 7`],
  },
  {
    name: 'makes anew what is to be marked as a control plane’s',
    spec: { fdb: [{ mac: one, dst: '10.0.2.2', extern_learn: true }] },
    present: [entry(one, '10.0.2.2')],
    ours: [entry(one, '10.0.2.2')],
    plan: [`- ${one} dst 10.0.2.2`, `+ ${one} dst 10.0.2.2`],
  },
  {
    name: 'of an exclusive link removes what others put there, and not what the kernel learns or made by itself',
    spec: { group: '239.1.1.1', dev: 'eth1', fdb_exclusive: true },
    present: [
      entry(zero, '239.1.1.1'),
      entry(zero, '10.0.2.2'),
      entry(one, '10.0.2.2', learned),
      entry(two, '10.0.2.2', controlPlane),
      entry(two, undefined, { flags: NTF_MASTER }),
    ],
    plan: [`- ${zero} dst 10.0.2.2`, `- ${two} dst 10.0.2.2 dynamic`],
  },
  {
    name: 'of an exclusive link that does not learn removes what was learned, too',
    spec: { learning: false, fdb_exclusive: true },
    present: [entry(one, '10.0.2.2', learned)],
    plan: [`- ${one} dst 10.0.2.2 dynamic`],
  },
])('$name', ({ spec, present = [], ours, plan: expected }) => {
  const { actions, obstacles } = plan(spec, present, ours)
  expect(lines(actions)).toEqual(expected)
  expect(obstacles).toEqual([])
})

describe('an entry by other hands for a declared MAC', () => {
  test.each([
    { what: 'permanent', present: entry(one, '10.0.2.2') },
    { what: 'of a control plane', present: entry(one, '10.0.2.2', controlPlane) },
  ])(
    'that is $what is a conflict that names it, with the place in the file, and holds nothing else up',
    ({ present }) => {
      const spec = {
        fdb: [
          { mac: one, dst: '10.0.2.3' },
          { mac: two, dst: '10.0.2.3' },
        ],
      }
      const { actions, obstacles } = plan(spec, [present])
      expect(obstacles).toMatchObject([
        { kind: 'conflict', reason: expect.stringContaining(one), path: ['vxlans', 'vxlan0', 'fdb', 0] },
      ])
      expect(lines(actions)).toEqual([`+ ${two} dst 10.0.2.3`])
    },
  )

  test('gives way on an exclusive link', () => {
    const { actions, obstacles } = plan({ fdb: [{ mac: one, dst: '10.0.2.3' }], fdb_exclusive: true }, [
      entry(one, '10.0.2.2', controlPlane),
    ])
    expect(obstacles).toEqual([])
    expect(lines(actions)).toEqual([`~ ${one} dst 10.0.2.3`])
  })
})

test('what is kept over a replacement is neither learned nor the kernel’s own', () => {
  const kept = entriesToKeep(
    table([
      entry(zero, '239.1.1.1'),
      entry(zero, '10.0.2.2'),
      entry(one, '10.0.2.2', learned),
      entry(two, '10.0.2.2', controlPlane),
    ]),
    { group: '239.1.1.1' },
  )
  expect(kept.map(({ request }) => describeEntry('fdb', request))).toEqual([
    `${zero} dst 10.0.2.2`,
    `${two} dst 10.0.2.2 dynamic`,
  ])
})

const macs = fc.constantFrom(zero, one, two, '01:00:5e:00:00:01')
const hosts = fc.constantFrom('10.0.2.2', '10.0.2.3', '10.0.2.4')
const declared = fc.uniqueArray(fc.record({ mac: macs, dst: hosts }), {
  selector: ({ mac, dst }) => (mac === one || mac === two ? mac : `${mac} ${dst}`),
})
const arbitraryTable = fc
  .array(fc.tuple(macs, hosts, fc.constantFrom({}, learned, controlPlane)))
  .map((all) => [...table(all.map(([mac, dst, more]) => entry(mac, dst, more))).values()])

test('removes and replaces nothing that is not ours or learned, and what it leaves is as declared', () => {
  fc.assert(
    fc.property(declared, arbitraryTable, fc.func(fc.boolean()), (fdb, present, isOurs) => {
      const ours = present.filter((each) => isOurs(fdbKey(each)))
      const { actions, obstacles } = plan({ fdb }, present, ours)
      const after = table(present)
      for (const action of actions) {
        for (const each of 'entries' in action ? action.entries : []) {
          const there = after.get(each.key)
          if (action.kind === 'removeEntries') {
            expect(ours).toContainEqual(there)
            after.delete(each.key)
          } else if ('request' in each) {
            const mayGive = there === undefined || ours.includes(there) || there.state === NUD_REACHABLE
            expect(mayGive).toBe(true)
            after.set(each.key, { ...entry('', undefined), ...each.request } as Neighbour)
          }
        }
      }
      if (obstacles.length === 0) {
        const recorded = [...ours, ...actions.flatMap((action) => (action.kind === 'addEntries' ? added(action) : []))]
        expect(lines(plan({ fdb }, [...after.values()], recorded).actions)).toEqual([])
      }
    }),
  )
})

function added({ entries }: Extract<Action, { kind: 'addEntries' }>): Neighbour[] {
  return entries.map(({ request }) => ({ ...entry('', undefined), ...request }) as Neighbour)
}

test('what the kernel left behind of an earlier destination goes, unless it is declared or recorded', () => {
  const left = entry(zero, '239.9.9.9')
  const leftBehind = new Set([fdbKey(left)])
  const found = (spec: VxlanSpec, recorded: ReadonlySet<string> = new Set()): string[] =>
    lines(
      diffFdb(desiredVxlan('vxlan0', { id: 42, ...spec }), recorded, { present: table([left]), leftBehind }, names)
        .actions,
    )
  expect(found({})).toEqual([`- ${describeEntry('fdb', left)}`])
  expect(found({ remotes: ['239.9.9.9'] })).toEqual([])
  expect(found({ remotes: ['239.9.9.9'] }, leftBehind)).toEqual([])
})

describe('the link’s own destination', () => {
  const by = (device: number | undefined, dst: string): Neighbour => {
    const made = entry(zero, dst, { state: NUD_REACHABLE | NUD_PERMANENT })
    return { ...made, attributes: { ...made.attributes, ...(device !== undefined && { ifindex: device }) } }
  }
  const planOf = (
    spec: VxlanSpec,
    present: PresentFdb,
    rows: readonly Neighbour[],
    ours: readonly Neighbour[] = [],
  ) => {
    const recorded = new Set(ours.map(fdbKey))
    const { actions } = diffFdb(
      desiredVxlan('vxlan0', { id: 42, ...spec }),
      recorded,
      { ...present, present: table(rows) },
      names,
    )
    return lines(actions)
  }

  test.each<{ name: string; spec: VxlanSpec }>([
    { name: 'among remotes', spec: { remote: '10.0.2.9', remotes: ['10.0.2.9'] } },
    { name: 'among remotes, by its dev', spec: { remote: '10.0.2.9', remotes: [{ dst: '10.0.2.9', via: 'eth1' }] } },
    { name: 'in fdb', spec: { remote: '10.0.2.9', fdb: [{ mac: zero, dst: '10.0.2.9', vni: 42 }] } },
  ])('is there once when it is stated $name as well', ({ spec }) => {
    const present = { remote: '10.0.2.9', device: 2, deviceToBe: 2 }
    expect(planOf({ dev: 'eth1', ...spec }, present, [by(2, '10.0.2.9')])).toEqual([])
  })

  test('takes the place of an entry of ours that went by route', () => {
    const present = { device: 2, deviceToBe: 2 }
    const ours = entry(zero, '10.0.2.9')
    expect(planOf({ remote: '10.0.2.9', dev: 'eth1' }, present, [ours], [ours])).toEqual([`- ${zero} dst 10.0.2.9`])
    // Without a device it is the same entry to the kernel.
    expect(planOf({ remote: '10.0.2.9' }, {}, [ours], [ours])).toEqual([])
  })

  test('that goes is added again where it is one of remotes', () => {
    const present = { remote: '10.0.2.9', leaving: '10.0.2.9' }
    const added = [`+ ${zero} dst 10.0.2.9`]
    expect(planOf({ remotes: ['10.0.2.9'] }, present, [by(undefined, '10.0.2.9')])).toEqual(added)
  })

  test('that goes leaves nothing behind by a device that the link had before', () => {
    const present = { remote: '10.0.2.9', leaving: '10.0.2.9', device: 3, deviceToBe: 3 }
    const rows = [by(3, '10.0.2.9'), by(2, '10.0.2.9'), by(2, '10.0.2.8')]
    for (const spec of [{ remotes: [] }, { remote: '10.0.2.7' }]) {
      const { actions } = diffFdb(
        desiredVxlan('vxlan0', { id: 42, ...spec }),
        new Set(),
        { ...present, present: table(rows) },
        names,
      )
      const removed = actions.flatMap((action) => (action.kind === 'removeEntries' ? action.entries : []))
      expect(removed.map((each) => each.present.attributes)).toMatchObject([{ dst: '10.0.2.9', ifindex: 2 }])
    }
  })

  test('that comes back is not removed as one that the kernel left behind', () => {
    const row = by(2, '10.0.2.9')
    const present = { remote: '10.0.2.9', device: 3, deviceToBe: 2, leftBehind: new Set([fdbKey(row)]) }
    expect(planOf({ remote: '10.0.2.9', dev: 'eth1' }, present, [row, by(3, '10.0.2.9')])).toEqual([])
    expect(planOf({ remote: '10.0.2.8', dev: 'eth1' }, present, [row])).toEqual([`- ${zero} dst 10.0.2.9`])
  })

  test('that goes is no entry of others to remove', () => {
    const present = { remote: '10.0.2.9', leaving: '10.0.2.9' }
    expect(planOf({ fdb_exclusive: true }, present, [by(undefined, '10.0.2.9')])).toEqual([])
  })
})

test('an entry that is stated twice is wanted once', () => {
  const spec: VxlanSpec = { remotes: ['10.0.2.2', '10.0.2.2'], fdb: [{ mac: zero, dst: '10.0.2.2' }] }
  expect(lines(plan(spec, []).actions)).toEqual([`+ ${zero} dst 10.0.2.2`])
})
