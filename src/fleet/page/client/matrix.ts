/** The matrix: a row for each host that sends, a column for each that receives; scrolled, enlarged, pointed at, and gone through by keys. */
import { byId } from '../../../agent/publish/web/client/dom.ts'
import { safeText } from '../../../agent/publish/web/client/safe-text.ts'
import { type Axes, nextAmiss } from './axes.ts'
import { Bitmap } from './bitmap.ts'
import { type Cell, cellText, drawMatrix, letterWidth } from './draw-matrix.ts'
import { cellAt, fittingCell, type Margins, scrollFor, zoomed } from './geometry.ts'
import type { Grid } from './grid.ts'
import { onPalette, palette, Signs } from './palette.ts'
import { Surface } from './surface.ts'

/** What the matrix is asked to show. */
export interface MatrixScene {
  readonly grid: Grid
  readonly axes: Axes
  readonly changed: readonly number[] | 'all'
  readonly host: string | undefined
  readonly peer: string | undefined
}

export interface MatrixListener {
  /** A pair was chosen, by its places. */
  onPair(from: number, to: number): void
  /** What is pointed at, in words, and where; undefined: nothing. */
  onPoint(text: string | undefined, at: { readonly x: number; readonly y: number }): void
  onEscape(): void
}

const most: Readonly<Record<'wide' | 'narrow', Margins>> = {
  wide: { left: 118, top: 96 },
  narrow: { left: 84, top: 82 },
}
/** What is taken at least, and what a name takes beside its letters. */
const least = 58
const besideName = 14
/** The matrix takes as much of the height of the window. */
const highest = 0.72

export class Matrix {
  readonly #scroller = byId('matrix')
  readonly #spacer = byId('matrix-spacer')
  readonly #said = byId('matrix-cell')
  readonly #listener: MatrixListener
  readonly #surface: Surface
  readonly #bitmap = new Bitmap()
  readonly #signs = new Signs()
  #scene: MatrixScene | undefined
  /** Undefined: as large as fits. */
  #cell: number | undefined
  /** Letters of the longest name. */
  #longest = 0
  #pointed: Cell | undefined
  #cursor: Cell | undefined

  constructor(listener: MatrixListener) {
    this.#listener = listener
    this.#surface = new Surface(byId<HTMLCanvasElement>('matrix-canvas'), () => this.#draw())
    const canvas = this.#surface.canvas
    this.#scroller.addEventListener('scroll', () => this.#surface.schedule(), { passive: true })
    new ResizeObserver(() => this.#layOut()).observe(byId('stage'))
    onPalette(() => this.#surface.schedule())
    canvas.addEventListener('pointermove', (event) => this.#point(event))
    canvas.addEventListener('pointerleave', () => this.#unpoint())
    canvas.addEventListener('click', (event) => this.#press(event))
    this.#scroller.addEventListener('wheel', (event) => this.#wheel(event), { passive: false })
    this.#scroller.addEventListener('keydown', (event) => this.#key(event))
    this.#scroller.addEventListener('focus', () => this.#focus())
    this.#scroller.addEventListener('blur', () => {
      this.#cursor = undefined
      this.#surface.schedule()
    })
    for (const [id, step] of [
      ['zoom-in', 1],
      ['zoom-out', -1],
    ] as const) {
      byId(id).addEventListener('click', () => this.#zoom(step))
    }
    byId('zoom-fit').addEventListener('click', () => {
      this.#cell = undefined
      this.#layOut()
    })
  }

  show(scene: MatrixScene): void {
    const { rows, columns } = scene.axes
    this.#scene = scene
    this.#longest = scene.grid.names.reduce((longest, { length }) => Math.max(longest, length), 0)
    this.#bitmap.update(scene.grid, scene.axes, palette(), scene.changed)
    const isThere = ({ row, column }: Cell): boolean => row < rows.length && column < columns.length
    this.#pointed = this.#pointed && isThere(this.#pointed) ? this.#pointed : undefined
    this.#cursor = this.#cursor && isThere(this.#cursor) ? this.#cursor : undefined
    this.#layOut()
    this.#surface.schedule()
  }

  /** As much as the longest name takes, up to the most. */
  get #margins(): Margins {
    const { left, top } = most[byId('stage').clientWidth < 520 ? 'narrow' : 'wide']
    const name = Math.max(least, Math.ceil(this.#longest * letterWidth + besideName))
    return { left: Math.min(left, Math.max(name, 76)), top: Math.min(top, name) }
  }

  get #room(): { readonly width: number; readonly height: number } {
    const { left, top } = this.#margins
    return { width: byId('stage').clientWidth - left - 2, height: Math.round(window.innerHeight * highest) - top }
  }

  get #side(): number {
    const { rows, columns } = this.#scene?.axes ?? { rows: [], columns: [] }
    return this.#cell ?? fittingCell(this.#room, rows.length, columns.length)
  }

  #layOut(): void {
    if (this.#scene === undefined || this.#scroller.hidden) {
      return
    }
    const { rows, columns } = this.#scene.axes
    const { left, top } = this.#margins
    const cell = this.#side
    this.#spacer.style.width = `${Math.ceil(left + columns.length * cell + 2)}px`
    this.#spacer.style.height = `${Math.ceil(top + rows.length * cell + 2)}px`
    this.#scroller.style.height = `${Math.min(Math.round(window.innerHeight * highest), Math.ceil(top + rows.length * cell + 2))}px`
    this.#surface.resize({ width: this.#scroller.clientWidth, height: this.#scroller.clientHeight })
    this.#surface.schedule()
  }

  #draw(): void {
    if (this.#scene === undefined) {
      return
    }
    const { grid, axes, host, peer } = this.#scene
    // The colours may be other ones.
    this.#bitmap.update(grid, axes, palette(), [])
    const placeOf = (name: string | undefined): number => (name === undefined ? -1 : grid.names.indexOf(name))
    const drawn = drawMatrix(this.#surface.context, {
      ...{ grid, axes, bitmap: this.#bitmap, margins: this.#margins, cell: this.#side },
      window: { ...this.#surface.size, scrollLeft: this.#scroller.scrollLeft, scrollTop: this.#scroller.scrollTop },
      ...{ pointed: this.#pointed, cursor: this.#cursor, palette: palette(), signs: this.#signs },
      chosen: {
        row: axes.rows.indexOf(placeOf(host)),
        column: axes.columns.indexOf(placeOf(peer ?? host)),
      },
    })
    // How much there was to do, and where the cells are, for whoever measures.
    const { left, top } = this.#margins
    Object.assign(this.#surface.canvas.dataset, {
      drawn: `${drawn}`,
      left: `${left}`,
      top: `${top}`,
      cell: `${this.#side}`,
    })
  }

  #at({ offsetX: x, offsetY: y }: MouseEvent): Cell | undefined {
    const { rows, columns } = this.#scene?.axes ?? { rows: [], columns: [] }
    const size = { cell: this.#side, rows: rows.length, columns: columns.length }
    return cellAt({ x, y }, this.#scroller, this.#margins, size)
  }

  /** The places of the hosts of a cell. */
  #ends({ row, column }: Cell): readonly [from: number, to: number] {
    const { rows, columns } = this.#scene?.axes ?? { rows: [], columns: [] }
    return [rows[row] ?? 0, columns[column] ?? 0]
  }

  #point(event: PointerEvent): void {
    const cell = this.#at(event)
    if (cell?.row !== this.#pointed?.row || cell?.column !== this.#pointed?.column) {
      this.#pointed = cell
      this.#surface.schedule()
    }
    this.#listener.onPoint(cell && this.#text(cell), { x: event.clientX, y: event.clientY })
  }

  #unpoint(): void {
    this.#pointed = undefined
    this.#listener.onPoint(undefined, { x: 0, y: 0 })
    this.#surface.schedule()
  }

  #press(event: MouseEvent): void {
    const cell = this.#at(event)
    if (cell !== undefined) {
      this.#cursor = cell
      this.#listener.onPair(...this.#ends(cell))
    }
  }

  #text(cell: Cell): string {
    return this.#scene === undefined ? '' : cellText(this.#scene.grid, ...this.#ends(cell))
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      this.#zoom(event.deltaY < 0 ? 1 : -1, this.#at(event))
    }
  }

  /** One size larger or smaller; the cell that is meant stays where it is, as far as that can be. */
  #zoom(step: 1 | -1, meant: Cell | undefined = this.#cursor ?? this.#pointed): void {
    const before = this.#side
    this.#cell = zoomed(before, step)
    const { scrollLeft, scrollTop } = this.#scroller
    this.#layOut()
    const [row, column] = [meant?.row ?? scrollTop / before, meant?.column ?? scrollLeft / before]
    this.#scroller.scrollLeft = scrollLeft + column * (this.#cell - before)
    this.#scroller.scrollTop = scrollTop + row * (this.#cell - before)
    this.#surface.schedule()
  }

  #focus(): void {
    if (this.#cursor === undefined && this.#scene !== undefined && this.#scene.axes.rows.length > 0) {
      this.#move({ row: 0, column: 0 })
    }
  }

  #move(cell: Cell): void {
    this.#cursor = cell
    const { left, top } = this.#margins
    const { width, height } = this.#surface.size
    this.#scroller.scrollLeft = scrollFor(cell.column, this.#scroller.scrollLeft, width - left, this.#side)
    this.#scroller.scrollTop = scrollFor(cell.row, this.#scroller.scrollTop, height - top, this.#side)
    this.#said.textContent = safeText(this.#text(cell))
    this.#surface.schedule()
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, altKey, metaKey } = event
    if (this.#scene === undefined || ctrlKey || altKey || metaKey) {
      return
    }
    const { grid, axes } = this.#scene
    const [lastRow, lastColumn] = [axes.rows.length - 1, axes.columns.length - 1]
    const at = this.#cursor ?? { row: 0, column: 0 }
    const to = (row: number, column: number): (() => void) => {
      const cell = { row: Math.max(0, Math.min(lastRow, row)), column: Math.max(0, Math.min(lastColumn, column)) }
      return () => lastRow >= 0 && lastColumn >= 0 && this.#move(cell)
    }
    const search = (step: 1 | -1) => (): void => {
      const found = nextAmiss(grid, axes, at, step)
      if (found === undefined) {
        this.#said.textContent = 'Nothing here that is not as it should be'
      } else {
        this.#move(found)
      }
    }
    const actions: Readonly<Record<string, () => unknown>> = {
      ArrowLeft: to(at.row, at.column - 1),
      ArrowRight: to(at.row, at.column + 1),
      ArrowUp: to(at.row - 1, at.column),
      ArrowDown: to(at.row + 1, at.column),
      PageUp: to(at.row - 20, at.column),
      PageDown: to(at.row + 20, at.column),
      Home: to(at.row, 0),
      End: to(at.row, lastColumn),
      Enter: () => this.#listener.onPair(...this.#ends(at)),
      ' ': () => this.#listener.onPair(...this.#ends(at)),
      n: search(1),
      p: search(-1),
      '+': () => this.#zoom(1),
      '-': () => this.#zoom(-1),
      Escape: () => this.#listener.onEscape(),
    }
    const action = Object.hasOwn(actions, key) ? actions[key] : undefined
    if (action !== undefined) {
      event.preventDefault()
      action()
    }
  }
}
