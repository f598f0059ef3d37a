import { describe, expect, test } from 'vitest'
import type { FdbSpec } from '../../../src/agent/desired/schema/forwarding.ts'
import type { VxlanSpec } from '../../../src/agent/desired/schema.ts'
import { zeroMac } from '../../../src/agent/facts/zero-mac.ts'
import { type LinkNames, NoSuchLink } from '../../../src/agent/kernel/link-names.ts'
import { fdbKey } from '../../../src/agent/kernel/observed.ts'
import { defaultFdbKey } from '../../../src/agent/kernel/own-destination.ts'
import {
  entriesInWait,
  fdbStateOf,
  hasManyDestinations,
  isLearned,
  viasOf,
  type WantedFdbEntry,
  wantedFdb,
} from '../../../src/agent/words/fdb-entry.ts'
import { constants, type Neighbour } from '../../../src/rtnetlink/index.ts'

const { NTF_SELF, NTF_ROUTER, NTF_EXT_LEARNED, NTF_STICKY, NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE } = constants
const mac = '02:00:00:00:00:09'
const path = ['vxlans', 'va']

/** eth1 has ifindex 2, eth7 has 7; or what is given. */
function namesOf(indexes: Readonly<Record<string, number>> = { eth1: 2, eth7: 7 }): LinkNames {
  return {
    nameOf: (index) => Object.keys(indexes).find((name) => indexes[name] === index),
    indexOf(name) {
      const index = indexes[name]
      if (index === undefined) {
        throw new NoSuchLink(name)
      }
      return index
    },
  }
}

function wanted(spec: VxlanSpec, names = namesOf()): WantedFdbEntry[] {
  return [...wantedFdb(spec, path, names).values()]
}

/** The one entry that a link with VNI 10 is to have. */
function entryOf(entry: FdbSpec, more: Partial<VxlanSpec> = {}): WantedFdbEntry {
  const [only, ...others] = wanted({ id: 10, ...more, fdb: [entry] })
  expect(others).toEqual([])
  return only as WantedFdbEntry
}

/** As the kernel shows an entry that was added by this request. */
function shown({ request }: WantedFdbEntry, attributes: Neighbour['attributes'] = {}): Neighbour {
  const { state = 0, flags = 0 } = request
  return { family: 7, ifindex: 5, type: 0, state, flags, attributes: { ...request.attributes, ...attributes } }
}

test.each([
  { state: NUD_PERMANENT | NUD_NOARP, words: 'permanent' },
  { state: NUD_PERMANENT, words: 'permanent' },
  { state: NUD_REACHABLE | NUD_NOARP, words: 'static' },
  { state: NUD_REACHABLE, words: 'dynamic' },
  { state: undefined, words: 'dynamic' },
])('ndm_state $state is $words', ({ state, words }) => {
  expect(fdbStateOf(state === undefined ? {} : { state })).toBe(words)
})

test.each([
  { state: NUD_REACHABLE, flags: NTF_SELF, expected: true },
  { state: NUD_REACHABLE, flags: NTF_SELF | NTF_EXT_LEARNED, expected: false },
  { state: NUD_REACHABLE | NUD_NOARP, flags: NTF_SELF, expected: false },
  { state: NUD_PERMANENT, flags: NTF_SELF, expected: false },
])('an entry of state $state with flags $flags was learned by the kernel: $expected', ({ expected, ...entry }) => {
  expect(isLearned(entry)).toBe(expected)
})

test.each([
  [zeroMac, true],
  ['01:00:5e:00:00:09', true],
  ['33:33:00:00:00:01', true],
  [mac, false],
  [undefined, false],
])('%s may have many destinations: %s', (address, expected) => {
  expect(hasManyDestinations(address)).toBe(expected)
})

describe('the request for an entry', () => {
  test.each<{ name: string; entry: FdbSpec; more?: Partial<VxlanSpec>; request: object }>([
    {
      name: 'is a permanent entry of the link itself by default',
      entry: { mac, dst: '10.0.2.2' },
      request: { state: NUD_PERMANENT | NUD_NOARP, flags: NTF_SELF, attributes: { lladdr: mac, dst: '10.0.2.2' } },
    },
    {
      name: 'is static when stated',
      entry: { mac, dst: '10.0.2.2', state: 'static' },
      request: {
        state: NUD_REACHABLE | NUD_NOARP,
        flags: NTF_SELF,
        attributes: { lladdr: mac, dst: '10.0.2.2' },
      },
    },
    {
      name: 'ages when stated',
      entry: { mac, dst: '10.0.2.2', state: 'dynamic' },
      request: { state: NUD_REACHABLE, flags: NTF_SELF, attributes: { lladdr: mac, dst: '10.0.2.2' } },
    },
    {
      name: 'has the marks that are stated',
      entry: { mac, dst: '10.0.2.2', router: true, extern_learn: true, sticky: true },
      request: {
        state: NUD_PERMANENT | NUD_NOARP,
        flags: NTF_SELF | NTF_ROUTER | NTF_EXT_LEARNED | NTF_STICKY,
        attributes: { lladdr: mac, dst: '10.0.2.2' },
      },
    },
    {
      name: 'has the port, the VNIs and the device of the destination',
      entry: { mac, dst: '10.0.2.2', port: 4789, vni: 43, src_vni: 44, via: 'eth7' },
      request: {
        state: NUD_PERMANENT | NUD_NOARP,
        flags: NTF_SELF,
        attributes: { lladdr: mac, dst: '10.0.2.2', port: 4789, vni: 43, srcVni: 44, ifindex: 7 },
      },
    },
    {
      name: 'leaves out what is the link’s own, as the kernel does when it shows the entry',
      entry: { mac, dst: '10.0.2.2', port: 4789, vni: 10, src_vni: 0 },
      more: { dstport: 4789 },
      request: { state: NUD_PERMANENT | NUD_NOARP, flags: NTF_SELF, attributes: { lladdr: mac, dst: '10.0.2.2' } },
    },
    {
      name: 'leaves out VNI 0 of a link for many VNIs',
      entry: { mac, dst: '10.0.2.2', vni: 0 },
      more: { id: undefined, external: true } as unknown as Partial<VxlanSpec>,
      request: { state: NUD_PERMANENT | NUD_NOARP, flags: NTF_SELF, attributes: { lladdr: mac, dst: '10.0.2.2' } },
    },
    {
      name: 'has a nexthop group in place of a destination',
      entry: { mac, nhid: 12 },
      request: { state: NUD_PERMANENT | NUD_NOARP, flags: NTF_SELF, attributes: { lladdr: mac, nhId: 12 } },
    },
  ])('$name', ({ entry, more, request }) => {
    expect(entryOf(entry, more).request).toEqual({ family: constants.AF_BRIDGE, ...request })
  })
})

describe('the key of an entry is that of the kernel’s', () => {
  test.each<FdbSpec>([
    { mac, dst: '10.0.2.2' },
    { mac, dst: '10.0.2.2', port: 4789, vni: 43, via: 'eth7' },
    { mac, dst: '10.0.2.2', src_vni: 44 },
    { mac: zeroMac, dst: '10.0.2.2' },
    { mac: zeroMac, dst: '10.0.2.2', port: 4789, vni: 43, src_vni: 44, via: 'eth7' },
    { mac: '01:00:5e:00:00:09', nhid: 12 },
  ])('%j', (entry) => {
    const found = entryOf(entry)
    expect(found.key).toBe(fdbKey(shown(found)))
  })
})

describe('an entry is there', () => {
  const entry: FdbSpec = { mac, dst: '10.0.2.2', port: 4789, vni: 43, via: 'eth7' }

  test('when the kernel’s leads to the same place and is of the same kind', () => {
    const found = entryOf(entry)
    expect(found.isThere(shown(found))).toBe(true)
  })

  test.each<Neighbour['attributes']>([{ dst: '10.0.2.3' }, { port: 4790 }, { vni: 44 }, { ifindex: 2 }, { nhId: 12 }])(
    'not when the kernel’s has %j',
    (attributes) => {
      const found = entryOf(entry)
      expect(found.isThere(shown(found, attributes))).toBe(false)
    },
  )

  test.each([
    { what: 'another state', change: { state: NUD_REACHABLE | NUD_NOARP } },
    { what: 'a mark more', change: { flags: NTF_SELF | NTF_STICKY } },
  ])('not when the kernel’s has $what', ({ change }) => {
    const found = entryOf(entry)
    expect(found.isThere({ ...shown(found), ...change })).toBe(false)
  })

  test('when the kernel’s has a flag that no file can state', () => {
    const found = entryOf(entry)
    const offloaded = 0x20
    expect(found.isThere({ ...shown(found), flags: NTF_SELF | offloaded })).toBe(true)
  })

  test('wherever a dynamic one has moved to, unless a control plane keeps it', () => {
    const dynamic = entryOf({ ...entry, state: 'dynamic' })
    expect(dynamic.isThere(shown(dynamic, { dst: '10.0.2.3' }))).toBe(true)
    const kept = entryOf({ ...entry, state: 'dynamic', extern_learn: true })
    expect(kept.isThere(shown(kept, { dst: '10.0.2.3' }))).toBe(false)
  })
})

describe('the entries of a link', () => {
  test('are those of remotes and of fdb, with their places in the file', () => {
    const found = wanted({
      id: 10,
      remotes: ['10.0.2.2', { dst: '10.0.2.3', via: 'eth7' }],
      fdb: [{ mac, dst: '10.0.2.2' }],
    })
    expect(found.map((each) => [each.mac, each.request.attributes?.dst, each.path])).toEqual([
      [zeroMac, '10.0.2.2', [...path, 'remotes', 0]],
      [zeroMac, '10.0.2.3', [...path, 'remotes', 1]],
      [mac, '10.0.2.2', [...path, 'fdb', 0]],
    ])
    expect(found[1]?.request.attributes?.ifindex).toBe(7)
  })

  test('are there once when stated twice: the first place counts', () => {
    const found = wanted({ id: 10, remotes: ['10.0.2.2'], fdb: [{ mac: zeroMac, dst: '10.0.2.2', sticky: true }] })
    expect(found.map((each) => each.path)).toEqual([[...path, 'remotes', 0]])
  })

  test('do not have the one that the kernel makes for the link’s own remote', () => {
    expect(wanted({ id: 10, remote: '10.0.2.2', remotes: ['10.0.2.2', '10.0.2.3'] })).toMatchObject([
      { path: [...path, 'remotes', 1] },
    ])
  })

  test('are made once for a spec, and again when an interface that they name has another ifindex', () => {
    const spec: VxlanSpec = { id: 10, remotes: [{ dst: '10.0.2.3', via: 'eth7' }] }
    const first = wantedFdb(spec, path, namesOf({ eth7: 7 }))
    expect(wantedFdb(spec, path, namesOf({ eth7: 7, eth1: 3 }))).toBe(first)
    const [again] = wanted(spec, namesOf({ eth7: 8 }))
    expect(again?.request.attributes?.ifindex).toBe(8)
  })

  test('wait for the interface that they name, each by itself', () => {
    const spec: VxlanSpec = {
      id: 10,
      remotes: ['10.0.2.2', { dst: '10.0.2.3', via: 'eth9' }],
      fdb: [
        { mac, dst: '10.0.2.3', via: 'eth9' },
        { mac: '02:00:00:00:00:02', dst: '10.0.2.3', via: 'eth7' },
      ],
    }
    expect(wanted(spec).map(({ path: place }) => place.slice(-2))).toEqual([
      ['remotes', 0],
      ['fdb', 1],
    ])
    const names = namesOf({ eth7: 7 })
    expect(entriesInWait(spec, path, names)).toEqual([
      { mac: zeroMac, dst: '10.0.2.3', via: 'eth9', path: [...path, 'remotes', 1] },
      { mac, dst: '10.0.2.3', via: 'eth9', path: [...path, 'fdb', 0] },
    ])
    expect(entriesInWait(spec, path, namesOf({ eth7: 7, eth9: 9 }))).toEqual([])
    expect(wanted(spec, namesOf({ eth7: 7, eth9: 9 }))).toHaveLength(4)
  })
})

test('the interfaces that entries name are found, each once', () => {
  expect(
    viasOf({
      remotes: ['10.0.2.2', { dst: '10.0.2.3', via: 'eth7' }, { dst: '10.0.2.4', via: 'eth1' }],
      fdb: [
        { mac, dst: '10.0.2.2', via: 'eth7' },
        { mac, dst: '10.0.2.2' },
      ],
    }),
  ).toEqual(['eth7', 'eth1'])
  expect(viasOf({})).toEqual([])
})

test('the kernel’s own entry for a remote has the key that it is shown by, with or without a device', () => {
  const own = { lladdr: zeroMac, dst: '10.0.2.2' }
  expect(defaultFdbKey('10.0.2.2', undefined)).toBe(fdbKey({ flags: NTF_SELF, attributes: own }))
  expect(defaultFdbKey('10.0.2.2', 2)).toBe(fdbKey({ flags: NTF_SELF, attributes: { ...own, ifindex: 2 } }))
})

test('as JSON each entry is what the file states, so that a plan grows with their number alone', () => {
  const fdb = Array.from({ length: 200 }, (_, index) => ({
    mac: `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`,
    dst: '192.0.2.3',
  }))
  const entries = wanted({ id: 10, fdb })
  expect(JSON.parse(JSON.stringify(entries[0]))).toEqual({ key: '02:00:00:00:00:00', ...fdb[0] })
  expect(JSON.stringify(entries).length).toBeLessThan(200 * 100)
})
