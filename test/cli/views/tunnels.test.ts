/** Tunnels as a table. */
import { expect, test } from 'vitest'
import type { Tunnel } from '../../../src/agent/answers/tunnel.ts'
import { plain } from '../../../src/cli/colour.ts'
import { bytesText, type TunnelsViewOptions, tunnelsLines } from '../../../src/cli/views/tunnels.ts'

const options: TunnelsViewOptions = {
  paint: plain,
  width: undefined,
  now: new Date('2026-01-01T00:10:00Z'),
  isOfDaemon: true,
  isNarrowed: false,
}
const tunnel: Tunnel = {
  ifname: 'vxlan0',
  vni: 42,
  remote: '10.0.2.254',
  isGroup: false,
  dstport: 8472,
  sources: ['learned', 'head-end'],
  macs: 3,
  isFloodedTo: true,
  underlay: {
    isResolved: true,
    dev: 'eth1',
    gateway: '10.0.2.1',
    nextHopMac: '02:00:00:00:00:01',
    neighbour: 'reachable',
    confirmedAt: '2026-01-01T00:09:57Z',
  },
  firstSeen: '2026-01-01T00:00:00Z',
  lastSeen: '2026-01-01T00:09:55Z',
}

function rows(tunnels: readonly Tunnel[], more: Partial<TunnelsViewOptions> = {}): string[][] {
  const text = [...tunnelsLines({ tunnels, vnis: [] }, { ...options, ...more })].join('')
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/))
}

test('a row says who, how known, how reached, since when', () => {
  expect(rows([tunnel])).toEqual([
    [
      '42',
      'vxlan0',
      '10.0.2.254',
      '8472',
      'learned head-end',
      '3',
      'yes',
      'eth1 by 10.0.2.1',
      '02:00:00:00:00:01',
      '10m',
      '5s',
      'gateway confirmed 3s ago',
    ],
  ])
})

test.each<[string, Partial<Tunnel>, string]>([
  ['a next hop that nobody has asked', { underlay: { isResolved: true, neighbour: 'none' } }, 'not asked yet'],
  [
    'one that has not proved to be there for a while',
    { underlay: { isResolved: true, neighbour: 'stale', confirmedAt: '2026-01-01T00:09:12Z' } },
    'unconfirmed for 48s',
  ],
  [
    'one that is being asked again',
    { underlay: { isResolved: true, neighbour: 'probe', confirmedAt: '2026-01-01T00:09:00Z' } },
    'unconfirmed for 1m',
  ],
  ['one that was set by hand', { underlay: { isResolved: true, neighbour: 'permanent' } }, 'set by hand, never asked'],
  ['one that was not looked at', { underlay: { isResolved: true } }, 'not looked at'],
  [
    'a group that is joined where it cannot be heard',
    { isGroup: true, membership: 'joined', underlay: { isResolved: true, problem: 'eth1 is a port of br9' } },
    'eth1 is a port of br9',
  ],
  ['one that is silent', { underlay: { isResolved: false, problem: 'no answer' } }, 'no answer'],
  ['a group that is joined', { isGroup: true, membership: 'joined' }, 'joined'],
  [
    'a group that is not',
    { isGroup: true, membership: 'not joined' },
    '10.0.2.254 is not joined on eth1: what others flood does not arrive here',
  ],
])('%s', (_what, parts, state) => {
  expect(rows([{ ...tunnel, ...parts }])[0]?.at(-1)).toBe(state)
})

test('nothing to show is said, and why', () => {
  const text = (more: Partial<TunnelsViewOptions>): string =>
    [...tunnelsLines({ tunnels: [], vnis: [] }, { ...options, ...more })].join('')
  expect([text({}), text({ isNarrowed: true })]).toEqual([
    'There are no tunnels: no vxlan link has a remote.\n',
    'There are no such tunnels.\n',
  ])
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_234_567, '1.2 MB'],
  [9e15, '9.0 PB'],
])('%d bytes', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})
