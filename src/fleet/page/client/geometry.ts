/** Where the cells of the matrix are, in CSS pixels. Pure. */

/** What surrounds the cells: names beside the rows and above the columns. */
export interface Margins {
  readonly left: number
  readonly top: number
}

/** The part of the matrix that is in sight. */
export interface Window {
  readonly scrollLeft: number
  readonly scrollTop: number
  readonly width: number
  readonly height: number
}

/** Cells from and to, the last not among them. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Sides of a cell: larger than the largest there would be nothing more to see. */
export const cellSizes = [1, 1.5, 2, 3, 4, 6, 8, 11, 14, 18, 22, 28, 36] as const
const largest = 36
/** From this size on cells have signs in them, and each host its name. */
export const signSize = 11

/** The side of a cell that makes the whole fit, as far as there is a size that small. */
export function fittingCell(
  room: { readonly width: number; readonly height: number },
  rows: number,
  columns: number,
): number {
  const side = Math.min(room.width / Math.max(1, columns), room.height / Math.max(1, rows))
  return Math.max(cellSizes[0], Math.min(largest, side >= 3 ? Math.floor(side) : side))
}

/** The next size, larger or smaller. */
export function zoomed(cell: number, step: 1 | -1): number {
  return step === 1
    ? (cellSizes.find((size) => size > cell + 0.01) ?? largest)
    : (cellSizes.findLast((size) => size < cell - 0.01) ?? cellSizes[0])
}

/** The cells of an axis that are in sight. @param room pixels for cells */
export function visibleRange(scroll: number, room: number, cell: number, count: number): Range {
  const from = Math.min(count, Math.max(0, Math.floor(scroll / cell)))
  return { from, to: Math.max(from, Math.min(count, Math.ceil((scroll + Math.max(0, room)) / cell))) }
}

/** The cell under a point of the window; undefined beside all. */
export function cellAt(
  point: { readonly x: number; readonly y: number },
  window: Pick<Window, 'scrollLeft' | 'scrollTop'>,
  { left, top }: Margins,
  { cell, rows, columns }: { readonly cell: number; readonly rows: number; readonly columns: number },
): { readonly row: number; readonly column: number } | undefined {
  if (point.x < left || point.y < top) {
    return undefined
  }
  const column = Math.floor((point.x - left + window.scrollLeft) / cell)
  const row = Math.floor((point.y - top + window.scrollTop) / cell)
  return row < rows && column < columns ? { row, column } : undefined
}

/** How far to scroll an axis so that a cell is in sight. @param room pixels for cells */
export function scrollFor(at: number, scroll: number, room: number, cell: number): number {
  const [begin, end] = [at * cell, (at + 1) * cell]
  return begin < scroll ? begin : end > scroll + room ? Math.max(0, end - room) : scroll
}

/** How many hosts there are from one name to the next, so that names do not overlap. */
export function labelStep(cell: number, lineHeight: number): number {
  return Math.max(1, Math.ceil(lineHeight / cell))
}
