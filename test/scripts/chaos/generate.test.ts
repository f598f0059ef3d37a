import { expect, test } from 'vitest'
import { operations, withChecks } from '../../../scripts/chaos/generate.ts'
import { Random } from '../../../scripts/chaos/random.ts'
import { arbitraryFiles } from '../../../scripts/chaos/states.ts'
import { desiredDirectory, issuesOf } from '../../agent/desired/support.ts'

const of = (seed: number, ms: number, rate?: number) => [...operations(new Random(seed), ms, rate)]

test('a seed gives the same operations each time, another one others', () => {
  expect(of(1, 20_000)).toEqual(of(1, 20_000))
  expect(of(1, 20_000)).not.toEqual(of(2, 20_000))
})

test('a longer run begins as a shorter one does', () => {
  const short = of(3, 10_000)
  expect(of(3, 30_000).slice(0, short.length)).toEqual(short)
})

test('there are 5 to 50 changes a second, or as many as asked for', () => {
  const whole = of(4, 60_000).length / 60
  expect(whole).toBeGreaterThan(5)
  expect(whole).toBeLessThan(50)
  expect(of(4, 60_000, 10).length / 60).toBeCloseTo(10, -1)
})

test('checks come between the operations, evenly, and change none of them', () => {
  const plain = of(6, 30_000)
  const checked = [...withChecks(plain, 30_000, 3)]
  expect(checked.filter(({ operation }) => operation.do !== 'check')).toEqual(plain)
  expect(checked.filter(({ operation }) => operation.do === 'check')).toEqual([
    { atMs: 10_000, operation: { do: 'check', number: 1 } },
    { atMs: 20_000, operation: { do: 'check', number: 2 } },
  ])
  expect(checked.map(({ atMs }) => atMs)).toEqual(checked.map(({ atMs }) => atMs).toSorted((one, other) => one - other))
})

test('every kind of change comes up', () => {
  const kinds = new Set(of(5, 300_000).map(({ operation }) => operation.do))
  expect([...kinds].toSorted()).toEqual([
    'add address',
    'add entry',
    'append entry',
    'bring back',
    'delete',
    'enslave',
    'kill',
    'make',
    'release',
    'reload',
    'remove address',
    'remove entry',
    'remove file',
    'rename',
    'replace entry',
    'replace underlay',
    'send away',
    'set',
    'start',
    'stop',
    'swap',
    'swap files',
    'write file',
  ])
})

test('the states are valid, and the last one has every link', async () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const files = arbitraryFiles(new Random(seed), seed % 2 === 0)
    const texts = Object.fromEntries(Object.entries(files).map(([name, stanzas]) => [name, JSON.stringify(stanzas)]))
    const issues = await issuesOf(desiredDirectory(texts))
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([])
  }
  const last = Object.values(arbitraryFiles(new Random(1), true))
  expect(last.flatMap(({ vxlans, bridges }) => [...Object.keys(vxlans), ...Object.keys(bridges)]).toSorted()).toEqual([
    'br0',
    'br1',
    'vx0',
    'vx1',
    'vx2',
    'vx3',
    'vx4',
  ])
})
