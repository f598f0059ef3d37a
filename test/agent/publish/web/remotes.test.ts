/** Which remotes are drawn, in which order, which addresses are one host, and what is wrong with each. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { learnHosts, problemOf, remotesIn } from '../../../../src/agent/publish/web/client/remotes.ts'
import { finding, tunnel } from './support.ts'

const behind = (nextHopMac: string, parts: object = {}): object => ({
  underlay: { isResolved: true, dev: 'eth1', nextHopMac, neighbour: 'reachable', ...parts },
})

test('remotes are joined over VNIs: groups first, then in the order of addresses, whatever is wrong', () => {
  const nodes = remotesIn([
    tunnel('10.0.0.10', { macs: 7 }),
    tunnel('10.0.0.2', { macs: 1 }),
    tunnel('10.0.0.2', { vni: 43, macs: 5 }),
    tunnel('239.1.1.2', { isGroup: true, membership: 'not joined' }),
    tunnel('239.1.1.1', { isGroup: true, membership: 'joined', macs: 0 }),
    tunnel('10.0.0.9', { underlay: { isResolved: false, problem: 'no way' } }),
  ])
  expect(nodes.map(({ address, macs, problem }) => [address, macs, problem])).toEqual([
    ['239.1.1.1', 0, undefined],
    ['239.1.1.2', 1, '239.1.1.2 is not joined on eth1: what others flood does not arrive here'],
    ['10.0.0.2', 6, undefined],
    ['10.0.0.9', 1, 'no way'],
    ['10.0.0.10', 7, undefined],
  ])
})

test('the order is the same whatever the numbers, the problems and the order of the answer', () => {
  const remote = fc.tuple(fc.constantFrom(1, 2, 3, 10, 20, 30), fc.nat(99), fc.boolean(), fc.constantFrom(42, 43))
  fc.assert(
    fc.property(fc.array(remote), fc.nat(), (remotes, seed) => {
      const tunnels = remotes.map(([last, macs, isResolved, vni]) =>
        tunnel(`10.0.0.${last}`, { macs, vni, underlay: { isResolved } }),
      )
      const others = tunnels
        .map((each, at) => ({
          ...each,
          macs: (each.macs * seed) % 97,
          underlay: { isResolved: (seed >> at) % 2 === 0 },
        }))
        .toReversed()
      const order = (of: typeof tunnels): string[] => remotesIn(of).map(({ address }) => address)
      expect(order(others)).toEqual(order(tunnels))
    }),
  )
})

test('addresses for which one MAC address answers on one device are one host', () => {
  const tunnels = [
    tunnel('10.0.0.10', { ...behind('02:00:00:00:00:01'), macs: 2 }),
    tunnel('10.0.0.2', { ...behind('02:00:00:00:00:01'), macs: 1 }),
    tunnel('2001:db8::2', behind('02:00:00:00:00:01')),
    tunnel('10.0.0.3', behind('02:00:00:00:00:03')),
    tunnel('10.0.9.4', behind('02:00:00:00:00:01', { dev: 'eth2' })),
  ]
  expect(remotesIn(tunnels, learnHosts(new Map(), tunnels)).map(({ addresses, macs }) => [addresses, macs])).toEqual([
    [['10.0.0.2', '10.0.0.10', '2001:db8::2'], 4],
    [['10.0.0.3'], 1],
    [['10.0.9.4'], 1],
  ])
})

test('addresses behind one gateway, and groups, are not one host: the MAC address is not theirs', () => {
  const tunnels = [
    tunnel('192.0.2.1', behind('02:00:00:00:00:01', { gateway: '10.0.0.1' })),
    tunnel('192.0.2.2', behind('02:00:00:00:00:01', { gateway: '10.0.0.1' })),
    tunnel('239.1.1.1', { isGroup: true, ...behind('02:00:00:00:00:01') }),
    tunnel('239.1.1.2', { isGroup: true, ...behind('02:00:00:00:00:01') }),
  ]
  expect(remotesIn(tunnels, learnHosts(new Map(), tunnels))).toHaveLength(4)
})

test('a host that stops answering stays one host, and an address that moves to another host goes with it', () => {
  const both = [tunnel('10.0.0.1', behind('02:00:00:00:00:01')), tunnel('10.0.0.2', behind('02:00:00:00:00:01'))]
  const known = learnHosts(new Map(), both)
  const failed = ['10.0.0.1', '10.0.0.2'].map((remote) => tunnel(remote, { underlay: { isResolved: false } }))
  expect(remotesIn(failed, learnHosts(known, failed))).toHaveLength(1)
  const moved = [both[0], tunnel('10.0.0.2', behind('02:00:00:00:00:02'))].flatMap((each) => each ?? [])
  expect(remotesIn(moved, learnHosts(known, moved))).toHaveLength(2)
})

test.each([
  ['of the VTEP', { vtep: '10.0.0.1' }, true],
  ['of another VTEP', { vtep: '10.0.0.2' }, false],
  ['of the link', {}, true],
  ['of another link', { links: ['vxlan1'] }, false],
  ['of the host', { links: [] }, false],
  ['of the VNI', { vni: 42 }, true],
  ['of another VNI', { vni: 43 }, false],
  ['of one MAC address', { mac: '02:00:00:00:00:01' }, false],
  ['of one MAC address behind the VTEP', { mac: '02:00:00:00:00:01', vtep: '10.0.0.1' }, true],
  ['that is a warning', { severity: 'warning' as const }, false],
])('a finding %s', (_, parts, concerns) => {
  expect(problemOf(tunnel('10.0.0.1'), [finding(parts)])).toBe(concerns ? 'nothing was heard' : undefined)
})
