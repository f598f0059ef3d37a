import { expect, test } from 'vitest'
import { BadSelector, selectHosts } from '../../../src/fleet/members/selector.ts'

const hosts = [
  { node: 'vyos01', vnis: [42] },
  { node: 'vyos02', vnis: [42, 150] },
  { node: 'ubuntu', vnis: [] },
  { node: 'ubuntu-lab.example', vnis: [100] },
]

test.each([
  ['vyos02', ['vyos02']],
  ['all', ['ubuntu', 'ubuntu-lab.example', 'vyos01', 'vyos02']],
  ['vyos*', ['vyos01', 'vyos02']],
  ['vyos0?', ['vyos01', 'vyos02']],
  ['*', ['ubuntu', 'ubuntu-lab.example', 'vyos01', 'vyos02']],
  ['ubuntu*', ['ubuntu', 'ubuntu-lab.example']],
  ['*.example', ['ubuntu-lab.example']],
  ['vni:42', ['vyos01', 'vyos02']],
  ['vni:100-199', ['ubuntu-lab.example', 'vyos02']],
  ['vyos01, ubuntu', ['ubuntu', 'vyos01']],
  ['all,!vyos02', ['ubuntu', 'ubuntu-lab.example', 'vyos01']],
  ['all,!vni:42', ['ubuntu', 'ubuntu-lab.example']],
])('%s means %j', (selector, nodes) => {
  expect(selectHosts(selector, hosts)).toEqual({ nodes, unmatched: [] })
})

test('names each part that means nobody', () => {
  expect(selectHosts('vyos01,vyos9*,vni:7,!other', hosts)).toEqual({
    nodes: ['vyos01'],
    unmatched: ['vyos9*', 'vni:7', '!other'],
  })
})

test('a dot in an id is a dot', () => {
  expect(selectHosts('ubuntu-labxexample', hosts).nodes).toEqual([])
})

test.each(['', 'vyos01,', '!', '!vyos01', 'vni:', 'vni:x', 'vni:1-', 'a b', 'a/b', 'a\u001b[2J'])(
  '%j is refused',
  (selector) => {
    expect(() => selectHosts(selector, hosts)).toThrow(BadSelector)
  },
)

test('a pattern of many stars is compared in no time', () => {
  const began = performance.now()
  const node = 'a'.repeat(63)
  expect(selectHosts(`${'*a'.repeat(60)}*b`, [{ node, vnis: [] }]).nodes).toEqual([])
  expect(performance.now() - began).toBeLessThan(1000)
})
