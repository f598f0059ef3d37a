/** Changes of the desired state that are killed at each of their steps. */

import { statedEntries } from '../../src/agent/desired/remote-parts.ts'
import type { BridgeSpec, VxlanSpec } from '../../src/agent/desired/schema.ts'

/** A desired state. */
export interface State {
  readonly vxlans: Readonly<Record<string, VxlanSpec>>
  readonly bridges: Readonly<Record<string, BridgeSpec>>
}

/** What teardown leaves. */
export const nothing: State = { vxlans: {}, bridges: {} }

/** A change from one state to another. */
export interface CrashScenario {
  /** 40 characters at most: test runners cut longer ones. */
  readonly name: string
  readonly before: State
  readonly after: State
  /** Another state that may follow the crash. */
  readonly instead?: State
  /** Links that the change deletes, be it to make them anew: what others put on them may go with them. */
  readonly deleted: readonly string[]
}

/** A link of others, with the interfaces of the scenarios: `eth1` to send by, `port1` to be made a port. */
export const foreignLink = 'foreign'

/** VTEPs that only entries of others lead to. */
export const isForeignVtep = (dst: string): boolean => dst.startsWith('10.99.')

const vtep = (host: number): string => `10.0.2.${host}`

/** Static entries, numbered. */
function entries(first: number, last: number): NonNullable<VxlanSpec['fdb']> {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const number = first + index
    const octet = (value: number): string => value.toString(16).padStart(2, '0')
    return { mac: `02:00:00:01:${octet(number >> 8)}:${octet(number & 255)}`, dst: vtep(2 + (number % 7)) }
  })
}

function state(vxlans: State['vxlans'], bridges: State['bridges'] = {}): State {
  return { vxlans, bridges }
}

const forty = state({
  va: {
    id: 10,
    dstport: 4789,
    addresses: ['10.1.1.1/24'],
    fdb: entries(1, 40),
    remotes: [vtep(2), vtep(3)],
    neighbours: [{ ip: '10.1.1.2', mac: '02:00:00:00:01:02' }],
  },
})
const sixty = state({
  va: {
    id: 11,
    dstport: 4789,
    addresses: ['10.1.1.1/24'],
    fdb: entries(21, 80),
    remotes: [vtep(3), vtep(4)],
    neighbours: [{ ip: '10.1.1.3', mac: '02:00:00:00:01:03' }],
  },
})

/** The same VNI on the same port: the new link cannot be made while the old one is there. */
const inPlace = (ttl: 'inherit' | 16, first: number): State =>
  state({ va: { id: 10, dstport: 4789, ttl, addresses: ['10.1.1.1/24'], fdb: entries(first, first + 9) } })

const pair = (one: number, other: number): State =>
  state({
    va: { id: one, dstport: 4789, addresses: ['10.1.1.1/24'], fdb: entries(1, 6), remotes: [vtep(2)] },
    vb: { id: other, dstport: 4789, addresses: ['10.1.2.1/24'], fdb: entries(4, 9), remotes: [vtep(3)] },
  })

const ports = (one: BridgeSpec['ports'], other: BridgeSpec['ports']): State =>
  state(
    { va: { id: 10, dstport: 4789, remotes: [vtep(2)], fdb: entries(1, 4) } },
    { br1: { ...(one && { ports: one }) }, br2: { ...(other && { ports: other }) } },
  )

/** With entries of the vxlan for both tables, and one of the bridge that leads to `dev`. */
const bridged = (id: number, first: number, dev: 'va' | 'port1'): State =>
  state(
    {
      va: {
        id,
        dstport: 4789,
        remotes: [vtep(2)],
        fdb: statedEntries(entries(first, first + 4)).map((each) => ({ ...each, master: true })),
      },
    },
    { br1: { ports: { va: {}, port1: {} }, fdb: [{ mac: '02:00:00:02:00:01', dev, sticky: true }] } },
  )

const six = ['va', 'vb', 'vc', 'vd', 've', 'vf']
const many = state(
  Object.fromEntries(
    six.map((name, index) => [name, { id: 10 + index, dstport: 4789, dev: 'eth1', fdb: entries(1, 3 + index) }]),
  ),
)
const few = state({
  va: { id: 10, dstport: 4789, dev: 'eth1', ttl: 9, fdb: entries(2, 4) },
  vx: { id: 11, dstport: 4789, group: '239.1.1.1', dev: 'eth1', addresses: ['10.9.1.1/24'], fdb: entries(1, 2) },
})

const thousand = (id: number, first: number): State =>
  state({ va: { id, dstport: 4789, remote: vtep(9), fdb: entries(first, first + 1099), remotes: [vtep(2), vtep(3)] } })

/** Whatever may follow the crash: one state after the other, by what they are. */
export function sequelsOf({ before, after, instead }: CrashScenario): Record<string, readonly State[]> {
  return {
    'the same state again': [after, before, nothing],
    'the state before': [before, nothing],
    nothing: [nothing],
    ...(instead !== undefined && { 'another state': [instead, nothing] }),
  }
}

/** Those with few steps. */
export const smallScenarios: readonly CrashScenario[] = [
  { name: '40 to 60 entries on a replaced link', before: forty, after: sixty, deleted: [] },
  { name: '60 to 40 entries on a replaced link', before: sixty, after: forty, deleted: [] },
  { name: 'a replacement in place', before: inPlace(16, 1), after: inPlace('inherit', 5), deleted: ['va'] },
  { name: 'two links that swap their VNIs', before: pair(10, 20), after: pair(20, 10), deleted: ['va', 'vb'] },
  {
    name: 'ports that move to another bridge',
    before: ports({ va: { learning: false }, port1: { isolated: true } }, {}),
    after: ports({}, { va: {}, port1: {} }),
    deleted: [],
  },
  {
    name: 'a port that gets options',
    before: ports({}, {}),
    after: ports({ va: { isolated: true }, port1: { isolated: true, hairpin: true } }, {}),
    instead: ports({ va: {}, port1: {} }, {}),
    deleted: [],
  },
  { name: 'entries of a bridge', before: bridged(10, 1, 'port1'), after: bridged(10, 3, 'va'), deleted: [] },
  {
    name: 'entries of a bridge on a replaced link',
    before: bridged(10, 1, 'port1'),
    after: bridged(11, 3, 'va'),
    instead: bridged(12, 2, 'port1'),
    deleted: [],
  },
  { name: 'six links to two', before: many, after: few, deleted: six.slice(1) },
  { name: 'two links to six', before: few, after: many, deleted: ['vx'] },
]

/** Those with a thousand entries, which go in bulk. */
export const largeScenarios: readonly CrashScenario[] = [
  { name: '1,100 entries to 1,100 others', before: thousand(10, 1), after: thousand(10, 401), deleted: [] },
  { name: '1,100 entries on a replaced link', before: thousand(10, 1), after: thousand(11, 401), deleted: [] },
]
