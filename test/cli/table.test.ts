import { expect, test, vi } from 'vitest'
import { type Cell, type Column, tableLines } from '../../src/cli/table.ts'

const same = (text: string): string => text

function table(columns: Column[], rows: Cell[][], width?: number): string {
  return `\n${[...tableLines(columns, rows, { width, headerStyle: same })].join('')}`
}

test('columns are as wide as their widest cell, numbers stand right, no line ends in spaces', () => {
  const columns: Column[] = [{ header: 'NAME' }, { header: 'VNI', align: 'right' }, { header: 'TO' }]
  expect(
    table(columns, [
      ['vxlan0', '42', 'group 239.1.1.1'],
      ['v', '16777215', undefined],
    ]),
  ).toBe(`
NAME         VNI  TO
vxlan0        42  group 239.1.1.1
v       16777215  -
`)
})

test('an optional column without a value is left out', () => {
  const columns: Column[] = [{ header: 'NAME' }, { header: 'VLAN', isOptional: true }, { header: 'MAC' }]
  expect(table(columns, [['a', undefined, 'm']])).toBe('\nNAME  MAC\na     m\n')
  expect(
    table(columns, [
      ['a', undefined, 'm'],
      ['b', '5', 'm'],
    ]),
  ).toBe('\nNAME  VLAN  MAC\na     -     m\nb     5     m\n')
})

const reasons: Column[] = [{ header: 'NAME' }, { header: 'REASON', isFlexible: true }, { header: 'END' }]
const long = [['vxlan0', 'its underlay device eth7 does not exist yet', 'x']]

test('a flexible column is wrapped between words until the table fits the terminal', () => {
  expect(table(reasons, long, 36)).toBe(`
NAME    REASON                   END
vxlan0  its underlay device      x
        eth7 does not exist yet
`)
})

test('without a terminal nothing is wrapped', () => {
  expect(table(reasons, long)).toContain('its underlay device eth7 does not exist yet')
})

test('a table that is too wide even so stays readable rather than fit', () => {
  const lines = table(reasons, long, 5).trim().split('\n')
  expect(lines[1]).toBe('vxlan0  its underlay      x')
})

test('an address is never broken', () => {
  const address = '2001:db8:1111:2222:3333:4444:5555:6666/128'
  const columns: Column[] = [{ header: 'NAME' }, { header: 'ADDRESSES', isFlexible: true }]
  expect(table(columns, [['vxlan0', `10.0.1.1/24 ${address}`]], 30)).toContain(`        ${address}\n`)
})

test('a word longer than any address is broken', () => {
  const columns: Column[] = [{ header: 'ALIAS', isFlexible: true }]
  expect(table(columns, [['x'.repeat(100)]], 50)).toBe(`\nALIAS\n${'x'.repeat(50)}\n${'x'.repeat(50)}\n`)
})

test('a style does not count for the width', () => {
  const styled = { text: 'up', style: (text: string) => `\x1b[32m${text}\x1b[39m` }
  const columns: Column[] = [{ header: 'STATE' }, { header: 'MTU' }]
  expect(
    table(columns, [
      [styled, '1450'],
      ['down', '1500'],
    ]),
  ).toBe('\nSTATE  MTU\n\x1b[32mup\x1b[39m     1450\ndown   1500\n')
})

test('a flag, one character in two parts, is never broken', () => {
  const columns: Column[] = [{ header: 'ALIAS', isFlexible: true }]
  const flags = (count: number): string => '🇩🇪'.repeat(count)
  expect(table(columns, [[flags(50)]], 43)).toBe(`\nALIAS\n${flags(21)}\n${flags(21)}\n${flags(8)}\n`)
})

test('time grows with the rows, not with their square', () => {
  const columns: Column[] = [{ header: 'MAC' }, { header: 'TO' }]
  const rows = Array.from({ length: 100_000 }, (_, index) => [`02:00:00:00:${index}`, '10.0.2.1'])
  let length = 0
  for (const line of tableLines(columns, rows, { width: 80, headerStyle: same })) {
    length += line.length
  }
  expect(length).toBeGreaterThan(2_000_000)
}, 5000)

test('a name outside ASCII that many rows repeat is measured once', () => {
  const columns: Column[] = [{ header: 'DEV' }, { header: 'MAC' }]
  const rows = Array.from({ length: 20_000 }, (_, index) => ['東京', `02:00:00:00:${index}`])
  const measured = vi.spyOn(Intl.Segmenter.prototype, 'segment')
  const lines = [...tableLines(columns, rows, { width: 80, headerStyle: same })]
  expect(lines[1]).toBe('東京  02:00:00:00:0\n')
  expect(measured.mock.calls.length).toBeLessThan(10)
  measured.mockRestore()
})
