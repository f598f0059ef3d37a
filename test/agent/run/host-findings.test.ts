/** What a valid desired state lacks on a host: each thing with a neighbour that is right. */
import { expect, test } from 'vitest'
import type { DesiredState } from '../../../src/agent/desired/schema.ts'
import { queryKey } from '../../../src/agent/insight/underlay/look-up.ts'
import { hostFindings, waysOf } from '../../../src/agent/run/host-findings.ts'
import { constants, type Link } from '../../../src/rtnetlink/index.ts'
import { address, bridge, desired, device, observed } from '../../support/builders.ts'

const eth1 = device(2, 'eth1')
const withFlags = (link: Link, flags: number): Link => ({ ...link, flags })
const inBridge = (link: Link): Link => ({ ...link, attributes: { ...link.attributes, master: 9 } })

interface Host {
  readonly links?: readonly Link[]
  /** What the kernel says of every way. */
  readonly problem?: string
}

function found(state: DesiredState, { links = [eth1], problem }: Host = {}): unknown[] {
  const tables = observed(links, [address(2, '10.0.2.1/24')])
  const ways = waysOf(state, tables)
  const path = { isResolved: problem === undefined, ...(problem !== undefined && { problem }) }
  const paths = new Map(ways.map(({ query }) => [queryKey(query), path]))
  return hostFindings(state, tables, ways, paths).map(({ code, path: at, suggestion }) => [
    code,
    at.join('.'),
    suggestion,
  ])
}

const base = { id: 42, dstport: 4789 }

test('what the host has is not warned of', () => {
  const vxlan0 = { ...base, dev: 'eth1', local: '10.0.2.1', group: '239.1.1.1', remotes: ['10.0.2.2'], mtu: 1450 }
  expect(found(desired({ vxlan0 }, { br0: { ports: { vxlan0: {}, eth1: {} } } }))).toEqual([])
})

test('an interface that neither the host has nor a file declares, wherever it is named, with the nearest name', () => {
  const vxlan0 = {
    ...base,
    ...{ dev: 'eht1', master: 'vrf-x', remotes: [{ dst: '10.0.2.2', via: 'eth9' }] },
    fdb: [{ mac: '02:00:00:00:00:09', dst: '10.0.2.2', via: 'eth8' }],
  }
  expect(found(desired({ vxlan0 }, { br0: { ports: { tap7: {} } } }))).toEqual([
    ['no-such-interface', 'vxlans.vxlan0.dev', 'did you mean eth1?'],
    ['no-such-interface', 'vxlans.vxlan0.master', undefined],
    ['no-such-interface', 'vxlans.vxlan0.remotes.0.via', 'did you mean eth1?'],
    ['no-such-interface', 'vxlans.vxlan0.fdb.0.via', 'did you mean eth1?'],
    ['no-such-interface', 'bridges.br0.ports.tap7', undefined],
  ])
})

test('own addresses among the remotes, and that nothing else is left', () => {
  const told = (remotes: string[], more: object = {}) =>
    hostFindings(
      desired({ vxlan0: { ...base, remotes, ...more } }),
      observed([eth1], [address(2, '10.0.2.1/24')]),
      [],
      new Map(),
    ).map(({ code, path, message }) => [code, path.join('.'), message])
  expect(told(['10.0.2.1', '10.0.2.2'])).toEqual([
    ['own-vtep', 'vxlans.vxlan0.remotes.0', expect.stringContaining('is left out here')],
  ])
  expect(told(['10.0.2.1'])).toEqual([
    ['own-vtep', 'vxlans.vxlan0.remotes.0', expect.stringContaining('no remotes are left')],
  ])
  expect(told(['10.0.2.2'])).toEqual([])
  expect(told(['10.0.2.1'], { localbypass: false })).toEqual([])
})

test('a source address that no interface has, unless a declared link will have it', () => {
  const vxlan0 = { ...base, local: '10.0.7.1', remotes: ['10.0.2.2'] }
  expect(found(desired({ vxlan0 }))).toEqual([['local-not-here', 'vxlans.vxlan0.local', undefined]])
  expect(found(desired({ vxlan0 }, { br0: { addresses: ['10.0.7.1/24'] } }))).toEqual([])
})

test.each<[string, Link[], object, boolean]>([
  ['down', [withFlags(eth1, 0)], { remotes: ['10.0.2.2'] }, true],
  ['without carrier', [withFlags(eth1, constants.IFF_UP)], { remotes: ['10.0.2.2'] }, true],
  ['a port of a bridge, for a group', [inBridge(eth1), bridge(9, 'br9')], { group: '239.1.1.1' }, true],
  [
    'the loopback, for a remote',
    [withFlags(eth1, eth1.flags | constants.IFF_LOOPBACK)],
    { remotes: ['10.0.2.2'] },
    true,
  ],
  ['up', [eth1], { remotes: ['10.0.2.2'] }, false],
])('a device that is %s', (_what, links, spec, isWarned) => {
  const told = found(desired({ vxlan0: { ...base, dev: 'eth1', ...spec } }), { links })
  expect(told).toEqual(isWarned ? [['underlay-unfit', 'vxlans.vxlan0.dev', expect.any(String)]] : [])
})

test('a remote without a route', () => {
  const vxlan0 = { ...base, remotes: ['10.0.2.2', '192.0.2.9'], remote: '10.0.2.2' }
  expect(found(desired({ vxlan0 }), { problem: 'there is no route to it' })).toEqual([
    ['no-route-here', 'vxlans.vxlan0.remote', undefined],
    ['no-route-here', 'vxlans.vxlan0.remotes.0', undefined],
    ['no-route-here', 'vxlans.vxlan0.remotes.1', undefined],
  ])
})

test('an MTU that the underlay does not carry', () => {
  expect(found(desired({ vxlan0: { ...base, dev: 'eth1', mtu: 1500, remotes: ['10.0.2.2'] } }))).toEqual([
    ['mtu-above-underlay', 'vxlans.vxlan0.mtu', undefined],
  ])
})
