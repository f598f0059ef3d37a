/** Searching the forwarding table. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { haystackOf, rowOf, rowsBehind, search, visibleRows } from '../../../../src/agent/publish/web/client/search.ts'

test.each([
  [
    {
      mac: '00:00:00:00:00:00',
      ifname: 'vxlan0',
      dst: '239.1.1.1',
      viaIf: 'eth1',
      flags: ['self'],
      state: 'permanent',
    },
    'flood',
    '239.1.1.1 via eth1',
  ],
  [
    { mac: '02:00:00:00:00:fe', ifname: 'vxlan0', dst: '10.0.2.254', flags: ['self'], state: '' },
    'learned',
    '10.0.2.254',
  ],
  [
    { mac: '02:00:00:00:00:fe', ifname: 'vxlan0', dst: '10.0.2.254', flags: ['self', 'extern_learn'], state: '' },
    'extern_learn',
    '10.0.2.254',
  ],
  [
    { mac: '02:00:00:00:00:fe', ifname: 'vxlan0', dst: '10.0.2.9', flags: ['self', 'sticky'], state: 'static' },
    'static sticky',
    '10.0.2.9',
  ],
  [
    { mac: '02:00:00:00:00:fe', ifname: 'vxlan0', nhid: 10, flags: ['self'], state: 'static' },
    'static',
    'nexthop group 10',
  ],
  [
    { mac: '02:00:00:00:00:aa', ifname: 'eth2', master: 'br0', vlan: 10, flags: [], state: '' },
    'learned',
    'port of br0',
  ],
])('an entry is shown as vxagent fdb shows it', (entry, kind, to) => {
  expect(rowOf(entry)).toMatchObject({ mac: entry.mac, link: entry.ifname, kind, to })
})

test('every word has to be there, in whatever place and case', () => {
  const rows = ['02:00:00:00:00:fe vxlan0 10 10.0.2.254 learned', '02:00:00:00:00:fd vxlan0  10.0.2.253 learned'].map(
    (text) => {
      const [mac = '', link = '', vlan = '', to = '', kind = ''] = text.split(' ')
      return { mac, link, vlan, to, kind }
    },
  )
  const found = (query: string): number[] => [...search(rows.map(haystackOf), query)]
  expect(found('')).toEqual([0, 1])
  expect(found(' FE  learned ')).toEqual([0])
  expect(found('10.0.2.25')).toEqual([0, 1])
  expect(found('10.0.2.254 vxlan1')).toEqual([])
})

test('the rows of a VNI are those of its links, without those of another VNI that a link carries too', () => {
  const entry = { state: '', flags: ['self'], dst: '10.0.2.1', mac: '02:00:00:00:00:01' }
  const rows = [
    { ...entry, ifname: 'vxlan0' },
    { ...entry, ifname: 'vxlan1' },
    { ...entry, ifname: 'vxlan9', src_vni: 42 },
    { ...entry, ifname: 'vxlan9', src_vni: 43 },
    { ...entry, ifname: 'vxlan9', src_vni: 43, vni: 42 },
  ].map(rowOf)
  const found = (query: string, vni: number, ...links: readonly string[]): number[] => [
    ...search(rows.map(haystackOf), query, { rows, filter: { vni, links } }),
  ]
  expect(found('', 42, 'vxlan0', 'vxlan9')).toEqual([0, 2, 4])
  expect(found('vxlan9', 43, 'vxlan9')).toEqual([3])
  expect(found('', 7)).toEqual([])
})

test('behind a remote are the MAC addresses that lead there, by whatever device, and none of its floods', () => {
  const entry = { ifname: 'vxlan0', state: 'static', flags: ['self'] }
  const zeros = '00:00:00:00:00:00'
  const rows = [
    { ...entry, mac: zeros, dst: '10.0.2.1' },
    { ...entry, mac: zeros, dst: '10.0.2.1', flags: ['self', 'sticky'] },
    { ...entry, mac: '02:00:00:00:00:01', dst: '10.0.2.1' },
    { ...entry, mac: '02:00:00:00:00:02', dst: '10.0.2.1', viaIf: 'eth1' },
    { ...entry, mac: '02:00:00:00:00:03', dst: '10.0.2.10' },
    { ...entry, mac: '02:00:00:00:00:04', nhid: 7 },
    { ...entry, mac: '02:00:00:00:00:05', master: 'br0' },
  ].map(rowOf)
  const behind = (...remotes: readonly string[]): string[] => rowsBehind(rows, remotes).map(({ mac }) => mac)
  expect(behind('10.0.2.1')).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02'])
  expect(behind('nexthop group 7')).toEqual(['02:00:00:00:00:04'])
  expect(behind('10.0.2.1', '10.0.2.10')).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'])
  expect(rows.map(({ isFlood }) => isFlood)).toEqual([true, true, ...Array(5).fill(false)])
})

test('the rows in sight are among those that are drawn, and never more than the screen takes', () => {
  fc.assert(
    fc.property(fc.nat(3_000_000), fc.nat(2000), fc.nat(100_000), (top, height, count) => {
      const [from, to] = visibleRows(top, height, 24, count)
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeLessThanOrEqual(count)
      expect(to - from).toBeLessThanOrEqual(height / 24 + 22)
      const first = Math.floor(top / 24)
      expect(first >= count || (from <= first && first < Math.max(to, 1))).toBe(true)
    }),
  )
})
