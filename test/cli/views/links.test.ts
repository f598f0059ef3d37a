import { expect, test } from 'vitest'
import type { Iproute2Link } from '../../../src/agent/publish/iproute2/iproute2-link.ts'
import { plain } from '../../../src/cli/colour.ts'
import { peerOf, stateOf, ttlOf, vniOf } from '../../../src/cli/views/link-words.ts'
import { linksLines } from '../../../src/cli/views/links.ts'
import { link, vxlan0 } from './builders.ts'

function view(links: readonly Iproute2Link[], hidden = 0): string {
  const addresses = new Map([['vxlan0', ['10.0.1.1/24', 'fe80::1/64']]])
  return `\n${[...linksLines(links, { addresses, hidden, paint: plain, width: undefined })].join('')}`
}

test('vxlan links, one row each', () => {
  const unicast = link({
    ifname: 'vx6',
    flags: ['BROADCAST'],
    master: 'br0',
    ifalias: 'to \x1b[31mBerlin',
    linkinfo: {
      info_kind: 'vxlan',
      info_data: { id: 7, remote6: '2001:db8::9', local6: '2001:db8::1', port: 4789, ttl: 0 },
    },
  })
  expect(view([vxlan0, unicast], 3)).toBe(`
NAME    VNI  TO                  DEV   LOCAL        PORT   TTL   MTU  MAC                MASTER  STATE  ADDRESSES               ALIAS
vxlan0   42  group 239.1.1.1     eth1  -            8472    16  1450  be:c7:6a:21:67:f6  -       up     10.0.1.1/24 fe80::1/64  -
vx6       7  remote 2001:db8::9  -     2001:db8::1  4789  auto  1450  be:c7:6a:21:67:f6  br0     down   -                       to \\u{1b}[31mBerlin
3 other links not shown; --all shows every link
`)
})

test('among links of other kinds the kind is shown', () => {
  const lo: Iproute2Link = {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP'],
    mtu: 65536,
    link_type: 'loopback',
    address: '00:00:00:00:00:00',
  }
  expect(view([lo])).toBe(`
NAME  KIND        MTU  MAC                STATE
lo    loopback  65536  00:00:00:00:00:00  up
`)
})

test('without links it says so', () => {
  expect(view([], 1)).toBe('\nThere are no such links.\n1 other link not shown; --all shows every link\n')
})

test.each([
  [['UP', 'LOWER_UP'], 'up'],
  [[], 'down'],
  [['NO-CARRIER', 'UP'], 'no carrier'],
  [['UP', 'M-DOWN'], 'lower device down'],
  [['M-DOWN'], 'down'],
])('a link with the flags %j is %s', (flags, state) => {
  expect(stateOf(link({ flags }))).toBe(state)
})

test('what a vxlan link has, in words', () => {
  expect([vniOf({ id: 0 }), vniOf({ external: true, id: 0 })]).toEqual(['0', 'external'])
  expect([peerOf({ group6: 'ff05::1' }), peerOf({ remote: '10.0.2.9' }), peerOf({})]).toEqual([
    'group ff05::1',
    'remote 10.0.2.9',
    undefined,
  ])
  expect([ttlOf({}), ttlOf({ ttl: 0 }), ttlOf({ ttl: 16 })]).toEqual(['inherit', 'auto', '16'])
})
