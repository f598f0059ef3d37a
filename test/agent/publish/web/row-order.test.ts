/** The order of the forwarding table. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Column,
  columns,
  defaultOrder,
  nextOrder,
  sorted,
} from '../../../../src/agent/publish/web/client/row-order.ts'
import type { Row } from '../../../../src/agent/publish/web/client/search.ts'

const zeros = '00:00:00:00:00:00'

function row(mac: string, parts: Partial<Row> = {}): Row {
  return {
    mac,
    link: 'vxlan0',
    vlan: '',
    to: '10.0.0.1',
    kind: 'learned',
    remote: '10.0.0.1',
    isFlood: false,
    ...parts,
  }
}

const up = (column: Column): { column: Column; isDescending: boolean } => ({ column, isDescending: false })
const down = (column: Column): { column: Column; isDescending: boolean } => ({ column, isDescending: true })

test('unicast first by link and MAC address, then multicast, the zero MAC address last', () => {
  const rows = [
    row(zeros, { isFlood: true }),
    row('33:33:00:00:00:01'),
    row('02:00:00:00:00:02', { link: 'vxlan1' }),
    row('01:00:5e:00:00:01'),
    row('02:00:00:00:00:0a'),
    row('02:00:00:00:00:09'),
  ]
  const inOrder = ['02:…:09', '02:…:0a', '02:…:02', '01:…:01', '33:…:01', '00:…:00']
  const short = (all: readonly Row[]): string[] => all.map(({ mac }) => `${mac.slice(0, 2)}:…:${mac.slice(-2)}`)
  expect(short(sorted(rows, defaultOrder))).toEqual(inOrder)
  expect(short(sorted(rows, up('mac')))).toEqual(['02:…:02', '02:…:09', '02:…:0a', '01:…:01', '33:…:01', '00:…:00'])
  expect(short(sorted(rows, down('mac')))).toEqual(['02:…:0a', '02:…:09', '02:…:02', '33:…:01', '01:…:01', '00:…:00'])
})

test('destinations sort as addresses, VLANs as numbers, kinds and links as text', () => {
  const mac = '02:00:00:00:00:01'
  const values = (column: Column, ...all: readonly string[]): string[] =>
    sorted(
      all.map((value) => row(mac, { [column]: value })),
      up(column),
    ).map((each) => each[column])
  expect(values('to', '10.0.0.10', '2001:db8::1', '10.0.0.9 via eth1', '10.0.0.9', 'port of br0')).toEqual([
    '10.0.0.9',
    '10.0.0.9 via eth1',
    '10.0.0.10',
    '2001:db8::1',
    'port of br0',
  ])
  expect(values('vlan', '100', '', '20')).toEqual(['20', '100', ''])
  const descending = ['100', '', '20'].map((vlan) => row(mac, { vlan }))
  expect(sorted(descending, down('vlan')).map(({ vlan }) => vlan)).toEqual(['100', '20', ''])
  expect(values('kind', 'static', 'flood')).toEqual(['flood', 'static'])
  expect(values('link', 'vxlan1', 'vxlan0')).toEqual(['vxlan0', 'vxlan1'])
})

test('a heading pressed once sorts up, twice down, and then as before; another one begins anew', () => {
  const once = nextOrder(defaultOrder, 'to')
  const twice = nextOrder(once, 'to')
  expect([once, twice, nextOrder(twice, 'to')]).toEqual([up('to'), down('to'), defaultOrder])
  expect(nextOrder(twice, 'mac')).toEqual(up('mac'))
})

test('no row is lost, and the order does not depend on that in which the kernel gave them', () => {
  const any = fc.record({
    mac: fc.constantFrom(zeros, '02:00:00:00:00:01', '02:00:00:00:00:02', '01:00:5e:00:00:01'),
    link: fc.constantFrom('x', 'y'),
    vlan: fc.constantFrom('', '2', '10'),
    to: fc.constantFrom('10.0.0.9', '10.0.0.10'),
    kind: fc.constant('learned'),
    remote: fc.constant(undefined),
    isFlood: fc.constant(false),
  })
  fc.assert(
    fc.property(fc.array(any), fc.constantFrom(undefined, ...columns), fc.boolean(), (rows, column, isDescending) => {
      const result = sorted(rows, { column, isDescending })
      expect(result).toHaveLength(rows.length)
      expect(sorted(rows.toReversed(), { column, isDescending })).toEqual(result)
    }),
  )
})
