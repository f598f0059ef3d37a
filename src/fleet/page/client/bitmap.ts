/** The matrix as a picture of one pixel a cell, which the browser enlarges: 250,000 cells are drawn at the cost of one. */
import { healths, isAmiss } from '../health.ts'
import type { Axes } from './axes.ts'
import type { Grid } from './grid.ts'
import type { Palette } from './palette.ts'

/** Cells that are marked even where cells are smaller than a mark. */
export const mostMarks = 4000

/** By code: whether a cell must never be overlooked. */
const isMarked = healths.map(isAmiss)

/** A cell by its place in the picture. */
export interface Mark {
  readonly row: number
  readonly column: number
  readonly code: number
}

export class Bitmap {
  readonly canvas = new OffscreenCanvas(1, 1)
  #image = new ImageData(1, 1)
  #axes: Axes = { rows: new Uint16Array(), columns: new Uint16Array() }
  #palette: Palette | undefined
  #marks: readonly Mark[] = []

  /** What must be seen at any size: the first of it, line by line. */
  get marks(): readonly Mark[] {
    return this.#marks
  }

  /** Draws what is other than before; `changed`: the places of hosts whose rows are. Gives how many rows were drawn. */
  update(grid: Grid, axes: Axes, palette: Palette, changed: readonly number[] | 'all'): number {
    const isOther =
      palette !== this.#palette || !isSame(axes.rows, this.#axes.rows) || !isSame(axes.columns, this.#axes.columns)
    const { rows, columns } = axes
    if (isOther && rows.length * columns.length > 0) {
      this.canvas.width = columns.length
      this.canvas.height = rows.length
      this.#image = new ImageData(columns.length, rows.length)
    }
    this.#axes = axes
    this.#palette = palette
    const isChanged = new Set(changed === 'all' ? [] : changed)
    const painted = [...rows.entries()].filter(([, from]) => isOther || changed === 'all' || isChanged.has(from))
    for (const [row, from] of painted) {
      this.#paint(grid, row, from)
    }
    const context = this.canvas.getContext('2d')
    // One copy of all is cheaper than one of each.
    const copied =
      painted.length === rows.length ? [[0, rows.length] as const] : painted.map(([row]) => [row, 1] as const)
    for (const [row, count] of columns.length === 0 ? [] : copied) {
      context?.putImageData(this.#image, 0, 0, 0, row, columns.length, count)
    }
    if (painted.length > 0 || isOther) {
      this.#marks = marksOf(grid, axes)
    }
    return painted.length
  }

  #paint(grid: Grid, row: number, from: number): void {
    const { data } = this.#image
    const pixels = this.#palette?.pixels ?? []
    const { columns } = this.#axes
    let at = row * columns.length * 4
    for (const to of columns) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = pixels[grid.codeAt(from, to)] ?? []
      data[at] = red
      data[at + 1] = green
      data[at + 2] = blue
      data[at + 3] = alpha
      at += 4
    }
  }
}

function marksOf(grid: Grid, { rows, columns }: Axes): Mark[] {
  const marks: Mark[] = []
  for (const [row, from] of rows.entries()) {
    for (const [column, to] of columns.entries()) {
      const code = grid.codeAt(from, to)
      if (isMarked[code] === true) {
        marks.push({ row, column, code })
        if (marks.length === mostMarks) {
          return marks
        }
      }
    }
  }
  return marks
}

function isSame(one: Uint16Array, other: Uint16Array): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at])
}
