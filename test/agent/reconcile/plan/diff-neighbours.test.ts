import { expect, test } from 'vitest'
import type { NeighbourSpec } from '../../../../src/agent/desired/schema/forwarding.ts'
import { neighbourKey } from '../../../../src/agent/kernel/observed.ts'
import { describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { diffNeighbours, neighboursToKeep } from '../../../../src/agent/reconcile/plan/diff-neighbours.ts'
import { constants, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const { AF_INET, AF_INET6, NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE, NTF_EXT_LEARNED, NTF_PROXY, NTF_ROUTER } = constants
const { IFF_NOARP } = constants
const mac = '02:00:00:00:00:0a'
const other = '02:00:00:00:00:0b'

function neighbour(dst: string, lladdr = mac, { state = NUD_PERMANENT, flags = 0 } = {}): Neighbour {
  const family = dst.includes(':') ? AF_INET6 : AF_INET
  return { family, ifindex: 5, state, flags, type: 1, attributes: { dst, lladdr } }
}

function table(entries: readonly Neighbour[]): Map<string, Neighbour> {
  return new Map(entries.map((each) => [neighbourKey(each), each]))
}

function plan(wanted: readonly NeighbourSpec[], present: readonly Neighbour[], ours: readonly string[] = []) {
  const desired = desiredVxlan('vxlan0', { id: 42, neighbours: wanted })
  return diffNeighbours(desired, new Set(ours), table(present))
}

test.each<{ name: string; wanted: NeighbourSpec[]; present?: Neighbour[]; ours?: string[]; plan: RegExp[] }>([
  {
    name: 'adds what is absent, of both families',
    wanted: [
      { ip: '10.0.1.5', mac },
      { ip: '2001:db8::5', mac, router: true },
    ],
    plan: [/neighbour dev vxlan0: add 2 entries/],
  },
  {
    name: 'leaves alone what is as declared, whoever put it there',
    wanted: [{ ip: '10.0.1.5', mac }],
    present: [neighbour('10.0.1.5')],
    plan: [],
  },
  {
    name: 'takes the place of what the kernel found out by itself',
    wanted: [{ ip: '10.0.1.5', mac }],
    present: [neighbour('10.0.1.5', other, { state: NUD_REACHABLE })],
    plan: [/^neighbour 10\.0\.1\.5 .*02:00:00:00:00:0a.*: replace/],
  },
  {
    name: 'takes the place of the same MAC address that the kernel may forget',
    wanted: [{ ip: '10.0.1.5', mac }],
    present: [neighbour('10.0.1.5', mac, { state: NUD_REACHABLE })],
    plan: [/^neighbour 10\.0\.1\.5 .*02:00:00:00:00:0a.*: replace/],
  },
  {
    name: 'changes one of ours',
    wanted: [{ ip: '10.0.1.5', mac }],
    present: [neighbour('10.0.1.5', other)],
    ours: ['10.0.1.5'],
    plan: [/^neighbour 10\.0\.1\.5 .*02:00:00:00:00:0a.*: replace/],
  },
  {
    name: 'removes one of ours that no file states, and none of others',
    wanted: [],
    present: [neighbour('10.0.1.5'), neighbour('10.0.1.6')],
    ours: ['10.0.1.5'],
    plan: [/^neighbour 10\.0\.1\.5 .*: remove/],
  },
  {
    name: 'has nothing to remove where one of ours is gone',
    wanted: [],
    ours: ['10.0.1.5'],
    plan: [],
  },
  {
    name: 'tells a proxy entry from a neighbour of the same address',
    wanted: [{ ip: '10.0.1.5', mac }],
    present: [neighbour('10.0.1.5', mac, { flags: NTF_PROXY })],
    plan: [/^neighbour 10\.0\.1\.5 .*: add/],
  },
])('$name', ({ wanted, present = [], ours, plan: lines }) => {
  const found = plan(wanted, present, ours)
  expect(found.actions.map((action) => describeAction(action))).toEqual(
    lines.map((line) => expect.stringMatching(line)),
  )
  expect(found.obstacles).toEqual([])
})

test('a permanent neighbour that something else put there stays, and is told with its place', () => {
  const found = plan(
    [
      { ip: '10.0.1.4', mac },
      { ip: '10.0.1.5', mac },
    ],
    [neighbour('10.0.1.5', other)],
  )
  expect(found.actions.map(({ kind }) => kind)).toEqual(['addEntries'])
  expect(found.obstacles).toEqual([
    {
      link: 'vxlan0',
      kind: 'conflict',
      reason: expect.stringContaining(`10.0.1.5 at ${other}`),
      path: ['vxlans', 'vxlan0', 'neighbours', 1],
    },
  ])
})

test('across a replacement those are kept that a control plane, or somebody without ARP, put there, and proxied ones', () => {
  const present = [
    neighbour('10.0.1.5', mac, { flags: NTF_EXT_LEARNED, state: NUD_REACHABLE }),
    neighbour('10.0.1.6', mac, { state: NUD_NOARP }),
    neighbour('224.0.0.22', '01:00:5e:00:00:16', { state: NUD_NOARP }),
    neighbour('10.0.1.255', 'ff:ff:ff:ff:ff:ff', { state: NUD_NOARP }),
  ]
  const proxies = [neighbour('10.0.1.77', mac, { flags: NTF_PROXY })]
  const keys = (flags: number): string[] =>
    neighboursToKeep(table(present), { flags }, { proxies }).map(({ key }) => key)
  expect(keys(0)).toEqual(['10.0.1.5', '10.0.1.6', 'proxy 10.0.1.77'])
  // A link that does not resolve gives every neighbour that state.
  expect(keys(IFF_NOARP)).toEqual(['10.0.1.5', 'proxy 10.0.1.77'])
})

test('across a replacement permanent neighbours are kept, and no others', () => {
  const present = [
    neighbour('10.0.1.5', mac, { flags: NTF_ROUTER }),
    neighbour('10.0.1.6', mac, { state: NUD_REACHABLE }),
    neighbour('10.0.1.7', mac, { flags: NTF_PROXY }),
  ]
  expect(neighboursToKeep(table(present))).toEqual([
    {
      key: '10.0.1.5',
      request: {
        family: AF_INET,
        state: NUD_PERMANENT,
        flags: NTF_ROUTER,
        attributes: { dst: '10.0.1.5', lladdr: mac },
      },
    },
  ])
})
