import { describe, expect, test } from 'vitest'
import type { BridgeFdbSpec } from '../../../../src/agent/desired/schema/bridge-forwarding.ts'
import type { BridgeSpec, VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { fdbKey } from '../../../../src/agent/kernel/observed.ts'
import { PartFailures } from '../../../../src/agent/reconcile/loop/part-failures.ts'
import type { Action, Plan } from '../../../../src/agent/reconcile/plan/action.ts'
import { describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import { linkItself, type Part } from '../../../../src/agent/reconcile/plan/parts.ts'
import { nothingOwned, type Owned } from '../../../../src/agent/record/owned.ts'
import { bridgeFdbKey } from '../../../../src/agent/words/bridge-fdb-entry.ts'
import { type BridgeLink, constants, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { bridge, desired, device, mac as linkMac, observed, release, vxlan } from '../../../support/builders.ts'

const { AF_BRIDGE, NTF_EXT_LEARNED, NTF_MASTER, NTF_SELF, NTF_STICKY } = constants
const { NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE } = constants
const mac = '02:00:00:00:00:0a'
const other = '02:00:00:00:00:0b'
const ports = { br0: 9, vxlan0: 5, tap0: 3 } as const
type Port = keyof typeof ports

/** An entry of the bridge as the kernel shows it. */
function entry(
  dev: Port,
  {
    lladdr = mac,
    vlan,
    state = NUD_NOARP,
    flags = 0,
  }: { lladdr?: string; vlan?: number; state?: number; flags?: number } = {},
): Neighbour {
  const attributes = { lladdr, master: ports.br0, ...(vlan !== undefined && { vlan }) }
  return { family: AF_BRIDGE, ifindex: ports[dev], state, flags, type: 0, attributes }
}

/** What comes with it for VLANs. */
const withVlans = (dev: Port, ...vlans: readonly number[]): Neighbour[] => [
  entry(dev),
  ...vlans.map((vlan) => entry(dev, { vlan })),
]

function portOf(link: Link): Link {
  const { attributes } = link
  const linkinfo = { ...attributes.linkinfo, slaveKind: 'bridge', slaveData: {} }
  return { ...link, attributes: { ...attributes, master: ports.br0, linkinfo } as Link['attributes'] }
}

function vlansOfPort(index: number, vlans: readonly number[]): BridgeLink {
  const vlanInfo = vlans.map((vid) => ({ vid, flags: 0 }))
  return { family: AF_BRIDGE, index, attributes: { afSpec: { vlanInfo } } } as unknown as BridgeLink
}

interface Scene {
  readonly fdb?: readonly BridgeFdbSpec[]
  readonly vxlan?: Partial<VxlanSpec>
  readonly present?: readonly Neighbour[]
  /** Keys on record. */
  readonly ours?: readonly string[]
  readonly links?: readonly Link[]
  readonly vlans?: Partial<Record<Port, readonly number[]>>
  /** What failed before: parts by object. */
  readonly failed?: Readonly<Record<string, readonly Part[]>>
  /** What must not be tried yet. */
  readonly held?: Readonly<Record<string, readonly Part[]>>
  readonly members?: readonly string[]
  readonly specs?: NonNullable<BridgeSpec['ports']>
}

const allLinks = [bridge(9, 'br0'), portOf(vxlan(5, 'vxlan0', { id: 42 })), portOf(device(3, 'tap0'))]

function plan({
  fdb,
  vxlan: spec,
  present = [],
  ours = [],
  links = allLinks,
  vlans = {},
  failed = {},
  held = {},
  members = ['vxlan0', 'tap0'],
  specs = {},
}: Scene): Plan {
  const portSpecs = Object.fromEntries(members.map((name) => [name, specs[name] ?? {}]))
  const br0: BridgeSpec = { ports: portSpecs, ...(fdb !== undefined && { fdb }) }
  const tables = observed(links)
  tables.fdb.set(ports.br0, new Map(present.map((each) => [fdbKey(each), each])))
  for (const [name, list] of Object.entries(vlans)) {
    tables.bridgeLinks.set(ports[name as Port], vlansOfPort(ports[name as Port], list))
  }
  const record: Owned = {
    ...nothingOwned,
    links: {
      br0: { kind: 'bridge', id: 0, mac: linkMac, ifindex: 9, stated: [] },
      vxlan0: { kind: 'vxlan', id: 42, mac: linkMac, ifindex: 5, stated: [] },
    },
    ports: { tap0: { ifindex: 3, master: 'br0', masterIfindex: 9, stated: [] } },
    entriesOf: (name) => ({ fdb: new Set(name === 'br0' ? ours : []), neighbours: new Set() }),
  }
  const failures = new PartFailures((name) => new Set(held[name]))
  for (const [name, parts] of Object.entries(failed)) {
    failures.add(name, { error: new Error('refused'), parts })
  }
  const due = <A extends Action>(actions: readonly A[]): A[] => failures.due(actions)
  return diff(desired({ vxlan0: { id: 42, ...spec } }, { br0 }), tables, record, { release, due })
}

/** Those about entries of the bridge. */
function lines(scene: Scene): string[] {
  return plan(scene)
    .actions.filter(({ link, kind }) => link === 'br0' && kind !== 'createLink')
    .map((action) => describeAction(action).replace(/ \(.*\)$/, ''))
}

const whole = bridgeFdbKey(mac, undefined)
const toVxlan: BridgeFdbSpec = { mac, dev: 'vxlan0' }

test.each<{ name: string; scene: Scene; is: string[] }>([
  {
    name: 'adds what is absent',
    scene: { fdb: [toVxlan] },
    is: [`fdb ${mac} static dev vxlan0 master br0: add`],
  },
  {
    name: 'adds what a vxlan states for both tables, as a static entry, whatever its own is',
    scene: {
      vxlan: {
        fdb: [
          { mac, dst: '10.0.2.9', master: true, vlan: 10 },
          { mac: other, dst: '10.0.2.9' },
        ],
      },
      vlans: { vxlan0: [10] },
    },
    is: [`fdb ${mac} vlan 10 static dev vxlan0 master br0: add`],
  },
  {
    name: 'adds an address of this host, of the bridge itself or behind a port',
    scene: {
      fdb: [
        { mac, dev: 'br0' },
        { mac: other, dev: 'tap0', state: 'permanent' },
      ],
    },
    is: [`fdb master br0: add 2 entries, the first ${mac} dev br0`],
  },
  {
    name: 'leaves alone what is as declared, whoever put it there',
    scene: { fdb: [toVxlan], present: [entry('vxlan0')] },
    is: [],
  },
  {
    name: 'takes the place of what the kernel learned',
    scene: { fdb: [toVxlan], present: [entry('tap0', { state: NUD_REACHABLE })] },
    is: [`fdb ${mac} static dev vxlan0 master br0: replace`],
  },
  {
    name: 'moves back one of ours',
    scene: { fdb: [toVxlan], present: [entry('tap0')], ours: [whole] },
    is: [`fdb ${mac} static dev vxlan0 master br0: replace`],
  },
  {
    name: 'makes one of ours sticky',
    scene: { fdb: [{ ...toVxlan, sticky: true }], present: [entry('vxlan0')], ours: [whole] },
    is: [`fdb ${mac} static dev vxlan0 master br0: replace`],
  },
  {
    name: 'removes one of ours that is stated no more, and no others',
    scene: { present: [entry('vxlan0'), entry('vxlan0', { lladdr: other })], ours: [whole] },
    is: [`fdb ${mac} static dev vxlan0 master br0: remove`],
  },
  {
    name: 'does not remove what the kernel has learned since',
    scene: { present: [entry('vxlan0', { state: NUD_REACHABLE })], ours: [whole] },
    is: [],
  },
])('$name', ({ scene, is }) => {
  expect(lines(scene)).toEqual(is)
  expect(plan(scene).obstacles).toEqual([])
})

describe('VLANs', () => {
  const vlans = { vxlan0: [1, 10], tap0: [1, 20] }

  test.each<{ name: string; scene: Scene; is: string[] }>([
    {
      name: 'an entry for all of them is there when each is',
      scene: { fdb: [toVxlan], present: withVlans('vxlan0', 1, 10), vlans },
      is: [],
    },
    {
      name: 'one that is missing is added',
      scene: { fdb: [toVxlan], present: withVlans('vxlan0', 1), ours: [whole], vlans },
      is: [`fdb ${mac} static dev vxlan0 master br0: replace`],
    },
    {
      name: 'one that has moved is moved back',
      scene: {
        fdb: [toVxlan],
        present: [...withVlans('vxlan0', 10), entry('tap0', { vlan: 1 })],
        ours: [whole],
        vlans,
      },
      is: [`fdb ${mac} static dev vxlan0 master br0: replace`],
    },
    {
      name: 'they go with the entry',
      scene: { present: withVlans('vxlan0', 1, 10), ours: [whole], vlans },
      is: [`fdb ${mac} static dev vxlan0 master br0: remove`],
    },
    {
      name: 'what has moved to another port goes, too',
      scene: { present: [...withVlans('vxlan0', 10), entry('tap0', { vlan: 1 })], ours: [whole], vlans },
      is: [`fdb master br0: remove 2 entries, the first ${mac} static dev vxlan0`],
    },
    {
      name: 'what is left at the port that an entry led to before goes',
      scene: {
        fdb: [{ mac, dev: 'tap0' }],
        present: [...withVlans('vxlan0', 1, 10)],
        ours: [whole],
        vlans,
      },
      is: [`fdb ${mac} vlan 10 static dev vxlan0 master br0: remove`, `fdb ${mac} static dev tap0 master br0: replace`],
    },
    {
      name: 'what is for one VLAN comes back when the entry for all of them goes',
      scene: { fdb: [{ ...toVxlan, vlan: 10 }], present: withVlans('vxlan0', 1, 10), ours: [whole], vlans },
      is: [`fdb ${mac} static dev vxlan0 master br0: remove`, `fdb ${mac} vlan 10 static dev vxlan0 master br0: add`],
    },
    {
      name: 'an entry for one of them becomes one for all',
      scene: { fdb: [toVxlan], present: [entry('vxlan0', { vlan: 10 })], ours: [bridgeFdbKey(mac, 10)], vlans },
      is: [`fdb ${mac} static dev vxlan0 master br0: replace`],
    },
    {
      name: 'an entry for one of them becomes one for all, at another port',
      scene: {
        fdb: [{ mac, dev: 'tap0' }],
        present: [entry('vxlan0', { vlan: 1 })],
        ours: [bridgeFdbKey(mac, 1)],
        vlans,
      },
      is: [`fdb ${mac} static dev tap0 master br0: replace`],
    },
    {
      name: 'an entry for all of them becomes one for one, at another port',
      scene: {
        fdb: [{ mac, dev: 'tap0', vlan: 1 }],
        present: withVlans('vxlan0', 1, 10),
        ours: [whole],
        vlans,
      },
      is: [`fdb ${mac} static dev vxlan0 master br0: remove`, `fdb ${mac} vlan 1 static dev tap0 master br0: replace`],
    },
    {
      name: 'what the kernel does not delete, since the port has lost the VLAN, is left',
      scene: { present: [entry('vxlan0', { vlan: 30 })], ours: [bridgeFdbKey(mac, 30)], vlans },
      is: [],
    },
  ])('$name', ({ scene, is }) => {
    expect(lines(scene)).toEqual(is)
    expect(plan(scene).obstacles).toEqual([])
  })

  test('an entry is added when its port has its VLANs, and goes from those that the port loses before', () => {
    const losing = { vlans: { vxlan0: [1, 10], tap0: [1] }, specs: { vxlan0: { vlans: [10] } } }
    const coming = plan({ fdb: [toVxlan], ...losing }).actions.filter(({ link }) => link === 'br0')
    expect(coming).toMatchObject([{ kind: 'addEntries', isLater: true }])
    const there = { fdb: [toVxlan], present: withVlans('vxlan0', 1, 10), ours: [whole], ...losing }
    expect(lines(there)).toEqual([`fdb ${mac} vlan 1 static dev vxlan0 master br0: remove`])
  })

  test('an entry for one that the port does not have waits', () => {
    const { actions, obstacles } = plan({ fdb: [{ ...toVxlan, vlan: 30 }], vlans })
    expect(actions).toEqual([])
    expect(obstacles).toMatchObject([
      { link: 'br0', kind: 'waiting', reason: 'vxlan0 is not in VLAN 30: one forwarding entry waits for that' },
    ])
  })
})

describe('what stands in the way', () => {
  test('is a conflict, where somebody else put it there', () => {
    const { actions, obstacles } = plan({ fdb: [toVxlan], present: [entry('tap0')] })
    expect(actions).toEqual([])
    expect(obstacles).toEqual([
      {
        link: 'br0',
        kind: 'conflict',
        reason: expect.stringContaining(`something else has put other forwarding entries for ${mac} into br0`),
        path: ['bridges', 'br0', 'fdb', 0],
      },
    ])
  })

  test('is a conflict, where a control plane put it there', () => {
    const present = [entry('tap0', { state: NUD_REACHABLE, flags: NTF_EXT_LEARNED })]
    expect(plan({ fdb: [toVxlan], present }).obstacles).toHaveLength(1)
  })

  test('may be an address of this host', () => {
    const { obstacles } = plan({ fdb: [toVxlan], present: [entry('tap0', { state: NUD_PERMANENT })] })
    expect(obstacles).toMatchObject([
      { kind: 'conflict', reason: expect.stringContaining(`br0 has ${mac} as an address of this host`) },
    ])
  })
})

describe('ports', () => {
  test('that the plan makes get their entries with it', () => {
    const { actions, obstacles } = plan({ fdb: [toVxlan], links: [bridge(9, 'br0'), portOf(device(3, 'tap0'))] })
    expect(obstacles).toEqual([])
    expect(actions.map(({ kind, link }) => `${kind} ${link}`)).toEqual(['createLink vxlan0', 'addEntries br0'])
  })

  test('that the plan would make, and that failed, are waited for', () => {
    const links = [bridge(9, 'br0'), portOf(device(3, 'tap0'))]
    const failed = { vxlan0: [linkItself] }
    const { actions, obstacles } = plan({ fdb: [toVxlan, { mac: other, dev: 'tap0' }], links, failed })
    expect(actions.filter(({ link }) => link === 'br0')).toMatchObject([{ entries: [{ port: 'tap0' }] }])
    expect(obstacles).toMatchObject([{ link: 'br0', kind: 'waiting', waitsFor: { link: 'vxlan0', isDeclared: true } }])
  })

  test.each(['failed', 'held'])('whose place %s are waited for, and what is there goes on', (how) => {
    const links = [bridge(9, 'br0'), vxlan(5, 'vxlan0', { id: 42 }), portOf(device(3, 'tap0'))]
    const scene = { fdb: [toVxlan, { mac: other, dev: 'tap0' }], links, [how]: { vxlan0: ['master'] } }
    const { actions, obstacles } = plan(scene)
    expect(actions.filter(({ link }) => link === 'br0')).toMatchObject([{ entries: [{ port: 'tap0' }] }])
    expect(obstacles).toMatchObject([
      { link: 'br0', kind: 'waiting', reason: 'vxlan0 is not a port of br0: one forwarding entry waits for that' },
    ])
  })

  test.each(['failed', 'held'])('that lack a VLAN which %s get the entries for all other VLANs', (how) => {
    const fdb = [
      { ...toVxlan, vlan: 10 },
      { ...toVxlan, vlan: 30 },
    ]
    const specs = { vxlan0: { vlans: [10, 30] } }
    const { actions, obstacles } = plan({ fdb, vlans: { vxlan0: [10] }, specs, [how]: { vxlan0: ['vlan 30'] } })
    const ofBridge = actions.filter(({ link }) => link === 'br0')
    expect(ofBridge).toMatchObject([{ entries: [{ key: bridgeFdbKey(mac, 10) }] }])
    expect(ofBridge).not.toMatchObject([{ isLater: true }])
    expect(obstacles).toMatchObject([
      { link: 'br0', kind: 'waiting', reason: 'vxlan0 is not in VLAN 30: one forwarding entry waits for that' },
    ])
  })

  test('that leave take their entries along: a deletion would be about the bridge that they are in by then', () => {
    const { actions } = plan({
      present: [entry('tap0'), entry('vxlan0', { lladdr: other })],
      ours: [whole, bridgeFdbKey(other, undefined)],
      members: ['vxlan0'],
    })
    expect(actions.map((action) => describeAction(action).replace(/ \(.*\)$/, ''))).toEqual([
      'port tap0: detach from br0',
      `fdb ${other} static dev vxlan0 master br0: remove`,
    ])
  })

  test('that are nowhere are waited for, all entries at once', () => {
    const fdb = [mac, other].map((each) => ({ mac: each, dev: 'tap9' }))
    expect(plan({ fdb }).obstacles).toMatchObject([
      {
        link: 'br0',
        kind: 'waiting',
        reason: 'tap9 is not a port of br0: 2 forwarding entries wait for that',
        waitsFor: { link: 'tap9', isDeclared: false },
      },
    ])
  })
})

test('asks the bridge of a port, and the bridge itself, for their tables', () => {
  const fdb = [
    { ...toVxlan, vlan: 10, sticky: true },
    { mac: other, dev: 'br0' },
  ]
  const [action] = plan({ fdb, vlans: { vxlan0: [10] } }).actions
  expect(action).toMatchObject({
    table: 'fdb',
    entries: [
      {
        key: bridgeFdbKey(mac, 10),
        port: 'vxlan0',
        request: { state: NUD_NOARP, flags: NTF_MASTER | NTF_STICKY, attributes: { lladdr: mac, vlan: 10 } },
      },
      {
        key: bridgeFdbKey(other, undefined),
        port: 'br0',
        request: { state: NUD_PERMANENT, flags: NTF_SELF, attributes: { lladdr: other } },
      },
    ],
  })
})

describe('a port that is replaced', () => {
  const replaced = (scene: Scene) =>
    plan({ ...scene, vxlan: { dstport: 4790, ...scene.vxlan } }).actions.flatMap((action) =>
      action.kind === 'putBack' && action.what.object === 'bridge entries'
        ? action.what.entries.map(({ attributes: { lladdr, vlan } }) => `${lladdr} ${vlan}`)
        : [],
    )

  test('gets back the entries that are stated, and those of others', () => {
    const present = [...withVlans('vxlan0', 1), entry('vxlan0', { lladdr: other })]
    const vlans = { vxlan0: [1] }
    expect(replaced({ fdb: [toVxlan], present, ours: [whole], vlans })).toEqual([
      `${mac} 1`,
      `${mac} undefined`,
      `${other} undefined`,
    ])
    expect(replaced({ present, ours: [whole], vlans })).toEqual([`${other} undefined`])
  })
})
