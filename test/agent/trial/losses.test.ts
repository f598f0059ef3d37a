import { describe, expect, test } from 'vitest'
import { desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import { excessiveLinkLoss, excessiveLosses } from '../../../src/agent/trial/losses.ts'

const vxlan = (index: number, parts: object = {}): object => ({ id: index, dstport: 4789, ...parts })
const links = (count: number, parts: object = {}): Record<string, object> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`vxlan${index}`, vxlan(index + 1, parts)]))
const stateOf = (vxlans: object, bridges: object = {}) => desiredStateSchema.parse({ vxlans, bridges })
const lossesOf = (before: object, now: object, share = 0.5) =>
  excessiveLosses(stateOf(before), stateOf(now), share).map(({ what, count, of }) => `${what} ${count}/${of}`)

test('the members of the fleet are one remote, whose loss is one of all', () => {
  const fleet = { a: vxlan(1, { remotes: 'fleet' }) }
  expect(lossesOf(fleet, { a: vxlan(1) })).toEqual(['remotes 1/1'])
  expect(lossesOf(fleet, { a: vxlan(1, { remotes: ['10.0.2.9'] }) })).toEqual([])
  const [loss] = excessiveLosses(stateOf(fleet), stateOf({ a: vxlan(1) }), 0.5)
  expect(loss?.names).toEqual(['fleet of a'])
})

describe('links', () => {
  test.each([
    ['the only one', 1, 0, ['links 1/1']],
    ['both of two', 2, 0, ['links 2/2']],
    ['one of two', 2, 1, []],
    ['three of four', 4, 1, []],
    ['three of five', 5, 2, ['links 3/5']],
    ['two of five', 5, 3, []],
    ['half of six', 6, 3, []],
    ['four of six', 6, 2, ['links 4/6']],
    ['none, and more come', 2, 6, []],
  ])('%s', (_, before, now, expected) => {
    expect(lossesOf(links(before), links(now))).toEqual(expected)
  })

  test('of another name are other links, though as many come as go', () => {
    expect(lossesOf({ vxlan0: vxlan(1) }, { vxlan9: vxlan(9) })).toEqual(['links 1/1'])
  })

  test('in the other section are the same links: they are replaced', () => {
    expect(excessiveLosses(stateOf({ vxlan0: vxlan(1) }), stateOf({}, { vxlan0: {} }), 0.5)).toEqual([])
  })

  test('beyond another share', () => {
    expect(lossesOf(links(10), links(7), 0.2)).toEqual(['links 3/10'])
    expect(lossesOf(links(10), links(1), 1)).toEqual([])
    expect(lossesOf(links(10), links(0), 1)).toEqual(['links 10/10'])
  })

  test('are named, the first hundred of them', () => {
    const [loss] = excessiveLosses(stateOf(links(300)), stateOf({}), 0.5)
    expect(loss).toMatchObject({ what: 'links', count: 300, of: 300 })
    expect(loss?.names.slice(0, 2)).toEqual(['vxlan0', 'vxlan1'])
    expect(loss?.names).toHaveLength(100)
  })

  test('by their names alone, where it is not known what was declared', () => {
    expect(excessiveLinkLoss(['a', 'b'], ['a', 'b'], 0.5)).toMatchObject([{ count: 2, of: 2, names: ['a', 'b'] }])
    expect(excessiveLinkLoss([], [], 0.5)).toEqual([])
  })
})

describe('parts of links that stay', () => {
  const peers = ['10.0.2.2', '10.0.2.3']
  test.each<[string, object, object, string[]]>([
    ['an emptied list of remotes', { remotes: peers }, { remotes: [] }, ['remotes 2/2']],
    ['a list that is left out', { remotes: peers }, {}, ['remotes 2/2']],
    ['the only remote', { remote: '10.0.2.2' }, {}, ['remotes 1/1']],
    ['the only group', { group: '239.1.1.1', dev: 'eth1' }, {}, ['remotes 1/1']],
    ['a remote for a group', { remote: '10.0.2.2' }, { group: '239.1.1.1', dev: 'eth1' }, []],
    ['a remote for another', { remotes: ['10.0.2.2'] }, { remotes: ['10.0.2.9'] }, []],
    ['one of two', { remotes: peers }, { remotes: ['10.0.2.2'] }, []],
    [
      'static entries to VTEPs that stay',
      { remotes: peers, fdb: [{ mac: '02:00:00:00:00:01', dst: '10.0.2.2' }] },
      { remotes: peers },
      [],
    ],
    ['all addresses', { addresses: ['10.0.1.1/24'] }, { addresses: [] }, ['addresses 1/1']],
    ['an address for another', { addresses: ['10.0.1.1/24'] }, { addresses: ['10.0.1.9/24'] }, []],
    ['its bridge', { master: 'br0' }, {}, ['ports 1/1']],
  ])('%s', (_, before, now, expected) => {
    expect(lossesOf({ vxlan0: vxlan(1, before) }, { vxlan0: vxlan(1, now) })).toEqual(expected)
  })

  test('are counted over all links: one list of many that is emptied is no alarm', () => {
    const before = links(6, { remotes: peers })
    expect(lossesOf(before, { ...before, vxlan0: vxlan(1) })).toEqual([])
    expect(lossesOf(before, links(6))).toEqual(['remotes 12/12'])
  })

  test('go with a link that is deleted, and count no second time', () => {
    const before = { vxlan0: vxlan(1, { remotes: peers, addresses: ['10.0.1.1/24'] }), vxlan1: vxlan(2) }
    expect(lossesOf(before, { vxlan1: vxlan(2) })).toEqual([])
  })

  test('an address that moves from a vxlan to its bridge is not lost', () => {
    const before = stateOf({ vxlan0: vxlan(1, { addresses: ['10.0.1.1/24'] }) }, { br0: {} })
    const now = stateOf({ vxlan0: vxlan(1, { master: 'br0' }) }, { br0: { addresses: ['10.0.1.1/24'] } })
    expect(excessiveLosses(before, now, 0.5)).toEqual([])
  })

  test('ports of a bridge that is emptied, others’ links among them', () => {
    const before = stateOf({}, { br0: { ports: { tap0: {}, tap1: {} } } })
    expect(excessiveLosses(before, stateOf({}, { br0: {} }), 0.5)).toEqual([
      { what: 'ports', count: 2, of: 2, names: ['tap0', 'tap1'] },
    ])
  })

  test('ports of a bridge that is deleted go with it', () => {
    const before = stateOf({ vxlan0: vxlan(1) }, { br0: { ports: { vxlan0: {}, tap0: {} } } })
    expect(excessiveLosses(before, stateOf({ vxlan0: vxlan(1) }), 0.5)).toEqual([])
  })
})
