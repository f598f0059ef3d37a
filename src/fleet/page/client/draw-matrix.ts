/** Draws the part of the matrix that is in sight: cells, signs, names, and what is chosen. What it does is bounded by the area of the window. */
import { fitted } from '../../../agent/publish/web/client/layout.ts'
import { safeText } from '../../../agent/publish/web/client/safe-text.ts'
import { healths, wordsOf } from '../health.ts'
import type { Axes } from './axes.ts'
import type { Bitmap } from './bitmap.ts'
import { labelStep, type Margins, type Range, signSize, visibleRange, type Window } from './geometry.ts'
import type { Grid } from './grid.ts'
import type { Palette, Signs } from './palette.ts'

/** A cell by its row and column. */
export interface Cell {
  readonly row: number
  readonly column: number
}

/** All that is drawn. */
export interface Scene {
  readonly grid: Grid
  readonly axes: Axes
  readonly bitmap: Bitmap
  readonly window: Window
  readonly margins: Margins
  /** The side of a cell in CSS pixels. */
  readonly cell: number
  /** Under the pointer, and where the keys are; row and column of a chosen host, -1 where it has none. */
  readonly pointed: Cell | undefined
  readonly cursor: Cell | undefined
  readonly chosen: Cell
  readonly palette: Palette
  readonly signs: Signs
}

/** From one name to the next, at least, in CSS pixels. */
const lineHeight = 13
/** Of a letter of a name, in CSS pixels. */
export const letterWidth = 6.7
/** The smallest mark of what must not be overlooked, in CSS pixels. */
const smallestMark = 3.5

/** Draws the scene, and gives how many pictures, marks and names that took. */
export function drawMatrix(context: CanvasRenderingContext2D, scene: Scene): number {
  const { axes, window, margins, cell } = scene
  const rows = visibleRange(window.scrollTop, window.height - margins.top, cell, axes.rows.length)
  const columns = visibleRange(window.scrollLeft, window.width - margins.left, cell, axes.columns.length)
  const origin = { x: margins.left - window.scrollLeft, y: margins.top - window.scrollTop }
  context.save()
  context.beginPath()
  context.rect(margins.left, margins.top, window.width - margins.left, window.height - margins.top)
  context.clip()
  let drawn = drawCells(context, scene, rows, columns, origin)
  drawn +=
    cell >= signSize
      ? drawSigns(context, scene, rows, columns, origin)
      : drawMarks(context, scene, rows, columns, origin)
  drawChosen(context, scene, origin)
  context.restore()
  return drawn + drawNames(context, scene, rows, columns, origin)
}

interface Point {
  readonly x: number
  readonly y: number
}

function drawCells(
  context: CanvasRenderingContext2D,
  scene: Scene,
  rows: Range,
  columns: Range,
  { x, y }: Point,
): number {
  const { bitmap, cell, palette, margins } = scene
  const [across, down] = [columns.to - columns.from, rows.to - rows.from]
  if (across === 0 || down === 0) {
    return 0
  }
  const [left, top] = [x + columns.from * cell, y + rows.from * cell]
  context.imageSmoothingEnabled = false
  context.drawImage(bitmap.canvas, columns.from, rows.from, across, down, left, top, across * cell, down * cell)
  if (cell < 6) {
    return 1
  }
  // Gaps, as two sets of lines rather than a frame for each cell.
  context.strokeStyle = palette.colours.ground
  context.lineWidth = cell < 8 ? 0.5 : 1
  context.beginPath()
  for (let column = columns.from; column <= columns.to; column += 1) {
    context.moveTo(x + column * cell, Math.max(margins.top, top))
    context.lineTo(x + column * cell, top + down * cell)
  }
  for (let row = rows.from; row <= rows.to; row += 1) {
    context.moveTo(Math.max(margins.left, left), y + row * cell)
    context.lineTo(left + across * cell, y + row * cell)
  }
  context.stroke()
  return 1 + across + down
}

function drawSigns(
  context: CanvasRenderingContext2D,
  scene: Scene,
  rows: Range,
  columns: Range,
  { x, y }: Point,
): number {
  const { grid, axes, cell, palette, signs } = scene
  const drawnOf = healths.map((health) => signs.of(health, cell, palette))
  let drawn = 0
  for (let row = rows.from; row < rows.to; row += 1) {
    for (let column = columns.from; column < columns.to; column += 1) {
      const sign = drawnOf[grid.codeAt(axes.rows[row] ?? 0, axes.columns[column] ?? 0)]
      if (sign !== undefined) {
        context.drawImage(sign, x + column * cell, y + row * cell, cell, cell)
        drawn += 1
      }
    }
  }
  return drawn
}

/** What is not well is larger than its cell where cells are small. */
function drawMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  rows: Range,
  columns: Range,
  { x, y }: Point,
): number {
  const { bitmap, cell, palette } = scene
  if (cell >= smallestMark) {
    return 0
  }
  let drawn = 0
  for (const { row, column, code } of bitmap.marks) {
    if (row >= rows.from && row < rows.to && column >= columns.from && column < columns.to) {
      context.fillStyle = palette.fill[healths[code] ?? 'absent']
      const [middleX, middleY] = [x + (column + 0.5) * cell, y + (row + 0.5) * cell]
      context.fillRect(middleX - smallestMark / 2, middleY - smallestMark / 2, smallestMark, smallestMark)
      drawn += 1
    }
  }
  return drawn
}

/** Bands of the chosen host, and frames around the cells of pointer and keys. */
function drawChosen(context: CanvasRenderingContext2D, scene: Scene, { x, y }: Point): void {
  const { axes, cell, chosen, pointed, cursor, palette } = scene
  const [width, height] = [axes.columns.length * cell, axes.rows.length * cell]
  context.strokeStyle = palette.colours.accent
  context.lineWidth = 1.5
  if (chosen.row >= 0) {
    context.strokeRect(x, y + chosen.row * cell - 1, width, cell + 2)
  }
  if (chosen.column >= 0) {
    context.strokeRect(x + chosen.column * cell - 1, y, cell + 2, height)
  }
  for (const [at, lineWidth] of [
    [pointed, 1.5],
    [cursor, 2.5],
  ] as const) {
    if (at !== undefined) {
      context.lineWidth = lineWidth
      context.strokeStyle = palette.colours.ink
      const grown = Math.max(cell, 6)
      const shift = (grown - cell) / 2
      context.strokeRect(x + at.column * cell - shift, y + at.row * cell - shift, grown, grown)
    }
  }
}

function drawNames(
  context: CanvasRenderingContext2D,
  scene: Scene,
  rows: Range,
  columns: Range,
  { x, y }: Point,
): number {
  const { grid, axes, cell, margins, pointed, cursor, chosen, palette, window } = scene
  const { ground } = palette.colours
  context.fillStyle = ground
  context.fillRect(0, 0, window.width, margins.top)
  context.fillRect(0, 0, margins.left, window.height)
  context.font = `11px ${monospace}`
  context.textBaseline = 'middle'
  const step = labelStep(cell, lineHeight)
  const special = [pointed, cursor, chosen].filter((each) => each !== undefined)
  const drawn = { count: 0 }
  const nameAt = (place: number | undefined, room: number): string =>
    fitted(safeText(grid.names[place ?? -1] ?? ''), Math.floor(room / letterWidth))
  const place = (at: number, isSpecial: boolean, draw: () => void): void => {
    context.fillStyle = isSpecial ? palette.colours.ink : palette.colours.quiet
    context.font = `${isSpecial ? '600 ' : ''}11px ${monospace}`
    draw()
    drawn.count += at >= 0 ? 1 : 0
  }
  const rowsSpecial = new Set(special.map(({ row }) => row))
  // A name whose cell is scrolled out by half would stand in the corner.
  const isIn = (middle: number, margin: number): boolean => middle >= margin
  for (const row of namesOn(rows, step, rowsSpecial).filter((each) => isIn(y + (each + 0.5) * cell, margins.top))) {
    place(row, rowsSpecial.has(row), () => {
      context.textAlign = 'right'
      context.fillText(nameAt(axes.rows[row], margins.left - 10), margins.left - 6, y + (row + 0.5) * cell)
    })
  }
  const columnsSpecial = new Set(special.map(({ column }) => column))
  for (const column of namesOn(columns, step, columnsSpecial).filter((each) =>
    isIn(x + (each + 0.5) * cell, margins.left),
  )) {
    place(column, columnsSpecial.has(column), () => {
      context.save()
      context.translate(x + (column + 0.5) * cell, margins.top - 6)
      context.rotate(-Math.PI / 2)
      context.textAlign = 'left'
      context.fillText(nameAt(axes.columns[column], margins.top - 10), 0, 0)
      context.restore()
    })
  }
  context.font = '11px system-ui, sans-serif'
  context.fillStyle = palette.colours.quiet
  context.textAlign = 'right'
  context.fillText('from ↓  to →', margins.left - 6, margins.top - 9)
  return drawn.count
}

/** Every so many names, and those that are pointed at or chosen: these take the place of their neighbours. */
function namesOn({ from, to }: Range, step: number, special: ReadonlySet<number>): number[] {
  const isNear = (at: number): boolean => [...special].some((each) => each !== at && Math.abs(each - at) < step)
  const regular: number[] = []
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    if (!isNear(at)) {
      regular.push(at)
    }
  }
  const extra = [...special].filter((at) => at >= from && at < to && !regular.includes(at))
  return [...regular, ...extra]
}

/** As the style sheet has it. */
export const monospace = 'ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace'

/** What a cell says, for a person: `vyos01 to ubuntu: entry missing`. */
export function cellText(grid: Grid, from: number, to: number): string {
  const [name, other] = [grid.names[from] ?? '', grid.names[to] ?? '']
  return from === to ? `${name} itself` : `${name} to ${other}: ${wordsOf[grid.healthAt(from, to)].word}`
}
