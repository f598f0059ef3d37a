import { expect, test } from 'vitest'
import { axesOf, isFound, nextAmiss } from '../../../../src/fleet/page/client/axes.ts'
import { Grid } from '../../../../src/fleet/page/client/grid.ts'
import { edgesOf, few, mostEdges } from '../../../../src/fleet/page/client/ring.ts'
import { codeOf, type Health } from '../../../../src/fleet/page/health.ts'

const names = ['a', 'b', 'c', 'd']
const gridOf = (rows: readonly string[], of = names): Grid => {
  const grid = new Grid()
  grid.take(of, rows)
  return grid
}
const some = ['-e3', 'e-me', 'e2-e', 'u3-']

test('takes all at first, then only the rows that are other than before', () => {
  const grid = new Grid()
  expect(grid.take(names, some)).toBe('all')
  expect(grid.take(names, [...some])).toEqual([])
  expect(grid.take(names, ['-e3', 'e-e2', 'e2-e', 'u3-'])).toEqual([1])
  expect(grid.healthAt(1, 2)).toBe('entry')
  expect(grid.take(['a', 'b', 'c', 'e'], some)).toBe('all')
  expect(grid.healthAt(1, 2)).toBe('missing')
})

test('rows that do not fit the hosts change nothing', () => {
  const grid = gridOf(some)
  expect(() => grid.take(names, ['-e3', 'e-me', 'e2-e', 'u4-'])).toThrow(RangeError)
  expect(() => grid.take(names, ['-e3'])).toThrow(RangeError)
  expect([grid.healthAt(1, 2), grid.healthAt(3, 0), grid.size]).toEqual(['missing', 'unknown', 4])
})

test('counts what leaves each host, what reaches it, and all; a host and itself are no direction', () => {
  const { all, out, in: into } = gridOf(some).count()
  const of = (counts: Uint32Array | undefined, health: Health): number | undefined => counts?.[codeOf(health)]
  expect([of(all, 'entry'), of(all, 'missing'), of(all, 'unknown'), of(all, 'absent')]).toEqual([8, 1, 3, 0])
  expect([of(out[1], 'missing'), of(into[2], 'missing'), of(out[2], 'missing')]).toEqual([1, 1, 0])
  expect([of(out[3], 'unknown'), of(into[0], 'unknown')]).toEqual([3, 1])
})

test('axes: hosts that are searched for have rows; what is not well alone keeps what meets there', () => {
  const grid = gridOf(some)
  const axes = (matches: string, onlyAmiss: boolean) => {
    const { rows, columns } = axesOf(grid, { matches: (at) => matches.includes(names[at] ?? ''), onlyAmiss })
    return [[...rows].map((at) => names[at]).join(''), [...columns].map((at) => names[at]).join('')]
  }
  expect(axes('abcd', false)).toEqual(['abcd', 'abcd'])
  expect(axes('b', false)).toEqual(['b', 'abcd'])
  expect(axes('abcd', true)).toEqual(['bd', 'abc'])
  expect(axes('bc', true)).toEqual(['b', 'c'])
  expect(axes('a', true)).toEqual(['', ''])
})

test('the next that is not well goes around, either way', () => {
  const grid = gridOf(some)
  const axes = axesOf(grid, { matches: () => true, onlyAmiss: false })
  expect(nextAmiss(grid, axes, { row: 0, column: 0 }, 1)).toEqual({ row: 1, column: 2 })
  expect(nextAmiss(grid, axes, { row: 1, column: 2 }, 1)).toEqual({ row: 3, column: 0 })
  expect(nextAmiss(grid, axes, { row: 3, column: 2 }, 1)).toEqual({ row: 1, column: 2 })
  expect(nextAmiss(grid, axes, { row: 1, column: 2 }, -1)).toEqual({ row: 3, column: 2 })
  const well = gridOf(['-e', 'e-'], ['a', 'b'])
  expect(
    nextAmiss(well, axesOf(well, { matches: () => true, onlyAmiss: false }), { row: 0, column: 0 }, 1),
  ).toBeUndefined()
})

test('a host is found by each word, in its name or addresses', () => {
  const host = { node: 'Rack1-h07', addresses: ['10.0.0.7', 'fd00::7'] }
  expect(['rack1', 'H07 10.0', '  fd00 ', ''].map((find) => isFound(host, find))).toEqual([true, true, true, true])
  expect(['rack2', 'h07 10.1'].map((find) => isFound(host, find))).toEqual([false, false])
})

test('few directions are all drawn; of many what is amiss, and every one of the chosen host', () => {
  expect(edgesOf(gridOf(some), -1).edges).toHaveLength(12)
  // The worst on top.
  expect(edgesOf(gridOf(some), -1).edges.at(-1)).toEqual({ from: 1, to: 2, code: codeOf('missing') })
  const count = 40
  expect(count * (count - 1)).toBeGreaterThan(few)
  const rows = Array.from({ length: count }, (_, at) =>
    at === 0 ? `-m2e${count - 3}` : at === count - 1 ? `e${at}-` : `e${at}-e${count - 1 - at}`,
  )
  const grid = gridOf(
    rows,
    rows.map((_, at) => `h${at}`),
  )
  expect(edgesOf(grid, -1)).toMatchObject({
    edges: [
      { from: 0, to: 1 },
      { from: 0, to: 2 },
    ],
    left: 0,
  })
  expect(edgesOf(grid, 5).edges).toHaveLength(2 + 2 * (count - 1))
})

test('no more is drawn than is told apart, and the rest is counted', () => {
  const count = 60
  const rows = Array.from(
    { length: count },
    (_, at) => `${at === 0 ? '' : `m${at}`}-${at === count - 1 ? '' : `m${count - 1 - at}`}`,
  )
  const { edges, left } = edgesOf(
    gridOf(
      rows,
      rows.map((_, at) => `h${at}`),
    ),
    -1,
  )
  expect([edges.length, left]).toEqual([mostEdges, count * (count - 1) - mostEdges])
})
