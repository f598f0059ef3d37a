import { expect, test } from 'vitest'
import {
  cellAt,
  cellSizes,
  fittingCell,
  labelStep,
  scrollFor,
  visibleRange,
  zoomed,
} from '../../../../src/fleet/page/client/geometry.ts'
import { hostAt, ringOf } from '../../../../src/fleet/page/client/ring.ts'

test('the whole fits as far as there is a cell that small, in whole pixels where cells have gaps', () => {
  expect(fittingCell({ width: 620, height: 500 }, 500, 500)).toBe(1)
  expect(fittingCell({ width: 620, height: 560 }, 500, 500)).toBeCloseTo(1.12)
  expect(fittingCell({ width: 620, height: 560 }, 100, 100)).toBe(5)
  expect(fittingCell({ width: 620, height: 560 }, 3, 3)).toBe(cellSizes.at(-1))
  expect(fittingCell({ width: 620, height: 560 }, 5000, 5000)).toBe(1)
  expect(fittingCell({ width: 620, height: 560 }, 0, 0)).toBe(cellSizes.at(-1))
})

test('sizes go up and down, and end', () => {
  expect([zoomed(1.12, 1), zoomed(1.12, -1), zoomed(11, 1), zoomed(11, -1)]).toEqual([1.5, 1, 14, 8])
  expect([zoomed(36, 1), zoomed(1, -1)]).toEqual([36, 1])
})

test('the cells in sight are bounded by the window, wherever it is scrolled', () => {
  expect(visibleRange(0, 600, 10, 500)).toEqual({ from: 0, to: 60 })
  expect(visibleRange(1234, 600, 10, 500)).toEqual({ from: 123, to: 184 })
  expect(visibleRange(4990, 600, 10, 500)).toEqual({ from: 499, to: 500 })
  expect(visibleRange(99_999, 600, 10, 500)).toEqual({ from: 500, to: 500 })
  expect(visibleRange(-50, 600, 10, 0)).toEqual({ from: 0, to: 0 })
  expect(visibleRange(0, -20, 10, 5)).toEqual({ from: 0, to: 0 })
})

test('a point is a cell, beside names and beyond the last it is none', () => {
  const at = (x: number, y: number) =>
    cellAt({ x, y }, { scrollLeft: 30, scrollTop: 5 }, { left: 100, top: 50 }, { cell: 10, rows: 4, columns: 9 })
  expect(at(100, 50)).toEqual({ row: 0, column: 3 })
  expect(at(119, 56)).toEqual({ row: 1, column: 4 })
  expect([at(99, 60), at(120, 49), at(160, 60), at(120, 86)]).toEqual([undefined, undefined, undefined, undefined])
})

test('scrolls no farther than a cell needs', () => {
  expect([scrollFor(3, 0, 100, 10), scrollFor(12, 0, 100, 10), scrollFor(2, 50, 100, 10)]).toEqual([0, 30, 20])
})

test('names keep their distance', () => {
  expect([labelStep(20, 13), labelStep(13, 13), labelStep(4, 13), labelStep(1, 13)]).toEqual([1, 1, 4, 13])
})

test('a host keeps its place on the ring, and is found there and nowhere else', () => {
  const ring = ringOf(500, { width: 700, height: 560 })
  for (const place of [0, 1, 124, 250, 499]) {
    expect(hostAt(ring, { x: ring.xs[place] ?? 0, y: ring.ys[place] ?? 0 })).toBe(place)
  }
  expect(hostAt(ring, { x: ring.x, y: ring.y })).toBeUndefined()
  expect(hostAt(ringOf(0, { width: 700, height: 560 }), { x: 350, y: 10 })).toBeUndefined()
  // Of three hosts most of the ring is nobody's.
  const three = ringOf(3, { width: 700, height: 560 })
  expect(hostAt(three, { x: three.x, y: three.y + three.radius })).toBeUndefined()
})
